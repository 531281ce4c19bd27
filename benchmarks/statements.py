"""Statements that stay silent about chance, and speak of what was planted.

Simulated companies with features, categories, channels, attributes, stages, events and
answers, their customers dealt into three to eight unequal segments by lot. In the first
part nothing depends on the segment: a run is right if it states nothing at all. In the
second, each of four segments gets five differences, one of each kind, of 25 points in
the share of customers; counted is how many of them are found, and stand on a card.

    python benchmarks/statements.py [--runs 200] [--seed 1]
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd

from segtools.features.catalogue import Window
from segtools.features.journey import STAGES
from segtools.features.shop import Shop
from segtools.profiles.choose import choose_claims
from segtools.profiles.profile import Segmented
from segtools.profiles.statements import evidence

ORIGIN = 1_735_689_600  # 2025-01-01, UTC
DAYS = 180
RAISE = 0.25
CATEGORIES = [f"category {i}" for i in range(12)]
TOPICS = [f"topic {i}" for i in range(6)]
LEVELS = ("north", "south", "east", "west")
ANSWERS = ("near", "cheap", "good", "friendly")
QUESTIONS = ("Why do you buy from us?", "What annoys you?")
KINDS = ("feature", "category", "attribute", "event", "answer")


@dataclass(frozen=True)
class Planted:
    """One difference: which customers get more of what."""

    segment_id: str
    kind: str
    column: str
    value: str


def main() -> None:
    """Print both figures, the second one also by kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    silent = [is_silent(given.seed + run) for run in range(given.runs)]
    print(f"silent without differences: {sum(silent)} of {len(silent)} runs")
    found = pd.concat(
        [stated(given.seed + run) for run in range(given.runs)], ignore_index=True
    )
    rates = found[["found", "on_card"]].mean()
    print(f"planted differences found: {rates['found']:.1%} of {len(found)}")
    print(f"planted differences on a card: {rates['on_card']:.1%}")
    print(found.groupby("kind", sort=False)[["found", "on_card"]].mean().round(3))
    print(found.groupby("size")[["found", "on_card"]].mean().round(3))


def is_silent(seed: int) -> bool:
    """Say whether nothing is stated of segments that are a matter of lot."""
    rng = np.random.default_rng([seed, 0])
    n, k = int(rng.integers(300, 3000)), int(rng.integers(3, 9))
    shares = rng.dirichlet(np.full(k, 2.0))
    labels = np.array([f"S{i:02d}" for i in rng.choice(k, n, p=shares)])
    return not evidence(company(labels, [], rng), "EUR")


def stated(seed: int) -> pd.DataFrame:
    """Plant five differences in each of four segments; say which were stated."""
    rng = np.random.default_rng([seed, 1])
    n = int(rng.integers(600, 3000))
    shares = 0.08 + 0.68 * rng.dirichlet(np.full(4, 3.0))
    labels = np.array([f"S{i:02d}" for i in rng.choice(4, n, p=shares)])
    planted = list(_plant())
    claims = evidence(company(labels, planted, rng), "EUR")
    rows = []
    for one in planted:
        own = claims.get(one.segment_id, [])
        size = int((labels == one.segment_id).sum())
        rows.append(
            {
                "kind": one.kind,
                "size": "under 200" if size < 200 else "200 and more",
                "found": any(map(_is(one), own)),
                "on_card": any(map(_is(one), choose_claims(own))),
            }
        )
    return pd.DataFrame(rows)


def _plant():
    for place in range(4):
        segment_id = f"S{place:02d}"
        yield Planted(segment_id, "feature", f"measure_{place}", "")
        yield Planted(segment_id, "category", "category", CATEGORIES[3 + place])
        yield Planted(segment_id, "attribute", f"attribute {place}", LEVELS[place])
        yield Planted(segment_id, "event", "topic", TOPICS[place])
        yield Planted(segment_id, "answer", QUESTIONS[0], ANSWERS[place])


def _is(planted):
    return lambda claim: (
        claim.computation["column"] == planted.column
        and planted.value in ("", claim.computation["value"])
    )


def company(labels: np.ndarray, planted: list[Planted], rng) -> Segmented:
    """Make a company whose customers differ by chance, and by what is planted."""
    people = np.array([f"c{i:05d}" for i in range(len(labels))])
    more = _Chances(people, labels, planted, rng)
    tables = {
        "order_lines": _lines(more),
        "customers": _customers(more),
        "events": _events(more),
        "answers": _answers(more),
    }
    segments = pd.DataFrame({"customer_id": people, "segment_id": labels})
    features, catalogue = _features(more)
    return Segmented(
        shop=Shop({k: ibis.memtable(v) for k, v in tables.items()}, "UTC"),
        window=Window(ORIGIN, DAYS),
        features=features,
        segments=segments.assign(segment=labels),
        catalogue=catalogue,
    )


