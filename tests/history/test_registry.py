"""Names that outlive runs: matched by customers, never reused, renamed for good."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segtools.history.registry import match_segments, name_segments
from segtools.records import write_record
from segtools.schema import ConfigError
from segtools.segmentation.apart import extra_rows
from segtools.segmentation.hand import Hand, merge
from segtools.segmentation.model import SegmentModel, everyone

NAMES = ["Regulars", "Weekly buyers", "Rare guests"]


def model_of(cuts, ranks=None):
    """Make a model that cuts a score from 0 to 90 into bands, highest first."""
    payload = {"kind": "scorecard", "base": 0, "cuts": sorted(cuts), "bins": {}}
    upper = [float(x) for x in range(0, 90, 10)]
    payload["bins"] = {
        "x": {"upper": upper, "points": list(range(0, 100, 10)), "missing": None}
    }
    ranks = ranks or range(1, len(cuts) + 2)
    segments = [
        {"segment_id": f"S{r:02d}", "name": f"Segment {r}", "rank": r} for r in ranks
    ]
    feature = [{"name": "x", "unit": "", "definition_version": 1}]
    last = segments[int(np.argmax(list(ranks)))]["segment_id"]
    return SegmentModel(payload, segments, feature, last, [], len(segments) + 1)


def customers(values=range(0, 100, 10), copies=10):
    x = np.repeat(np.array(values, dtype=float), copies)
    ids = [f"c{i:03d}" for i in range(len(x))]
    return pd.DataFrame({"customer_id": ids, "recency_days": 1.0, "x": x})


def save(folder, model, people):
    """Write what a later run reads of this one."""
    folder.mkdir()
    write_record(folder / "model.json", model.record())
    model.assign(people).to_parquet(folder / "segments.parquet", index=False)
    return folder


def named(model, people=None, previous=None, renamed=None, described=None, **more):
    people = customers() if people is None else people
    names = described or [f"Kind {i}" for i in range(len(model.segments))]
    more |= {"previous": previous, "renamed": renamed or {}}
    return name_segments(model, people, names, **more)


def ids_and_names(model):
    return [(s["segment_id"], s["name"]) for s in model.segments]


# Matching


def frames(old, new):
    ids = [str(i) for i in range(len(old))]
    previous = pd.DataFrame({"customer_id": ids, "segment_id": old})
    previous["segment"] = "name of " + previous["segment_id"]
    return previous, pd.DataFrame({"customer_id": ids, "label": new})


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_permutation_of_the_labels_returns_the_same_ids(order):
    old = ["S01"] * 5 + ["S02"] * 3 + ["S07"] * 2
    new = np.array(order)[[0] * 5 + [1] * 3 + [2] * 2]
    found = match_segments(*frames(old, new))
    assert {m.segment_id: m.label for m in found} == dict(
        zip(["S01", "S02", "S07"], order, strict=True)
    )
    assert all(m.jaccard == 1 and m.name == f"name of {m.segment_id}" for m in found)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30)
)
def test_each_id_and_label_is_matched_once_at_most_and_by_half_at_least(rows):
    old = [f"S{o}" for o, _ in rows]
    found = match_segments(*frames(old, [n for _, n in rows]))
    assert len({m.segment_id for m in found}) == len(found)
    assert len({m.label for m in found}) == len(found)
    for m in found:
        both = sum(o == int(m.segment_id[1]) and n == m.label for o, n in rows)
        either = sum(o == int(m.segment_id[1]) or n == m.label for o, n in rows)
        assert m.jaccard == pytest.approx(both / either)
        assert m.jaccard >= 0.5


def test_the_whole_matching_is_best_and_not_the_greedy_one():
    # S1 fits label 0 best, but giving it label 1 lets S2 be carried on as well.
    old = ["S1"] * 10 + ["S2"] * 4
    new = [0] * 6 + [1] * 4 + [0] * 4
    found = match_segments(*frames(old, new), min_jaccard=0.0)
    assert {m.segment_id: m.label for m in found} == {"S1": 1, "S2": 0}


def test_two_overlaps_that_are_too_small_do_not_outweigh_one_that_is_enough():
    old = ["S1"] * 84 + ["S2"] * 24
    new = [0] * 60 + [1] * 24 + [0] * 24
    found = match_segments(*frames(old, new))
    assert [(m.segment_id, m.label) for m in found] == [("S1", 0)]


def test_an_overlap_of_exactly_half_carries_the_name_on():
    half = match_segments(*frames(["S1"] * 2, [0, 1]))
    assert [m.jaccard for m in half] == [0.5]
    less = match_segments(*frames(["S1"] * 3, [0, 1, 2]))
    assert less == []


def test_only_customers_of_both_runs_count():
    previous, now = frames(["S1", "S1", "S2", "S2"], [0, 0, 1, 1])
    grown = pd.concat(
        [now, pd.DataFrame({"customer_id": [f"n{i}" for i in range(90)], "label": 1})]
    )
    assert [(m.label, m.jaccard) for m in match_segments(previous, grown)] == [
        (0, 1.0),
        (1, 1.0),
    ]


def test_runs_without_a_common_customer_match_nothing():
    previous, now = frames(["S1"], [0])
    assert match_segments(previous, now.assign(customer_id="someone else")) == []


# Names go on where people stay together, and where lines stay


def shuffled(people):
    """Give everybody somebody else's score, by lot."""
    order = np.random.default_rng(1).permutation(len(people))
    return people.assign(x=people["x"].to_numpy()[order])


