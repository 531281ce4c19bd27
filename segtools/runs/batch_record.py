"""``batch.json``: how every run of a batch stands, written whole after every change."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from segtools.languages import tr
from segtools.languages.language import ENGLISH
from segtools.records import read_record, read_run, write_record
from segtools.report.execution.marks import changed_settings
from segtools.report.scan import refuse_record
from segtools.runs.figures import figures, safe_text
from segtools.runs.plan import Planned
from segtools.schema import (
    ConfigError,
    DataError,
    DisclosureError,
    parts_of_error,
)

FILE = "batch.json"
DONE = ("done", "already_done")
# Once nothing runs any more, these are what `--retry-failed` repeats.
MISSING = ("pending", "running", "failed", "interrupted")
_EMPTY: dict[str, Any] = {
    "code": None,
    "sentence": "",
    "remedy": "",
    "stage": None,
    "seconds": None,
    "note": "",
    "overtaken": "",
    "previous": None,
    "verdict": None,
    "segments": [],
    "figures": None,
}


class Board:
    """The rows of a batch, by name, and their file.

    Parameters
    ----------
    out : Path
        The batch's folder.
    about : mapping
        What stands beside the rows: ``file``, ``jobs``, ``threads``.
    planned : iterable of Planned
    earlier : mapping
        What the file held before.
    """

    def __init__(
        self,
        out: Path,
        about: Mapping[str, Any],
        planned: Iterable[Planned],
        earlier: Mapping[str, Any],
    ) -> None:
        self.out = out
        self._about = dict(about)
        self.state = "running"
        self._planned = {run.name: run for run in planned}
        self.rows = {name: _new(run) for name, run in self._planned.items()}
        self._finished = {
            row["name"]: row
            for row in earlier.get("runs") or []
            if row.get("state") in DONE
            and row.get("folder") == self.rows.get(row.get("name"), {}).get("folder")
        }

    @property
    def settings(self) -> dict[str, Any]:
        """What all runs have in common that a page must know: their language.

        Where they have several, the page of all is English.
        """
        configs = [run.config for run in self._planned.values() if run.config]
        languages = sorted({config.language for config in configs})
        one = languages[0] if len(languages) == 1 else ENGLISH
        return {"config": {"language": one}}

    def record(self) -> dict[str, Any]:
        """Give what the file holds."""
        states = [row["state"] for row in self.rows.values()]
        return {
            **self._about,
            "state": self.state,
            "counts": {s: states.count(s) for s in sorted(set(states))},
            "runs": list(self.rows.values()),
        }

    def write(self) -> None:
        """Write the file, whole."""
        write_record(self.out / FILE, self.record())

    def keep(self) -> None:
        """Leave alone what has finished in an earlier call."""
        for name, old in self._finished.items():
            if self.rows[name]["state"] == "pending" and self._stands(name):
                self.rows[name] |= {k: v for k, v in old.items() if k in _EMPTY}
                self.rows[name]["state"] = "already_done"

    def _stands(self, name: str) -> bool:
        """Tell whether a run's folder holds it, done, with the settings of now."""
        planned = self._planned[name]
        try:
            run = read_run(self.out / planned.folder)
        except DataError:
            return False
        if planned.config is None or run["state"] != "done":
            return False
        as_of = planned.config.as_of or run["as_of"]
        config = planned.config.model_copy(update={"as_of": as_of})
        return not changed_settings(run, config)

    def change(self, name: str, **changes: Any) -> None:
        """Change a row and write the file."""
        self.rows[name] |= changes
        self.write()

    def end(self, name: str, event: Mapping[str, Any], seconds: float) -> None:
        """Note how a run ended, and what it says if it is done."""
        row: dict[str, Any] = {"state": event["state"], "code": event["code"]}
        row |= {k: safe_text(str(event.get(k) or "")) for k in ("sentence", "remedy")}
        row["seconds"] = round(seconds, 1)
        if event["state"] == "already_done":  # what it took when it was done
            row["seconds"] = self._finished.get(name, row)["seconds"]
        if event["state"] in DONE:
            row |= {"stage": None} | _tellable(self.out / self.rows[name]["folder"])
        self.change(name, **row)

    def names(self, *states: str) -> list[str]:
        """List the names of runs in one of some states, in the order of the file."""
        return [n for n, row in self.rows.items() if row["state"] in states]


