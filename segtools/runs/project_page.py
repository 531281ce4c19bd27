"""The page of a project: all its runs over time, offline and safe to send."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from segtools import plots
from segtools.joining import colon, sentences
from segtools.languages import in_language_of, mark, said_header, tr, trn
from segtools.plots.cells import cell_strings
from segtools.plots.display import Display
from segtools.plots.presentation import laid_out
from segtools.records import write_text
from segtools.report.glossary import explain
from segtools.report.scan import refuse_record
from segtools.report.templating import day, templates
from segtools.runs.history import History, PastRun, read_history
from segtools.runs.project_rows import (
    NEWEST,
    OLDER,
    PAGE,
    as_table,
    events_table,
    folded,
    light_table,
    run_rows,
)
from segtools.schema import ConfigError
from segtools.wording import plain

__all__ = ["PAGE", "project_page", "refresh_project", "write_project_page"]

_OURS = '<body class="st-stage st-project">'
# What each section asks, and how to read its answer.
_ASKED = (
    (
        mark("How large are the segments?"),
        mark(
            "A line is a segment, under the id that it keeps whatever it is called; it "
            "is broken where a run has no such segment, or too few customers to tell."
        ),
    ),
    (
        mark("What are they worth?"),
        mark(
            "What customers of a segment spent in the window of each run, rounded as "
            "on the run's own front page."
        ),
    ),
    (
        mark("What became of segments?"),
        mark(
            "As each run tells it: split and merged by most of the customers, born and "
            "gone by the id. Segments that simply go on are not listed."
        ),
    ),
    (
        mark("Do the verdicts hold?"),
        mark(
            "One mark a run for whether groups are there, for whether they are worth "
            "anything, and for runs that failed. Stability is how far segments that "
            "were learned on other draws of customers agree."
        ),
    ),
    (
        mark("How many move?"),
        mark(
            "Customers against the run before, as each run's own page says; where a "
            "run hides a count for the sake of a few it is missing here as well."
        ),
    ),
)
Section = tuple[str, str, Sequence[Display]]


def write_project_page(
    project: Path | str | History, out: Path | str | None = None
) -> Path:
    """Write the page of a project.

    Parameters
    ----------
    project : path or History
        The folder of the runs, or what has been read of it.
    out : path, optional
        Default ``index.html`` in that folder; links lead from there to the runs.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    ConfigError
        If the folder holds no run, or the page would replace one that is not ours.
    DisclosureError
        If the page would tell who somebody is; then it is not written.
    """
    history = project if isinstance(project, History) else read_history(project)
    return _write(history, Path(out) if out else history.path / PAGE)


def refresh_project(path: Path | str) -> tuple[Path | None, str]:
    """Renew the page of a project after a run; whatever happens, nothing is raised.

    Parameters
    ----------
    path : path
        The folder of the runs, that is the parent of the run's folder.

    Returns
    -------
    page : Path or None
        None where it was not written.
    sentence : str
        Why it was not; else empty. A folder that neither bears the project's name nor
        holds its page already is left alone: it may be anybody's.
    """
    try:
        folder = Path(path)
        history = read_history(folder)
        page = folder / PAGE
        if folder.resolve().name != history.project and not _is_ours(page):
            return None, (
                f"The page of {plain(history.project)} was not renewed, since "
                f"{folder} may hold other things. Make it with `segtools history "
                "DIR --page`."
            )
        return _write(history, page), ""
    except Exception as error:
        return None, f"The project's page was not renewed: {plain(str(error))}"


def project_page(history: History, beside: Path | None = None) -> str:
    """Render the page.

    Parameters
    ----------
    history : History
    beside : Path, optional
        The folder in which the page will lie; default the project's.

    Returns
    -------
    str
        The page, in the style of the report and the language of the newest run.
    """
    with in_language_of(history.runs[-1].folder.run):
        return _page(history, beside)


def _page(history: History, beside: Path | None) -> str:
    sections = _sections(history)
    # What figures and tables have escaped themselves; nothing else is markup.
    parts = [(t, r, [Markup(one.html) for one in shown]) for t, r, shown in sections]
    body = templates().get_template("compare_main.html.j2").render(sections=parts)
    content, terms = _explained(body)
    rows = run_rows(history, beside or history.path)
    view = {
        "project": history.project,
        "counted": _counted(history),
        "span": _span(history.runs),
        "titles": [title for title, _, _ in sections],
        "content": Markup(content),
        "terms": terms,
        "newest": as_table(rows[:NEWEST]),
        "older": folded(rows[NEWEST:]),
        "troubles": _troubles(history),
        "foot": _foot(history),
        "stages": [],
    }
    return templates().get_template("project.html.j2").render(view)


def _explained(body: str) -> tuple[str, list[Any]]:
    """Explain the words of a page, but for its folded tables: they hold numbers only.

    They would take longer than all the rest. Whatever came from data is escaped, so
    that no name can look like what stands for them.
    """
    parts = OLDER.split(body)
    marked = "".join(
        part if place % 2 == 0 else f"<!--older-{place}-->"
        for place, part in enumerate(parts)
    )
    content, terms = explain(marked)
    for place in range(1, len(parts), 2):
        content = content.replace(f"<!--older-{place}-->", parts[place], 1)
    return content, terms


def _write(history: History, page: Path) -> Path:
    if page.exists() and not _is_ours(page):
        raise ConfigError(
            f"The project's page must not replace another file, but {page} is none of "
            "ours. Move it away, or name another place with --out."
        )
    text = project_page(history, page.parent)
    latest = history.runs[-1].folder
    refuse_record({"runs": _told(history)}, page.name, latest.path, latest.run)
    try:
        write_text(page, text)
    except OSError as error:
        raise ConfigError(
            f"The project's page must lie where it can be written, but {page} cannot "
            f"({error.strerror}). Mend that, or name another place with --out."
        ) from None
    return page


def _told(history: History) -> list[str]:
    """List each different text of the page that came from data; all else is ours."""
    figures = history.figures()
    said = {history.project, *(line["segment"] for line in figures["segments"])}
    said |= {n for e in figures["events"] for n in e["names_before"] + e["names_now"]}
    for run in history.runs:
        said |= {run.folder.name, run.folder.as_of, run.error, *run.notes}
    return sorted(said | {other.fault for other in history.others})


def _is_ours(page: Path) -> bool:
    if not page.is_file():
        return False
    return _OURS in page.read_text(encoding="utf-8", errors="replace")


def _counted(history: History) -> str:
    n = len(history.runs)
    done = sum(run.folder.is_finished for run in history.runs)
    runs = trn("{n} run", "{n} runs", n)
    if done == n:
        return runs
    return trn("{runs}, {n} finished", "{runs}, {n} finished", done, runs=runs)


def _span(runs: Sequence[PastRun]) -> str:
    first, last = (day(run.folder.as_of) for run in (runs[0], runs[-1]))
    if first == last:
        return first
    return tr("{first} to {last}", first=first, last=last)


def _sections(history: History) -> list[Section]:
    figures, strip = history.figures(), history.strip()
    shown = (
        _shown(plots.segments_over_time, figures),
        _shown(plots.segments_over_time, figures, measure="value"),
        events_table(figures["events"]),
        _shown(plots.verdict_over_time, strip),
        _shown(plots.movement_over_time, figures),
    )
    found: list[Section] = [
        (tr(title), tr(reading), [one])
        for (title, reading), one in zip(_ASKED, shown, strict=True)
    ]
    if len({run.currency for run in history.drawn()}) > 1:
        title, reading, one = found[1]
        mixed = tr("Runs count money in several currencies, so it is not drawn.")
        found[1] = title, sentences([reading, mixed]), [plots.finding(mixed), *one]
    return found


def _shown(draw: Callable[..., Any], data: Any, **options: Any) -> Display:
    """Show a figure; of its table only the newest rows are not folded away."""
    name = draw.__name__
    rows = getattr(plots, f"{name}_table")(data, **options)
    alt = getattr(plots, f"{name}_alt")(data, **options)
    if rows.empty:
        return plots.finding(alt)
    caption = tr("Numbers of the figure: {finding}", finding=alt)
    newest = plots.table(rows[:NEWEST].copy(), caption=caption)
    if len(rows) <= NEWEST:
        twin = newest
    else:
        rest = cell_strings(rows[NEWEST:], rows.attrs.get("formats", {}))
        label = trn("{n} earlier run", "{n} earlier runs", len(rest))
        rest = rest.rename(columns=said_header)
        old = light_table(rest, tr("Earlier: {finding}", finding=alt))
        twin = Display(
            f"{newest.html}<details><summary>{label}</summary>{old}</details>",
            newest.text,
        )
    return plots.figure(laid_out(draw, data, None, options), alt=alt, table=twin)


def _troubles(history: History) -> list[str]:
    said = [colon(plain(r.folder.name), note) for r in history.runs for note in r.notes]
    return [*(other.fault for other in history.others), *said]


def _foot(history: History) -> list[tuple[str, Any]]:
    latest = history.runs[-1].folder.run.get("versions")
    version = latest.get("segtools") if isinstance(latest, Mapping) else None
    rows: list[tuple[str, Any]] = [
        (tr("Project"), history.project),
        (
            tr("Made from"),
            tr(
                "the records of {runs}, as they were published",
                runs=_counted(history),
            ),
        ),
    ]
    return rows + ([(tr("Latest run"), f"segtools {version}")] if version else [])