def test_a_name_goes_on_where_people_moved_and_the_lines_stayed(tmp_path):
    people = customers()
    turned = shuffled(people)
    first, _ = named(model_of([30, 60]), described=NAMES)
    before = save(tmp_path / "1", first, people)
    lost, matches = named(model_of([30, 60]), turned, previous=before)
    assert matches == []
    write_record(before / "data_quality.json", {"window_days": 90})
    kept, matches = named(model_of([30, 60]), turned, previous=before, window_days=90)
    assert ids_and_names(kept) == ids_and_names(first)
    assert ids_and_names(lost) != ids_and_names(first)
    assert {m.by for m in matches} == {"lines"}
    assert all(m.jaccard == 1 for m in matches)


def test_a_name_goes_on_where_lines_moved_and_the_people_stayed_together(tmp_path):
    people = customers()
    first, _ = named(model_of([30, 60]), described=NAMES)
    before = save(tmp_path / "1", first, people)
    write_record(before / "data_quality.json", {"window_days": 90})
    # December: everybody's score is high, and so are the cuts.
    later = people.assign(x=people["x"] * 0.3 + 60)
    kept, matches = named(model_of([75, 85]), later, previous=before, window_days=90)
    assert ids_and_names(kept) == ids_and_names(first)
    assert {m.by for m in matches} == {"customers"}


@pytest.mark.parametrize("what", ["window", "feature", "version", "quality"])
def test_a_model_that_cannot_be_asked_today_is_not(tmp_path, what):
    people = customers()
    turned = shuffled(people)
    old = model_of([30, 60])
    if what == "version":
        old.features[0]["definition_version"] = 2
    if what == "feature":
        old.features.append({"name": "gone", "unit": "", "definition_version": 1})
    first, _ = named(old, described=NAMES)
    before = save(tmp_path / "1", first, people)
    if what != "quality":
        days = 30 if what == "window" else 90
        write_record(before / "data_quality.json", {"window_days": days})
    _, matches = named(model_of([30, 60]), turned, previous=before, window_days=90)
    assert matches == []


# Naming


def test_a_first_run_numbers_by_rank_and_takes_the_described_names():
    model, matches = named(model_of([30, 60], ranks=[2, 1, 3]), described=NAMES)
    assert ids_and_names(model) == [
        ("S02", "Regulars"),
        ("S01", "Weekly buyers"),
        ("S03", "Rare guests"),
    ]
    assert matches == []
    assert model.next_number == 4


