"""What changed since the previous run: who moved, who is new, who is gone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from segtools.disclosure import LIMIT
from segtools.history.flows import GONE, NEW
from segtools.history.money import money_words, total
from segtools.history.movement import Movement
from segtools.history.published import publish_movement
from segtools.history.reasons import CHANGED, NOISE, REDRAWN
from segtools.history.snapshot import Snapshot
from segtools.joining import clauses, sentences
from segtools.languages import mark, markn, tr, trc, trn
from segtools.wording import number, percent, short_day

FIRST = mark("This is the project's first run; there is nothing to compare with.")
_MEANS = {
    CHANGED: markn(
        "{n} changed what they do ({money} now)",
        "{n} changed what they do ({money} now)",
    ),
    REDRAWN: markn(
        "{n} stand where lines were redrawn ({money} now)",
        "{n} stand where lines were redrawn ({money} now)",
    ),
    NOISE: markn(
        "{n} are noise: no model is sure of them ({money} now)",
        "{n} are noise: no model is sure of them ({money} now)",
    ),
}
_SPENT = {
    "stayed": mark("Who stayed spent {then} before and {now} now."),
    "moved": mark("Who changed segment spent {then} before and {now} now."),
}
_COUNTED = {
    "moved": markn("{n} customers changed segment", "{n} customers changed segment"),
    "new": markn("{n} are new", "{n} are new"),
    "gone": markn("{n} are gone", "{n} are gone"),
}
# After a range other languages inflect otherwise than after either of its ends.
_BETWEEN = {
    "moved": mark("between {low} and {high} customers changed segment"),
    "new": mark("between {low} and {high} are new"),
    "gone": mark("between {low} and {high} are gone"),
}
# {n} is of how many: the noun stands by it.
_MOVED_OF = markn(
    "{moved} of {n} customer ({share}) changed segment",
    "{moved} of {n} customers ({share}) changed segment",
)
_HIDDEN = {
    ("moved",): mark("How many changed segment is hidden, for the sake of a few."),
    ("new",): mark("How many are new is hidden, for the sake of a few."),
    ("gone",): mark("How many are gone is hidden, for the sake of a few."),
    ("moved", "new"): mark(
        "How many changed segment and are new is hidden, for the sake of a few."
    ),
    ("moved", "gone"): mark(
        "How many changed segment and are gone is hidden, for the sake of a few."
    ),
    ("new", "gone"): mark(
        "How many are new and are gone is hidden, for the sake of a few."
    ),
    ("moved", "new", "gone"): mark(
        "How many changed segment, are new and are gone is hidden, for the sake of a "
        "few."
    ),
}


def migration(previous: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Count customers by where they were and where they are.

    Parameters
    ----------
    previous, now : DataFrame
        ``customer_id`` and ``segment`` of both runs.

    Returns
    -------
    DataFrame
        ``from``, ``to``, ``customers``; with *New* and *Gone*, so that both runs'
        totals can be read off it. Nothing is hidden: `summarise_changes` gives what
        may be shown.

    Examples
    --------
    >>> a = pd.DataFrame({"customer_id": ["1", "2"], "segment": ["x", "x"]})
    >>> b = pd.DataFrame({"customer_id": ["2", "3"], "segment": ["y", "y"]})
    >>> migration(a, b).values.tolist()
    [['New', 'y', 1], ['x', 'Gone', 1], ['x', 'y', 1]]
    """
    both = previous[["customer_id", "segment"]].merge(
        now[["customer_id", "segment"]],
        on="customer_id",
        how="outer",
        suffixes=("_from", "_to"),
    )
    ends = {"from": both["segment_from"].fillna(NEW)}
    found = both.assign(**ends, to=both["segment_to"].fillna(GONE))
    counted = found.groupby(["from", "to"]).size().rename("customers").reset_index()
    return counted.sort_values(["from", "to"], ignore_index=True)


def first_changes() -> dict[str, Any]:
    """Give what ``changes.json`` keeps on a first run."""
    return {
        "first_run": True,
        "sentence": tr(FIRST),
        "previous_as_of": None,
        "flows": [],
        "reasons": [],
        "reasons_sentence": "",
    }


def summarise_changes(
    old: Snapshot | None,
    new: Snapshot,
    movement: Movement | None,
    *,
    smallest_cell: int = LIMIT,
) -> dict[str, Any]:
    """Say what changed since the previous run, in sentences, flows and money.

    Parameters
    ----------
    old : Snapshot or None
        The previous run; None on a first run.
    new : Snapshot
        This one.
    movement : Movement or None
        As `find_movement` gives it.
    smallest_cell : int, default=10
        Flows of fewer customers are hidden, with what would give them away.

    Returns
    -------
    dict
        What ``changes.json`` keeps: ``sentence``, ``reasons_sentence`` (why they
        moved), ``ends`` (customers and money of both runs), ``sizes`` (of the segments
        of both), and what
        `publish_movement` gives.
    """
    if old is None or movement is None:
        return first_changes()
    order = list(movement.alignment.names.values())
    told = publish_movement(movement.rows, order, limit=smallest_cell)
    currency = str(new.config.get("currency", ""))
    return {
        "first_run": False,
        "sentence": _sentence(told, old.as_of),
        "reasons_sentence": _reasons_sentence(told, movement.why_not, currency),
        "previous_as_of": old.as_of,
        "ends": {
            "before": _end(old, movement, "from"),
            "now": _end(new, movement, "to"),
        },
        "sizes": {
            "before": _sizes(movement, "from", order, smallest_cell),
            "now": _sizes(movement, "to", order, smallest_cell),
        },
    } | told


