"""Mailchimp: exactly the bytes of its import, and tags that go again."""

import csv
import json
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destinations.makers import a_month_later, column, export_into, people, read
from segtools.destinations.mailchimp import PER_CALL, tag_cell
from segtools.schema import ConfigError, DataError

EXPECTED = (
    b"Email Address,First Name,Last Name,Tags\n"
    b'ann.lee@example.com,Ann,Lee,"seg-champions,newsletter"\n'
    b'bo.kim@example.com,Bo,Kim,"seg-prospects,newsletter"\n'
)
export = partial(export_into, "mailchimp")


def agreed(n, **more):
    return people(n, accepts_email_marketing="yes", **more)


@pytest.fixture
def two():
    rows = agreed(2, first_name=["Ann", "Bo"], last_name=["Lee", "Kim"])
    rows["email"] = ["Ann.Lee@Example.com", "bo.kim@example.com"]
    return rows.assign(segment_id=["S01", "S02"])


def test_the_file_is_exactly_what_mailchimp_imports(two, tmp_path):
    manifest = export(two, tmp_path, {"person": True, "tags": ["newsletter"]})
    assert (tmp_path / "a" / "members.csv").read_bytes() == EXPECTED
    assert (tmp_path / "a" / "changes.csv").read_bytes() == EXPECTED
    head = b"Email Address,Tags\n"
    assert (tmp_path / "a" / "removals.csv").read_bytes() == head
    assert (tmp_path / "a" / "unsubscribed.csv").read_bytes() == b"Email Address\n"
    assert manifest["tags"] == {"S01": "seg-champions", "S02": "seg-prospects"}


def test_a_tag_with_a_comma_stands_in_quotes_of_its_own(two, tmp_path):
    export(two, tmp_path, {"tags": ["autumn, 2024"]})
    assert (tmp_path / "a" / "members.csv").read_bytes() == (
        b"Email Address,Tags\n"
        b'ann.lee@example.com,"seg-champions,""autumn, 2024"""\n'
        b'bo.kim@example.com,"seg-prospects,""autumn, 2024"""\n'
    )


@given(
    st.lists(st.text(st.characters(exclude_categories=["C"]), min_size=1), min_size=1)
)
def test_tags_are_read_again_as_they_were(tags):
    assert next(csv.reader([tag_cell(tags)])) == tags


def test_nothing_before_the_at_is_beyond_ascii(two, tmp_path):
    two["email"] = ["zoë@example.com", "zoe@exämple.com"]
    manifest = export(two, tmp_path)
    assert column(tmp_path / "a", "members.csv", "Email Address") == ["zoe@exämple.com"]
    assert manifest["counts"]["left_out"] == {"no_address": 1}


def test_a_name_that_would_be_cut_is_blank_and_counted(two, tmp_path):
    two["first_name"] = ["é" * 128, "é" * 127]  # 256 and 254 bytes
    manifest = export(two, tmp_path, {"person": True})
    assert column(tmp_path / "a", "members.csv", "First Name") == ["", "é" * 127]
    assert manifest["counts"]["blanked"] == {"first_name": 1}


def test_who_moves_leaves_or_changes_the_address_loses_the_old_tag(tmp_path):
    rows = agreed(6)
    rows["segment_id"] = ["S01", "S01", "S01", "S01", "S02", "S02"]
    export(rows, tmp_path)
    later = a_month_later(rows, "accepts_email_marketing")
    export(later, tmp_path, into="n", as_of="2024-10-29")
    assert read(tmp_path / "n", "changes.csv")[1:] == [
        ["c0001@example.com", "seg-prospects"],
        ["new@example.com", "seg-champions"],
    ]
    gone = [f"c000{i}@example.com" for i in range(4)]
    assert read(tmp_path / "n", "removals.csv")[1:] == [
        [one, "seg-champions"] for one in gone
    ]
    calls = (tmp_path / "n" / "untag-s01.jsonl").read_text().splitlines()
    assert [json.loads(c) for c in calls] == [{"members_to_remove": gone}]
    assert not (tmp_path / "n" / "untag-s02.jsonl").exists()
    assert column(tmp_path / "n", "unsubscribed.csv", "Email Address") == [gone[2]]


def test_a_tag_of_another_name_takes_the_old_one_away(tmp_path):
    rows = agreed(2)
    export(rows, tmp_path)
    export(rows, tmp_path, {"prefix": "club-"}, into="n", as_of="2024-10-29")
    assert column(tmp_path / "n", "changes.csv", "Tags") == ["club-champions"] * 2
    assert column(tmp_path / "n", "removals.csv", "Tags") == ["seg-champions"] * 2
    more = {"prefix": "club-", "tags": ["x"]}
    export(rows, tmp_path, more, into="o", as_of="2024-11-29")
    assert column(tmp_path / "o", "changes.csv", "Tags") == ["club-champions,x"] * 2
    assert column(tmp_path / "o", "removals.csv", "Tags") == []


def test_a_call_names_at_most_five_hundred_contacts(tmp_path):
    rows = agreed(2 * PER_CALL + 2)
    export(rows, tmp_path)
    export(rows.iloc[-1:], tmp_path, into="n", as_of="2024-10-29")
    calls = (tmp_path / "n" / "untag-s01.jsonl").read_text().splitlines()
    sizes = [len(json.loads(c)["members_to_remove"]) for c in calls]
    assert sizes == [500, 500, 1]


def test_tags_that_mailchimp_would_not_keep_are_refused(two, tmp_path):
    for bad in ("", "x" * 101, " x", "=1+1", "a\nb"):
        with pytest.raises(ConfigError, match="1 to 100 printable"):
            export(two, tmp_path, {"tags": [bad]})
    for bad in ("a,b", "=", '"x', ""):
        with pytest.raises(ConfigError, match="without comma"):
            export(two, tmp_path, {"prefix": bad})
    with pytest.raises(ConfigError, match="at most 96 characters"):
        export(two, tmp_path, {"names": {"S01": "x" * 97}})
    export(two, tmp_path, {"names": {"S01": "x" * 96}})
    assert len(column(tmp_path / "a", "members.csv", "Tags")[0]) == 100


def test_nobody_is_written_without_consent_or_twice(two, tmp_path):
    two["email"] = "both@example.com"
    with pytest.raises(DataError, match="another customer's, too"):
        export(two, tmp_path)
    with pytest.raises(DataError, match="nobody is left"):
        export(two.assign(accepts_email_marketing=None), tmp_path)
    assert not (tmp_path / "a").exists()


def test_hostile_text_does_no_harm(two, tmp_path):
    two["first_name"] = ["=HYPERLINK(1)", "Bo, Jr"]
    names = {"S01": 'Ann\'s, the "best"', "S02": "@cmd"}
    export(two, tmp_path, {"person": True}, names=names)
    assert column(tmp_path / "a", "members.csv", "First Name") == ["", "Bo, Jr"]
    tags = column(tmp_path / "a", "members.csv", "Tags")
    assert tags == ["seg-ann-s-the-best", "seg-cmd"]
