"""What results of segmenting show of themselves: structure, contest, verdict, model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segtools.glance import Glance, Lines, Record
from segtools.palette import colour
from segtools.segmentation.figures import FIGURE, interval
from segtools.wording import interval as as_interval
from segtools.wording import listed, number, percent, plain, rounded

if TYPE_CHECKING:
    from segtools.segmentation.entries import Contest, Entry
    from segtools.segmentation.how_many import HowMany
    from segtools.segmentation.model import SegmentModel
    from segtools.segmentation.sensitivity import Sensitivity
    from segtools.segmentation.structure import Structure
    from segtools.segmentation.typing_tool.tool import TypingTool

_WORTH = {
    "proved": "proved",
    "not_proved": "not proved",
    "not_judged": "could not be judged",
}
_EVIDENCE = {
    "out_of_time": "a later period",
    "cross_fitted": "other customers of the same period",
    "not_judged": "nothing",
}


class Verdict(Record):
    """The decision of a run, as ``verdict.json`` keeps it."""

    def _glance(self) -> Glance:
        forced = ", by force" if self["forced"] else ""
        word = "segment" if self["decision"] == "segment" else "do not segment"
        evidence = self.get("evidence") or {}
        facts: list[tuple[str, object]] = [
            ("Customers looked at", number(evidence.get("rows"))),
            ("Segments", number(self["n_segments"])),
            ("Structure", self["structure"]),
            ("Worth", _WORTH.get(self["worth"], self["worth"])),
            ("Judged on", _judged_on(self["judged_on"])),
            ("Data adequacy", self["adequacy"]),
        ]
        return Glance(
            title=f"Verdict: {word}{forced}",
            answer=self["sentence"],
            facts=facts,
            note=f"{self['structure_sentence']} {self['reason']}".strip(),
        )


def _judged_on(evidence: object) -> str:
    return _EVIDENCE.get(str(evidence), plain(evidence or "nothing"))


def structure_glance(found: Structure) -> Glance:
    """Show how resamples agree by number of groups, and how many customers decided."""
    evidence = found.evidence
    facts: list[tuple[str, object]] = [
        ("Customers looked at", number(evidence.get("rows"))),
        ("left out for gaps", number(evidence.get("left_out", 0))),
        (
            "Features",
            number(len(evidence["features"]) if "features" in evidence else 0),
        ),
    ]
    if found.label != "constructed":
        facts.append(("Groups", number(found.n_clusters)))
    known = evidence.get("agreement") or {"k": []}
    names = ("k", "median", "low", "high") if known["k"] else ()
    cells = [
        (number(k), rounded(median), as_interval(low, high))
        for k, median, low, high in zip(*(known[n] for n in names), strict=True)
    ]
    head = ("Groups", "Agreement", "Half of the pairs lie in")
    return Glance(
        title=f"Structure: {found.label}",
        answer=found.sentence,
        facts=facts if "rows" in evidence else (),
        lines=Lines("Agreement of resamples (adjusted Rand index)", head, cells),
        note=found.limits_sentence,
    )


def contest_glance(contest: Contest) -> Glance:
    """Show each scheme's best entry by the figure that decides, the winner first."""
    winner = contest.winner
    facts: list[tuple[str, object]] = [
        ("Customers judged", number(_judged(contest))),
        ("Goal", contest.rules.goal.replace("_", " ")),
        ("Judged on", _judged_on(contest.plan.get("evidence"))),
        ("Entries", number(len(contest.entries))),
    ]
    best = {e.scheme: contest.entry(e.scheme) for e in contest.entries}
    shown = [e for e in best.values() if e is not None]
    shown = [e for e in shown if winner is None or e.scheme != winner.scheme]
    shown.sort(key=lambda e: -float(e.draws[FIGURE][0]))
    shown = [winner, *shown] if winner is not None and winner.draws else shown
    head = ("Scheme", "What it is", "Segments", "Gini", "95 % interval", "Over random")
    cells = [_entry_cells(contest, e) for e in shown]
    lines = Lines("The best entry of each scheme", head, cells, words=2)
    return Glance(
        title=f"Contest: {winner.label if winner else 'no winner'}",
        answer=contest.reason,
        facts=facts,
        lines=lines,
        note=str(contest.plan.get("sentence", "")),
    )


def _judged(contest: Contest) -> int | None:
    """Count the customers judged: those of all splits, the same for every entry."""
    counts = [sum(len(j) for _, j in e.labels) for e in contest.entries if e.labels]
    return max(counts, default=0) or None


