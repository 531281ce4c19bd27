"""Claims about features: who lies beyond a quartile of everyone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pandas as pd

from segtools.features.catalogue import registered
from segtools.profiles.cells import mark_hidden, shown
from segtools.profiles.claim import Claim, in_english, nice
from segtools.profiles.never import never_claims
from segtools.profiles.phrases import PHRASES, heading, sentence
from segtools.profiles.profile import Segmented

# Comparison, and the quantile of everyone that it is made with.
QUARTILES = (("ge", 0.75), ("le", 0.25), ("ge", 0.5), ("le", 0.5))
COMPARE: dict[str, Callable[[pd.Series, float], pd.Series]] = {
    "ge": lambda column, value: column >= value,
    "le": lambda column, value: column <= value,
}
# Kinds of attributes that nothing is said about, though they may build segments.
_UNSAID = ("protected", "contact", "consent")
_PREFIX = "attribute_"


def feature_claims(data: Segmented, currency: str) -> list[Claim]:
    """Make a claim for each feature, segment and quartile of everyone.

    Features that build segments, and descriptors that have a phrase of their own.
    What holds for everyone or for nobody is no claim. That customers have not ordered
    yet is one, see `never_claims`.
    """
    frame = data.features.set_index("customer_id")
    segment = data.members.reindex(frame.index)
    claims = never_claims(data)
    for entry in data.catalogue:
        if not _spoken_of(entry, data) or entry["name"] not in frame.columns:
            continue
        column = frame[entry["name"]].dropna()
        if len(column) == 0 or not pd.api.types.is_numeric_dtype(column):
            continue
        kept = list(_comparisons(column, entry["name"]))
        for row in _counted(column, segment, kept, data.smallest_cell):
            op, value = kept[row.level]
            said = _in_words(entry, op, value, data.window.days, currency)
            claims.append(_claim(row, entry, op, value, said))
    return claims


def _spoken_of(entry: dict[str, Any], data: Segmented) -> bool:
    name = str(entry["name"])
    if entry["role"] == "segmentation":
        return data.shop.kind(name.removeprefix(_PREFIX)) not in _UNSAID or (
            not name.startswith(_PREFIX)
        )
    return "over" in entry and name in PHRASES


def _comparisons(column: pd.Series, name: str) -> Iterator[tuple[str, float]]:
    """Give the comparisons that part customers, each once."""
    asked = [(op, nice(float(column.quantile(q)))) for op, q in QUARTILES]
    if name in PHRASES and PHRASES[name].once:
        asked.append(("ge", 1.0))
    for op, value in dict.fromkeys(asked):
        if 0 < COMPARE[op](column, value).sum() < len(column):
            yield op, value


def _counted(
    column: pd.Series, segment: pd.Series, kept: list[tuple[str, float]], limit: int
) -> list[Any]:
    """Count holders by segment and comparison; small cells are left out."""
    own = segment.reindex(column.index)
    sizes = own.value_counts().sort_index()
    pieces = []
    for place, (op, value) in enumerate(kept):
        holds = COMPARE[op](column, value)
        held = holds.groupby(own).sum().reindex(sizes.index)
        piece = pd.DataFrame({"segment_id": sizes.index, "holders": held.to_numpy()})
        pieces.append(piece.assign(level=place, n=sizes.to_numpy(), base=holds.sum()))
    if not pieces:
        return []
    rows = pd.concat(pieces, ignore_index=True).assign(base_n=len(column))
    marked = mark_hidden(rows, level="level", count="holders", limit=limit)
    return list(shown(marked).itertuples(index=False))


def _in_words(
    entry: dict[str, Any], op: str, value: float, days: int, currency: str
) -> dict[str, Any]:
    """Give a claim's words: in English for its place, in the language to be read."""
    say = partial(sentence, op=op, value=value, days=days, currency=currency)
    # The label of the record is in the language of the run.
    labels = {f.name: f.label for f in registered()}
    english = entry | {"label": labels.get(entry["name"], entry["label"])}
    return {"text": in_english(partial(say, english)), "say": partial(say, entry)}


def _claim(
    row: Any, entry: dict[str, Any], op: str, value: float, said: dict[str, Any]
) -> Claim:
    topic, aspect = heading(entry, op)
    return Claim(
        segment_id=str(row.segment_id),
        topic=topic,
        holders=int(row.holders),
        n=int(row.n),
        base_holders=int(row.base),
        base_n=int(row.base_n),
        computation={
            "table": "features",
            "column": entry["name"],
            "op": op,
            "value": value,
        },
        aspect=aspect,
        **said,
    )
