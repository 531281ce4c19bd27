"""What changed since the previous run: who moved, who is new, who is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from segtools.disclosure import LIMIT
from segtools.history.flows import GONE, NEW, publish_flows
from segtools.records import read_record
from segtools.wording import listed, number, percent


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


def moves(previous: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Say of each customer of two runs where they were and where they are.

    Parameters
    ----------
    previous, now : DataFrame
        ``customer_id`` and ``segment`` of both runs.

    Returns
    -------
    DataFrame
        ``customer_id``, ``from`` (*New* for who was not there) and ``to`` (*Gone* for
        who is not there any more), by customer_id.

    Examples
    --------
    >>> a = pd.DataFrame({"customer_id": ["1", "2"], "segment": ["x", "x"]})
    >>> b = pd.DataFrame({"customer_id": ["2", "3"], "segment": ["y", "y"]})
    >>> moves(a, b).values.tolist()
    [['1', 'x', 'Gone'], ['2', 'x', 'y'], ['3', 'New', 'y']]
    """
    both = previous[["customer_id", "segment"]].merge(
        now[["customer_id", "segment"]],
        on="customer_id",
        how="outer",
        suffixes=("_from", "_to"),
    )
    both["from"] = both["segment_from"].fillna(NEW)
    both["to"] = both["segment_to"].fillna(GONE)
    found = both[["customer_id", "from", "to"]]
    return found.sort_values("customer_id", ignore_index=True)


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
        totals can be read off it. Nothing is hidden: `summarise_changes` gives what
        may be shown.

    Examples
    --------
    >>> a = pd.DataFrame({"customer_id": ["1", "2"], "segment": ["x", "x"]})
    >>> b = pd.DataFrame({"customer_id": ["2", "3"], "segment": ["y", "y"]})
    >>> migration(a, b).values.tolist()
    [['New', 'y', 1], ['x', 'Gone', 1], ['x', 'y', 1]]
    """
    return _counted(moves(previous, now))


def summarise_changes(
    previous: Path | None, now: pd.DataFrame, *, smallest_cell: int = LIMIT
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Say what changed since the previous run, in one sentence and in flows.

    Parameters
    ----------
    previous : Path or None
        The previous run's folder; None on a first run.
    now : DataFrame
        This run's segments, as ``segments.parquet`` holds them.
    smallest_cell : int, default=10
        Flows of fewer customers are hidden, with what would give them away.

    Returns
    -------
    record : dict
        What ``changes.json`` keeps: ``sentence``, ``flows`` (``customers`` None where
        hidden) and ``totals`` (who stayed, moved, is new, is gone).
    moves : DataFrame
        One row a customer, as ``migration.parquet`` keeps it (see `moves`).
    """
    if previous is None:
        text = "This is the project's first run; there is nothing to compare with."
        record = {"first_run": True, "sentence": text, "previous_as_of": None}
        nobody = pd.DataFrame(columns=["customer_id", "from", "to"], dtype="str")
        return record | {"flows": []}, nobody
    found = moves(_before(previous, now), now)
    order = now.sort_values("segment_id")["segment"].unique().tolist()
    flows, totals = publish_flows(_counted(found), smallest_cell, order)
    as_of = str(read_record(previous / "run.json")["as_of"])
    return {
        "first_run": False,
        "sentence": _sentence(totals, as_of),
        "previous_as_of": as_of,
        "flows": flows.astype(object).where(flows.notna(), None).to_dict("records"),
        "totals": totals,
    }, found


def _before(previous: Path, now: pd.DataFrame) -> pd.DataFrame:
    """Read the previous run's segments under their present names."""
    before = pd.read_parquet(previous / "segments.parquet")
    # By id, shown under the present name: a segment that was renamed has not moved.
    present = now.drop_duplicates("segment_id").set_index("segment_id")["segment"]
    # A new segment may bear the name of a retired one: the id tells them apart.
    retired = ~before["segment_id"].isin(present.index)
    double = retired & before["segment"].isin(present)
    before.loc[double, "segment"] += " (" + before.loc[double, "segment_id"] + ")"
    before["segment"] = before["segment_id"].map(present).fillna(before["segment"])
    return before


def _counted(found: pd.DataFrame) -> pd.DataFrame:
    counted = found.groupby(["from", "to"]).size().rename("customers").reset_index()
    return counted.sort_values(["from", "to"], ignore_index=True)


def _sentence(totals: dict[str, int | None], as_of: str) -> str:
    """Say what may be said of who moved, came and went, and what may not."""
    stayed, moved = totals["stayed"], totals["moved"]
    said, silent = [], []
    if moved is None:
        silent.append("changed segment")
    elif stayed is None:
        said.append(f"{number(moved)} customers changed segment")
    else:
        common = stayed + moved
        share = percent(moved / common if common else 0.0)
        of = f"{number(moved)} of {number(common)} customers ({share})"
        said.append(f"{of} changed segment")
    for name in ("new", "gone"):
        count = totals[name]
        if count is None:
            silent.append(f"are {name}")
        else:
            said.append(f"{number(count)} are {name}")
    kept = f"Since {as_of}, {listed(said)}." if said else f"Since {as_of}:"
    if not silent:
        return kept
    return f"{kept} How many {listed(silent)} is hidden, for the sake of a few."
