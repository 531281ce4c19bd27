"""Words for one model, as `why` needs them: labels of features, names of segments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segtools.languages import tr, trc, trn
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.one import compiled
from segtools.segmentation.phrases import all_of
from segtools.segmentation.spot import Values, is_known
from segtools.wording import plain, rounded

MOST = 3


class Writer:
    """Words for one model: labels of features, names of segments."""

    def __init__(self, model: SegmentModel, labels: dict[str, str], name: str) -> None:
        self.model, self.labels, self.name = model, labels, name
        self.payload = model.payload

    def feature(self, name: str) -> str:
        """Give a feature's label, harmless on any page of text."""
        return plain(self.labels.get(name, name))

    def value(self, name: str, values: Values) -> str:
        """Give a feature and its value."""
        value = values[name]
        said = plain(value) if isinstance(value, str) else trc("value", "not known")
        if is_known(value) and not isinstance(value, str):
            said = rounded(value)
        return tr("{feature} {value}", feature=self.feature(name), value=said)

    def lost(self, values: Values) -> str:
        """Say which features are missing although they never were in learning."""
        bins, uses = self.payload.get("bins", {}), self.payload.get("uses", [])
        seen = self.payload.get("seen_missing", [])
        never = [n for n, b in bins.items() if b["missing"] is None]
        never += [n for n in uses if n not in seen]
        names = [n for n in never if not is_known(values[n])]
        return trn(
            "{features} counted nothing, since not known",
            "{features} counted nothing, since not known",
            len(names[:MOST]),
            features=all_of(self.feature(n) for n in names[:MOST]),
        )

    def segment(self, label: int) -> str:
        """Name the segment that a label of the method leads to."""
        for step in self.payload.get("hand", ()):
            label = step["to"][label] if step["op"] == "merge" else label
        return plain(self.model.segments[label]["name"])

    def by_hand(self, values: Values) -> list[str]:
        """Say what an analyst's hand did to this customer's segment."""
        place = compiled({k: v for k, v in self.payload.items() if k != "hand"}, [])
        label = place(values).label if place else -1
        said = []
        for step in self.payload.get("hand", ()):
            if step["op"] == "merge":
                before, label = label, step["to"][label]
                if step["to"].count(label) > 1 and before >= 0:
                    said.append(tr("segments were merged by hand here"))
            elif label == step["label"]:
                above = values[step["feature"]] > step["upper"]
                label = step["above"] if above else label
                said.append(self._split(step, above=bool(above)))
        return list(dict.fromkeys(said))

    def _split(self, step: Mapping[str, Any], *, above: bool) -> str:
        name, cut = self.feature(step["feature"]), rounded(step["upper"])
        if above:
            return tr("split by hand: {feature} above {cut}", feature=name, cut=cut)
        return tr("split by hand: {feature} not above {cut}", feature=name, cut=cut)
