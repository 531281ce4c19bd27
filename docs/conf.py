"""How the documentation site is built: ``make docs``, or sphinx-build by hand.

    sphinx-build -c docs -W --keep-going -b html . docs/_build/html

The repository is the source, so that a link from one page to another is the same on the
site as where the files are read; `include_patterns` says which files are pages. Nothing
is fetched, neither by the build nor by the pages.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "extensions")]

from segtools import __version__  # noqa: E402

project = "segtools"
author = "The segtools developers"
version = release = __version__
language = "en"

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_nb",
    "sphinx_design",
    "api_pages",
    "code_links",
    "mathml",
]
root_doc = "docs/index"
include_patterns = [
    "*.md",
    "data/README.md",
    "data/sample/README.md",
    "reports/README.md",
    "docs/**",
    "notebooks/**",
]
exclude_patterns = [
    ".*",
    "build",
    "dist",
    "tests",
    "segtools",
    "benchmarks",
    "release",
    "docs/_build",
    "docs/extra",
    "docs/templates",
    "**/.ipynb_checkpoints",
]
nitpicky = True
suppress_warnings = [
    "config.cache",  # functions in the configuration, on purpose
    # What `check` records beside its sentence is for `segtools grade`, not for readers.
    "mystnb.unknown_mime_type",
]

# What is documented. Types stand in the docstrings, with shapes and units.
autodoc_typehints = "none"
autosummary_generate = True
numpydoc_class_members_toctree = False
numpydoc_show_class_members = False  # the template lists what has a docstring
numpydoc_xref_param_type = False

# Pages in Markdown; notebooks are executed once and kept until they change.
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
html_math_renderer = "mathml"
nb_execution_mode = "cache"
nb_execution_cache_path = str(HERE / "_build" / "notebooks")
# Stages belong to a run; where they stand alone each makes all earlier ones. Lessons
# are left out as well where somebody else executes them, as in tests of the site.
nb_execution_excludepatterns = ["notebooks/0*.ipynb"]
if os.environ.get("SEGTOOLS_DOCS_LESSONS") == "shown":
    nb_execution_excludepatterns.append("notebooks/lessons/*.ipynb")
nb_execution_timeout = -1  # a machine may be as slow as it likes
nb_execution_raise_on_error = True
nb_merge_streams = True

html_theme = "pydata_sphinx_theme"
html_title = "segtools"
html_static_path = ["static"]
html_css_files = ["segtools.css"]
html_js_files = ["site.js"]
html_extra_path = ["extra"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_search_summary = False  # an excerpt would be fetched, which a folder cannot
html_last_updated_fmt = None
html_sidebars = {"docs/index": [], "docs/gallery/index": []}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "logo": {"text": "segtools"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "footer_start": ["own-footer"],
    "footer_center": [],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
    "back_to_top_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
templates_path = [str(HERE / "templates")]
linkcheck_ignore = [r"https?://"]  # what lies elsewhere is not asked for

TEACHING = """
```{{toctree}}
:caption: For teachers
:glob:
:maxdepth: 1

{pages}
```
"""


def with_teaching(_app: Any, page: str, text: list[str]) -> None:
    """Add the pages for teachers that there are: a pattern of nothing is an error."""
    named = {"/docs/teaching": "teaching.md", "/docs/teaching/*": "teaching/*.md"}
    there = [link for link, files in named.items() if any(HERE.glob(files))]
    if page == "docs/lessons/index" and there:
        text[0] += TEACHING.format(pages="\n".join(there))


def setup(app: Any) -> None:
    """Connect what is done to pages while they are read."""
    app.connect("source-read", with_teaching)