def _entry_cells(contest: Contest, entry: Entry) -> tuple[str, ...]:
    gini = interval(entry.draws[FIGURE])
    over = contest.over(entry, "random")
    kind = "winner" if entry is contest.winner else entry.role
    if entry.why_not:
        kind = f"out: {entry.why_not}"
    return (
        entry.label,
        kind,
        number(entry.n_segments),
        number(gini["value"], 3),
        as_interval(gini["low"], gini["high"], lambda v: number(v, 3)),
        "" if over is None else number(over["value"], 3),
    )


def model_glance(model: SegmentModel) -> Glance:
    """Show the segments of a frozen model, and what it reads."""
    segments = sorted(model.every, key=lambda s: s["rank"])
    cells = [
        (
            s["name"],
            s["segment_id"],
            "by rule" if "extra" in s else "by the model",
            number(s["rank"]),
        )
        for s in segments
    ]
    names = {s["segment_id"]: s["name"] for s in segments}
    head = ("Segment", "Id", "Assigned", "Rank")
    colours = [colour(s["rank"]) for s in segments]
    facts: list[tuple[str, object]] = [
        ("Segments", number(len(segments))),
        ("Features it reads", number(len(model.features))),
        ("Bootstrap models", number(len(model.replicates))),
    ]
    return Glance(
        title=f"Segment model: {model.payload['kind']}",
        answer="Gives every customer one segment; customers without any order get "
        f"{plain(names.get(model.fallback, model.fallback))}.",
        facts=facts,
        lines=Lines("The best first", head, cells, words=3, colours=colours),
        note=_reads(model),
    )


def _reads(model: SegmentModel) -> str:
    names = [f["name"] for f in model.features]
    asked = f"It reads {listed(names)}." if names else "It reads no feature."
    certain = model.payload["kind"] == "rules"
    return f"{asked} Its rules are not uncertain." if certain else asked


def typing_glance(tool: TypingTool) -> Glance:
    """Show a typing tool's questions, and how sure each of them was chosen."""
    chosen = tool.figures.get("chosen", {})
    cells = [
        (q["question"], q["kind"], number(len(q["levels"])), _folds(chosen, q["name"]))
        for q in tool.questions
    ]
    facts: list[tuple[str, object]] = [
        ("People learned from", number(tool.figures["n_people"])),
        ("Segments", number(len(tool.segments))),
    ]
    head = ("Question", "Kind", "Levels", "Chosen in folds of 5")
    many = len(tool.questions)
    return Glance(
        title=f"Typing tool: {number(many)} question{'s' * (many != 1)}",
        answer=tool.sentence,
        facts=facts,
        lines=Lines("Questions, the most telling first", head, cells, words=2),
    )


def _folds(chosen: Mapping[str, int], name: str) -> str:
    return number(chosen.get(name))


def how_many_glance(found: HowMany) -> Glance:
    """Show what was measured for every number of segments."""
    if found.selection is None:
        return Glance("How many segments: not asked", found.sentence)
    fitted, everyone = found.selection.rows
    rows = found.selection.table().to_dict("records")
    cells = [
        (
            number(r["k"]),
            rounded(r["median"]),
            as_interval(r["low"], r["high"]),
            rounded(r["weakest"]),
            percent(r["smallest_share"]),
        )
        for r in rows
    ]
    head = ("Segments", "Agreement", "Half lie in", "Least segment", "Smallest")
    return Glance(
        title=f"How many segments: {number(found.n_clusters)}",
        answer=found.sentence,
        facts=[("Customers", number(everyone)), ("resampled", number(fitted))],
        lines=Lines("By number of segments", head, cells),
    )


def sensitivity_glance(found: Sensitivity) -> Glance:
    """Show in how many variants each headline claim holds."""
    claims: list[dict[str, Any]] = found.record["claims"]
    cells = [(c["sentence"], f"{c['holds']} of {c['of']}") for c in claims]
    done, tried = found.record["n_done"], found.record["n_variants"]
    facts: list[tuple[str, object]] = [("Variants", f"{done} of {tried} learned")]
    return Glance(
        title="Sensitivity to other choices",
        answer=found.sentence,
        facts=[*facts, ("Customers", number(len(found.customers)))] if tried else (),
        lines=Lines("Headline claims", ("Claim", "Holds in"), cells),
    )
