"""From a caller's frames to the typed tables of a source, in an engine of our own."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from segtools.config import TableFile
from segtools.frames.accept import Given, unreadable
from segtools.frames.columns import Found, find_columns, find_customer, is_named
from segtools.frames.pandas_frame import nameless_time
from segtools.frames.times import refuse_no_times, settle_zone
from segtools.languages import trn
from segtools.private_folder import private_folder, remove_folder
from segtools.schema import MONEY, TABLES, DataError
from segtools.sources import Opened, connect, land
from segtools.sources.files import match_columns
from segtools.sources.formats.text import typed

if TYPE_CHECKING:
    import pyarrow as pa

_AS_READ = "times of the frame, text as ISO 8601"


class Engine:
    """A DuckDB of this process that spills into a folder of its own, then removes it.

    Nothing is written while the data fits into the limit.
    """

    def __init__(self, memory_limit: str) -> None:
        folder = private_folder("copy")
        self.con = connect(folder, memory_limit)
        self._end = weakref.finalize(self, remove_folder, folder)


@dataclass(frozen=True)
class Ids:
    """Everybody's id as text, and the same as it was given."""

    texts: pd.Index
    given: pa.ChunkedArray

    def of(self, texts: pd.Series) -> pa.Array | None:
        """Give the ids as they were given; None if one is not among them."""
        import pyarrow as pa

        places = self.texts.get_indexer(pd.Index(texts))
        if (places < 0).any():
            return None
        return self.given.take(pa.array(places)).combine_chunks()


@dataclass(frozen=True)
class Accepted:
    """A caller's frames as a source: typed tables, not yet judged.

    Attributes
    ----------
    given : Given
        The orders as the caller gave them.
    found : Found
        Which column was taken for what.
    timezone : str
        The zone of days and hours.
    opened : Opened
        What sources give.
    raw : dict of ibis Tables
        The chosen columns as they were given, under our names: what `save` writes.
    told : tuple of str
        Everything that was decided for the caller, a sentence each.
    people : str
        The column of ids in the frame of customers; empty without one.
    """

    given: Given
    found: Found
    timezone: str
    opened: Opened
    raw: dict[str, ir.Table]
    engine: Engine = field(repr=False)
    ids: Ids = field(repr=False)
    told: tuple[str, ...] = ()
    people: str = ""

    @property
    def con(self) -> ibis.BaseBackend:
        """The engine's connection."""
        return self.engine.con

    def like_given(self, frame: pd.DataFrame) -> Any:
        """Give a frame with ``customer_id`` in the caller's library and type of ids.

        Ids stay text where some were made by us or are not of the orders' own type.
        """
        return self.given.like(frame, self.ids.of(frame["customer_id"]))


def accept(
    orders: Given,
    customers: Given | None,
    named: Mapping[str, str | None],
    timezone: str | None,
    memory_limit: str,
) -> Accepted:
    """Find the columns, bring them into an engine of our own and type them.

    Parameters
    ----------
    orders, customers : Given
    named : mapping
        Our columns to theirs, as the caller says.
    timezone : str or None
        IANA name; None takes the zone that the times carry.
    memory_limit : str
        What the engine may take.

    Raises
    ------
    ConfigError, DataError
        In one sentence that names the caller's own column.
    """
    found = find_columns(orders.headers, _with_index(orders, named))
    engine = Engine(memory_limit)
    raw, kinds, told = _landed(engine.con, orders, found.chosen)
    when = found.chosen["ordered_at"]
    refuse_no_times(raw, when, orders.library)
    where, said = settle_zone(timezone, kinds["ordered_at"], when)
    raw = _with_amount(raw, found)
    tables = {found.table: raw}
    told = (*orders.told, *told, *found.told, *([said] if said else []))
    people = ""
    if customers is not None:
        people = find_customer(customers.headers, named.get("customer_id"))
        tables["customers"], more = _people(engine.con, customers, people)
        told = (*told, *more)
    opened = _opened(engine.con, tables, where)
    ids, more = _ids(engine.con, list(tables.values()), where)
    mine = replace(orders, who=found.chosen["customer_id"])
    told = (*told, *more)
    return Accepted(mine, found, where, opened, tables, engine, ids, told, people)


def _with_index(
    orders: Given, named: Mapping[str, str | None]
) -> Mapping[str, str | None]:
    """Take an index of times that has no name where no column is named like a time."""
    if orders.library != "pandas" or "ordered_at" in named:
        return named
    index = nameless_time(orders.frame)
    if index is None or is_named("ordered_at", orders.headers):
        return named
    return {**named, "ordered_at": index}


