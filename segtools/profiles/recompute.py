"""Compute a statement again from a run's files alone, without the code that made it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.records import read_record
from segtools.schema import ConfigError, DataError, did_you_mean
from segtools.timezones import epoch, instant

# What each operation asks of a customer; a closed list.
OPS = {
    "ge": "the column of features.parquet is at least the value",
    "le": "the column of features.parquet is at most the value",
    "eq": "the column of features.parquet or of the table is the value",
    "missing": "the column of features.parquet has no value",
    "bought": "a purchase of the window has the value in the column",
    "did": "an event of the window (of those named in `events`, if any) has the value",
    "answered": "the latest answer to the question (the column) is the value",
}
_DAY = 86_400


def recompute(run_dir: str | Path, statement: Mapping[str, Any] | str) -> pd.Series:
    """Compute a statement's figures again from the files of its run.

    Read are ``segments.parquet``, and ``features.parquet`` or the one cleaned table
    that the statement's ``computation`` names. The rules are these: a share is of
    those of the segment of whom the thing is known (features, attributes and answers)
    or of all of them (purchases and events); windows end at the run's ``as_of``.

    Parameters
    ----------
    run_dir : str or Path
        Folder of a run that has its cards.
    statement : mapping or str
        A statement of ``personas.json``, or its id, such as ``"S01-03"``.

    Returns
    -------
    Series
        ``share``, ``n``, ``base_share`` and ``base_n``.

    Raises
    ------
    ConfigError
        If no statement has that id, or it is no evidence: interviews and assumptions
        have nothing to compute.
    DataError
        If the cleaned table is not in the folder.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> people = pd.DataFrame({"customer_id": ["a", "b", "c", "d"]})
    >>> people.assign(segment_id=["S01", "S01", "S02", "S02"]).to_parquet(
    ...     folder / "segments.parquet")
    >>> people.assign(n_orders=[5, 1, 1, None]).to_parquet(
    ...     folder / "features.parquet")
    >>> asked = {"table": "features", "column": "n_orders", "op": "ge", "value": 2}
    >>> found = recompute(folder, {"segment_id": "S01", "computation": asked})
    >>> found.round(2).to_dict()
    {'share': 0.5, 'n': 2.0, 'base_share': 0.33, 'base_n': 3.0}
    """
    path = Path(run_dir)
    told = _statement(path, statement) if isinstance(statement, str) else statement
    if not told.get("computation"):
        raise ConfigError(
            "statement must be evidence, but it is of the kind "
            f"{told.get('kind')!r}, which no data supports. Choose another."
        )
    holds = holders(path, told["computation"])
    segment = _segments(path)
    own = holds[segment.reindex(holds.index) == told["segment_id"]]
    return pd.Series(
        {
            "share": own.sum() / len(own),
            "n": len(own),
            "base_share": holds.sum() / len(holds),
            "base_n": len(holds),
        }
    )


def holders(run_dir: str | Path, computation: Mapping[str, Any]) -> pd.Series:
    """Say for each customer of whom it is known whether a computation holds.

    Parameters
    ----------
    run_dir : str or Path
    computation : mapping
        Of a statement: ``table``, ``column``, ``op`` and ``value``; with ``bought``
        and ``did`` also ``window_days``, and where they say so ``events`` (only rows of
        these) and ``of: known`` (shares of those of whom the column is known).

    Returns
    -------
    Series of bool
        By ``customer_id``.
    """
    path, op = Path(run_dir), str(computation["op"])
    if op not in OPS:
        raise ConfigError(
            f"op must be one of {', '.join(OPS)}, but it is {op!r}. "
            f"{did_you_mean(op, OPS)}"
        )
    everyone = _segments(path).index
    if op == "bought":
        rows = _in_window(path, computation, "ordered_at")
        return _among(everyone, rows[~rows["is_return"].astype(bool)], computation)
    if op == "did":
        rows = _in_window(path, computation, "occurred_at")
        if computation.get("events"):
            rows = rows[rows["event"].isin(computation["events"])]
        return _among(everyone, rows, computation)
    if op == "answered":
        return _answered(path, computation, everyone)
    return _compared(path, computation, everyone)


def _compared(path: Path, asked: Mapping[str, Any], everyone: pd.Index) -> pd.Series:
    frame = _read(path, asked["table"]).set_index("customer_id")
    column = frame[asked["column"]].reindex(everyone)
    if asked["op"] == "missing":
        return column.isna()
    known = column.dropna()
    if asked["op"] == "eq":
        return known.map(_written) == asked["value"]
    if asked["op"] == "ge":
        return known.ge(asked["value"])
    return known.le(asked["value"])


def _written(value: Any) -> str:
    """Write 3.0 as 3: whole numbers become fractions where others are missing."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value)


def _answered(path: Path, asked: Mapping[str, Any], everyone: pd.Index) -> pd.Series:
    rows = _read(path, "answers")
    rows = rows[(rows["question"] == asked["column"])]
    rows = rows[rows["customer_id"].isin(everyone)]
    if "answered_at" in rows.columns:
        last = rows.groupby("customer_id")["answered_at"].transform("max")
        rows = rows[last.isna() | (rows["answered_at"] == last)]
    who = pd.Index(rows["customer_id"].unique())
    return _among(who, rows.rename(columns={"answer": asked["column"]}), asked)


def _among(who: pd.Index, rows: pd.DataFrame, asked: Mapping[str, Any]) -> pd.Series:
    hits = rows.loc[rows[asked["column"]] == asked["value"], "customer_id"]
    if asked.get("of") == "known":
        known = rows.loc[rows[asked["column"]].notna(), "customer_id"]
        who = who[who.isin(known.unique())]
    return pd.Series(who.isin(hits.unique()), index=who)


def _in_window(path: Path, asked: Mapping[str, Any], time: str) -> pd.DataFrame:
    run = read_record(path / "run.json")
    origin = epoch(instant(str(run["as_of"]), str(run["timezone"])))
    start = origin - int(asked["window_days"]) * _DAY
    ends = [pd.Timestamp(second, unit="s") for second in (start, origin)]
    rows = _read(path, asked["table"])
    return rows[(rows[time] >= ends[0]) & (rows[time] < ends[1])]


def _segments(path: Path) -> pd.Series:
    frame = pd.read_parquet(path / "segments.parquet")
    return frame.set_index("customer_id")["segment_id"]


def _read(path: Path, table: str) -> pd.DataFrame:
    file = path / f"{table}.parquet"
    if table != "features":
        file = path / "tables" / f"{table}.parquet"
    if not file.exists():
        raise DataError(
            f"A run must hold tables/{file.name} to compute this again, but "
            f"{path.name} does not. Run it again where the tables are files, or ask "
            "the server with the query that lies there."
        )
    return pd.read_parquet(file)


def _statement(path: Path, wanted: str) -> dict[str, Any]:
    cards = read_record(path / "personas.json")["segments"]
    found = {s["id"]: s for card in cards for s in card["statements"]}
    if wanted not in found:
        raise ConfigError(
            f"statement must be the id of one, but {wanted!r} is none. "
            f"{did_you_mean(wanted, found)}"
        )
    return found[wanted]
