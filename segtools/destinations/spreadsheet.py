"""Lists for people: CSV files that no spreadsheet will run as formulas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from segtools.destinations.audience import PAIR, Audience, lacking
from segtools.destinations.export import whole_folder
from segtools.destinations.parts import Part, csv_part, write_part
from segtools.destinations.registry import Written, destination
from segtools.disclosure import LIMIT, Published, hide, two_way
from segtools.languages import header, mark, tr
from segtools.records import write_record

_NAMES = [*PAIR, "segment"]
_ASSIGNED = {
    "model": header("model"),
    "reduced_model": header("reduced model"),
    "rule": header("rule"),
}
_NEXT = mark(
    "Open members.csv in a spreadsheet, or send additions.csv and removals.csv to "
    "whoever keeps the lists."
)


def to_csv(frame: pd.DataFrame) -> str:
    """Write a frame as CSV with every cell quoted and every formula escaped."""
    part = csv_part("", frame, profile="spreadsheet")
    return part.head + "".join(part.rows)


@destination("spreadsheet", min_size=None, formulas="allow", needs_approval=False)
def write(audience: Audience, block: Any) -> Written:
    """Write who is in each segment, and who came and went: three files for people.

    It is the only destination that holds everybody and needs no approval: people look
    at it to decide. Cells that a spreadsheet would run are disarmed.
    """
    return Written(_lists(audience), tr(_NEXT))


def _lists(audience: Audience) -> list[Part]:
    members, before = audience.members, audience.before
    came = lacking(members, before, [*PAIR])[_NAMES]
    went = lacking(before, members, [*PAIR])[_NAMES]
    lists = {
        "members": (tr("everybody"), members[[*_NAMES, "assigned_by"]]),
        "additions": (tr("who came into a segment"), came),
        "removals": (tr("who left a segment"), went),
    }
    return [
        csv_part(
            f"{name}.csv",
            frame.sort_values("customer_id"),
            profile="spreadsheet",
            what=what,
        )
        for name, (what, frame) in lists.items()
    ]


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
    before = pd.DataFrame(columns=_NAMES) if previous is None else previous[_NAMES]
    nobody = segments.iloc[:0].assign(reason=None)
    audience = Audience(segments, before, nobody, {})
    manifest: dict[str, Any] = {"destination": "spreadsheet", "next_step": tr(_NEXT)}
    manifest["first_run"] = previous is None
    with whole_folder(folder) as half:
        parts = _lists(audience)
        manifest["files"] = [file for part in parts for file in write_part(part, half)]
        write_record(half / "manifest.json", manifest)
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
    steps = [str(c) for c in counted.columns]
    counted.columns = pd.Index([_ASSIGNED.get(c, c.replace("_", " ")) for c in steps])
    shape = len(counted) + 1, counted.shape[1] + 1
    known = np.zeros(shape, dtype=bool)
    known[:, -1] = True
    cells = two_way(counted.to_numpy(float))
    published = Published(cells.counts, cells.sums, fixed=known.ravel())
    hidden = hide(published, smallest_cell).reshape(shape)[:-1, :-1]
    shown = counted.astype("Int64").mask(hidden)
    shown[header("all")] = counted.sum(axis=1)
    return shown.reset_index(names=header("Segment"))
