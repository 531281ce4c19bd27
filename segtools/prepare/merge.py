"""One table each from what several sources gave, and how many people they share."""

from __future__ import annotations

from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from segtools.schema import contract_of
from segtools.sources import MATCHES

_DATE = "valid_from"


def merge_tables(kept: dict[str, ir.Table]) -> dict[str, ir.Table]:
    """Merge kept tables by the contract's names.

    Parameters
    ----------
    kept : dict of ibis Tables
        A source's tables stand under the contract's names, those of further sources
        under ``<table>:<source>``.

    Returns
    -------
    dict of ibis Tables
        Rows of tables with a time are put one under the other; attributes of one
        customer are put side by side, under ``<attribute>_<source>`` where an earlier
        source has that name already. They are dated (``valid_from``) only where all
        of them are, from the latest date on.
    """
    names = list(dict.fromkeys(name.partition(":")[0] for name in kept))
    merged = {}
    for name in names:
        own = {n: t for n, t in kept.items() if n.partition(":")[0] == name}
        merged[name] = _beside(own) if contract_of(name).key else _under(own)
    return merged


def _under(tables: dict[str, ir.Table]) -> ir.Table:
    columns: dict[str, Any] = {}
    for table in tables.values():
        for column, kind in table.schema().items():
            columns.setdefault(column, kind)
    filled = [
        table.select(
            **{
                c: table[c].cast(kind) if c in table.columns else ibis.null(kind)
                for c, kind in columns.items()
            }
        )
        for table in tables.values()
    ]
    return reduce(lambda a, b: a.union(b), filled)


def _beside(tables: dict[str, ir.Table]) -> ir.Table:
    return reduce(_joined, [(_source_of(n), t) for n, t in tables.items()])[1]


def _joined(
    left: tuple[str, ir.Table], right: tuple[str, ir.Table]
) -> tuple[str, ir.Table]:
    (_, base), (source, more) = left, right
    taken = {c.lower() for c in base.columns} - {"customer_id", _DATE}
    names = {c: f"{c}_{source}" if c.lower() in taken else c for c in more.columns}
    names["customer_id"] = "customer_id_other"
    names |= {_DATE: f"{_DATE}_other"} if _DATE in more.columns else {}
    other = more.rename({new: old for old, new in names.items()})
    joined = base.outer_join(other, base.customer_id == other.customer_id_other)
    who = joined.customer_id.coalesce(joined.customer_id_other)
    dated = _dated(joined, (base, more)).mutate(customer_id=who)
    return source, dated.drop("customer_id_other")


def _dated(joined: ir.Table, sides: tuple[ir.Table, ir.Table]) -> ir.Table:
    """Date what is put side by side: by the later date, and only where both have one.

    The date of one side would tell when the attributes of the other were known, which
    nobody has said.
    """
    left, right = (_DATE in side.columns for side in sides)
    if not (left and right):
        return joined.drop(*[c for c in (_DATE, f"{_DATE}_other") if c in joined])
    own, other = joined[_DATE], joined[f"{_DATE}_other"]
    late = ibis.ifelse(own > other, own, other)
    both = ibis.ifelse(own.isnull() | other.isnull(), ibis.null("timestamp"), late)
    date = ibis.cases(
        (joined.customer_id.isnull(), other),
        (joined.customer_id_other.isnull(), own),
        else_=both,
    )
    return joined.mutate(**{_DATE: date}).drop(f"{_DATE}_other")


def _source_of(name: str) -> str:
    return name.partition(":")[2].replace(" ", "_")


def match_rates(judged: dict[str, ir.Table]) -> list[dict[str, Any]]:
    """Count how many people of further sources are customers, and by which key.

    Returns
    -------
    list of dict
        One a table of a further source: ``table``, ``people`` (distinct, before the
        origin), ``by_id``, ``by_email``, ``by_phone``, ``none`` and ``rate``.
    """
    return [
        _rate(name, table)
        for name, table in judged.items()
        if "matched" in table.columns
    ]


def _rate(name: str, judged: ir.Table) -> dict[str, Any]:
    seen = judged.filter(
        (judged.reason.isnull()) | (judged.reason.isin(["no_match", "merged"]))
    )
    people = seen.group_by("matched").aggregate(people=seen.person.nunique())
    found = dict(people.to_pandas().itertuples(index=False, name=None))
    total = sum(int(n) for n in found.values())
    counts = {f"by_{key}": int(found.get(key, 0)) for key in MATCHES}
    none = int(found.get("none", 0))
    rate = (total - none) / total if total else None
    return {"table": name, "people": total, **counts, "none": none, "rate": rate}
