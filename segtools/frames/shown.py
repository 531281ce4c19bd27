"""How a result looks in a notebook, and as text: the answer first, all escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from segtools.languages import header, mark, markc, tr, trc
from segtools.wording import shorten

if TYPE_CHECKING:
    from segtools.frames.result import SegmentResult
    from segtools.frames.verdict import Verdict
    from segtools.plots.display import Display

_NEXT = mark(
    "Go on with .segments, .personas, .contest, .plot('segments'), .assign(orders) "
    "or .save(folder)."
)
# The words of a verdict for its keys.
_STRUCTURE = {
    "natural": markc("structure", "natural"),
    "reproducible": markc("structure", "reproducible"),
    "constructed": markc("structure", "constructed"),
}
_WORTH = {
    "proved": markc("worth", "proved"),
    "not_proved": markc("worth", "not proved"),
    "not_judged": markc("worth", "not judged"),
}
_DECISION = {
    "forced": markc("decision", "forced"),
    "segment": markc("decision", "segment"),
    "do_not_segment": markc("decision", "do not segment"),
}


def shown(result: SegmentResult) -> Display:
    """Show verdict, segments, and what was taken for what.

    Parameters
    ----------
    result : SegmentResult
        Names of columns and segments may hold anything: they are escaped.
    """
    from segtools import plots
    from segtools.prepare.save import account_sentence
    from segtools.segmentation.selection import sizes_table

    caption = tr("Segments as of {as_of}", as_of=result.config.as_of)
    return plots.together(
        plots.finding(result.verdict.sentence),
        plots.finding(_verdict(result.verdict)),
        plots.table(sizes_table(result.selection), caption=caption),
        plots.table(_columns(result), caption=tr("What was taken for what")),
        plots.findings([account_sentence(result.prepared.cleaned), *result.told]),
        plots.finding(tr(_NEXT)),
    )


def _verdict(verdict: Verdict) -> str:
    decided = "forced" if verdict.record["forced"] else verdict.decision
    return tr(
        "Verdict: {structure}, {worth}: {decision}.",
        structure=trc("structure", _STRUCTURE[verdict.structure]),
        worth=trc("worth", _WORTH[verdict.worth]),
        decision=trc("decision", _DECISION[decided]),
    )


def _columns(result: SegmentResult) -> pd.DataFrame:
    chosen = result.columns
    theirs = [shorten(t, 60) for t in chosen.values()]
    return pd.DataFrame({header("Ours"): list(chosen), header("Yours"): theirs})
