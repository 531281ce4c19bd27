"""What the feature catalogue shows of itself: its bases, and what the data lacks."""

from __future__ import annotations

from typing import Any

from segtools.features.words import said_basis
from segtools.glance import Glance, Lines, Record
from segtools.joining import commas
from segtools.languages import tr, trn
from segtools.wording import listed, number, plain

_MOST_NAMED = 4


class Catalogue(Record):
    """The features of a run, as ``feature_catalogue.json`` keeps them."""

    def _glance(self) -> Glance:
        features, left_out = self["features"], self["left_out"]
        building = [f for f in features if f["role"] == "segmentation"]
        facts: list[tuple[str, object]] = [
            (tr("Features"), number(len(features))),
            (tr("Days in the window"), number(self["window_days"])),
            (tr("Left out"), number(len(left_out))),
        ]
        head = (tr("Basis"), tr("For example"), tr("Features"), tr("Build segments"))
        bases = sorted({str(f["basis"]) for f in features})
        cells = [_basis(basis, features) for basis in bases]
        return Glance(
            title=trn(
                "Feature catalogue: {n} feature",
                "Feature catalogue: {n} features",
                len(features),
            ),
            answer=trn(
                "{n} of them builds segments; the others describe them.",
                "{n} of them build segments; the others describe them.",
                len(building),
            ),
            facts=facts,
            lines=Lines(tr("Features by basis"), head, cells, words=2),
            note=_lacking(left_out),
        )


def _basis(basis: str, features: list[dict[str, Any]]) -> tuple[str, str, str, str]:
    own = [f for f in features if str(f["basis"]) == basis]
    building = [f for f in own if f["role"] == "segmentation"]
    example = (building or own)[0]["label"]
    return said_basis(basis), example, number(len(own)), number(len(building))


def _lacking(left_out: dict[str, list[str]]) -> str:
    """Say which features the data does not support, and what they lack."""
    if not left_out:
        return ""
    named = [
        f"{plain(name)} ({commas(map(plain, lacks))})"
        for name, lacks in list(left_out.items())[:_MOST_NAMED]
    ]
    more = len(left_out) - _MOST_NAMED
    many = [trn("{n} more", "{n} more", more)] if more > 0 else []
    names = listed([*named, *many])
    return tr("Left out, for what the data lacks: {names}.", names=names)
