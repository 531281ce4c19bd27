"""Lists for people: CSV files that no spreadsheet will run as formulas."""

from __future__ import annotations

import csv
import re
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from segtools.disclosure import LIMIT, Published, hide, two_way
from segtools.records import digest, write_record, write_text
from segtools.wording import number

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What a reader does not see: blanks, control, zero-width and direction characters.
_LEADING = re.compile(
    r"^(?:[^\S\t\r\n]|[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff])+"
)


def escape_formula(value: Any) -> Any:
    """Put an apostrophe before text that a spreadsheet would run; numbers stay.

    Escaping twice gives the same as once.

    Examples
    --------
    >>> escape_formula("=1+1"), escape_formula(" @x"), escape_formula(-5)
    ("'=1+1", "' @x", -5)
    """
    if not isinstance(value, str):
        return value
    seen = _LEADING.sub("", value)
    return f"'{value}" if seen.startswith(_DANGEROUS) else value


def to_csv(frame: pd.DataFrame) -> str:
    """Write a frame as CSV with every cell quoted and every formula escaped."""
    out = StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([escape_formula(str(c)) for c in frame.columns])
    for row in frame.itertuples(index=False):
        writer.writerow(["" if pd.isna(v) else escape_formula(v) for v in row])
    return out.getvalue()


def export_spreadsheet(
    segments: pd.DataFrame, previous: pd.DataFrame | None, folder: Path
) -> dict[str, Any]:
    """Write who is in each segment, and who came and went since the last run.

    Parameters
    ----------
    segments : DataFrame
        As ``segments.parquet`` holds it.
    previous : DataFrame or None
        The previous run's segments; None on a first run, where all are additions.
    folder : Path
        Where to: ``members.csv``, ``additions.csv``, ``removals.csv`` and
        ``manifest.json``.

    Returns
    -------
    dict
        What the manifest says: files, rows and checksums.
    """
    names = ["customer_id", "segment_id", "segment"]
    now = segments[[*names, "assigned_by"]].sort_values("customer_id")
    before = pd.DataFrame(columns=names) if previous is None else previous[names]
    keys = ["customer_id", "segment_id"]
    both = now[names].merge(
        before, on=keys, how="outer", indicator=True, suffixes=("", "_before")
    )
    came = both[both["_merge"] == "left_only"][names]
    went = both[both["_merge"] == "right_only"]
    went = went.assign(segment=went["segment_before"])[names]
    files = {}
    for name, frame in (("members", now), ("additions", came), ("removals", went)):
        text = to_csv(frame.sort_values("customer_id"))
        write_text(folder / f"{name}.csv", text)
        files[f"{name}.csv"] = {"rows": len(frame), "checksum": digest(text)}
    manifest = {
        "destination": "spreadsheet",
        "files": files,
        "first_run": previous is None,
        "next_step": "Open members.csv in a spreadsheet, or send additions.csv and "
        "removals.csv to whoever keeps the lists.",
    }
    write_record(folder / "manifest.json", manifest)
    return manifest


def assignment_table(
    segments: pd.DataFrame, *, smallest_cell: int = LIMIT
) -> pd.DataFrame:
    """Tabulate customers by segment and by how they were assigned.

    Parameters
    ----------
    segments : DataFrame
        As ``segments.parquet`` holds it.
    smallest_cell : int, default=10
        Cells of fewer customers are missing, and what would give them away. Sizes of
        segments are shown on every page, and so they are here.
    """
    counted = pd.crosstab(segments["segment"], segments["assigned_by"])
    counted.columns = pd.Index([str(c).replace("_", " ") for c in counted.columns])
    shape = len(counted) + 1, counted.shape[1] + 1
    known = np.zeros(shape, dtype=bool)
    known[:, -1] = True
    cells = two_way(counted.to_numpy(float))
    published = Published(cells.counts, cells.sums, fixed=known.ravel())
    hidden = hide(published, smallest_cell).reshape(shape)[:-1, :-1]
    shown = counted.astype("Int64").mask(hidden)
    return shown.assign(all=counted.sum(axis=1)).reset_index(names="Segment")


def manifest_table(manifest: dict[str, Any]) -> pd.DataFrame:
    """Tabulate the files written, with rows and checksums."""
    files = manifest["files"]
    return pd.DataFrame(
        {
            "File": list(files),
            "Rows": [f["rows"] for f in files.values()],
            "Checksum": [f["checksum"] for f in files.values()],
        }
    )


def manifest_sentence(manifest: dict[str, Any]) -> str:
    """Say how many customers came, went and are listed."""
    rows = {name: number(f["rows"]) for name, f in manifest["files"].items()}
    since = "this first run" if manifest["first_run"] else "the previous run"
    return (
        f"{rows['members.csv']} customers are listed; {rows['additions.csv']} were "
        f"added and {rows['removals.csv']} removed with {since}."
    )
