"""An export: all files and their manifest, or nothing."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.destinations.audience import Audience
from segtools.destinations.gather import gather
from segtools.destinations.ledger import (
    Place,
    exports_of,
    kept,
    mark_of,
    nobody,
    place,
    remember,
    unless_failed,
)
from segtools.destinations.notes import said_why
from segtools.destinations.order import REASONS, Gathered, Order
from segtools.destinations.parts import csv_part, write_part
from segtools.destinations.registry import Written
from segtools.languages import tr
from segtools.records import read_record, to_disk, write_record
from segtools.schema import ConfigError, DataError

MANIFEST = "manifest.json"
# What a file manager or a spreadsheet leaves wherever somebody has looked.
_STRAY = re.compile(r"\.DS_Store|Thumbs\.db|desktop\.ini|\.~lock\..*#", re.IGNORECASE)


def write_export(order: Order, out: Path, run: Path) -> dict[str, Any]:
    """Write one destination's files into a folder of their own.

    Parameters
    ----------
    order : Order
    out : Path
        A folder that is not there, is empty, or holds an earlier export.
    run : Path
        The run's folder, where it is noted who was written.

    Returns
    -------
    dict
        What ``manifest.json`` holds.

    Raises
    ------
    ConfigError
        If the folder holds anything else, or the configuration cannot be met.
    DataError
        If nobody is left to be written and nobody is to be removed, or the data
        cannot be written. In each case nothing is written, and what was there stays.
    """
    refuse_foreign(out)
    found = gather(order)
    at = _place(order, found, run)
    audience = _audience(order, found, at)
    if not len(audience.members) and not len(audience.before):
        raise _nobody(order, found)
    written = order.destination.write(audience, order.block)
    fields = order.destination.remember
    about = {"as_of": order.about["run"]["as_of"], "passed_on": written.passed_on}
    with unless_failed(run, order.name, at), whole_folder(out) as half:
        files = [r for part in written.parts for r in write_part(part, half)]
        files += write_part(_report(found), half)
        manifest = _manifest(order, audience, found, at, written) | {"files": files}
        write_record(half / MANIFEST, manifest)
        # First, so that no folder appears of which nobody knows.
        remember(run, order.name, at, kept(audience.members, fields), about)
        if written.commit:
            written.commit()
    return manifest


def _place(order: Order, found: Gathered, run: Path) -> Place:
    project = order.about["run"]["project"]
    entries = exports_of(run, project, order.name)
    settings = order.block.model_dump() | {"names": dict(order.names)}
    return place(entries, run, mark_of(found.members, settings))


def _audience(order: Order, found: Gathered, at: Place) -> Audience:
    before = nobody(order.destination.remember)
    if at.previous:
        before = pd.concat([before, at.previous.members()], ignore_index=True)
    return Audience(
        found.members,
        before,
        found.left_out,
        order.names,
        found.known,
        order.origin,
        order.about,
        at.previous.record.get("passed_on", {}) if at.previous else {},
        found.refusals,
        at.number,
    )


def _nobody(order: Order, found: Gathered) -> DataError:
    why = found.left_out["reason"].mode()
    said = REASONS[why.iloc[0]] if len(why) else "there is no customer"
    first = " ".join(found.shown[:1])
    return DataError(
        f"An export to {order.name} must hold somebody, but nobody is left: mostly "
        f"because {said}. {first or 'Check consent, addresses and sizes.'}"
    )


def _report(found: Gathered) -> Any:
    """Say row by row who was left out, and which cells were blanked."""
    out = found.left_out
    rows = pd.DataFrame(
        {
            "customer_id": out["customer_id"],
            "field": out["at"],
            "why": out["reason"].map({key: tr(text) for key, text in REASONS.items()}),
        }
    )
    blanked = found.blanked.assign(why=found.blanked["why"].map(said_why))
    both = pd.concat([rows.astype(object), blanked.astype(object)])
    return csv_part(
        "left_out.csv",
        both,
        profile="spreadsheet",
        what=tr("for you alone: who, or which field, was not written, and why"),
    )


def _manifest(
    order: Order, audience: Audience, found: Gathered, at: Place, written: Written
) -> dict[str, Any]:
    reasons = found.left_out["reason"].value_counts().to_dict()
    n = audience.members["segment_id"].value_counts()
    segments = [
        {**about, "written": int(n.get(about["segment_id"], 0))}
        for about in order.about["segments"]
    ]
    return {
        "destination": order.name,
        "system": order.destination.name,
        "number": at.number,
        "relative_to": at.previous and at.previous.about(),
        **{k: v for k, v in order.about.items() if k != "segments"},
        "segments": segments,
        "counts": {
            "members": len(order.segments),
            "written": len(audience.members),
            "left_out": {r: int(reasons[r]) for r in REASONS if r in reasons},
            "blanked": found.blanked["field"].value_counts().sort_index().to_dict(),
            "added": len(audience.additions),
            "changed": len(audience.changes),
            "removed": len(audience.removals),
        },
        "without_consent": order.block.without_consent or None,
        "notes": found.notes,
        "next_step": written.next_step,
        "limits": list(written.limits),
        **written.more,
    }


def refuse_foreign(out: Path) -> None:
    """Refuse a folder in which anything lies but an earlier export.

    Raises
    ------
    ConfigError
        If it cannot be a folder of its own, or something lies there: the sentence
        names one file that does not belong there.
    """
    _refuse_nowhere(out)
    if not out.exists():
        return
    there = {p.name for p in out.iterdir()} if out.is_dir() else {out.name}
    known: set[str] = set()
    if out.is_dir() and (out / MANIFEST).is_file():
        known = files_of(out / MANIFEST) | {MANIFEST}
    foreign = sorted(n for n in there - known if not _STRAY.fullmatch(n))
    if foreign or not out.is_dir():
        raise ConfigError(
            f"An export needs a folder of its own, but {out.name!r} holds "
            f"{foreign[0]!r}, which is none of its files. Choose another with --out."
        )


def _refuse_nowhere(out: Path) -> None:
    if out.name in ("", ".."):
        raise ConfigError(
            f"An export needs a folder of its own, but {str(out)!r} is the one in "
            "which you work, or one above. Give a new one a name with --out."
        )
    there = next(folder for folder in out.absolute().parents if folder.exists())
    if not there.is_dir():
        raise ConfigError(
            f"An export needs a folder of its own, but {there.name!r} above it is a "
            "file. Choose another with --out."
        )


def files_of(manifest: Path) -> set[str]:
    """Name the files that a manifest lists; none if it is no manifest."""
    try:
        record: Mapping[str, Any] = read_record(manifest)
        if record.get("format") != "segtools.manifest":
            return set()
        files = record["files"]
        return {f["name"] for f in files} if isinstance(files, list) else set(files)
    except (DataError, KeyError, TypeError):
        return set()


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Give a temporary folder; it takes the place of `out` only if all went well."""
    out.parent.mkdir(parents=True, exist_ok=True)
    half = out.with_name(f".{out.name}.{os.getpid()}")
    old = out.with_name(f".{out.name}.{os.getpid()}.old")
    half.mkdir()
    try:
        yield half
        for file in (*half.rglob("*"), half):
            to_disk(file)
        if out.exists():
            out.rename(old)
        half.rename(out)
        to_disk(out.parent)
    finally:
        if old.exists() and not out.exists():
            old.rename(out)
        shutil.rmtree(old, ignore_errors=True)
        shutil.rmtree(half, ignore_errors=True)
