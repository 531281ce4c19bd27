"""Sendings are compared with each other, conversions with the sending before them."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segtools.prepare.merge import merge_tables

ONE = ["campaign_id", "customer_id"]


def last_of_all(names: list[str]) -> list[str]:
    """Order tables so that conversions come when their sendings are known.

    Examples
    --------
    >>> last_of_all(["conversions", "orders", "campaigns:crm"])
    ['orders', 'campaigns:crm', 'conversions']
    """
    return sorted(names, key=lambda n: n.partition(":")[0] == "conversions")


def received(campaigns: ir.Table) -> ir.Value:
    """Tell receivers from those who were held back; who is not marked has got it."""
    if "treated" not in campaigns.columns:
        return ibis.literal(True)
    return campaigns.treated.fill_null(True)


def mark_sendings(judged: ir.Table) -> ir.Table:
    """Mark who got a campaign again, and who is both a receiver and held back.

    Parameters
    ----------
    judged : ibis Table
        Sendings with ``reason``; null is what still stands.

    Returns
    -------
    ibis Table
        Of several sendings of a campaign to one customer only the first stands, and
        none where the customer is in both arms.
    """
    stands = judged.reason.isnull()
    own = {"group_by": [*(judged[c] for c in ONE), stands]}
    both = ibis.literal(False)
    if "treated" in judged.columns:
        arm = received(judged).ifelse(1, 0)
        both = arm.min().over(**own) != arm.max().over(**own)
    # The rest of the row only settles which of two at one instant is the first.
    rest = sorted(set(judged.columns) & {"channel", "cost", "treated"})
    order = [judged.sent_at, *(judged[c] for c in rest)]
    again = ibis.row_number().over(**own, order_by=order) > 0
    label = ibis.cases(
        (~stands, judged.reason),
        (both, "both_arms"),
        (again, "sent_again"),
        else_=ibis.null("string"),
    )
    return judged.mutate(reason=label)


def mark_conversions(judged: ir.Table, sent: ir.Table | None) -> ir.Table:
    """Mark conversions of whom the campaign was not sent to, and those before it was.

    Parameters
    ----------
    judged : ibis Table
        Conversions with ``reason``.
    sent : ibis Table, optional
        Kept sendings, those that were held back included; None where there are none.
    """
    if sent is None:
        label = judged.reason.fill_null("not_sent")
        return judged.mutate(reason=label)
    first = sent.group_by(ONE).aggregate(first_sent=sent.sent_at.min())
    joined = judged.left_join(first, ONE)
    label = ibis.cases(
        (joined.reason.notnull(), joined.reason),
        (joined.first_sent.isnull(), "not_sent"),
        (joined.converted_at < joined.first_sent, "before_sending"),
        else_=ibis.null("string"),
    )
    return joined.mutate(reason=label).select(*judged.columns)


def with_sendings(name: str, judged: ir.Table, kept: dict[str, ir.Table]) -> ir.Table:
    """Hold a table of conversions against the kept sendings of all sources.

    Parameters
    ----------
    name : str
        The table's name; any other than that of conversions passes as it is.
    judged : ibis Table
    kept : dict of ibis Tables
        Kept rows of the tables that were judged before.
    """
    if name.partition(":")[0] != "conversions":
        return judged
    own = {n: t for n, t in kept.items() if n.partition(":")[0] == "campaigns"}
    return mark_conversions(judged, merge_tables(own)["campaigns"] if own else None)
