"""What changed since the previous run: who moved, who is new, who is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from segtools.records import read_record
from segtools.wording import number, percent

NEW, GONE = "New", "Gone"


def find_previous(folder: Path, project: str, as_of: str) -> Path | None:
    """Find the latest finished run of the same project with a smaller ``as_of``.

    Parameters
    ----------
    folder : Path
        Where the project's runs lie.
    project : str
    as_of : str
        ISO date or date-time of the present run.
    """
    best: tuple[str, Path] | None = None
    if not folder.is_dir():
        return None
    for path in sorted(p for p in folder.iterdir() if (p / "run.json").is_file()):
        run = read_record(path / "run.json")
        same = run.get("project") == project and run.get("state") == "done"
        if same and run["as_of"] < as_of and (best is None or run["as_of"] > best[0]):
            best = (str(run["as_of"]), path)
    return best[1] if best else None


def migration(previous: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Count customers by where they were and where they are.

    Parameters
    ----------
    previous, now : DataFrame
        ``customer_id`` and ``segment`` of both runs.

    Returns
    -------
    DataFrame
        ``from``, ``to``, ``customers``; with *New* and *Gone*, so that both runs'
        totals can be read off it.

    Examples
    --------
    >>> a = pd.DataFrame({"customer_id": ["1", "2"], "segment": ["x", "x"]})
    >>> b = pd.DataFrame({"customer_id": ["2", "3"], "segment": ["y", "y"]})
    >>> migration(a, b).values.tolist()
    [['New', 'y', 1], ['x', 'Gone', 1], ['x', 'y', 1]]
    """
    both = previous[["customer_id", "segment"]].merge(
        now[["customer_id", "segment"]],
        on="customer_id",
        how="outer",
        suffixes=("_from", "_to"),
    )
    both["from"] = both["segment_from"].fillna(NEW)
    both["to"] = both["segment_to"].fillna(GONE)
    counted = both.groupby(["from", "to"]).size().rename("customers").reset_index()
    return counted.sort_values(["from", "to"], ignore_index=True)


def summarise_changes(
    previous: Path | None, now: pd.DataFrame
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Say what changed since the previous run, in one sentence and in flows."""
    if previous is None:
        empty = pd.DataFrame({"from": [], "to": [], "customers": []})
        text = "This is the project's first run; there is nothing to compare with."
        return {
            "first_run": True,
            "sentence": text,
            "previous_as_of": None,
            "flows": [],
        }, empty
    before = pd.read_parquet(previous / "segments.parquet")
    # By id, shown under the present name: a segment that was renamed has not moved.
    present = now.drop_duplicates("segment_id").set_index("segment_id")["segment"]
    # A new segment may bear the name of a retired one: the id tells them apart.
    retired = ~before["segment_id"].isin(present.index)
    double = retired & before["segment"].isin(present)
    before.loc[double, "segment"] += " (" + before.loc[double, "segment_id"] + ")"
    before["segment"] = before["segment_id"].map(present).fillna(before["segment"])
    flows = migration(before, now)
    as_of = str(read_record(previous / "run.json")["as_of"])
    return {
        "first_run": False,
        "sentence": _sentence(flows, as_of),
        "previous_as_of": as_of,
        "flows": flows.to_dict("records"),
    }, flows


def _sentence(flows: pd.DataFrame, as_of: str) -> str:
    def count(rows: pd.Series) -> int:
        return int(flows.loc[rows, "customers"].sum())

    new, gone = flows["from"] == NEW, flows["to"] == GONE
    stayed = flows["from"] == flows["to"]
    moved = ~(new | gone | stayed)
    common = count(stayed | moved)
    share = count(moved) / common if common else 0.0
    return (
        f"Since {as_of}, {number(count(moved))} of {number(common)} customers "
        f"({percent(share)}) changed segment, {number(count(new))} are new and "
        f"{number(count(gone))} are gone."
    )
