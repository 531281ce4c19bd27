"""Erase a customer from lists and records: CSV, JSON lines and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from segtools.records import whole
from segtools.runs.forget.traces import Traces, says_whose
from segtools.runs.forget.what import Erased

_MARKS = (",", ";", "\t", "|")
_GONE = object()
# A rewritten record, or None if it goes, and what was erased of it.
Judged = tuple[str | None, Erased]


def erase_csv(path: Path, traces: Traces, *, dry: bool = False) -> Erased:
    """Take a customer's rows out of a CSV file; all other bytes stay as they are.

    Parameters
    ----------
    path : Path
        With a head; comma, semicolon, tab or bar between cells.
    traces : Traces
    dry : bool, default=False
        Only count.

    Raises
    ------
    csv.Error
        If a quote is opened and not closed as it should be: where a row ends cannot
        be known then, and other people's rows might go.
    """
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        mark = max(_MARKS, key=file.readline().count)
        file.seek(0)
        head = next(_records(file, mark), "")
    names = next(csv.reader([head.lstrip("\ufeff")], delimiter=mark), [])
    names = [name.strip() for name in names]

    def judge(record: str, place: int) -> Judged:
        return (
            (record, Erased()) if not place else _csv_row(record, names, mark, traces)
        )

    return _rewrite(path, judge, lambda file: _records(file, mark), dry=dry)


def erase_json_lines(path: Path, traces: Traces, *, dry: bool = False) -> Erased:
    """Take a customer's lines out of a file of JSON lines; see `erase_csv`."""

    def judge(line: str, place: int) -> Judged:
        if not line.strip():
            return line, Erased()
        try:
            value = json.loads(line)
        except ValueError:
            return _as_text(line, traces)
        made, found = _without(value, traces, listed=True)
        if not found:
            return line, found
        if made is _GONE or _is_hollow(value, made):
            return None, found if found.rows else Erased(rows=1)
        return _compact(made) + line[len(line.rstrip("\r\n")) :], found

    return _rewrite(path, judge, iter, dry=dry)


def erase_json(path: Path, traces: Traces, *, dry: bool = False) -> Erased:
    """Take what is a customer's out of a JSON file.

    Objects in lists go whole; elsewhere values become null, and keys go. A file that is
    no JSON is treated as text.
    """
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    try:
        value = json.loads(text)
    except ValueError:
        return erase_text(path, traces, dry=dry)
    made, found = _without(value, traces, listed=False)
    if not found or dry:
        return found
    made = None if made is _GONE else made
    shown = json.dumps(made, indent=1, ensure_ascii=False)
    _put(
        path, (shown if "\n " in text else _compact(made)) + text[len(text.rstrip()) :]
    )
    return found


def erase_text(path: Path, traces: Traces, *, dry: bool = False) -> Erased:
    """Replace what names a customer in any other text, such as a page."""
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    made, count = traces.scrub(text)
    if count and not dry:
        _put(path, made)
    return Erased(cells=count)


def _as_text(text: str, traces: Traces) -> Judged:
    made, count = traces.scrub(text)
    return made, Erased(cells=count)


def _put(path: Path, text: str) -> None:
    with whole(path) as half:
        half.write_bytes(text.encode("utf-8", "surrogateescape"))
        half.chmod(path.stat().st_mode & 0o777)


def _rewrite(
    path: Path,
    judge: Callable[[str, int], Judged],
    records: Callable[[Any], Iterator[str]],
    *,
    dry: bool,
) -> Erased:
    """Judge a file record by record; write it anew only if anything goes."""
    found = Erased()
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        for place, record in enumerate(records(file)):
            found += judge(record, place)[1]
    if not found or dry:
        return found
    with (
        path.open(encoding="utf-8", errors="surrogateescape", newline="") as file,
        whole(path) as half,
        half.open("w", encoding="utf-8", errors="surrogateescape", newline="") as out,
    ):
        for place, record in enumerate(records(file)):
            made, _ = judge(record, place)
            if made is not None:
                out.write(made)
        out.flush()
        half.chmod(path.stat().st_mode & 0o777)
    return found


