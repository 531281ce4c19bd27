"""One customer, from raw rows to features: what was seen, what came of it, and why."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir
import pandas as pd

from segtools.features.attributes import VALID_FROM
from segtools.features.build import collect, features_at, supported
from segtools.features.catalogue import Feature, Window, said
from segtools.features.shop import Shop
from segtools.features.views import Views
from segtools.features.words import said_basis, said_unit
from segtools.languages import header, mark, markn, said_header, tr, trn
from segtools.schema import TABLES, DataError
from segtools.timezones import epoch, instant
from segtools.wording import plain

# Rows of a table that are shown; `rows` holds them all.
MOST_SHOWN = 20
_COLUMNS = [
    header("feature"),
    header("value"),
    header("unit"),
    header("basis"),
    header("view"),
    header("rows"),
    header("definition"),
]
_SECOND = "second of the row's time"  # no column has such a name
# Values of the column ``when``; they stay English, since code asks for them.
IN_WINDOW, BEFORE = mark("in the window"), mark("before the window")
UNDATED, NOT_YET = mark("undated"), mark("not known yet")


@dataclass(frozen=True, repr=False)
class Trace:
    """What is known of one customer at an origin; a notebook shows it as tables.

    Attributes
    ----------
    customer_id, as_of : str
    rows : dict of DataFrames
        By table the customer's rows before the origin, the latest last, with ``when``:
        in the window, before it, or undated.
    later : dict
        By table the number of rows from the origin on, which nothing has seen.
    features : DataFrame
        ``feature``, ``value``, ``unit``, ``basis``, ``view``, ``rows`` (of this
        customer in that view) and ``definition``.
    """

    customer_id: str
    as_of: str
    rows: dict[str, pd.DataFrame]
    later: dict[str, int]
    features: pd.DataFrame

    def __repr__(self) -> str:
        """Give everything as plain text."""
        parts = [self._title()]
        for title, frame in self._tables():
            parts += ["", plain(title), _shown(frame).to_string(index=False)]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        """Give everything as HTML; whatever came from the data is escaped."""
        parts = [f"<h3>{html.escape(self._title())}</h3>"]
        for title, frame in self._tables():
            body = _shown(frame).to_html(index=False, border=0, escape=True)
            parts.append(f"<h4>{html.escape(plain(title))}</h4>{body}")
        return "\n".join(parts)

    def _title(self) -> str:
        return tr(
            "Customer {customer} as of {as_of}",
            customer=plain(self.customer_id),
            as_of=self.as_of,
        )

    def _tables(self) -> list[tuple[str, pd.DataFrame]]:
        tables = []
        for name, frame in self.rows.items():
            shown = frame.tail(MOST_SHOWN).assign(when=frame["when"].map(tr))
            tables.append((_rows_of(name, len(frame), self.later.get(name, 0)), shown))
        title = tr("features: {n}", n=len(self.features))
        return [*tables, (title, _readable(self.features))]


def _rows_of(name: str, rows: int, later: int) -> str:
    """Say how many rows of a table are known, shown and not seen."""
    if rows > MOST_SHOWN:
        message = markn(
            "{table}: {n} row, the last {shown}; {later} later ones not seen",
            "{table}: {n} rows, the last {shown}; {later} later ones not seen",
        )
    else:
        message = markn(
            "{table}: {n} row; {later} later ones not seen",
            "{table}: {n} rows; {later} later ones not seen",
        )
    return trn(*message, rows, table=name, shown=MOST_SHOWN, later=later)


def _readable(features: pd.DataFrame) -> pd.DataFrame:
    """Say units, bases and columns; the frame itself keeps its keys."""
    said_words = {
        "unit": features["unit"].map(said_unit),
        "basis": features["basis"].map(said_basis),
    }
    return features.assign(**said_words).rename(columns=said_header)


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Write each cell as one line of plain text."""
    words = frame.astype(object).where(frame.notna(), "")
    return words.map(lambda v: plain(str(v))).rename(columns=lambda c: plain(str(c)))