@dataclass(frozen=True)
class _Chances:
    """Who has what: a share of everyone, and more where it is planted."""

    people: np.ndarray
    labels: np.ndarray
    planted: list[Planted]
    rng: np.random.Generator

    def raised(self, kind: str, column: str, value: str = "") -> np.ndarray:
        hit = np.zeros(len(self.people), dtype=bool)
        for one in self.planted:
            if (one.kind, one.column, one.value) == (kind, column, value):
                hit |= self.labels == one.segment_id
        return hit

    def holds(self, share: float, raised: np.ndarray) -> np.ndarray:
        chance = share + RAISE * raised
        return self.rng.random(len(self.people)) < chance


def _features(more: _Chances) -> tuple[pd.DataFrame, list[dict]]:
    n = len(more.people)
    base = more.rng.normal(size=n)  # what all measures have in common
    frame = pd.DataFrame({"customer_id": more.people})
    for i in range(10):
        high = more.raised("feature", f"measure_{i}")
        noise = more.rng.normal(size=n)
        # Shifted so that half of the segment lies above the upper quartile.
        score = 0.6 * base + 0.8 * noise + 0.675 * high
        kind = i % 3
        values = np.exp(score) if kind == 0 else np.maximum(np.round(2 * score + 3), 0)
        known = more.rng.random(n) < (0.7 if kind == 2 else 1)
        frame[f"measure_{i}"] = np.where(known, values, np.nan)
    ordered = more.rng.random(n) < 0.9
    stages = more.rng.choice(STAGES, n, p=[0.2, 0.2, 0.2, 0.2, 0.15, 0.05])
    frame["lifecycle_stage"] = np.where(ordered, stages, None)
    entries = [
        {"name": c, "label": c, "unit": "", "basis": "own", "role": "segmentation"}
        for c in frame.columns
        if c.startswith("measure")
    ]
    return frame, entries


def _lines(more: _Chances) -> pd.DataFrame:
    active = more.rng.beta(2, 2, len(more.people))  # some buy of everything
    pieces = []
    for i, name in enumerate(CATEGORIES):
        share = (0.1 + 0.04 * i) * (0.4 + 1.2 * active)
        raised = more.raised("category", "category", name)
        hit = more.rng.random(len(active)) < share + RAISE * raised
        pieces.append(pd.DataFrame({"customer_id": more.people[hit], "category": name}))
    frame = pd.concat(pieces, ignore_index=True)
    channel = more.rng.choice(["web", "app", "store"], len(frame), p=[0.5, 0.3, 0.2])
    return frame.assign(
        channel=channel,
        ordered_at=_times(more, len(frame)),
        is_return=more.rng.random(len(frame)) < 0.05,
        product_id="p",
        amount=1.0,
    )


def _customers(more: _Chances) -> pd.DataFrame:
    frame = pd.DataFrame({"customer_id": more.people})
    for i in range(5):
        level = more.rng.choice(LEVELS, len(frame), p=[0.2, 0.25, 0.25, 0.3])
        for value in LEVELS:
            raised = more.raised("attribute", f"attribute {i}", value)
            move = raised & (more.rng.random(len(frame)) < RAISE / 0.75)
            level = np.where(move, value, level)
        frame[f"attribute {i}"] = level
    return frame


def _events(more: _Chances) -> pd.DataFrame:
    pieces = []
    for i, topic in enumerate(TOPICS):
        hit = more.holds(0.1 + 0.05 * i, more.raised("event", "topic", topic))
        pieces.append(pd.DataFrame({"customer_id": more.people[hit], "topic": topic}))
    frame = pd.concat(pieces, ignore_index=True)
    return frame.assign(event="ticket_tagged", occurred_at=_times(more, len(frame)))


def _answers(more: _Chances) -> pd.DataFrame:
    pieces = []
    for question in QUESTIONS:
        asked = more.rng.random(len(more.people)) < 0.5
        answer = more.rng.choice(ANSWERS, len(more.people), p=[0.3, 0.2, 0.3, 0.2])
        for value in ANSWERS:
            raised = more.raised("answer", question, value)
            move = raised & (more.rng.random(len(answer)) < RAISE / 0.75)
            answer = np.where(move, value, answer)
        frame = pd.DataFrame({"customer_id": more.people, "answer": answer})
        pieces.append(frame[asked].assign(question=question))
    return pd.concat(pieces, ignore_index=True)


def _times(more: _Chances, n: int) -> pd.Series:
    second = ORIGIN - more.rng.integers(1, (DAYS + 30) * 86_400, n)
    return pd.to_datetime(second, unit="s")


if __name__ == "__main__":
    main()