def test_the_next_run_carries_ids_and_names_on(tmp_path):
    people = customers()
    first, _ = named(model_of([30, 60]), described=NAMES)
    before = save(tmp_path / "1", first, people)
    second, matches = named(model_of([30, 70], ranks=[3, 1, 2]), previous=before)
    assert ids_and_names(second) == ids_and_names(first)
    assert [s["rank"] for s in second.segments] == [3, 1, 2]
    assert sorted(m.segment_id for m in matches) == ["S01", "S02", "S03"]
    given = second.assign(people).merge(first.assign(people), on="customer_id")
    assert (given["segment_id_x"] == given["segment_id_y"]).mean() == 0.9


def test_below_half_an_overlap_a_new_id_is_minted_that_never_comes_back(tmp_path):
    people, before, ids = customers(), None, []
    for number, cuts in enumerate([[30, 60], [30, 50, 70], [30, 60], [30, 50, 70]]):
        model, _ = named(model_of(cuts), previous=before)
        before = save(tmp_path / str(number), model, people)
        ids.append([s["segment_id"] for s in model.segments])
    # 50 to 60 overlaps by a quarter at most with what was there before.
    assert ids == [
        ["S01", "S02", "S03"],
        ["S01", "S04", "S02", "S03"],
        ["S01", "S02", "S03"],
        ["S01", "S05", "S02", "S03"],
    ]


def test_a_new_segment_does_not_take_the_name_of_one_that_has_gone(tmp_path):
    people = customers()
    first, _ = named(model_of([30, 60]), described=["Top", "Mid", "Rare"])
    one = save(tmp_path / "1", first, people)
    second, matches = named(
        model_of([10, 60]), previous=one, described=["Top", "Mid", "Rare"]
    )
    assert "Rare" not in [m.name for m in matches]
    assert sum(s["name"] == "Rare" for s in second.segments) == 0


def test_ids_are_never_reused_even_after_a_run_without_segments(tmp_path):
    people = customers()
    first, _ = named(model_of([30, 60]), described=NAMES)
    one = save(tmp_path / "1", first, people)
    nobody, matches = named(everyone(), previous=one)
    assert [s["segment_id"] for s in nobody.segments] == ["S00"]
    assert matches == []
    two = save(tmp_path / "2", nobody, people)
    third, _ = named(model_of([30, 60]), previous=two)
    assert [s["segment_id"] for s in third.segments] == ["S04", "S05", "S06"]


def test_everyone_never_lends_its_name(tmp_path):
    before = save(tmp_path / "1", everyone(), customers())
    model, matches = named(model_of([10]), previous=before)
    assert matches == []
    assert "everyone" not in [s["name"] for s in model.segments]


def test_the_fallback_follows_its_segment(tmp_path):
    people = customers()
    first, _ = named(model_of([30, 60]), described=NAMES)
    before = save(tmp_path / "1", first, people)
    turned = model_of([30, 60], ranks=[3, 2, 1])
    assert turned.fallback == "S03"
    second, _ = named(turned, previous=before)
    assert second.fallback == "S01"
    gone = people.assign(recency_days=np.nan)
    assert set(second.assign(gone)["segment_id"]) == {"S01"}


def test_naming_moves_no_customer(tmp_path):
    people = customers()
    plain = model_of([30, 60])
    model, _ = named(plain, described=NAMES, renamed={"S01": "Stars"})
    position = {s["segment_id"]: i for i, s in enumerate(model.segments)}
    before = {s["segment_id"]: i for i, s in enumerate(plain.segments)}
    assert (
        model.assign(people)["segment_id"].map(position).tolist()
        == plain.assign(people)["segment_id"].map(before).tolist()
    )
    assert ids_and_names(plain) == ids_and_names(model_of([30, 60]))


# Renaming


@pytest.mark.parametrize("key", ["S02", "Weekly buyers"])
def test_a_renaming_persists_whether_by_id_or_by_name(tmp_path, key):
    people, renamed = customers(), {key: "Our <b>heart</b>"}
    first, _ = named(model_of([30, 60]), described=NAMES, renamed=renamed)
    assert ids_and_names(first)[1] == ("S02", "Our <b>heart</b>")
    before = save(tmp_path / "1", first, people)
    kept, _ = named(model_of([30, 60]), previous=before, renamed=renamed)
    silent, _ = named(model_of([30, 60]), previous=before)
    assert ids_and_names(kept) == ids_and_names(silent) == ids_and_names(first)