def trace_customer(
    shop: Shop | Mapping[str, ir.Table],
    customer_id: str,
    *,
    as_of: str,
    window_days: int = 180,
    bases: list[str] | None = None,
    timezone: str = "UTC",
) -> Trace:
    """Show how one customer's features come from their rows.

    The features are computed for everyone and by the same code as in a run, since
    some compare the customer with others; then this customer's are taken.

    Parameters
    ----------
    shop : Shop or dict of ibis Tables
        Kept tables.
    customer_id : str
        Whom to trace.
    as_of : str
        ISO date (its midnight in the shop's zone) or date-time.
    window_days : int, default=180
        How far back features look.
    bases : list of str, optional
        Only these; default all that the data supports.
    timezone : str, default="UTC"
        IANA name, where `shop` is a dict; a `Shop` has its own.

    Returns
    -------
    Trace
        Values are missing where the customer has neither an order before the origin
        nor a row in ``customers``.

    Raises
    ------
    DataError
        If the customer has no row before the origin.

    Examples
    --------
    >>> import ibis
    >>> orders = ibis.memtable({"customer_id": ["ann", "ann"], "amount": [2, 3],
    ...     "ordered_at": ["2024-01-02 10:00", "2024-01-05 10:00"]})
    >>> orders = orders.mutate(ordered_at=orders.ordered_at.cast("timestamp"),
    ...     amount=orders.amount.cast("decimal(18, 4)"), is_return=ibis.literal(False))
    >>> found = trace_customer({"orders": orders}, "ann", as_of="2024-01-05")
    >>> len(found.rows["orders"]), found.later["orders"]
    (1, 1)
    >>> found.features.set_index("feature").loc["n_orders", ["value", "view"]].tolist()
    [1.0, 'orders']
    """
    if not isinstance(shop, Shop):
        shop = Shop(dict(shop), timezone)
    window = Window(epoch(instant(as_of, shop.timezone)), window_days)
    rows = _rows(shop, window, customer_id)
    later = _later(shop, window, customer_id)
    if not any(map(len, rows.values())):
        raise DataError(_unknown(customer_id, as_of, list(shop.tables), later))
    features, _ = supported(shop, bases)
    table = _features(shop, window, features, customer_id)
    seen = {name: frame for name, frame in rows.items() if len(frame) or later[name]}
    return Trace(customer_id, as_of, seen, later, table)


def _unknown(who: str, as_of: str, tables: list[str], later: dict[str, int]) -> str:
    if any(later.values()):
        return (
            f"customer_id must name somebody with rows before {as_of}, but all "
            f"{sum(later.values())} of {who!r} are dated from then on. Move as_of."
        )
    return (
        f"customer_id must name a customer, but {who!r} has no row in {tables}. "
        "Ids are text: check case, blanks and leading zeros."
    )


def _own(table: ir.Table, who: str) -> ir.Table:
    return table.filter(table.customer_id.cast("string") == who)


def _rows(shop: Shop, window: Window, who: str) -> dict[str, pd.DataFrame]:
    tables = shop.before(window.origin).tables
    return {n: _dated(_own(t, who), n, window) for n, t in tables.items()}


def _dated(table: ir.Table, name: str, window: Window) -> pd.DataFrame:
    """Bring rows to pandas in the order of their times, with where these fall."""
    time = TABLES[name].time or VALID_FROM
    if time not in table.columns:
        return table.to_pandas().assign(when=UNDATED)
    frame = table.mutate(**{_SECOND: table[time].epoch_seconds()}).to_pandas()
    frame = frame.sort_values(_SECOND, kind="stable", ignore_index=True)
    second = frame.pop(_SECOND)
    when = (second >= window.start).map({True: IN_WINDOW, False: BEFORE})
    when = when.astype(object).mask(second.isna(), UNDATED)
    return frame.assign(when=when.mask(second >= window.origin, NOT_YET))


def _later(shop: Shop, window: Window, who: str) -> dict[str, int]:
    counts = {}
    for name, table in shop.tables.items():
        time = TABLES[name].time
        own = _own(table, who)
        if time is None or time not in table.columns:
            counts[name] = 0
        else:
            late = own.filter(own[time].epoch_seconds() >= window.origin)
            counts[name] = int(late.count().to_pandas())
    return counts


def _features(
    shop: Shop, window: Window, features: list[Feature], who: str
) -> pd.DataFrame:
    table = features_at(shop, window, features, with_customers=True)
    found = collect(_own(table, who)).to_dict("records")
    values = found[0] if found else {}
    at = Views(shop, window)
    views = sorted({f.over for f in features})
    counts = {v: int(_own(at[v], who).count().to_pandas()) for v in views}
    rows = [
        {
            "feature": f.name,
            "value": values.get(f.name),
            "unit": f.unit,
            "basis": f.basis,
            "view": f.over,
            "rows": counts[f.over],
            "definition": said(f.definition),
        }
        for f in features
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)
