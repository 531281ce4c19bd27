"""What a campaign brought one segment, as its card says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segtools.experiments.sizes import band_of, size_of
from segtools.joining import colon, commas, semicolons
from segtools.languages import mark, tr
from segtools.wording import shorten

Row = Mapping[str, Any]
# By measure, and by whether it is less.
_BROUGHT = {
    ("response", False): mark("{size} more responded ({band})"),
    ("response", True): mark("{size} less responded ({band})"),
    ("spend", False): mark("{size} more of spend a customer ({band})"),
    ("spend", True): mark("{size} less of spend a customer ({band})"),
}
_EXPECTED = {
    ("response", False): mark("{size} more responding"),
    ("response", True): mark("{size} less responding"),
    ("spend", False): mark("{size} more of spend a customer"),
    ("spend", True): mark("{size} less of spend a customer"),
}
_UNITS = {"response": "share", "spend": "money"}


def result_text(campaign: Row, row: Row, currency: str) -> str:
    """Write a segment's result for its card."""
    parts = [
        _brought(name, row[name], currency)
        for name in _UNITS
        if row[name]["lift"] is not None
    ]
    head = _head(campaign)
    return colon(head, semicolons(parts)) if parts else head


def _brought(name: str, own: Row, currency: str) -> str:
    band = band_of(name, own, currency)
    if not own["found"]:
        band = tr("{band}, which may be chance", band=band)
    size = size_of(name, abs(own["lift"]), currency)
    return tr(_BROUGHT[name, own["lift"] < 0], size=size, band=band)


def carried_text(campaign: Row, row: Row, currency: str) -> str:
    """Write what a new segment expects from the segments of its customers then.

    Examples
    --------
    >>> carried_text({"campaign_id": "K1", "sent_from": "2024-09-01"},
    ...              {"share": 0.02, "money": None}, "EUR")
    'K1, 2024-09-01: expect 2.0 points more responding, by the segments its customers \
were in then'
    """
    parts = [
        tr(_EXPECTED[name, row[unit] < 0], size=size_of(name, abs(row[unit]), currency))
        for name, unit in _UNITS.items()
        if row[unit] is not None
    ]
    return tr(
        "{campaign}: expect {lifts}, by the segments its customers were in then",
        campaign=_head(campaign),
        lifts=semicolons(parts),
    )


def _head(campaign: Row) -> str:
    return commas([shorten(campaign["campaign_id"]), campaign["sent_from"]])