def _records(lines: Iterable[str], mark: str) -> Iterator[str]:
    """Give the records of a CSV file as they stand; one may span several lines."""
    taken: list[str] = []

    def noted() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    # The reader takes no line more than its row needs: those are the row's own.
    for _ in csv.reader(noted(), delimiter=mark):
        if len(taken) > 1:  # a stray quote swallows lines, which a strict reader tells
            list(csv.reader(taken, delimiter=mark, strict=True))
        yield "".join(taken)
        taken.clear()


def _csv_row(record: str, names: list[str], mark: str, traces: Traces) -> Judged:
    rows = list(csv.reader(io.StringIO(record, newline=""), delimiter=mark))
    if len(rows) > 1:
        raise csv.Error("a record gives more than one row")
    cells = rows[0] if rows else []
    padded = [*names, *(f"#{i}" for i in range(len(names), len(cells)))]
    if traces.owns(dict(zip(padded, cells, strict=False))):
        return None, Erased(rows=1)
    made, found = [], 0
    for name, cell in zip(padded, cells, strict=False):
        text, count = _cell(name, cell, traces)
        made.append(text)
        found += count
    if not found:
        return record, Erased()
    quoted = record.startswith('"')
    end = record[len(record.rstrip("\r\n")) :]
    out = io.StringIO(newline="")
    csv.writer(
        out,
        delimiter=mark,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
        lineterminator=end,
    ).writerow(made)
    return out.getvalue(), Erased(cells=found)


def _cell(name: str, text: str, traces: Traces) -> tuple[str, int]:
    """Blank a cell of another customer's row that names the one who is forgotten."""
    if name == "customer_id":
        return text, 0
    if traces.is_hit(text) or (says_whose(name) and traces.is_id(text)):
        return "", 1
    return traces.scrub(text)


def _without(value: Any, traces: Traces, *, listed: bool) -> tuple[Any, Erased]:
    """Give a JSON value without the customer; `_GONE` if it is theirs as a whole."""
    if isinstance(value, dict):
        if listed and traces.owns(dict(_scalars(value))):
            return _GONE, Erased(rows=1)
        return _object(value, traces)
    if isinstance(value, list):
        parts = [_without(v, traces, listed=True) for v in value]
        found = sum((f for _, f in parts), Erased())
        return [v for v, _ in parts if v is not _GONE], found
    if isinstance(value, str):
        if traces.is_hit(value):
            return (_GONE, Erased(rows=1)) if listed else (None, Erased(cells=1))
        text, count = traces.scrub(value)
        return text, Erased(cells=count)
    return value, Erased()


def _object(value: dict[str, Any], traces: Traces) -> tuple[Any, Erased]:
    made: dict[str, Any] = {}
    found = Erased()
    for key, inner in value.items():
        if traces.is_hit(key):
            found += Erased(rows=1)
            continue
        if (
            says_whose(key)
            and isinstance(inner, (str, int))
            and traces.is_id(str(inner))
        ):
            made[key] = None
            found += Erased(cells=1)
            continue
        name, count = traces.scrub(key)
        own, more = _without(inner, traces, listed=False)
        made[name] = own
        found += more + Erased(cells=count)
    return made, found


def _scalars(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """List what an object says of itself, in objects within it, but not in lists."""
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _scalars(inner)
        elif isinstance(inner, (str, int)) and not isinstance(inner, bool):
            yield key, str(inner)


def _is_hollow(before: Any, made: Any) -> bool:
    """Tell whether a call has nobody left: each of its lists has become empty."""
    if not isinstance(before, dict) or not isinstance(made, dict):
        return before != made and made in ([], None)
    full = [k for k, v in before.items() if isinstance(v, list) and v]
    return bool(full) and not any(made.get(k) for k in full)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