def test_a_later_renaming_goes_by_the_present_name(tmp_path):
    first, _ = named(model_of([30, 60]), described=NAMES, renamed={"S02": "Hearts"})
    before = save(tmp_path / "1", first, customers())
    second, _ = named(model_of([30, 60]), previous=before, renamed={"Hearts": "Aces"})
    assert ids_and_names(second)[1] == ("S02", "Aces")


def test_the_id_comes_before_the_name():
    renamed = {"S01": "By id", "Regulars": "By name"}
    model, _ = named(model_of([30, 60]), described=NAMES, renamed=renamed)
    assert ids_and_names(model)[0] == ("S01", "By id")


def test_a_renaming_of_nobody_changes_nothing():
    model, _ = named(model_of([30, 60]), described=NAMES, renamed={"S99": "Ghosts"})
    assert [n for _, n in ids_and_names(model)] == NAMES


def test_a_described_name_gives_way_to_one_that_is_taken(tmp_path):
    first, _ = named(model_of([30, 60]), described=NAMES)
    before = save(tmp_path / "1", first, customers())
    model, _ = named(
        model_of([30, 50, 70]), previous=before, described=["Rare guests"] * 4
    )
    names = [n for _, n in ids_and_names(model)]
    assert len(set(names)) == 4


def test_a_described_name_gives_way_to_a_renaming():
    renamed = {"S03": "Regulars"}
    model, _ = named(model_of([30, 60]), described=NAMES, renamed=renamed)
    names = [n for _, n in ids_and_names(model)]
    assert names == ["Regulars 2", "Weekly buyers", "Regulars"]


def test_a_renaming_to_the_own_described_name_adds_no_number():
    model, _ = named(model_of([30, 60]), described=NAMES, renamed={"S01": "Regulars"})
    assert [n for _, n in ids_and_names(model)] == NAMES


def test_two_segments_of_one_name_are_refused():
    with pytest.raises(
        ConfigError,
        match=r"segment_names must give every segment a name of its own, but 2 of them "
        r"would be called 'Stars'\. Choose different names\.",
    ):
        named(model_of([30, 60]), renamed={"S01": "Stars", "S02": "Stars"})


def test_a_renaming_to_a_carried_name_is_refused(tmp_path):
    first, _ = named(model_of([30, 60]), described=NAMES)
    before = save(tmp_path / "1", first, customers())
    with pytest.raises(ConfigError, match=r"2 of them would be called 'Rare guests'"):
        named(model_of([30, 60]), previous=before, renamed={"S01": "Rare guests"})


@pytest.mark.parametrize("name", ["New", "Gone"])
def test_the_words_of_the_migration_are_no_names(name):
    with pytest.raises(
        ConfigError,
        match=rf"segment_names must not use 'New' or 'Gone', but one is {name!r}\. "
        r"They say who came and went\.",
    ):
        named(model_of([30]), renamed={"S01": name})


def test_a_run_without_segments_ignores_renamings():
    model, _ = named(everyone(), renamed={"S01": "Stars"})
    assert model.record() == everyone().record()


def test_what_a_hand_merged_is_matched_as_it_was_learned(tmp_path):
    people, learned = customers(), model_of([30, 60])
    before, _ = named(learned, people)
    hand = Hand(people, "both get one letter")
    merged, _ = merge(before, hand, [s["segment_id"] for s in before.segments[:2]])
    folder = save(tmp_path / "old", merged, people)
    people.to_parquet(folder / "features.parquet")
    record = {"by_hand": {"learned": before.record(), "decisions": []}}
    write_record(folder / "selection.json", record)
    again, matches = named(learned, people, previous=folder)
    assert ids_and_names(again) == ids_and_names(before)
    assert [m.jaccard for m in matches] == [1.0, 1.0, 1.0]


# Segments that stand apart by rule


def apart(model, *kinds):
    first = len(model.segments) + 1
    extra = extra_rows(kinds, 100, first)
    return replace(model, extra=extra, next_number=first + len(extra))


