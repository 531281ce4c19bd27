"""What results of segmenting show of themselves: structure, contest, verdict, model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from segtools.glance import Glance, Lines, Record
from segtools.joining import sentences
from segtools.languages import header, said_header, tr, trn
from segtools.palette import colour
from segtools.segmentation.figures import FIGURE, interval
from segtools.segmentation.glance_words import said
from segtools.wording import interval as as_interval
from segtools.wording import listed, number, percent, plain, rounded

if TYPE_CHECKING:
    from segtools.segmentation.entries import Contest, Entry
    from segtools.segmentation.how_many import HowMany
    from segtools.segmentation.model import SegmentModel
    from segtools.segmentation.sensitivity import Sensitivity
    from segtools.segmentation.structure import Structure
    from segtools.segmentation.typing_tool.tool import TypingTool


class Verdict(Record):
    """The decision of a run, as ``verdict.json`` keeps it."""

    def _glance(self) -> Glance:
        evidence = self.get("evidence") or {}
        facts: list[tuple[str, object]] = [
            (tr("Customers looked at"), number(evidence.get("rows"))),
            (tr("Segments"), number(self["n_segments"])),
            (tr("Structure"), said("structure", self["structure"])),
            (tr("Worth"), said("worth", self["worth"])),
            (tr("Judged on"), _judged_on(self["judged_on"])),
            (tr("Data adequacy"), said("light", self["adequacy"])),
        ]
        return Glance(
            title=_verdict_title(self["decision"], forced=bool(self["forced"])),
            answer=self["sentence"],
            facts=facts,
            note=sentences([self["structure_sentence"], self["reason"]]),
        )


def _verdict_title(decision: str, *, forced: bool) -> str:
    if decision == "segment":
        return tr("Verdict: segment, by force") if forced else tr("Verdict: segment")
    if forced:
        return tr("Verdict: do not segment, by force")
    return tr("Verdict: do not segment")


def _judged_on(evidence: object) -> str:
    return said("judged on", evidence or "not_judged")


def _heads(*names: str) -> list[str]:
    return [said_header(name) for name in names]


def structure_glance(found: Structure) -> Glance:
    """Show how resamples agree by number of groups, and how many customers decided."""
    evidence = found.evidence
    facts: list[tuple[str, object]] = [
        (tr("Customers looked at"), number(evidence.get("rows"))),
        (tr("left out for gaps"), number(evidence.get("left_out", 0))),
        (
            tr("Features"),
            number(len(evidence["features"]) if "features" in evidence else 0),
        ),
    ]
    if found.label != "constructed":
        facts.append((tr("Groups"), number(found.n_clusters)))
    known = evidence.get("agreement") or {"k": []}
    names = ("k", "median", "low", "high") if known["k"] else ()
    cells = [
        (number(k), rounded(median), as_interval(low, high))
        for k, median, low, high in zip(*(known[n] for n in names), strict=True)
    ]
    head = _heads(
        header("Groups"), header("Agreement"), header("Half of the pairs lie in")
    )
    return Glance(
        title=tr("Structure: {label}", label=said("structure", found.label)),
        answer=found.sentence,
        facts=facts if "rows" in evidence else (),
        lines=Lines(tr("Agreement of resamples (adjusted Rand index)"), head, cells),
        note=found.limits_sentence,
    )


def contest_glance(contest: Contest) -> Glance:
    """Show each scheme's best entry by the figure that decides, the winner first."""
    winner = contest.winner
    facts: list[tuple[str, object]] = [
        (tr("Customers judged"), number(_judged(contest))),
        (tr("Goal"), said("goal", contest.rules.goal)),
        (tr("Judged on"), _judged_on(contest.plan.get("evidence"))),
        (tr("Entries"), number(len(contest.entries))),
    ]
    best = {e.scheme: contest.entry(e.scheme) for e in contest.entries}
    shown = [e for e in best.values() if e is not None]
    shown = [e for e in shown if winner is None or e.scheme != winner.scheme]
    shown.sort(key=lambda e: -float(e.draws[FIGURE][0]))
    shown = [winner, *shown] if winner is not None and winner.draws else shown
    head = _heads(
        header("Scheme"),
        header("What it is"),
        header("Segments"),
        header("Gini"),
        header("95 % interval"),
        header("Over random"),
    )
    cells = [_entry_cells(contest, e) for e in shown]
    lines = Lines(tr("The best entry of each scheme"), head, cells, words=2)
    title = tr("Contest: no winner")
    if winner is not None:
        title = tr("Contest: {winner}", winner=winner.label)
    return Glance(
        title=title,
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
    role = "winner" if entry is contest.winner else entry.role
    kind = said("role in the contest", role)
    if entry.why_not:
        kind = tr("out: {why}", why=entry.why_not)
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
            tr("by rule") if "extra" in s else tr("by the model"),
            number(s["rank"]),
        )
        for s in segments
    ]
    names = {s["segment_id"]: s["name"] for s in segments}
    head = _heads(header("Segment"), header("Id"), header("Assigned"), header("Rank"))
    colours = [colour(s["rank"]) for s in segments]
    facts: list[tuple[str, object]] = [
        (tr("Segments"), number(len(segments))),
        (tr("Features it reads"), number(len(model.features))),
        (tr("Bootstrap models"), number(len(model.replicates))),
    ]
    return Glance(
        title=tr(
            "Segment model: {kind}", kind=said("kind of model", model.payload["kind"])
        ),
        answer=tr(
            "Gives every customer one segment; customers without any order get "
            "{segment}.",
            segment=plain(names.get(model.fallback, model.fallback)),
        ),
        facts=facts,
        lines=Lines(tr("The best first"), head, cells, words=3, colours=colours),
        note=_reads(model),
    )


