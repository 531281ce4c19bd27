"""A view of companies: each customer's account, the one above all, their spend."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.features.attributes import known_before
from segtools.features.catalogue import Window
from segtools.features.shop import Shop
from segtools.features.views import Part, Views, view
from segtools.schema import DataError

# Levels above an account that are looked at; each is one more join.
MOST_LEVELS = 10


@view("accounts", table="accounts", looks="all")
def _accounts(at: Views) -> Part:
    return Part("every_account", at.base("every_account", lambda: _rolled_up(at)))


def roll_up(shop: Shop, window: Window) -> ir.Table:
    """Roll customers up to their accounts and to the account above all of these.

    Parameters
    ----------
    shop : Shop
        With ``accounts``. Rows whose ``valid_from`` is not before the origin are not
        known yet. An account that is its own parent has none.
    window : Window
        Spend is that in the window.

    Returns
    -------
    ibis Table
        One row for each customer with an account: ``customer_id``, ``account_id``,
        ``top_account_id``, ``depth`` (levels below the top), ``account_customers``,
        ``group_customers`` (both with the customer), ``account_spend`` and
        ``group_spend``. It runs in the engine, one join for each of up to 10 levels.

    Raises
    ------
    DataError
        If accounts stand above each other in a circle or on more than 10 levels, or
        one account has two parents.

    Examples
    --------
    >>> import ibis
    >>> orders = ibis.memtable({"customer_id": ["ann"], "amount": [2],
    ...     "ordered_at": ["2024-01-02 10:00"]})
    >>> orders = orders.mutate(ordered_at=orders.ordered_at.cast("timestamp"),
    ...     amount=orders.amount.cast("decimal(18, 4)"), is_return=ibis.literal(False))
    >>> firms = ibis.memtable({"customer_id": ["ann", "bob"],
    ...     "account_id": ["a", "b"], "parent_account_id": ["b", None]})
    >>> shop = Shop({"orders": orders, "accounts": firms}, "UTC")
    >>> found = roll_up(shop, Window(1_710_000_000, 180)).order_by("customer_id")
    >>> found.select("top_account_id", "depth").to_pandas().values.tolist()
    [['b', 1], ['b', 0]]
    """
    return _rolled_up(Views(shop, window))


def _rolled_up(at: Views) -> ir.Table:
    rows = known_before(at.shop.tables["accounts"], at.window.origin)
    tops = _tops(_parents(rows))
    own = rows.select("customer_id", "account_id")
    placed = own.left_join(tops, "account_id").drop("account_id_right")
    joined = placed.left_join(_spend(at), "customer_id").drop("customer_id_right")
    own, group = (ibis.window(group_by=c) for c in ("account_id", "top_account_id"))
    return joined.mutate(
        account_customers=joined.count().over(own),
        group_customers=joined.count().over(group),
        account_spend=joined.spent.sum().over(own).fill_null(0).cast("float64"),
        group_spend=joined.spent.sum().over(group).fill_null(0).cast("float64"),
    ).drop("spent")


def _spend(at: Views) -> ir.Table:
    ledger = at["ledger"]
    return ledger.group_by("customer_id").aggregate(spent=ledger.amount.sum())


def _parents(rows: ir.Table) -> ir.Table:
    """Give one row an account with its one parent, null for itself or none."""
    if "parent_account_id" not in rows.columns:
        rows = rows.mutate(parent_account_id=ibis.null("string"))
    above = rows.parent_account_id.nullif(rows.account_id)
    pairs = rows.select("account_id", above=above)
    parents = pairs.group_by("account_id").aggregate(
        above=pairs.above.max(), least=pairs.above.min()
    )
    twice = parents.filter(parents.above != parents.least)
    for row in twice.order_by("account_id").limit(1).to_pandas().itertuples():
        raise DataError(
            f"accounts must have one parent each, but {row.account_id!r} has "
            f"{row.least!r} and {row.above!r}. Keep one of them."
        )
    return parents.drop("least")


def _tops(parents: ir.Table) -> ir.Table:
    """Climb to the top level by level, everyone at once."""
    climbed = parents.select(
        "account_id",
        at=parents.above.coalesce(parents.account_id),
        depth=parents.above.notnull().ifelse(1, 0),
    )
    step = parents.filter(parents.above.notnull()).select(here="account_id", to="above")
    for _ in range(MOST_LEVELS):
        joined = climbed.left_join(step, [("at", "here")])
        climbed = joined.select(
            "account_id",
            at=joined.to.coalesce(joined["at"]),
            depth=joined.depth + joined.to.notnull().ifelse(1, 0),
        ).view()  # or Ibis would make one join of all, whose columns it cannot find
    _refuse_endless(climbed.filter(climbed.depth > MOST_LEVELS), step)
    return climbed.select("account_id", "depth", top_account_id="at")


def _refuse_endless(endless: ir.Table, step: ir.Table) -> None:
    """Name the circle that some account climbs in, if there is one."""
    first = endless.account_id.min().to_pandas()
    if first is None or first != first:
        return
    above = dict(step.to_pandas().itertuples(index=False, name=None))
    path = [first]
    while path[-1] in above and above[path[-1]] not in path:
        path.append(above[path[-1]])
    if path[-1] not in above:
        raise DataError(
            f"accounts must stand on at most {MOST_LEVELS} levels, but {first!r} has "
            f"{len(path) - 1} accounts above it. Leave levels out."
        )
    circle = path[path.index(above[path[-1]]) :]
    shown = " -> ".join(repr(a) for a in [*circle, circle[0]])
    raise DataError(
        f"parent_account_id must lead to an account without a parent, but it leads "
        f"in a circle: {shown}. Take one of these parents out."
    )
