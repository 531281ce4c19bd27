"""One row a person: whoever shares an address is decided before an importer does."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from destinations.makers import export_into, people, read
from segtools.destinations.one_row import claimed_by, in_turn, joined

HEAD = ["Email", "Phone", "Tags"]


def shop(*rows):
    """Customers of a shop: id, segment, e-mail, phone, tags, consent."""
    names = ["customer_id", "segment_id", "email", "phone", "tags"]
    frame = pd.DataFrame([r[:5] for r in rows], columns=names, dtype=object)
    said = [r[5] if len(r) > 5 else "yes" for r in rows]
    return frame.assign(accepts_email_marketing=said)


def written(tmp_path, rows, **more):
    manifest = export_into("shopify", rows, tmp_path, **more)
    head, *body = read(tmp_path / "a", "customers.csv")
    places = [head.index(name) for name in HEAD]
    return manifest, [[row[i] for i in places] for row in body]


def test_two_records_of_one_person_are_one_row_with_the_tags_of_both(tmp_path):
    rows = shop(
        ("b", "S01", "ann@x.de", None, "vip, seg:old"),
        ("a", "S01", "ann@x.de", "+49300000", "news"),
        ("c", "S02", "cy@x.de", None, ""),
    )
    manifest, found = written(tmp_path, rows)
    assert found == [
        ["ann@x.de", "+49300000", "news, vip, seg:champions"],
        ["cy@x.de", "", "seg:prospects"],
    ]
    assert manifest["counts"]["left_out"] == {"shared_address": 1}
    shared = manifest["rows"]["shared"]
    assert (shared["joined"], shared["without_segment"]) == (1, 0)
    assert shared["sentence"].startswith("1 more record shares an address with one")


def test_two_records_in_two_segments_have_none_and_lose_what_they_had(tmp_path):
    rows = shop(
        ("a", "S01", "ann@x.de", None, "seg:champions, vip"),
        ("b", "S02", "ann@x.de", None, "news"),
        ("c", "S02", "cy@x.de", None, ""),
    )
    manifest, found = written(tmp_path, rows)
    assert found[0] == ["ann@x.de", "", "vip, news"]
    assert manifest["counts"]["written"] == 1
    assert manifest["rows"]["shared"]["joined"] == 1


@pytest.mark.parametrize("why", ["held_back", "suppressed"])
def test_a_record_that_must_not_be_written_to_takes_the_tag_from_the_other(
    tmp_path, why
):
    rows = shop(
        ("a", "S01", "Ann@x.de", "+49 300 000", "seg:champions"),
        ("b", "S02", None, "+49300000", ""),
        ("c", "S02", "cy@x.de", None, ""),
    )
    more = {"held_back": frozenset({"b"})}
    if why == "suppressed":
        more = {"suppressions": {"customer_id": frozenset({"b"})}}
    manifest, found = written(tmp_path, rows, **more)
    assert found == [["Ann@x.de", "+49 300 000", ""], ["cy@x.de", "", "seg:prospects"]]
    assert manifest["rows"]["shared"]["without_segment"] == 1


def test_a_no_of_one_record_stands_against_the_yes_of_the_other(tmp_path):
    rows = shop(
        ("a", "S01", "ann@x.de", None, "", "yes"),
        ("b", "S01", "ann@x.de", None, "", "no"),
    )
    export_into("shopify", rows, tmp_path)
    head, row = read(tmp_path / "a", "customers.csv")
    assert row[head.index("Accepts Email Marketing")] == "no"


def test_a_record_in_a_segment_that_stays_here_joins_without_a_word(tmp_path):
    rows = shop(
        ("a", "S01", "ann@x.de", None, ""),
        ("b", "S02", "ann@x.de", None, "news"),
        ("c", "S01", "cy@x.de", None, "seg:champions"),
    )
    block = {"segments": ["S01"]}
    manifest, found = written(tmp_path, rows, block=block)
    # Nobody asked for the other segment, so that it contradicts nothing.
    assert found == [["ann@x.de", "", "news, seg:champions"]]
    assert manifest["rows"]["right_already"] == 1


def test_a_record_with_a_formula_bars_but_leaves_no_text_behind(tmp_path):
    rows = shop(
        ("a", "S01", "ann@x.de", None, "vip"),
        ("b", "S01", "ann@x.de", None, "=1+1"),
        ("c", "S01", "cy@x.de", None, ""),
    )
    manifest, found = written(tmp_path, rows, held_back=frozenset({"b"}))
    # It is as it was, so nothing is written; and no tag of ours is added to it.
    assert found == [["cy@x.de", "", "seg:champions"]]
    assert manifest["rows"]["shared"]["without_segment"] == 1


def test_where_nobody_shares_an_address_nothing_is_said(tmp_path):
    rows = people(2, tags="", phone=None)
    manifest, found = written(tmp_path, rows)
    assert len(found) == 2
    assert "shared" not in manifest["rows"]


ADDRESS = st.sampled_from(["a@x.de", "b@x.de", "A@x.de", None])
NUMBER = st.sampled_from(["+491", "+49 1", "+492", None])
PERSON = st.tuples(ADDRESS, NUMBER, st.sampled_from(["S01", "S02"]), st.booleans())


@settings(max_examples=150)
@given(st.lists(PERSON, max_size=7), st.randoms(use_true_random=False))
def test_no_address_stands_twice_whatever_the_order_of_the_data(drawn, mixed):
    names = ["email", "phone", "segment_id", "barred"]
    frame = pd.DataFrame(drawn, columns=names, dtype=object)
    frame["customer_id"] = [f"c{i}" for i in range(len(frame))]
    frame["tags"] = pd.Series([[f"t{i}"] for i in range(len(frame))], dtype=object)
    places = list(range(len(frame)))
    mixed.shuffle(places)
    results = []
    for own in (frame, frame.iloc[places]):
        members = own[~own["barred"].astype(bool)].drop(columns="barred")
        out = own[own["barred"].astype(bool)].assign(reason="held_back")
        rows = in_turn(members, out, pd.Series(False, out.index))
        by = claimed_by(rows, ["email", "phone"])
        kept, told = joined(rows, by, "tags")
        wanted = kept["wanted"].fillna("").tolist()
        tagged = [sorted(some) for some in kept["tags"]]
        results.append([*zip(kept["customer_id"], wanted, tagged, strict=True)])
        for key in ("email", "phone"):
            plain = kept[key].dropna().str.casefold().str.replace(" ", "")
            assert not plain.duplicated().any()
        assert len(kept) + (told["shared"]["joined"] if told else 0) == len(frame)
        # No tag of anybody is lost, and each is in one row.
        tags = [t for some in kept["tags"] for t in some]
        assert sorted(tags) == sorted(f"t{i}" for i in range(len(frame)))
        # Nobody has a segment under an address of who must not be written to.
        there = kept[kept["wanted"].notna()]
        for key in ("email", "phone"):
            plain = [f[key].str.casefold().str.replace(" ", "") for f in (there, out)]
            assert not set(plain[0].dropna()) & set(plain[1].dropna())
    assert results[0] == results[1]
