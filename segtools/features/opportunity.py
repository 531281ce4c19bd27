"""Opportunity: what customers who spend alike buy, and this one does not.

Peers are the customers of the same tenth of spend on known categories in the window;
equal spend has equal peers, and everyone is a peer of themselves.
"""

from __future__ import annotations

import ibis.expr.types as ir

from segtools.features.catalogue import Window, feature


@feature(
    "category_gap",
    basis="opportunity",
    over="peers",
    unit="categories",
    label="Usual categories not bought",
    definition="Categories that more than half of the customers of the same tenth of "
    "spend bought in the window and this one did not.",
    direction="more",
    needs=("category",),
    role="descriptor",
)
def category_gap(peers: ir.Table, window: Window) -> ir.Value:
    """Count what is missing from what is usual."""
    return (peers.usuals.max() - peers.usual.sum()).cast("float64")


@feature(
    "opportunity_spend",
    basis="opportunity",
    over="peers",
    unit="money",
    label="Spend that peers would place elsewhere",
    definition="Sum over categories of what the customer's spend in the window would "
    "be with the shares of the same tenth of spend, less what it is, where that is "
    "above 0.",
    direction="more",
    needs=("category",),
    role="descriptor",
)
def opportunity_spend(peers: ir.Table, window: Window) -> ir.Value:
    """Sum what falls short of the peers' shares, bought categories and others."""
    short = peers.gap.sum().cast("float64")
    # The peers' shares add up to 1: the rest is what they spend on what is missing.
    missing = peers.whole.max().cast("float64") - peers.expected.sum().cast("float64")
    return (short + missing) / peers.peers_total.max().cast("float64")