def _reads(model: SegmentModel) -> str:
    names = [f["name"] for f in model.features]
    asked = tr("It reads no feature.")
    if names:
        asked = tr("It reads {features}.", features=listed(names))
    certain = model.payload["kind"] == "rules"
    return sentences([asked, tr("Its rules are not uncertain.") if certain else ""])


def typing_glance(tool: TypingTool) -> Glance:
    """Show a typing tool's questions, and how sure each of them was chosen."""
    chosen = tool.figures.get("chosen", {})
    cells = [
        (
            q["question"],
            said("kind of question", q["kind"]),
            number(len(q["levels"])),
            _folds(chosen, q["name"]),
        )
        for q in tool.questions
    ]
    facts: list[tuple[str, object]] = [
        (tr("People learned from"), number(tool.figures["n_people"])),
        (tr("Segments"), number(len(tool.segments))),
    ]
    head = _heads(
        header("Question"),
        header("Kind"),
        header("Levels"),
        header("Chosen in folds of 5"),
    )
    return Glance(
        title=trn(
            "Typing tool: {n} question",
            "Typing tool: {n} questions",
            len(tool.questions),
        ),
        answer=tool.sentence,
        facts=facts,
        lines=Lines(tr("Questions, the most telling first"), head, cells, words=2),
    )


def _folds(chosen: Mapping[str, int], name: str) -> str:
    return number(chosen.get(name))


def how_many_glance(found: HowMany) -> Glance:
    """Show what was measured for every number of segments."""
    if found.selection is None:
        return Glance(tr("How many segments: not asked"), found.sentence)
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
    head = _heads(
        header("Segments"),
        header("Agreement"),
        header("Half lie in"),
        header("Least segment"),
        header("Smallest"),
    )
    return Glance(
        title=tr("How many segments: {number}", number=number(found.n_clusters)),
        answer=found.sentence,
        facts=[(tr("Customers"), number(everyone)), (tr("resampled"), number(fitted))],
        lines=Lines(tr("By number of segments"), head, cells),
    )


def sensitivity_glance(found: Sensitivity) -> Glance:
    """Show in how many variants each headline claim holds."""
    claims: list[dict[str, Any]] = found.record["claims"]
    cells = [(c["sentence"], _of(c["holds"], c["of"])) for c in claims]
    done, tried = found.record["n_done"], found.record["n_variants"]
    learned = tr("{n} of {all} learned", n=number(done), all=number(tried))
    facts: list[tuple[str, object]] = [
        (tr("Variants"), learned),
        (tr("Customers"), number(len(found.customers))),
    ]
    head = _heads(header("Claim"), header("Holds in"))
    return Glance(
        title=tr("Sensitivity to other choices"),
        answer=found.sentence,
        facts=facts if tried else (),
        lines=Lines(tr("Headline claims"), head, cells),
    )


def _of(some: int, everything: int) -> str:
    return tr("{n} of {all}", n=number(some), all=number(everything))
