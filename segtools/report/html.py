"""Render the pages of a report from a run's records and executed notebooks.

A content security policy in each page forbids the network and any script but ours;
each page is written under a temporary name and renamed, so one that exists is whole.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from segtools.languages import in_language_of
from segtools.records import read_record, write_text
from segtools.report.foot import foot
from segtools.report.front import front_view
from segtools.report.glossary import explain
from segtools.report.scan import refuse_disclosure
from segtools.report.segment_filter import segment_filter
from segtools.report.templating import TEMPLATES, day, templates
from segtools.report.typing_link import linked_form
from segtools.schema import STAGES

__all__ = ["failure_page", "front_page", "stage_page"]

Record = Mapping[str, Any]

RECORDS = ("run", "data_quality", "goals", "verdict", "personas", "actions", "changes")
# A paragraph that opens with these words in italics is folded in the report.
HOW_TO_READ = re.compile(r"<p><em>(How to read [a-z ]+)\.?</em>\s*(.*?)</p>", re.DOTALL)
HIDDEN_CELLS = {
    "lesson",
    "analyst",
    "parameters",
    "injected-parameters",
    "papermill-error-cell-tag",
}

TITLES = {
    "01_goals": ("Goals", "Can this data decide it?"),
    "02_data_prep": ("Data", "What came in, is it sound?"),
    "03_segmentation": ("Segments", "Are there any? Do they pay?"),
    "04_personas": ("Personas", "Who are they? What proves it?"),
    "05_activation": ("Activation", "Who is on which list?"),
    "06_follow_up": ("Follow-up", "What changed since?"),
}


def front_page(run_dir: Path) -> Path:
    """Write ``index.html``: are there segments, which, worth what, what to do next.

    Parameters
    ----------
    run_dir : Path
        The folder of a run. Records that are missing (a run that stopped at an
        earlier stage on purpose) leave their part of the page out.

    Returns
    -------
    Path
        The page.

    Examples
    --------
    >>> import tempfile
    >>> from segtools.records import write_record
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_record(folder / "run.json", {"project": "corner-shop"})
    >>> front_page(folder).name
    'index.html'
    """
    records = {name: _record(Path(run_dir), name) for name in RECORDS}
    with in_language_of(records["run"]):
        return _front_page(Path(run_dir), records)


def _front_page(run_dir: Path, records: dict[str, dict[str, Any]]) -> Path:
    forced = records["verdict"].get("forced")
    view = _common(run_dir, records["run"]) | {
        "forced": _banner(records["run"], records["verdict"]) if forced else "",
    }
    view |= front_view(records) | {"typing": linked_form(run_dir)}
    said = templates().get_template("front_main.html.j2").render(view)
    body, terms = explain(said, title=True)
    view |= {"body": Markup(body), "terms": terms}
    return _write(run_dir / "index.html", "front.html.j2", view)


def failure_page(run_dir: Path) -> Path:
    """Write ``index.html`` of a failed run: which stage, why, what to do, what is left.

    Parameters
    ----------
    run_dir : Path
        The folder of a run whose ``run.json`` holds an ``error``.

    Returns
    -------
    Path
        The page.

    Examples
    --------
    >>> import tempfile
    >>> from segtools.records import write_record
    >>> folder = Path(tempfile.mkdtemp())
    >>> write_record(folder / "run.json", {"project": "shop", "state": "failed"})
    >>> "stopped" in failure_page(folder).read_text(encoding="utf-8")
    True
    """
    run = _record(Path(run_dir), "run")
    with in_language_of(run):
        return _failure_page(Path(run_dir), run)


def _failure_page(run_dir: Path, run: Record) -> Path:
    error = run.get("error") or {}
    view = _common(run_dir, run)
    states = {key: value.get("state") for key, value in run.get("stages", {}).items()}
    notebook = f"notebooks/{error.get('stage')}.ipynb"
    stopped = (s for s in view["stages"] if s["key"] == error.get("stage"))
    view |= {
        "stage": next(stopped, None),
        "cause": error.get("sentence") or "It was interrupted before it had finished.",
        "remedy": error.get("remedy") or "",
        "notebook": notebook if (run_dir / notebook).exists() else "",
        "finished": [s for s in view["stages"] if states.get(s["key"]) == "done"],
    }
    return _write(run_dir / "index.html", "failure.html.j2", view)


def stage_page(
    notebook_path: Path, html_path: Path, *, stage: str, run: Record
) -> Path:
    """Write the page of one stage from its executed notebook.

    Parameters
    ----------
    notebook_path : Path
        The executed notebook. Cells tagged ``lesson`` or ``analyst`` and the
        parameters are left out, as is the source of those tagged ``remove_input``.
    html_path : Path
        Where to, beside the run's records.
    stage : str
        The stage's key, such as ``"03_segmentation"``.
    run : mapping
        The content of ``run.json``, for the head and the foot of the page.

    Returns
    -------
    Path
        The page.

    Examples
    --------
    >>> import tempfile, nbformat.v4 as v4, nbformat
    >>> book = Path(tempfile.mkdtemp(), "01_goals.ipynb")
    >>> cells = [v4.new_markdown_cell("# Which goal?")]
    >>> nbformat.write(v4.new_notebook(cells=cells), book)
    >>> page = stage_page(
    ...     book, book.with_suffix(".html"), stage="01_goals", run={"project": "shop"}
    ... )
    >>> '<h1 id="which-goal">' in page.read_text(encoding="utf-8")
    True
    """
    import nbformat

    notebook = nbformat.read(Path(notebook_path), as_version=4)
    with in_language_of(run):
        return _stage_page(notebook, Path(html_path), stage, run)


def _stage_page(notebook: Any, html_path: Path, stage: str, run: Record) -> Path:
    content, terms = explain(_cells(notebook))
    headings = _headings(content)
    folder = html_path.parent
    given = notebook.metadata.get("papermill", {}).get("parameters", {})
    view = _common(folder, run, given)
    pages = [{"key": "index", "title": "Front page"}, *view["stages"]] * 2
    place = 1 + [s["key"] for s in view["stages"]].index(stage)
    view |= {
        "stage": pages[place],
        "before": pages[place - 1],
        "after": pages[place + 1],
        "title": next((h["text"] for h in headings if h["level"] == 1), stage),
        "headings": [h for h in headings if h["level"] in (2, 3)],
        "has_code": 'class="st-code"' in content,
        "banner": _banner(run, _record(folder, "verdict")),
        "content": Markup(content),
        "terms": terms,
        "filter": segment_filter(_record(folder, "selection"), content),
    }
    return _write(html_path, "stage.html.j2", view)


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
        return f'<h{level} id="{name}">{inner}</h{level}>'


def _words(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def _headings(content: str) -> list[dict[str, Any]]:
    """List the headings that have an id: those of the prose and of the cards."""
    found = re.findall(
        r'<h([1-3])\b[^>]*\bid="([^"]+)"[^>]*>(.*?)</h\1>', content, re.DOTALL
    )
    return [
        {"level": int(level), "id": name, "text": _words(inner)}
        for level, name, inner in found
    ]


def _cells(notebook: Any) -> str:
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
    return str(exporter.from_notebook_node(notebook)[0])


def _write(path: Path, template: str, view: Record) -> Path:
    page = templates().get_template(template).render(view)
    refuse_disclosure(page, path.name, path.parent, _record(path.parent, "run"))
    write_text(path, page)
    return path


def _record(folder: Path, name: str) -> dict[str, Any]:
    path = folder / f"{name}.json"
    return read_record(path) if path.exists() else {}


def _common(folder: Path, run: Record, given: Record | None = None) -> dict[str, Any]:
    return {
        "project": str(run.get("project") or "Customer segments"),
        "as_of": day(str(run.get("as_of") or "a day not yet known")),
        "foot": foot(run, given or {}),
        "stages": [
            {
                "key": key,
                "number": place,
                "title": TITLES[key][0],
                "question": TITLES[key][1],
                "ready": (folder / f"{key}.html").exists(),
            }
            for place, key in enumerate(STAGES, start=1)
        ],
    }


def _banner(run: Record, verdict: Record) -> str:
    """Say on every page what a reader of that page alone would get wrong."""
    why = str(verdict.get("why_not") or "").rstrip(".")
    why = f": {why}." if why else "."
    if verdict.get("forced"):
        return f"Forced (force_segments: true). The verdict was not to segment{why}"
    if verdict.get("decision") == "do_not_segment":
        return f"The verdict of this run is not to segment{why}"
    if not verdict and (run.get("config") or {}).get("force_segments"):
        return "This run makes segments whatever the verdict (force_segments: true)."
    return ""
