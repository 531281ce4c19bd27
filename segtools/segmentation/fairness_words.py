"""A look at a protected attribute, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any

from segtools.joining import one_sentence
from segtools.languages import markn, tr, trn
from segtools.wording import number, plain, plural_of, rounded

# Above, the variables together stand in for the attribute; below, the four-fifths
# rule speaks of adverse impact.
PROXY = 0.7
FOUR_FIFTHS = 0.8


def fairness_sentence(row: Mapping[str, Any], k_min: int) -> str:
    """Say how closely segments follow an attribute.

    Parameters
    ----------
    row : mapping
        As `fairness_table` has it; groups are named as they are to be read.
    k_min : int
        Groups of fewer customers are left out.
    """
    name = plain(row["attribute"])
    if row["n_groups"] < 2:
        return trn(
            "{attribute}: not shown, since fewer than two groups have {n} customer or "
            "more.",
            "{attribute}: not shown, since fewer than two groups have {n} customers or "
            "more.",
            k_min,
            attribute=name,
        )
    follows = tr(
        "{attribute}: segments follow it with a Cramér's V of {v} (95 % interval {low} "
        "to {high}; about {chance} by chance)",
        attribute=name,
        v=rounded(row["cramers_v"]),
        low=rounded(row["low"]),
        high=rounded(row["high"]),
        chance=rounded(row["by_chance"]),
    )
    said = [follows, _guess(row)]
    if not isnan(row["four_fifths"]):
        said.append(_evenness(row))
    if row["n_hidden"]:
        said.append(
            trn(
                "{n} smaller group is left out",
                "{n} smaller groups are left out",
                row["n_hidden"],
            )
        )
    return one_sentence(said)


def _guess(row: Mapping[str, Any]) -> str:
    auc = number(row["proxy_auc"], 2)
    if row["proxy_auc"] > PROXY:
        return tr(
            "the segmentation variables guess it with an AUC of {auc}, so together "
            "they stand in for it",
            auc=auc,
        )
    return tr("the segmentation variables guess it with an AUC of {auc}", auc=auc)


def _evenness(row: Mapping[str, Any]) -> str:
    ratio = row["four_fifths"]
    return trn(
        *(_BELOW if ratio < FOUR_FIFTHS else _NOT_BELOW),
        plural_of(ratio, 2),
        n=number(ratio, 2),
        group=plain(row["least_favoured"]),
    )


_BELOW = markn(
    "{group} is in favourable segments {n} time as often as the most favoured group, "
    "below four fifths",
    "{group} is in favourable segments {n} times as often as the most favoured group, "
    "below four fifths",
)
_NOT_BELOW = markn(
    "{group} is in favourable segments {n} time as often as the most favoured group, "
    "not below four fifths",
    "{group} is in favourable segments {n} times as often as the most favoured group, "
    "not below four fifths",
)
