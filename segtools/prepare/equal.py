"""Rows that may equal another one, found by hashes; what they hold decides later."""

from __future__ import annotations

from typing import NamedTuple

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from segtools.prepare.fingerprint import engine_of, row_hash

# So many suspects are looked up by a list, instead of by counting all rows again.
_FEW = 1_000_000
# So many rows are soon compared; more hint at a shop that notes days only.
_RARE = 100_000
# What rows are about: of one customer's, or of one order's, it tells most apart.
_ABOUT = ("product_id", "question", "event", "customer_id")
# So many hashes are sorted in memory (134 MB, thrice for a moment). The engine spills
# where there are more, and is then as quick.
_AT_ONCE = 1 << 24

Hashes = npt.NDArray[np.uint64]


@ibis.udf.scalar.builtin(name="hash")
def _engine_hash(row) -> dt.uint64:  # type: ignore[no-untyped-def,valid-type]
    """Hash a row in 64 bits (DuckDB's own function)."""


class Suspects(NamedTuple):
    """Hashes that more than one row has, in a column ``row``, and of what they are."""

    hashes: ir.Table
    columns: list[str]

    def among(self, rows: ir.Table) -> ir.Value:
        """Tell of each row whether its hash is one of these."""
        return _hash(rows, self.columns).isin(self.hashes.row)


def suspects(rows: ir.Table, columns: list[str]) -> Suspects | None:
    """Find the hashes that more than one row has over `columns`; none, if none has.

    Parameters
    ----------
    rows : ibis Table
        With ``place`` where it lies in DuckDB for many looks.
    columns : list of str
        What makes rows equal.

    Returns
    -------
    Suspects or None
        Equal rows are always among them, and as good as always only those.
    """
    in_memory = "place" in rows.columns and int(rows.count().execute()) <= _AT_ONCE
    if not in_memory:
        return _by_engine(rows, columns)
    # Numbers and times cost a tenth of texts to hash. Rows that agree in all of them,
    # and in one text, are seldom two, unless times are days and amounts are prices.
    narrow = [c for c in columns if _is_narrow(rows[c].type())]
    about = [c for c in _ABOUT if c in columns][:1]
    for some, limit in (([*narrow, *about], _RARE), (columns, _FEW)):
        found, count = _repeated(rows, some)
        if not count:
            return None
        if count <= limit:
            return Suspects(ibis.memtable({"row": found}), some)
    return _by_engine(rows, columns)


def _is_narrow(kind: dt.DataType) -> bool:
    return kind.is_numeric() or kind.is_temporal() or kind.is_boolean()


def _hash(rows: ir.Table, columns: list[str]) -> ir.Value:
    if engine_of(rows) != "duckdb":
        return row_hash(rows, columns)
    # As it is: to make an integer with a sign of it takes as long as hashing numbers.
    return _engine_hash(ibis.struct({c: rows[c] for c in columns}))


def _repeated(rows: ir.Table, columns: list[str]) -> tuple[Hashes, int]:
    """Give the hashes that stand more than once, and how many rows have one of them."""
    hashed = rows.select(row=_hash(rows, columns)).to_pyarrow()
    # In their order equal ones are neighbours.
    ordered = np.sort(hashed.column("row").to_numpy())
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    found = np.unique(again)
    return found, len(again) + len(found)


def _by_engine(rows: ir.Table, columns: list[str]) -> Suspects | None:
    """Do it where the rows are, spilling if it must."""
    hashed = rows.select(row=_hash(rows, columns))
    ordered = hashed.mutate(last=hashed.row.lag().over(order_by=hashed.row))
    again = ordered.filter(ordered.row == ordered.last).select("row").distinct()
    found = again.limit(_FEW + 1).to_pandas()
    if found.empty:
        return None
    if len(found) <= _FEW:
        again = ibis.memtable(found, schema=again.schema())
    return Suspects(again, columns)
