"""Claims under other choices: planted truths, and the choice that is to blame."""

import json

import pandas as pd
import pytest

from segtools.segmentation.alternatives import Alternative
from segtools.segmentation.choices import Choice, variants_of
from segtools.segmentation.claims import Own, claims_of, expected_of
from segtools.segmentation.sensitivity import Trial, compare, nothing

FACTS = {
    "structure": "constructed",
    "decision": "segment",
    "worth": "proved",
    "beats_random": True,
    "n_segments": 3,
    "best_customers": 0.2,
    "best_value": 0.5,
}
SIZES = (12, 18, 30)
CHOICES = [
    Choice("window_days", (180, 120, 240)),
    Choice("returns", ("net", "separate")),
    Choice("huge_orders", ("keep", "clip")),
    Choice("seed", (1, 2)),
    Choice("method", ("goal", "clusters", "rules", "ward")),
    Choice("n_segments", (3, 2, 4)),
    Choice("scaling", ("logged", "plain")),
]


def people(ranks) -> pd.Series:
    return pd.Series(list(ranks), [f"c{i:03d}" for i in range(len(ranks))])


def ranks(sizes=SIZES) -> list[int]:
    return [rank for rank, n in enumerate(sizes, 1) for _ in range(n)]


def own(**facts) -> Own:
    segments = people([f"S{r:02d}" for r in ranks()])
    return Own(FACTS | facts, segments, ["S01", "S02", "S03"])


def alternative(sizes=SIZES, worth=(90.0, 50.0, 10.0), **facts) -> Alternative:
    levels = dict(enumerate(worth, 1))
    return Alternative(FACTS | facts, people(ranks(sizes)), levels)


def trials(change=lambda choices: {}) -> list[Trial]:
    """Give every variant its facts; `change` says what one's choices do to them."""
    every = variants_of(CHOICES)
    return [Trial(v, alternative(**change(v))) for v in every]


def by_name(found) -> dict[str, dict]:
    return {c["name"]: c for c in found.record["claims"]}


def test_claims_that_hang_on_nothing_hold_everywhere():
    found = compare(own(), CHOICES, trials())
    for claim in found.record["claims"]:
        assert (claim["holds"], claim["of"]) == (48, 48), claim["name"]
        assert claim["blame"] == []
        assert claim["fails_in"] == []
    assert found.customers["stays"].tolist() == [1] * 60
    assert found.record["border"] == 0
    assert found.sentence == (
        "8 of 8 headline claims hold in all 48 variants. On average a customer stays "
        "in the same company in 100\u202f% of the variants; 0 stay in less than half "
        "of them."
    )


@pytest.mark.parametrize(
    ("name", "level", "holds"),
    [
        ("returns", "separate", 24),
        ("seed", 2, 24),
        ("method", "rules", 36),
        ("window_days", 240, 32),
    ],
)
def test_the_choice_that_a_claim_hangs_on_is_found(name, level, holds):
    def change(choices):
        return {"structure": "natural"} if choices[name] == level else {}

    found = compare(own(), CHOICES, trials(change))
    claim = by_name(found)["structure"]
    assert claim["holds"] == holds
    assert claim["blame"] == [name]
    effect = next(e for e in claim["effects"] if e["choice"] == name)
    assert effect["spread"] == 1
    assert {r["level"]: r["holds"] for r in effect["levels"]}[level] == 0
    assert all(f[name] == level for f in claim["fails_in"])
    # Nothing else is blamed: the design keeps other choices apart.
    others = [e["spread"] for e in claim["effects"] if e["choice"] != name]
    assert max(others) < 0.25
    assert by_name(found)["decision"]["holds"] == 48


def test_two_choices_that_matter_alike_are_both_named():
    def change(choices):
        both = (choices["returns"], choices["huge_orders"]) == ("separate", "clip")
        return {"structure": "natural"} if both else {}

    found = compare(own(), CHOICES, trials(change))
    assert by_name(found)["structure"]["blame"] == ["returns", "huge_orders"]
    row = found.table().iloc[0]
    assert row["Holds"] == "36 of 48"
    assert row["Blame"] == "returns and huge orders"
    by_level = "net: 24 of 24, separate: 12 of 24; keep: 24 of 24, clip: 12 of 24"
    assert row["Holds by level"] == by_level


def test_scaling_is_judged_among_the_variants_that_have_one():
    def change(choices):
        return {"worth": "not_proved"} if choices["scaling"] == "plain" else {}

    every = [
        Trial(v, Alternative(FACTS | change(v), people(ranks()), {1: 9, 2: 5, 3: 1}))
        for v in variants_of(CHOICES)
    ]
    claim = by_name(compare(own(), CHOICES, every))["worth"]
    assert claim["holds"] == 42
    assert claim["blame"] == ["scaling"]
    effect = next(e for e in claim["effects"] if e["choice"] == "scaling")
    assert [(r["holds"], r["of"]) for r in effect["levels"]] == [(6, 6), (0, 6)]


def test_scattered_failures_blame_nobody():
    every = trials()
    every[0] = Trial(every[0].choices, alternative(decision="do_not_segment"))
    every[30] = Trial(every[30].choices, alternative(decision="do_not_segment"))
    found = compare(own(), CHOICES, every)
    claim = by_name(found)["decision"]
    assert claim["holds"] == 46
    assert claim["blame"] == []
    table = found.table().set_index("Headline claim")
    row = table.loc["The decision is: segment."]
    assert row["Holds"] == "46 of 48"
    assert row["Blame"] == "no single choice"
    assert row["Holds by level"] == ""
    assert "least often, in 46: “The decision is: segment”" in found.sentence


