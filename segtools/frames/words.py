"""What a run says of its tables, in the words of the caller's own frame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import ibis.expr.types as ir

from segtools.config import RunConfig
from segtools.frames.names import ARGUMENTS
from segtools.frames.orders import Accepted
from segtools.schema import TABLES, DataError, parts_of_error
from segtools.wording import number, shorten

_BROKEN = ("may break the contract", "must have readable times", "must have rows to")
_MAPPED = re.compile(r"the columns? mapped to (\w+)")
_READABLE = {
    "ordered_at": "times in ISO 8601, such as 2024-01-31 or 2024-01-31 18:05",
    "cancelled_at": "times in ISO 8601, such as 2024-01-31 or 2024-01-31 18:05",
    "is_return": "yes or no",
    "is_test": "yes or no",
}
_LINES = {
    "pandas": "orders[{c!r}] = pd.to_datetime(orders[{c!r}], format='%d.%m.%Y')",
    "polars": "orders = orders.with_columns(pl.col({c!r}).str.to_datetime('%d.%m.%Y'))",
}


class Lost(NamedTuple):
    """Rows whose value in one of our columns is missing, or cannot be read."""

    ours: str
    rows: int
    example: str  # empty where the value is missing


@contextmanager
def in_their_words(accepted: Accepted, config: RunConfig) -> Iterator[None]:
    """Say what stops a run with the names of the frame's own columns.

    Raises
    ------
    DataError
        In the place of one that speaks of files and mappings.
    """
    try:
        yield
    except DataError as error:
        raise DataError(_theirs(str(error), accepted, config)) from None


def _theirs(said: str, accepted: Accepted, config: RunConfig) -> str:
    if said.startswith("customers ") and "more than once" in said:
        rule, who = parts_of_error(said)[0], accepted.people
        line = f"customers.drop_duplicates({who!r}) of pandas does"
        return f"{rule} Keep one row for each {who!r}, as {line}."
    own = said.startswith(accepted.found.table) and any(b in said for b in _BROKEN)
    lost = _most_lost(accepted) if own else None
    if lost is None:
        return _renamed(said, accepted)
    theirs = accepted.found.chosen.get(lost.ours, lost.ours)
    rows = int(_orders(accepted).count().execute())
    return _sentence(lost, theirs, rows, (accepted, config))


def _orders(accepted: Accepted) -> ir.Table:
    return accepted.opened.tables[accepted.found.table]


def _most_lost(accepted: Accepted) -> Lost | None:
    """Find the column that most rows lack, or in which they cannot be read."""
    table = _orders(accepted)
    noted = table.filter(table.unreadable.notnull())
    noted = noted.mutate(ours=noted.unreadable.split(" ")[0])
    counted = noted.group_by("ours").aggregate(
        rows=noted.count(), some=noted.unreadable.min()
    )
    found = [
        Lost(ours, int(rows), some.removeprefix(f"{ours} "))
        for ours, rows, some in counted.to_pandas().itertuples(index=False, name=None)
    ]
    known = table.filter(table.unreadable.isnull())
    required = TABLES[accepted.found.table].required
    missing = known.aggregate(**{c: known[c].isnull().sum() for c in required})
    found += [
        Lost(str(ours), int(rows or 0), "")
        for ours, rows in missing.to_pandas().fillna(0).iloc[0].items()
    ]
    worst = max(found, key=lambda lost: (lost.rows, lost.ours))
    return worst if worst.rows else None


def _sentence(
    lost: Lost, theirs: str, rows: int, about: tuple[Accepted, RunConfig]
) -> str:
    accepted, config = about
    of = f"{number(lost.rows)} of {number(rows)} rows"
    if lost.example:
        what = _READABLE.get(lost.ours, "numbers, such as 1250.50")
        return (
            f"orders must hold {what} in {theirs!r}, but {of} do not, such as "
            f"{shorten(lost.example, 60)}. {_mend(lost.ours, theirs, accepted)}"
        )
    remedy = "Drop those rows"
    if lost.ours == "customer_id":
        remedy = "If these are orders of guests pass guests='drop'"
    if lost.ours in ARGUMENTS:
        remedy += f", or name another column: {ARGUMENTS[lost.ours]}=..."
    return (
        f"orders may lack {theirs!r} in at most {config.quarantine_limit:.0%} of the "
        f"rows, but {of} lack it. {remedy}{'' if remedy.endswith('.') else '.'}"
    )


def _mend(ours: str, theirs: str, accepted: Accepted) -> str:
    if ours == "ordered_at":
        lines = _LINES.get(accepted.given.library, _LINES["pandas"])
        return f"Read them by their own format first: {lines.format(c=theirs)}."
    if ours in ARGUMENTS:
        return f"Make them so, or name another column: {ARGUMENTS[ours]}=..."
    return f"Make them so, or leave the column out: columns={{{ours!r}: None}}."


def _renamed(said: str, accepted: Accepted) -> str:
    """Name the frame's own columns where a sentence speaks of ours."""
    chosen = accepted.found.chosen

    def own(match: re.Match[str]) -> str:
        theirs = chosen.get(match[1])
        return f"the column {theirs!r}" if theirs else match[0]

    named = _MAPPED.sub(own, said)
    rule, remedy = parts_of_error(named)
    ours = [c for c in ("customer_id", "ordered_at", "amount") if c in chosen]
    lacking = [
        c for c in ours if re.search(rf"\b{c}\b", said) and repr(chosen[c]) not in named
    ]
    if not lacking or not remedy:
        return named
    means = " and ".join(f"{c} is {chosen[c]!r} here" for c in lacking)
    return f"{rule[:-1]} ({means}). {remedy}"
