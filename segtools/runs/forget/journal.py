"""What was forgotten, on record: when, how much and where, but never whom."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from segtools.records import read_record, write_record
from segtools.runs.forget.what import Erased
from segtools.schema import DataError

RECORD, JOURNAL = "forgotten.json", "forgetting.jsonl"


@dataclass
class Journal:
    """The journal of one erasure; it outlives an interruption.

    Attributes
    ----------
    project : Path
    mark : str
        The salted hash of the id.
    done : dict of str to Erased
        Files, as paths within the project, and what was erased of each.
    """

    project: Path
    mark: str
    done: dict[str, Erased] = field(default_factory=dict)

    @classmethod
    def open(cls, project: Path, customer_id: str) -> Journal:
        """Take up the journal of an erasure that was interrupted, or begin a new one.

        One of another customer is closed first: the record says that it is unfinished.
        """
        record = read_forgotten(project)
        mark = _mark(customer_id, str(record["salt"]))
        lines = list(_lines(project / JOURNAL))
        before = str(lines[0].get("id_hash")) if lines else mark
        journal = cls(project, before, _done(lines))
        if before != mark:
            journal.close(read_forgotten(project), {"state": "interrupted"})
            journal = cls(project, mark)
        if not (project / JOURNAL).exists():
            if not (project / RECORD).exists():
                # The salt first: without it the journal would name nobody.
                write_record(project / RECORD, record)
            journal._append({"id_hash": mark})
        return journal

    def note(self, path: str, found: Erased) -> None:
        """Note what is about to be erased: twice the same file counts once."""
        if not found or self.done.get(path) == found:
            return
        self.done[path] = found
        self._append({"path": path, "rows": found.rows, "cells": found.cells})

    def close(self, record: dict[str, Any], about: Mapping[str, Any]) -> None:
        """Add the erasure to ``forgotten.json`` and remove the journal."""
        files = {
            path: {"rows": own.rows, "cells": own.cells}
            for path, own in sorted(self.done.items())
        }
        entry = {"id_hash": self.mark, **about, "files": files}
        entries = [e for e in record["entries"] if not _replaces(entry, e)]
        body = record | {"entries": [*entries, entry]}
        write_record(self.project / RECORD, body)
        (self.project / JOURNAL).unlink(missing_ok=True)

    def _append(self, line: Mapping[str, Any]) -> None:
        file = self.project / JOURNAL
        torn = file.exists() and not file.read_bytes().endswith(b"\n")
        with file.open("a", encoding="utf-8") as out:
            out.write("\n" * torn + json.dumps(line, ensure_ascii=False) + "\n")


def read_forgotten(project: Path) -> dict[str, Any]:
    """Read the record of a project, or give one that is still empty.

    Raises
    ------
    DataError
        If it cannot be read: nothing is forgotten then, so that no record is lost.
    """
    file = project / RECORD
    if not file.exists():
        return {"salt": secrets.token_hex(16), "entries": []}
    record = read_record(file)
    if not isinstance(record.get("entries"), list) or not record.get("salt"):
        raise DataError(
            f"{RECORD} must hold a salt and entries, but in {project} it does not. "
            "Restore it from a copy, or move it away to begin a new one."
        )
    return record


def earlier(project: Path, customer_id: str) -> str:
    """Say when a customer was forgotten before; empty where nobody was."""
    record = read_forgotten(project)
    mark = _mark(customer_id, str(record["salt"]))
    own = [e for e in record["entries"] if e.get("id_hash") == mark]
    return str(own[-1].get("at") or "") if own else ""


def _replaces(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Tell whether an entry of the same customer had nothing to say but *nothing*."""
    same = old.get("id_hash") == new["id_hash"]
    return bool(same and not old.get("files") and old.get("state") == new.get("state"))


def _mark(customer_id: str, salt: str) -> str:
    """Hash an id with the project's salt, so slowly that guessing many costs."""
    hashed = hashlib.scrypt(
        customer_id.encode("utf-8", "surrogatepass"),
        salt=salt.encode(),
        n=2**14,
        r=8,
        p=1,
        dklen=16,
    )
    return hashed.hex()


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    """Read a journal; a line that was cut off is as if it had not been begun."""
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            yield value


def _done(lines: list[dict[str, Any]]) -> dict[str, Erased]:
    return {
        str(line["path"]): Erased(int(line["rows"]), int(line["cells"]))
        for line in lines
        if {"path", "rows", "cells"} <= set(line)
    }