@pytest.mark.parametrize(
    ("facts", "holds"),
    [
        ({"best_customers": 0.249, "best_value": 0.41}, True),
        ({"best_customers": 0.251, "best_value": 0.5}, False),
        ({"best_customers": 0.2, "best_value": 0.39}, False),
    ],
)
def test_the_best_segment_may_move_within_the_stated_tolerance(facts, holds):
    claim = next(c for c in claims_of(own()) if c.name == "best_segment")
    assert claim.holds(claim.figure(alternative(**facts))) is holds
    assert "±5 and ±10 points" in claim.sentence


def test_the_order_is_judged_by_what_own_customers_are_expected_to_bring():
    # 12 + 8 in the first, 22 in the second, 18 in the third of the other solution.
    other = alternative(sizes=(20, 22, 18), worth=(80.0, 20.0, 50.0))
    assert expected_of(own(), other) == pytest.approx([80, (8 * 80 + 10 * 20) / 18, 38])
    swapped = alternative(sizes=(12, 18, 30), worth=(50.0, 90.0, 10.0))
    holds = {c.name: c.holds(c.figure(swapped)) for c in claims_of(own())}
    assert holds["best_first"] is False
    assert holds["order"] is False
    merged = alternative(worth=(90.0, 50.0, 50.0))  # contradicts nothing
    holds = {c.name: c.holds(c.figure(merged)) for c in claims_of(own())}
    assert holds["best_first"] is True
    assert holds["order"] is True


def test_an_alternative_of_one_segment_keeps_no_order():
    one = Alternative(FACTS | {"n_segments": 1}, people([1] * 60), {1: 30.1})
    holds = {c.name: c.holds(c.figure(one)) for c in claims_of(own())}
    assert [holds[n] for n in ("n_segments", "best_first", "order")] == [False] * 3


def test_what_was_not_judged_is_not_claimed():
    names = [c.name for c in claims_of(own(worth="not_judged", beats_random=None))]
    assert names == [
        *("structure", "decision", "n_segments"),
        *("best_segment", "best_first", "order"),
    ]


def test_a_run_that_proves_nothing_claims_that():
    claims = {c.name: c for c in claims_of(own(worth="not_proved", beats_random=False))}
    assert "no better than random" in claims["beats_random"].sentence
    assert claims["worth"].holds(claims["worth"].figure(alternative())) is False


def test_variants_that_cannot_be_learned_are_counted_and_left_out():
    every = trials()
    every[3] = Trial(every[3].choices, None, "There is nothing to learn from.")
    found = compare(own(), CHOICES, every)
    assert (found.record["n_variants"], found.record["n_done"]) == (48, 47)
    assert by_name(found)["structure"]["of"] == 47
    assert found.record["variants"][3]["why_not"] == "There is nothing to learn from."
    none = compare(own(), CHOICES, [Trial(t.choices, None, "No.") for t in every])
    assert "nothing can be compared" in none.sentence
    assert by_name(none)["structure"]["blame"] == []


def test_border_customers_are_those_who_mostly_leave():
    def change(choices):
        # Under two methods of four, twelve of the last segment go to the second.
        moved = choices["method"] in ("rules", "ward") or choices["seed"] == 2
        return {"sizes": (12, 30, 18)} if moved else {}

    found = compare(own(), CHOICES, trials(change))
    assert [r["border"] for r in found.record["segments"]] == [0, 0, 12]
    stays = found.customers.set_index("customer_id")["stays"]
    assert stays.iloc[42] == 1
    assert stays.iloc[41] == pytest.approx(0.25)
    assert found.record["border"] == 12
    assert "; 12 stay in less than half of them." in found.sentence


def test_a_few_customers_on_a_border_are_not_told_nor_to_be_subtracted():
    def change(choices):
        moved = choices["method"] in ("rules", "ward") or choices["seed"] == 2
        return {"sizes": (6, 36, 18)} if moved else {}

    found = compare(own(), CHOICES, trials(change))
    told = found.record["segments"]
    # Six of the first and twelve of the last leave: with the sum, twelve would tell.
    assert told[0]["border"] is None
    shown = [found.record["border"], told[2]["border"]]
    assert None in shown
    assert "6 stay" not in found.sentence
    fine = compare(own(), CHOICES, trials(change), smallest_cell=5).record
    assert [r["border"] for r in fine["segments"]] == [6, 0, 12]
    assert fine["border"] == 18


def test_segments_apart_are_matched_but_no_claim_is_about_them():
    names = ["S01", "S02", "S04"]
    segments = people([names[r - 1] for r in ranks()])
    one = Own(FACTS | {"n_segments": 2}, segments, ["S01", "S02"], ["S04"])
    found = compare(one, CHOICES, trials())
    assert [r["segment_id"] for r in found.record["segments"]] == names
    assert by_name(found)["order"]["sentence"].endswith("from S01 down to S02.")
    assert len(by_name(found)["order"]["figures"][0]) == 2


def test_the_record_is_plain_and_about_no_single_customer():
    text = json.dumps(compare(own(), CHOICES, trials()).record)
    assert "c001" not in text


def test_the_tables_of_nothing_are_empty():
    found = nothing("It was not asked for.")
    assert found.sentence == "It was not asked for."
    assert found.table().empty
    assert found.segments().empty