def sleepy(people, n):
    """Let the last customers be dormant."""
    recency = np.where(np.arange(len(people)) >= len(people) - n, 300.0, 1.0)
    return people.assign(recency_days=recency)


def test_a_segment_apart_keeps_its_id_and_name_whoever_is_in_it(tmp_path):
    people = sleepy(customers(), 20)
    first, _ = named(apart(model_of([30, 60]), "dormant"), people)
    assert [(r["segment_id"], r["name"]) for r in first.extra] == [
        ("S04", "Dormant customers")
    ]
    previous = save(tmp_path / "a", first, people)
    later = sleepy(people, 30)[::-1].reset_index(drop=True)
    again, matches = named(
        apart(model_of([30, 60]), "dormant", "no_orders"), later, previous
    )
    assert [r["segment_id"] for r in again.extra] == ["S04", "S05"]
    assert again.next_number == 6
    assert not {m.segment_id for m in matches} & {"S04", "S05"}


def test_the_users_name_of_a_segment_apart_stays_and_is_nobody_elses(tmp_path):
    people = sleepy(customers(), 20)
    model = apart(model_of([30, 60]), "dormant")
    first, _ = named(model, people, renamed={"Dormant customers": "Asleep"})
    assert first.extra[0]["name"] == "Asleep"
    previous = save(tmp_path / "a", first, people)
    again, _ = named(model, people, previous, described=["Asleep", "B", "C"])
    assert again.extra[0]["name"] == "Asleep"
    assert "Asleep" not in [s["name"] for s in again.segments]
    with pytest.raises(ConfigError, match="2 of them would be called 'Same'"):
        named(model, people, renamed={"S01": "Same", "S04": "Same"})


def test_no_segment_inherits_from_one_that_stood_apart(tmp_path):
    people = sleepy(customers(), 40)
    first, _ = named(apart(model_of([60]), "dormant"), people)
    previous = save(tmp_path / "a", first, people)
    # All of them join now, and the dormant are a band of their own by chance.
    awake = people.assign(recency_days=1.0)
    joined, matches = named(model_of([30, 60]), awake, previous)
    assert joined.extra == []
    assert "S03" not in {m.segment_id for m in matches}
    assert "S03" not in {s["segment_id"] for s in joined.segments}


def test_a_segment_apart_that_joins_for_some_months_comes_back_as_it_was(tmp_path):
    people = sleepy(customers(), 20)
    bands = model_of([30, 60])
    first, _ = named(
        apart(bands, "dormant"), people, renamed={"Dormant customers": "Asleep"}
    )
    before = save(tmp_path / "1", first, people)
    # Two months in which they join, one of them without any segments, and a new band
    # that is described as they were called.
    joined, _ = named(bands, people, before, described=["Asleep", "B", "C"])
    assert joined.extra == []
    assert "Asleep" not in [s["name"] for s in joined.segments]
    before = save(tmp_path / "2", joined, people)
    nobody, _ = named(everyone(), people, before)
    before = save(tmp_path / "3", nobody, people)
    again, matches = named(apart(bands, "no_orders", "dormant"), people, before)
    ids = {r["extra"]: (r["segment_id"], r["name"]) for r in again.extra}
    assert ids["dormant"] == ("S04", "Asleep")
    every = [s["segment_id"] for s in again.every]
    assert len(set(every)) == len(every)
    assert ids["no_orders"][0] not in {s["segment_id"] for s in first.every}
    assert again.resting == []
    assert matches == []
    assert "resting" not in again.record()


def test_what_rests_survives_the_record_and_is_no_part_of_the_method(tmp_path):
    people = sleepy(customers(), 20)
    first, _ = named(apart(model_of([30, 60]), "dormant"), people)
    joined, _ = named(model_of([30, 60]), people, save(tmp_path / "1", first, people))
    kept = [{"extra": "dormant", "segment_id": "S04", "name": "Dormant customers"}]
    assert joined.record()["resting"] == kept
    back = type(joined).from_record(joined.record())
    assert back.record() == joined.record()
    assert "resting" not in back.payload
    assert back.assign(people).equals(joined.assign(people))
