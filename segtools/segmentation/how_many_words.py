"""What a run measured of numbers of segments, in sentences for people."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segtools.joining import commas, sentences
from segtools.languages import mark, tr, trn
from segtools.segmentation.stability.pairs import MAY_MOVE
from segtools.segmentation.stability.strength import ENOUGH, strong_k
from segtools.wording import number, percent, rounded

VALID, FIRM = 0.75, 0.85  # Hennig's guideline for the bootstrap Jaccard
_FOUND_AGAIN = {
    "firmly": mark(
        "Among the customers drawn, the least segment is found again firmly: "
        "cluster-wise Jaccard {jaccard}, dissolved in {dissolved} of {resamples} "
        "resamples ({valid} is valid, {firm} firm)."
    ),
    "well": mark(
        "Among the customers drawn, the least segment is found again well enough: "
        "cluster-wise Jaccard {jaccard}, dissolved in {dissolved} of {resamples} "
        "resamples ({valid} is valid, {firm} firm)."
    ),
    "weakly": mark(
        "Among the customers drawn, the least segment is found again weakly: "
        "cluster-wise Jaccard {jaccard}, dissolved in {dissolved} of {resamples} "
        "resamples ({valid} is valid, {firm} firm)."
    ),
}


def how_many_sentences(record: dict[str, Any]) -> list[str]:
    """Say in sentences what was measured, the suggestion first.

    Parameters
    ----------
    record : dict
        As `how_many_record` gives it.
    """
    if record["rows"] is None:
        return [record["sentence"]]
    rows = pd.DataFrame(record["by_number"])
    return [
        record["sentence"],
        _doubling(rows, record["starts"]),
        _halves(rows),
        _least(pd.DataFrame(record["by_segment"])),
        _ambiguous(record["ambiguous_pairs"]),
        *_other_notes(rows, record["notes"]),
    ]


def _moved(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the numbers of segments for which twice the starts change the answer."""
    return rows[rows["moved"] > MAY_MOVE]


def _other_notes(rows: pd.DataFrame, notes: list[str]) -> list[str]:
    """Leave out what `_doubling` says: where there is such a note, it is the last."""
    return notes if _moved(rows).empty else notes[:-1]


def _doubling(rows: pd.DataFrame, starts: int) -> str:
    most = rounded(rows["moved"].max())
    moved = _moved(rows)
    if moved.empty:
        return trn(
            "{n} start is enough: twice as many move the median agreement by at most "
            "{most}.",
            "{n} starts are enough: twice as many move the median agreement by at most "
            "{most}.",
            starts,
            most=most,
        )
    return trn(
        "With twice the {n} start the median agreement moves by more than {may_move} "
        "for {numbers} segments (at most {most}): there it is not settled.",
        "With twice the {n} starts the median agreement moves by more than {may_move} "
        "for {numbers} segments (at most {most}): there it is not settled.",
        starts,
        may_move=rounded(MAY_MOVE),
        numbers=commas(number(k) for k in moved["k"]),
        most=most,
    )


def _halves(rows: pd.DataFrame) -> str:
    k = strong_k(rows)
    if k < 2:
        return tr(
            "One half of the customers does not predict the other half's company: the "
            "highest prediction strength is {strength} ({enough} was asked).",
            strength=rounded(rows["strength"].max()),
            enough=rounded(ENOUGH),
        )
    return trn(
        "One half of the customers predicts the other half's company for up to {n} "
        "segment (prediction strength {strength}, {enough} was asked).",
        "One half of the customers predicts the other half's company for up to {n} "
        "segments (prediction strength {strength}, {enough} was asked).",
        k,
        strength=rounded(rows.loc[rows["k"] == k, "strength"].iloc[0]),
        enough=rounded(ENOUGH),
    )


def _least(rows: pd.DataFrame) -> str:
    least = rows.loc[rows["jaccard"].idxmin()]
    value = float(least["jaccard"])
    key = "firmly" if value >= FIRM else "well" if value >= VALID else "weakly"
    found = tr(
        _FOUND_AGAIN[key],
        jaccard=rounded(value),
        dissolved=number(least["dissolved"]),
        resamples=number(least["resamples"]),
        valid=rounded(VALID),
        firm=rounded(FIRM),
    )
    border = tr(
        "Half of its customers have a shadow value of {shadow} or more (1 is the "
        "border).",
        shadow=rounded(least["shadow"]),
    )
    return sentences([found, border])


def _ambiguous(share: float) -> str:
    return tr(
        "{share} of all pairs of customers come together neither nearly always nor "
        "nearly never when subsamples are clustered (PAC).",
        share=percent(share),
    )
