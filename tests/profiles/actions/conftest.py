"""Cards with chosen statements, acted on by the rule book."""

import pytest

from segtools.profiles.actions import Measures, Terms, build_actions

HOURS, WEEKDAYS = [0.0] * 17 + [1.0] + [0.0] * 6, [0.0] * 4 + [0.6, 0.4, 0.0]


def statement(segment_id, number, column, op, **more):
    """Make a statement about a feature; more says what differs."""
    asked = {"table": "features", "column": column, "op": op, "value": 1.0}
    common = {"id": f"{segment_id}-{number:02d}", "kind": "evidence"}
    common |= {"topic": "habit", "share": 0.6, "base_share": 0.25}
    return common | {"computation": asked | more}


def make_card(number, *evidence, n=200, value_share=0.2, **more):
    own = f"S{number:02d}"
    said = [
        statement(own, i, *e) if isinstance(e, tuple) else e | {"id": f"{own}-{i:02d}"}
        for i, e in enumerate(evidence, 1)
    ]
    assumption = {"id": f"{own}-a1", "kind": "assumption", "computation": None}
    return {
        "segment_id": own,
        "segment": f"Segment {number}",
        "rank": number,
        "colour": "#0072B2",
        "n": n,
        "share": 0.1,
        "value": None if value_share is None else f"{1000 * value_share:.4f}",
        "value_share": value_share,
        "evidenced_share": 0.5,
        "hours": HOURS,
        "weekdays": WEEKDAYS,
        "statements": [*said, assumption],
    } | more


def act(*cards, goal="grow_spend", outcomes=None, measures=None, **terms):
    known = {c["segment_id"]: {"mean": 40.0, "sd": 25.0, "n": c["n"]} for c in cards}
    terms = {"days": 90, "currency": "EUR", "criteria": {"value": 100}} | terms
    return build_actions(
        {"segments": list(cards)},
        known if outcomes is None else outcomes,
        Terms(goal=goal, **terms),
        measures or Measures(),
    )


@pytest.fixture(scope="session")
def card():
    """The function that makes a card: number, (feature, op)..., what differs."""
    return make_card


@pytest.fixture(scope="session")
def acted():
    """The function that acts on cards by the terms of a small shop."""
    return act


@pytest.fixture(scope="session")
def said():
    """The function that makes one statement of any table."""

    def make(table, column, op, value, **more):
        asked = {"table": table, "column": column, "op": op, "value": value}
        common = {"id": "", "kind": "evidence", "share": 0.6, "base_share": 0.2}
        return common | {"topic": "interest", "computation": asked} | more

    return make