def _landed(
    con: ibis.BaseBackend, frame: Given, chosen: Mapping[str, str]
) -> tuple[ir.Table, dict[str, Any], tuple[str, ...]]:
    """Read columns once into the engine, whatever their library."""
    from ibis.util import gen_name

    stream, told = frame.read(chosen)
    kinds = dict(zip(stream.schema.names, stream.schema.types, strict=True))
    here, name = con.con, gen_name("stream")  # type: ignore[attr-defined]
    here.register(name, stream)
    try:
        table = con.create_table(gen_name("given"), con.table(name), temp=True)
    except Exception as error:
        raise unreadable(frame.what, frame.library, error) from None
    finally:
        here.unregister(name)
    if int(table.count().execute()) == 0:
        raise DataError(
            f"{frame.what} must hold rows, but the frame is empty. Load it again."
        )
    return table, kinds, told


def _with_amount(raw: ir.Table, found: Found) -> ir.Table:
    """Make the amount of quantity and price, where the table's contract would not."""
    if found.table != "orders" or "amount" in raw.columns:
        return raw
    for ours in ("quantity", "unit_price"):
        if not raw[ours].type().is_numeric():
            raise DataError(
                f"orders must hold numbers in {found.chosen[ours]!r} to say what was "
                f"paid, but it holds values of type {raw[ours].type()}. Make them "
                "numbers, or name what was paid: amount=..."
            )
    paid = raw.quantity.cast("float64") * raw.unit_price.try_cast(MONEY)
    return raw.mutate(amount=paid.try_cast(MONEY)).drop("quantity", "unit_price")


def _people(
    con: ibis.BaseBackend, customers: Given, own: str
) -> tuple[ir.Table, tuple[str, ...]]:
    """Bring a frame of customers in: who they are, and everything else of them."""
    others = [h for h in customers.headers if h != own]
    names = ["customer_id", *others]
    alike = [n for i, n in enumerate(names) if n.lower() in _lower(names[:i])]
    if alike:
        raise DataError(
            f"customers must have columns that differ by more than case, but "
            f"{alike[0]!r} stands twice. Rename one."
        )
    chosen = dict(zip(names, [own, *others], strict=True))
    table, _, told = _landed(con, customers, chosen)
    return table, (*customers.told, *told)


def _lower(names: list[str]) -> set[str]:
    return {name.lower() for name in names}


def _opened(
    con: ibis.BaseBackend, tables: Mapping[str, ir.Table], timezone: str
) -> Opened:
    """Type the tables as those of files are, so that both give the same."""
    made = {}
    for name, raw in tables.items():
        chosen = match_columns(raw.columns, {}, name)
        file = TableFile(path="")
        made[name] = land(con, typed(raw, chosen, TABLES[name], file, timezone), name)
    return Opened(
        tables=made, landed=frozenset(made), read_as=dict.fromkeys(made, _AS_READ)
    )


def _ids(
    con: ibis.BaseBackend, tables: list[ir.Table], timezone: str
) -> tuple[Ids, tuple[str, ...]]:
    """List everybody's id as text and as it was given."""
    kind = tables[0].customer_id.type()
    pieces = []
    for raw in tables:
        both = raw.select("customer_id", given=raw.customer_id.try_cast(kind))
        file, chosen = TableFile(path=""), {"customer_id": "customer_id"}
        named = typed(both, chosen, TABLES["customers"], file, timezone)
        pieces.append(named.select("customer_id", "given"))
    every = pieces[0] if len(pieces) == 1 else pieces[0].union(pieces[1])
    known = every.filter(every.customer_id.notnull() & every.given.notnull())
    grouped = known.group_by("customer_id").aggregate(
        given=known.given.min(), ways=known.given.nunique()
    )
    rows = con.to_pyarrow(grouped)
    ids = Ids(pd.Index(rows["customer_id"].to_pylist()), rows["given"])
    several = sum(n > 1 for n in rows["ways"].to_pylist())
    if not several:
        return ids, ()
    told = trn(
        "{n} customer's ids are written in more than one way, which differ in blanks "
        "or type only; each is one customer.",
        "{n} customers' ids are written in more than one way, which differ in blanks "
        "or type only; each is one customer.",
        several,
    )
    return ids, (told,)
