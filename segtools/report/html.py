"""Render the pages of a report from a run's records and executed notebooks.

A content security policy in each page forbids the network and any script but ours;
each page is written under a temporary name and renamed, so one that exists is whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from segtools.languages import current, in_language_of, mark, tr
from segtools.records import read_record, write_text
from segtools.report.foot import foot
from segtools.report.front import front_view
from segtools.report.glossary import explain
from segtools.report.prose import cells_html, headings_of
from segtools.report.scan import refuse_disclosure
from segtools.report.segment_filter import segment_filter
from segtools.report.sentences import unended
from segtools.report.templating import day, templates
from segtools.report.typing_link import linked_form
from segtools.schema import STAGES

__all__ = ["failure_page", "front_page", "stage_page"]

Record = Mapping[str, Any]

RECORDS = ("run", "data_quality", "goals", "verdict", "personas", "actions", "changes")
TITLES = {
    "01_goals": (mark("Goals"), mark("Can this data decide it?")),
    "02_data_prep": (mark("Data"), mark("What came in, is it sound?")),
    "03_segmentation": (mark("Segments"), mark("Are there any? Do they pay?")),
    "04_personas": (mark("Personas"), mark("Who are they? What proves it?")),
    "05_activation": (mark("Activation"), mark("Who is on which list?")),
    "06_follow_up": (mark("Follow-up"), mark("What changed since?")),
}
FORCED = mark("Forced (force_segments: true). The verdict was not to segment.")
FORCED_WHY = mark(
    "Forced (force_segments: true). The verdict was not to segment: {why}."
)
REFUSED = mark("The verdict of this run is not to segment.")
REFUSED_WHY = mark("The verdict of this run is not to segment: {why}.")


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
        "cause": error.get("sentence")
        or tr("It was interrupted before it had finished."),
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
    content, terms = explain(cells_html(notebook))
    headings = headings_of(content)
    folder = html_path.parent
    given = notebook.metadata.get("papermill", {}).get("parameters", {})
    view = _common(folder, run, given)
    pages = [{"key": "index", "title": tr("Front page")}, *view["stages"]] * 2
    place = 1 + [s["key"] for s in view["stages"]].index(stage)
    view |= {
        "stage": pages[place],
        "before": pages[place - 1],
        "after": pages[place + 1],
        "title": _title(headings, stage),
        "headings": [h for h in headings if h["level"] in (2, 3)],
        "has_code": 'class="st-code"' in content,
        "banner": _banner(run, _record(folder, "verdict")),
        "content": Markup(content),
        "terms": terms,
        "filter": segment_filter(_record(folder, "selection"), content),
    }
    return _write(html_path, "stage.html.j2", view)


def _title(headings: list[dict[str, Any]], stage: str) -> str:
    """Name a page by its heading; in another language by its stage, which is said."""
    if not current().is_english:
        return tr(TITLES[stage][0])
    return next((h["text"] for h in headings if h["level"] == 1), stage)


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
        "project": str(run.get("project") or tr("Customer segments")),
        "as_of": day(str(run.get("as_of") or tr("a day not yet known"))),
        "foot": foot(run, given or {}),
        "stages": [
            {
                "key": key,
                "number": place,
                "title": tr(TITLES[key][0]),
                "question": tr(TITLES[key][1]),
                "ready": (folder / f"{key}.html").exists(),
            }
            for place, key in enumerate(STAGES, start=1)
        ],
    }


def _banner(run: Record, verdict: Record) -> str:
    """Say on every page what a reader of that page alone would get wrong."""
    why = unended(str(verdict.get("why_not") or ""))
    if verdict.get("forced"):
        return tr(FORCED_WHY, why=why) if why else tr(FORCED)
    if verdict.get("decision") == "do_not_segment":
        return tr(REFUSED_WHY, why=why) if why else tr(REFUSED)
    if not verdict and (run.get("config") or {}).get("force_segments"):
        return tr(
            "This run makes segments whatever the verdict (force_segments: true)."
        )
    return ""