def _sizes(
    movement: Movement, side: str, order: list[str], limit: int
) -> list[dict[str, Any]]:
    """Count the segments of one of the runs, as its own pages do."""
    there = movement.rows[movement.rows[f"{side}_id"].notna()]
    sizes = there[side].value_counts()
    return [
        {"segment": n, "customers": int(sizes[n]) if sizes[n] >= limit else None}
        for n in order
        if n in sizes.index
    ]


def _end(run: Snapshot, movement: Movement, side: str) -> dict[str, Any]:
    """Count a run's customers and money; the flows of it add up to them."""
    column = "value_before" if side == "from" else "value_now"
    paid = movement.rows[column].dropna()
    return {
        "as_of": run.as_of,
        "customers": len(run.segments),
        "value": str(total(paid)),
    }


def money_sentences(changes: Mapping[str, Any], currency: str = "") -> list[str]:
    """Say with which money customers stayed, moved, came and left.

    Parameters
    ----------
    changes : mapping
        The record of changes.json.
    currency : str, default=""

    Returns
    -------
    list of str
        Money of a group whose count is hidden is hidden, too.
    """
    if changes["first_run"]:
        return []
    ends, groups = changes["ends"], changes["money"]
    before, now = (Decimal(ends[k]["value"]) for k in ("before", "now"))
    said = [
        tr(
            "Everybody together spent {now} in the window before {today}, and {before} "
            "in the one before {then}.",
            now=money_words(now, currency),
            today=short_day(ends["now"]["as_of"]),
            before=money_words(before, currency),
            then=short_day(ends["before"]["as_of"]),
        )
    ]
    for name, sentence in _SPENT.items():
        then, today = (groups[name][v] for v in ("value_before", "value_now"))
        if today is not None:
            paid = (money_words(value, currency) for value in (then, today))
            said.append(tr(sentence, **dict(zip(("then", "now"), paid, strict=True))))
    came, left = groups["new"]["value_now"], groups["gone"]["value_before"]
    if came is not None and left is not None:
        said.append(
            tr(
                "Newcomers brought {came}; who is gone had spent {left}.",
                came=money_words(came, currency),
                left=money_words(left, currency),
            )
        )
    return said


def _sentence(told: Mapping[str, Any], as_of: str) -> str:
    """Say what may be said of who moved, came and went, and what may not."""
    parts = {"moved": _moved(told)} | {n: _part(told, n) for n in ("new", "gone")}
    said = [words for words in parts.values() if words]
    silent = tuple(name for name, words in parts.items() if not words)
    kept = tr("Since {day}:", day=short_day(as_of))
    if said:
        kept = tr("Since {day}, {said}.", day=short_day(as_of), said=clauses(said))
    return sentences([kept, tr(_HIDDEN[silent]) if silent else ""])


def _moved(told: Mapping[str, Any]) -> str:
    """Say how many changed segment, of how many where both may be told."""
    stayed, moved = (told["totals"][name] for name in ("stayed", "moved"))
    if moved is None or stayed is None:
        return _part(told, "moved")
    common = stayed + moved
    share = percent(moved / common if common else 0.0)
    return trn(*_MOVED_OF, common, moved=number(moved), share=share)


def _part(told: Mapping[str, Any], name: str) -> str:
    """Say one total of a movement; nothing where it is hidden."""
    count = told["totals"][name]
    if count is not None:
        return trn(*_COUNTED[name], count)
    ends = _ends(told, name)
    return tr(_BETWEEN[name], **ends) if ends else ""


def _ends(told: Mapping[str, Any], name: str) -> dict[str, str] | None:
    """Give the range of a hidden total; a record of before there were any has none."""
    ends = told.get("between", {}).get(name)
    return ends and dict(zip(("low", "high"), map(number, ends), strict=True))


def count_words(told: Mapping[str, Any], name: str) -> str | None:
    """Give a total of a movement in words: its number, a range, or None.

    Parameters
    ----------
    told : mapping
        As `publish_movement` gives it.
    name : str
        ``stayed``, ``moved``, ``new`` or ``gone``.

    Examples
    --------
    >>> told = {"totals": {"moved": None, "new": 12}, "between": {"moved": (90, 99)}}
    >>> count_words(told, "moved"), count_words(told, "new")
    ('between 90 and 99', '12')
    """
    count = told["totals"][name]
    if count is not None:
        return number(count)
    ends = _ends(told, name)
    return trc("count", "between {low} and {high}", **ends) if ends else None


def _reasons_sentence(told: Mapping[str, Any], why_not: str, currency: str) -> str:
    """Say why customers moved, with their money now, as far as it may be said."""
    if why_not:
        return tr("Why customers moved cannot be told: {why}.", why=why_not)
    moved = told["totals"]["moved"]
    if moved == 0:
        return tr("Nobody moved, so there is nothing to explain.")
    said = clauses(
        trn(
            *_MEANS[r["label"]],
            r["customers"],
            money=money_words(r["value_now"], currency),
        )
        for r in told["reasons"]
        if r["customers"]
    )
    if not said:
        return tr("Why customers moved is hidden, for the sake of a few.")
    whole = tr("Of those who changed segment, {said}.", said=said)
    if moved is not None:
        whole = trn(
            "Of {n} who changed segment, {said}.",
            "Of {n} who changed segment, {said}.",
            moved,
            said=said,
        )
    hides = any(r["customers"] is None for r in told["reasons"])
    hidden = tr("What concerns a few is hidden.") if hides else ""
    return sentences([whole, hidden])