def _tellable(folder: Path) -> dict[str, Any]:
    """Give what a run says, or the reason why it must not be said here."""
    found = figures(folder)
    try:
        refuse_record(found, FILE, folder, read_record(folder / "run.json"))
    except DisclosureError as error:
        return {"note": str(error)}
    return found


def _new(run: Planned) -> dict[str, Any]:
    config = run.config
    row = {
        "name": run.name,
        "folder": run.folder,
        "project": config.project if config else run.folder.partition("/")[0],
        "as_of": config.as_of if config else None,
        "state": "pending",
    } | _EMPTY
    if config is None:
        sentence, remedy = parts_of_error(safe_text(run.error))
        row |= {"state": "failed", "code": 2, "sentence": sentence, "remedy": remedy}
    return row


def earlier_batch(out: Path, *, needed: bool = False) -> dict[str, Any]:
    """Read the record of an earlier call.

    Parameters
    ----------
    out : Path
        The batch's folder.
    needed : bool, default=False
        Whether there must be one.

    Returns
    -------
    dict
        Empty where there is none.

    Raises
    ------
    ConfigError
        If one is needed and missing.
    DataError
        If it cannot be read, or a newer segtools has written it.
    """
    path = out / FILE
    if not path.exists():
        if needed:
            raise ConfigError(
                f"--retry-failed must have a batch to look at, but {out} holds no "
                f"{FILE}. Leave it out, or name the batch's folder with --out."
            )
        return {}
    try:
        return read_record(path)
    except DataError as error:
        torn = not _is_record(path)
        if torn and not needed:
            return {}  # it is written anew
        if torn:
            raise DataError(
                "--retry-failed must have a batch to look at, but "
                f"{parts_of_error(str(error))[0]} Leave it out: finished runs are "
                "found all the same."
            ) from None
        raise


def _is_record(path: Path) -> bool:
    with suppress(OSError, ValueError):
        return isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
    return False


def mark_overtaken(board: Board) -> None:
    """Note which runs compared themselves with an older run than they could now.

    That is so where the run just before one failed, and was done only later.

    Parameters
    ----------
    board : Board
        Changed in place.
    """
    done = [r for r in board.rows.values() if r["state"] in DONE and r["as_of"]]
    latest: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(done, key=lambda r: str(r["as_of"])):
        before = [r for r in latest.setdefault(row["project"], []) if _earlier(r, row)]
        latest[row["project"]].append(row)
        row["overtaken"] = ""
        if before and _stood(board, row) < str(before[-1]["as_of"]):
            row["overtaken"] = _overtaken(row["previous"], before[-1]["name"])


def _overtaken(previous: str | None, late: str) -> str:
    if not previous:
        return tr(
            "Compared with no earlier run, as {late} was not done then. Repeat it with "
            "--again.",
            late=late,
        )
    return tr(
        "Compared with {previous}, as {late} was not done then. Repeat it with "
        "--again.",
        previous=previous,
        late=late,
    )


def _earlier(row: Mapping[str, Any], than: Mapping[str, Any]) -> bool:
    return str(row["as_of"]) < str(than["as_of"])


def _stood(board: Board, row: Mapping[str, Any]) -> str:
    """Give the instant of what a run was compared with; empty if that is nothing."""
    if not row["previous"]:
        return ""
    path = board.out / Path(row["folder"]).parent / str(row["previous"]) / "run.json"
    with suppress(DataError):  # it is gone, or cannot be read any more
        return str(read_record(path).get("as_of"))
    return "~"
