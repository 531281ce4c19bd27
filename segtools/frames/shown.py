"""How a result looks in a notebook, and as text: the answer first, all escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from segtools.wording import shorten

if TYPE_CHECKING:
    from segtools.frames.result import SegmentResult
    from segtools.plots.display import Display

_NEXT = (
    "Go on with .segments, .personas, .contest, .plot('segments'), .assign(orders) "
    "or .save(folder)."
)


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

    verdict = result.verdict
    decided = "forced" if verdict.record["forced"] else verdict.decision
    words = f"{verdict.structure}, {verdict.worth}: {decided}"
    sizes = sizes_table(result.selection)
    return plots.together(
        plots.finding(verdict.sentence),
        plots.finding(f"Verdict: {words.replace('_', ' ')}."),
        plots.table(sizes, caption=f"Segments as of {result.config.as_of}"),
        plots.table(_columns(result), caption="What was taken for what"),
        plots.findings([account_sentence(result.prepared.cleaned), *result.told]),
        plots.finding(_NEXT),
    )


def _columns(result: SegmentResult) -> pd.DataFrame:
    chosen = result.columns
    return pd.DataFrame(
        {"Ours": list(chosen), "Yours": [shorten(t, 60) for t in chosen.values()]}
    )
