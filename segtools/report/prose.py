"""The cells of an executed notebook as HTML: prose, code and what code has shown."""

from __future__ import annotations

import html
import re
from typing import Any

from segtools.languages import current
from segtools.report.templating import TEMPLATES, quoted, templates

__all__ = ["cells_html", "headings_of"]

# A paragraph that opens with these words in italics is folded in the report.
HOW_TO_READ = re.compile(r"<p><em>(How to read [a-z ]+)\.?</em>\s*(.*?)</p>", re.DOTALL)
HIDDEN_CELLS = {
    "lesson",
    "analyst",
    "parameters",
    "injected-parameters",
    "papermill-error-cell-tag",
}


def _english() -> str:
    """Mark the prose of the notebooks, which stays English, on other pages."""
    return "" if current().is_english else ' lang="en"'


class _Markdown:
    """Renders the Markdown cells of a page and gives each heading its own id."""

    def __init__(self) -> None:
        self._ids = {"content", "st-code-switch", "words"}

    def __call__(self, source: str) -> str:
        from nbconvert.filters.markdown_mistune import (
            IPythonRenderer,
            MarkdownWithMath,
        )

        renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
        text = MarkdownWithMath(renderer=renderer).render(source)
        text = HOW_TO_READ.sub(
            r"<details><summary>\1</summary><p>\2</p></details>", text
        )
        return re.sub(r"<h([1-6])>(.*?)</h\1>", self._named, text, flags=re.DOTALL)

    def _named(self, match: re.Match[str]) -> str:
        level, inner = match.groups()
        slug = re.sub(r"\W+", "-", _words(inner).lower()).strip("-") or "section"
        names = (slug, *(f"{slug}-{again}" for again in range(2, len(self._ids) + 3)))
        name = next(name for name in names if name not in self._ids)
        self._ids.add(name)
        return f'<h{level} id="{name}"{_english()}>{inner}</h{level}>'


def _words(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def headings_of(content: str) -> list[dict[str, Any]]:
    """List the headings that have an id: those of the prose and of the cards."""
    found = re.findall(
        r'<h([1-3])\b[^>]*\bid="([^"]+)"([^>]*)>(.*?)</h\1>', content, re.DOTALL
    )
    return [
        {
            "level": int(level),
            "id": name,
            "english": 'lang="en"' in more,
            "text": _words(inner),
        }
        for level, name, more, inner in found
    ]


def cells_html(notebook: Any) -> str:
    """Render the cells with our nbconvert template; nbconvert is slow to import."""
    from nbconvert import HTMLExporter
    from traitlets.config import Config

    types = ["text/html", "image/png", "text/plain"]
    tags = {
        "enabled": True,
        "remove_cell_tags": HIDDEN_CELLS,
        "remove_input_tags": {"remove_input"},
    }
    exporter = HTMLExporter(
        config=Config(
            NbConvertBase={"display_data_priority": types}, TagRemovePreprocessor=tags
        ),
        template_name="segtools",
        extra_template_basedirs=[str(TEMPLATES / "nbconvert")],
    )
    exporter.register_filter("markdown2html", _Markdown())
    exporter.register_filter("quoted", quoted)
    own = {"tr": templates().globals["tr"], "prose_language": _english()}
    exporter.environment.globals |= own
    return str(exporter.from_notebook_node(notebook)[0])
