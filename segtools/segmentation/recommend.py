"""Say when something plainer does as well as the chosen segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segtools.languages import mark, tr
from segtools.segmentation.figures import interval
from segtools.wording import number

if TYPE_CHECKING:
    from segtools.segmentation.entries import Contest, Entry

PLAIN = ("spend_quintiles", "rfm_grid")
_AS_GOOD = {
    "spend_quintiles": mark(
        "Spend quintiles do as well as the chosen segments: neither in ranking "
        "customers (Gini {mine} against {theirs}) nor in telling their outcomes apart "
        "is the difference clear. We recommend them as the plainer way (method: "
        "spend_quintiles)."
    ),
    "rfm_grid": mark(
        "The RFM grid does as well as the chosen segments: neither in ranking "
        "customers (Gini {mine} against {theirs}) nor in telling their outcomes apart "
        "is the difference clear. We recommend it as the plainer way (method: "
        "rfm_grid)."
    ),
}
# Ranking customers, and telling how far apart they are.
_BOTH = ("gini", "eta2_capped")


def as_good(contest: Contest) -> Entry | None:
    """Give the plain way that does as well as the contest's winner.

    It does as well if neither its Gini nor its eta2 (outcome capped at the 99th
    percentile) is clearly lower, by intervals that resample the same customers for
    both, and its Gini is clearly above that of random groups.

    Parameters
    ----------
    contest : Contest
        With its winner.

    Returns
    -------
    Entry or None
        Spend quintiles or the RFM grid, the one with the higher Gini; None where
        neither does as well, one of them was chosen, or nothing was by evidence.
    """
    winner = contest.winner
    if winner is None or not winner.draws or winner.scheme in PLAIN:
        return None
    plain = [e for name in PLAIN if (e := contest.entry(name))]
    equal = [e for e in plain if _as_good(contest, e, winner)]
    return max(equal, key=lambda e: float(e.draws["gini"][0]), default=None)


def _as_good(contest: Contest, plain: Entry, winner: Entry) -> bool:
    above_chance = contest.over(plain, "random")
    if above_chance is None or above_chance["low"] <= 0:
        return False
    behind = [interval(winner.draws[k] - plain.draws[k])["low"] for k in _BOTH]
    return max(behind) <= 0


def recommended(contest: Contest) -> str | None:
    """Name the scheme to use: the plain one that does as well, else the winner.

    Returns
    -------
    str or None
        As ``contest.json`` keeps it; None where nothing was chosen by evidence.
    """
    plain = as_good(contest)
    if plain is not None:
        return plain.scheme
    return contest.winner.scheme if contest.winner else None


def recommendation_sentence(contest: Contest) -> str:
    """Say in one sentence that a plain way does as well; empty where none does."""
    plain, winner = as_good(contest), contest.winner
    if plain is None or winner is None:
        return ""
    mine, theirs = float(plain.draws["gini"][0]), float(winner.draws["gini"][0])
    said = _AS_GOOD[plain.scheme]
    return tr(said, mine=number(mine, 3), theirs=number(theirs, 3))
