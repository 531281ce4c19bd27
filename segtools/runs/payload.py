"""What hooks are told of a run: nothing that its own pages do not show."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segtools.records import read_record
from segtools.remote.urls import is_url, under
from segtools.report.execution.run import CODES
from segtools.report.scan import refuse_record
from segtools.runs.sizes import shown_sizes
from segtools.schema import DataError, DisclosureError, parts_of_error

FORMAT, VERSION = "segtools.hook", 1
WITHHELD = (
    "What happened is told on the run's own page alone, since it could tell who "
    "somebody is."
)
# The parts that hold texts made from data.
_TOLD = ("verdict", "segments", "changed")

UNREADABLE = "The run's records cannot be read, so nothing is told of them."

Row = dict[str, Any]
_EMPTY: Row = {
    "format": FORMAT,
    "version": VERSION,
    "what": "run",
    "state": None,
    "project": "",
    "as_of": None,
    "run": None,
    "links": {"page": None},
    "verdict": None,
    "segments": [],
    "changed": None,
    "error": None,
    "withheld": None,
}


def run_payload(
    state: str,
    config: Mapping[str, Any],
    folder: Path | None = None,
    *,
    where: str = "",
    error: BaseException | None = None,
) -> Row:
    """Put together what hooks are told when a run has ended.

    Parameters
    ----------
    state : {"done", "failed"}
    config : mapping
        The run's configuration: ``project`` and ``as_of`` are told of it.
    folder : Path, optional
        The run's folder; None where none was made.
    where : str, default=""
        Where the run is to be found, if not in `folder`, such as a URL.
    error : exception, optional
        What the run failed with.

    Returns
    -------
    dict
        ``format``, ``version``, ``what`` (run), ``state``, ``project``, ``as_of``,
        ``run``, ``links`` (``page``), ``verdict``, ``segments`` (``segment_id``,
        ``segment``, ``customers``; None where few), ``changed`` against the previous
        run (None on a first or failed one) and ``error`` (None, or ``code``,
        ``sentence`` and ``remedy``). Where a text could tell who somebody is, all
        that is made from data is left out and ``withheld`` says so.
    """
    known = {} if folder is None else _run(folder)
    place = where or ("" if folder is None else str(folder.resolve()))
    payload: Row = _EMPTY | {
        "state": state,
        "project": str(config.get("project", "")),
        "as_of": str(config.get("as_of") or known.get("as_of") or "") or None,
        "run": place or None,
        "links": {"page": _page(folder, place)},
        "error": None if error is None else error_told(error),
    }
    if folder is not None and state == "done":
        payload |= _results(folder, known)
    return _harmless(payload, folder or Path("none"), known)


def told_of(
    config: Mapping[str, Any],
    folder: Path | None,
    *,
    where: str = "",
    error: BaseException | None = None,
) -> tuple[Row, str]:
    """Put together what hooks are told, whatever the run's records look like.

    Parameters
    ----------
    config, folder, where, error
        As `run_payload` takes them; the state follows from the error.

    Returns
    -------
    tuple of dict and str
        The payload, and a sentence where a record cannot be read: then all that is
        made from data is left out, and ``withheld`` says so. Else it is empty.
    """
    state = "done" if error is None else "failed"
    try:
        return run_payload(state, config, folder, where=where, error=error), ""
    except Exception as fault:  # a run that has ended cannot fail by its hooks
        why = parts_of_error(str(fault))[0] if isinstance(fault, DataError) else ""
        found = why.rstrip(".") or type(fault).__name__
    place = where or ("" if folder is None else str(folder.resolve()))
    bare: Row = {**_EMPTY, "state": state, "project": str(config.get("project", ""))}
    bare |= {"as_of": str(config.get("as_of") or "") or None, "run": place or None}
    bare |= {"links": {"page": _page(folder, place)}, "withheld": UNREADABLE}
    if error is not None:
        bare["error"] = error_told(error) | {"sentence": UNREADABLE, "remedy": ""}
    return bare, (
        "Hooks must be told what a run found, but its records cannot be read "
        f"({found}). They are told that it has ended; repeat the run with --again."
    )


def batch_payload(
    record: Mapping[str, Any], folder: Path, error: Mapping[str, Any] | None
) -> Row:
    """Put together what hooks are told when a batch has ended.

    Parameters
    ----------
    record : mapping
        What ``batch.json`` holds, with ``page``.
    folder : Path
        The batch's folder.
    error : mapping or None
        ``code``, ``sentence`` and ``remedy``; None if every run is done.

    Returns
    -------
    dict
        As for a run, with ``what`` (batch) and ``runs`` (``name``, ``state``, ``code``
        and ``page``); what a run found is told by the batch's page and by its own
        hooks.
    """
    runs = [
        {k: row[k] for k in ("name", "state", "code")}
        | {"page": _page(folder / row["folder"], str(folder / row["folder"]))}
        for row in record["runs"]
    ]
    return {
        "format": FORMAT,
        "version": VERSION,
        "what": "batch",
        "state": "done" if error is None else "failed",
        "run": str(folder.resolve()),
        "links": {"page": str(Path(record["page"]).resolve())},
        "counts": dict(record["counts"]),
        "runs": runs,
        "error": None if error is None else dict(error),
    }


def error_told(error: BaseException) -> Row:
    """Give an error's code, sentence and remedy.

    A sentence about data quotes it, so that it stays in the run's own record.
    """
    parts = [*parts_of_error(str(error))]
    kind = type(error).__name__
    code = 130 if isinstance(error, KeyboardInterrupt) else CODES.get(kind, 4)
    if code == CODES["DataError"]:
        parts = ["The run stopped at its data.", "Its page and record say why."]
    if code == CODES["InterruptionError"]:
        parts = ["The run was interrupted.", "Run it again."]
    return {"code": code, "sentence": parts[0], "remedy": parts[1]}


def _run(folder: Path) -> Row:
    try:
        return read_record(folder / "run.json")
    except DataError:
        return {}


def _page(folder: Path | None, place: str) -> str | None:
    if folder is None or not (folder / "index.html").is_file():
        return None
    if is_url(place):
        return under(place, "index.html")
    return str(folder.resolve() / "index.html")


def _results(folder: Path, run: Mapping[str, Any]) -> Row:
    """Read verdict, segments and what changed, as far as there are records of them."""
    names = ("verdict", "personas", "changes", "drift")
    found = {n: _record(folder / f"{n}.json") for n in names}
    rows = found["personas"].get("segments") or []
    told = ("structure", "worth", "decision", "sentence")
    return {
        "verdict": {k: found["verdict"].get(k) for k in told},
        "segments": [
            {
                "segment_id": row.get("segment_id"),
                "segment": row.get("segment"),
                "customers": count,
            }
            for row, count in zip(rows, shown_sizes(rows, run), strict=True)
        ],
        "changed": _changed(found["changes"], found["drift"]),
    }


def _record(file: Path) -> Row:
    return read_record(file) if file.is_file() else {}


def _changed(changes: Row, drift: Row) -> Row | None:
    """Say who moved, which segments were born and died, and what to do about it."""
    if not changes or changes.get("first_run"):
        return None
    fates = drift.get("fates") or []
    return {
        "previous_as_of": changes.get("previous_as_of"),
        "sentence": changes.get("sentence"),
        "moved": changes.get("totals"),
        "born": [n for f in fates if f["kind"] == "born" for n in f["now"]],
        "died": [n for f in fates if f["kind"] == "died" for n in f["before"]],
        "recommendation": drift.get("recommendation"),
        "advice": drift.get("sentence"),
    }


def _harmless(payload: Row, folder: Path, run: Mapping[str, Any]) -> Row:
    """Leave out what was made from data if it could tell who somebody is."""
    parts = {k: payload[k] for k in (*_TOLD, "error")}
    try:
        refuse_record(parts, "what hooks are told", folder, run)
    except DisclosureError:
        bare: Row = {
            "verdict": None,
            "segments": [],
            "changed": None,
            "withheld": WITHHELD,
        }
        payload = payload | bare
        if payload["error"]:
            payload["error"] = payload["error"] | {"sentence": WITHHELD, "remedy": ""}
    return payload
