"""Customers of a made-up shop, and the order to write them somewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from segtools.config import validate
from segtools.destinations.export import write_export
from segtools.destinations.order import Order
from segtools.destinations.registry import configured

NAMES = {"S01": "Champions", "S02": "Prospects"}
ORIGIN = 1_727_560_800  # 2024-09-28 22:00 UTC


def run_folder(tmp_path: Path, name: str = "2024-09-29", project: str = "shop") -> Path:
    """Make the folder of a run of which nothing but its project is known."""
    folder = tmp_path / "runs" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(f'{{"project": "{project}", "as_of": "{name}"}}')
    return folder


def people(n: int, *, segment: str = "S01", start: int = 0, **fixed) -> pd.DataFrame:
    """Give `n` customers of one segment who said yes to all, each with an e-mail."""
    ids = [f"c{i:04d}" for i in range(start, start + n)]
    rows = pd.DataFrame({"customer_id": ids, "segment_id": segment})
    rows["email"] = [f"{one}@example.com" for one in ids]
    rows["ad_user_data"] = rows["ad_personalization"] = "granted"
    return rows.assign(**fixed)


def order(
    rows: pd.DataFrame,
    to: str,
    block: dict | None = None,
    *,
    as_of: str = "2024-09-29",
    **more,
) -> Order:
    """Order an export of customers; their segment stands in ``segment_id``."""
    body = {"project": "shop", "timezone": "UTC", "source": {"system": "sample"}}
    config = validate(body | {"destinations": {to: block or {}}})
    destination, checked = configured(config, to)
    names = more.pop("names", NAMES)
    segments = rows[["customer_id", "segment_id"]].assign(assigned_by="model")
    segments.insert(2, "segment", segments["segment_id"].map(names))
    about = {
        "run": {"project": "shop", "as_of": as_of},
        "segments": [{"segment_id": i, "segment": n} for i, n in names.items()],
    }
    customers = rows.drop(columns="segment_id")
    given = {"smallest_cell": 1, "origin": ORIGIN} | more
    return Order(
        to, destination, checked, segments, customers, names, about=about, **given
    )


def exporter(tmp_path: Path, to: str, always: dict | None = None) -> Callable:
    """Give a function that exports rows, each time of another month's run."""
    months = iter(range(1, 13))

    def write(rows: pd.DataFrame, block: dict | None = None, **more):
        run = run_folder(tmp_path, f"2024-{next(months):02d}-01")
        out = tmp_path / f"out-{run.name}"
        asked = order(rows, to, (always or {}) | (block or {}), **more)
        return out, write_export(asked, out, run)

    return write


def export_into(
    to: str,
    rows: pd.DataFrame,
    tmp_path: Path,
    block: dict | None = None,
    *,
    into: str = "a",
    as_of: str = "2024-09-29",
    **more,
) -> dict:
    """Export rows into a folder, and give the manifest."""
    asked = order(rows, to, block, as_of=as_of, **more)
    return write_export(asked, tmp_path / into, run_folder(tmp_path, as_of))


def a_month_later(rows: pd.DataFrame, *consent: str) -> pd.DataFrame:
    """One has gone, one moved, one withdrawn, and one has a new address."""
    later = rows.iloc[1:].reset_index(drop=True)
    later.loc[0, "segment_id"] = "S02"
    later.loc[1, list(consent)] = "no"
    later.loc[2, "email"] = "new@example.com"
    return later


def read(folder: Path, name: str) -> list[list[str]]:
    """Read a CSV as rows of text."""
    text = (folder / name).read_bytes().decode()
    return list(csv.reader(io.StringIO(text, newline="")))


def column(folder: Path, name: str, head: str) -> list[str]:
    """Read one column of a CSV."""
    top, *rows = read(folder, name)
    return [row[top.index(head)] for row in rows]
