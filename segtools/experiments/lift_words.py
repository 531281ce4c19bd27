"""What a campaign brought, in sentences: everyone, each segment, and a choice by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segtools.experiments.sizes import band_of, signed, size_of
from segtools.joining import sentences
from segtools.languages import mark, markn, tr, trc, trn
from segtools.wording import listed, number, per_cent, shorten

Row = Mapping[str, Any]
# By measure, and by whether it is less.
_LIFTED = {
    ("response", False): mark(
        "{size} more of those who got it responded than of those held back"
    ),
    ("response", True): mark(
        "{size} less of those who got it responded than of those held back"
    ),
    ("spend", False): mark(
        "{size} more was spent by each who got it than by each who was held back"
    ),
    ("spend", True): mark(
        "{size} less was spent by each who got it than by each who was held back"
    ),
}
_NOTHING_FOUND = {
    "response": markn(
        "No segment's lift in responses is beyond chance, with {n} segment tested.",
        "No segment's lift in responses is beyond chance, with {n} segments tested.",
    ),
    "spend": markn(
        "No segment's lift in spend is beyond chance, with {n} segment tested.",
        "No segment's lift in spend is beyond chance, with {n} segments tested.",
    ),
}
_FOUND = {
    "response": markn(
        "Lifts in responses beyond chance, with {n} segment tested: {each}.",
        "Lifts in responses beyond chance, with {n} segments tested: {each}.",
    ),
    "spend": markn(
        "Lifts in spend beyond chance, with {n} segment tested: {each}.",
        "Lifts in spend beyond chance, with {n} segments tested: {each}.",
    ),
}
_DIFFER = {
    "response": mark(
        "Lifts in responses differ between segments beyond chance (Cochran's Q {q}, "
        "p {p})."
    ),
    "spend": mark(
        "Lifts in spend differ between segments beyond chance (Cochran's Q {q}, p {p})."
    ),
}
_ALIKE = {
    "response": mark(
        "That lifts in responses differ between segments is not shown (Cochran's Q "
        "{q}, p {p}): expect the same of all."
    ),
    "spend": mark(
        "That lifts in spend differ between segments is not shown (Cochran's Q {q}, "
        "p {p}): expect the same of all."
    ),
}
# By what came of it, and by whether to treat everyone was the better of the others.
_POLICY = {
    ("same", True): mark(
        "Choosing by segment comes to treating everyone, and brought nothing beyond it."
    ),
    ("same", False): mark(
        "Choosing by segment comes to treating nobody, and brought nothing beyond it."
    ),
    ("better", True): mark(
        "Judged on customers of whom it had not learned, choosing by segment beat "
        "treating everyone by {gain} ({band})."
    ),
    ("better", False): mark(
        "Judged on customers of whom it had not learned, choosing by segment beat "
        "treating nobody by {gain} ({band})."
    ),
    ("worse", True): mark(
        "Judged on customers of whom it had not learned, choosing by segment did worse "
        "than treating everyone, by {gain} ({band})."
    ),
    ("worse", False): mark(
        "Judged on customers of whom it had not learned, choosing by segment did worse "
        "than treating nobody, by {gain} ({band})."
    ),
    ("unsure", True): mark(
        "Judged on customers of whom it had not learned, choosing by segment is not "
        "shown to beat treating everyone: {gain} ({band})."
    ),
    ("unsure", False): mark(
        "Judged on customers of whom it had not learned, choosing by segment is not "
        "shown to beat treating nobody: {gain} ({band})."
    ),
}


def lift_sentences(campaign: Row, currency: str) -> list[str]:
    """Say what a campaign brought: everyone, segments, differences between them."""
    if campaign["design"] == "association":
        return [_associated(campaign)]
    said = []
    for name in ("response", "spend"):
        whole = campaign["everyone"][name]
        if whole["lift"] is None:
            continue
        said.append(_whole(name, whole, currency))
        said.append(_which(name, campaign, currency))
        said.append(_differ(name, campaign["heterogeneity"][name]))
    policy = campaign.get("policy")
    return [
        s for s in [*said, policy_sentence(policy, currency) if policy else ""] if s
    ]


def _whole(name: str, whole: Row, currency: str) -> str:
    """Say what all who got it did beyond those who were held back."""
    what = tr(
        _LIFTED[name, whole["lift"] < 0],
        size=size_of(name, abs(whole["lift"]), currency),
    )
    known = {"what": what, "band": _interval(name, whole, currency)}
    if not whole["found"]:
        return tr("{what} ({band}): that may be chance.", **known)
    extra = number(whole["extra"])
    if name == "response":
        return trn(
            "{what} ({band}), {n} response altogether.",
            "{what} ({band}), {n} responses altogether.",
            round(whole["extra"]),
            n=extra,
            **known,
        )
    paid = f"{extra} {currency}".strip()
    return tr("{what} ({band}), {amount} altogether.", amount=paid, **known)


def _interval(name: str, row: Row, currency: str) -> str:
    return tr("95 % interval {band}", band=band_of(name, row, currency))


def _which(name: str, campaign: Row, currency: str) -> str:
    """Name the segments whose lift is beyond chance, and how many were tested."""
    rows = [r for r in campaign["segments"] if r[name]["lift"] is not None]
    found = [r for r in rows if r[name]["found"]]
    hidden = len(campaign["segments"]) - len(rows)
    small = trn(
        "One segment is too small to be told.",
        "{n} segments are too small to be told.",
        hidden,
    )
    said = trn(*_NOTHING_FOUND[name], len(rows))
    if found:
        each = listed(
            f"{shorten(r['segment'])} ({signed(name, r[name]['lift'], currency)})"
            for r in found
        )
        said = trn(*_FOUND[name], len(rows), each=each)
    return sentences([said, small if hidden else ""])


def _differ(name: str, found: Row | None) -> str:
    if found is None or found["p"] is None:
        return ""
    words = _DIFFER if found["p"] <= 0.05 else _ALIKE
    return tr(words[name], q=number(found["q"], 1), p=_p(found["p"]))


def _p(value: float) -> str:
    if value < 0.001:
        return trc("p-value", "below {limit}", limit=number(0.001, 3))
    return number(value, 3)


def policy_sentence(policy: Row, currency: str) -> str:
    """Say whether choosing by segment beat treating everyone alike."""
    name = "spend" if policy["unit"] == "money" else "response"
    everyone = policy["everyone"] >= 0.5
    if policy["low"] == policy["high"] == 0:
        return tr(_POLICY["same", everyone])
    came, told = "unsure", policy
    if policy["low"] > 0:
        came = "better"
    elif policy["high"] < 0:
        came, told = "worse", _turned(policy)
    return tr(
        _POLICY[came, everyone],
        gain=_gain(name, told["gain"], currency),
        band=_interval(name, told, currency),
    )


def _turned(policy: Row) -> Row:
    """Give a loss as how much worse it is, so that no sign stands beside the word."""
    return {
        "gain": -policy["gain"],
        "low": -policy["high"],
        "high": -policy["low"],
    }


def _gain(name: str, gain: float, currency: str) -> str:
    size = size_of(name, gain, currency)
    # Points are of all customers already; money is of each.
    return size if name == "response" else tr("{amount} a customer", amount=size)


def _associated(campaign: Row) -> str:
    whole = campaign["everyone"]
    if whole["share"] is None:
        return tr("How many responded is hidden, for the sake of a few.")
    rows = [r for r in campaign["segments"] if r["share"] is not None]
    share = _fine(whole["share"])
    if len(rows) < 2:
        return tr("{share} of its receivers who had a segment responded.", share=share)
    best, least = (pick(rows, key=lambda r: r["share"]) for pick in (max, min))
    known = {"share": share, "least": _response(least), "best": _response(best)}
    if campaign["alike_p"] <= 0.05:
        return tr(
            "{share} of its receivers who had a segment responded: from {least} to "
            "{best}, which differs beyond chance.",
            **known,
        )
    return tr(
        "{share} of its receivers who had a segment responded: from {least} to {best}, "
        "which differs no more than by chance.",
        **known,
    )


def _response(row: Row) -> str:
    return f"{_fine(row['share'])} ({shorten(row['segment'])})"


def _fine(share: float) -> str:
    return per_cent(100 * share, 1)
