"""Klaviyo: exactly the bytes of its import, a property that is also taken back."""

from functools import partial

import pytest

from destinations.makers import a_month_later, column, export_into, people, read
from segtools.destinations.identifiers import sha256
from segtools.destinations.klaviyo import LARGEST_FILE
from segtools.schema import ConfigError, DataError

EXPECTED = (
    b"Email,Phone Number,First Name,Last Name,rfm_segment\n"
    b"ann.lee@example.com,,Ann,Lee,champions\n"
    b"bo.kim@example.com,+49300000000,Bo,Kim,prospects\n"
)
YES = {"accepts_email_marketing": "yes", "accepts_sms_marketing": "yes"}
W6 = {"property": "rfm_segment", "person": True}
export = partial(export_into, "klaviyo")


def agreed(n, **more):
    return people(n, **(YES | more))


@pytest.fixture
def two():
    rows = agreed(2, first_name=["Ann", "Bo"], last_name=["Lee", "Kim"])
    rows["email"] = ["Ann.Lee@Example.com", "bo.kim@example.com"]
    rows["phone"] = ["(415) 555-0100", "+49 30 000 0000"]
    return rows.assign(segment_id=["S01", "S02"], accepts_sms_marketing=["no", "yes"])


def test_the_file_is_exactly_what_klaviyo_imports(two, tmp_path):
    two["country"] = ["US", None]
    manifest = export(two, tmp_path, W6)
    assert (tmp_path / "a" / "members.csv").read_bytes() == EXPECTED
    assert (tmp_path / "a" / "changes.csv").read_bytes() == EXPECTED
    head = b"Email,Phone Number,rfm_segment\n"
    assert (tmp_path / "a" / "removals.csv").read_bytes() == head
    assert (tmp_path / "a" / "suppressed.csv").read_bytes() == b"Email\n"
    # Ann's number is known, but she has not agreed to messages.
    assert manifest["counts"]["blanked"] == {"phone": 1}


def test_names_stay_here_unless_asked_for(two, tmp_path):
    export(two, tmp_path)
    head = read(tmp_path / "a", "members.csv")[0]
    assert head == ["Email", "Phone Number", "segtools_segment"]


def test_additions_changes_and_removals_are_values_of_the_property(tmp_path):
    rows = agreed(6)
    rows["segment_id"] = ["S01", "S01", "S01", "S01", "S02", "S02"]
    export(rows, tmp_path)
    later = a_month_later(rows, *YES)
    manifest = export(later, tmp_path, into="l", as_of="2024-10-29")
    assert read(tmp_path / "l", "changes.csv")[1:] == [
        ["c0001@example.com", "", "prospects"],
        ["new@example.com", "", "champions"],
    ]
    assert read(tmp_path / "l", "removals.csv")[1:] == [
        [f"c000{i}@example.com", "", "none"] for i in (0, 2, 3)
    ]
    assert column(tmp_path / "l", "suppressed.csv", "Email") == ["c0002@example.com"]
    assert len(column(tmp_path / "l", "members.csv", "Email")) == 4
    assert manifest["counts"]["left_out"] == {"denied": 1}


def test_another_name_of_a_segment_or_of_the_property_is_a_change(tmp_path):
    rows = agreed(2)
    export(rows, tmp_path)
    export(rows, tmp_path, {"names": {"S01": "vip"}}, into="l", as_of="2024-10-29")
    assert column(tmp_path / "l", "changes.csv", "segtools_segment") == ["vip"] * 2
    renamed = {"names": {"S01": "vip"}, "property": "club"}
    export(rows, tmp_path, renamed, into="m", as_of="2024-11-29")
    assert column(tmp_path / "m", "changes.csv", "club") == ["vip"] * 2
    removals = read(tmp_path / "m", "removals.csv")
    assert removals[0] == ["Email", "Phone Number", "segtools_segment"]
    assert [row[-1] for row in removals[1:]] == ["none"] * 2


def test_who_takes_back_one_channel_is_reached_by_the_other_alone(tmp_path):
    rows = agreed(1, phone="+49300000000")
    export(rows, tmp_path)
    rows["accepts_email_marketing"] = "no"
    export(rows, tmp_path, into="l", as_of="2024-10-29")
    assert read(tmp_path / "l", "changes.csv")[1:] == [
        ["", "+49300000000", "champions"]
    ]
    # The number is still theirs, so only the address loses the property.
    assert read(tmp_path / "l", "removals.csv")[1:] == [
        ["c0000@example.com", "", "none"]
    ]
    assert column(tmp_path / "l", "suppressed.csv", "Email") == ["c0000@example.com"]


def test_an_email_that_said_no_is_suppressed_whoever_else_is_written(tmp_path):
    rows = agreed(5)
    rows["phone"] = [f"+49301234{i:03d}" for i in range(5)]
    # By message alone; held back; said no to all; and hers who shares the first one's.
    rows.loc[[0, 1, 2], "accepts_email_marketing"] = "no"
    rows.loc[2, "accepts_sms_marketing"] = "no"
    rows.loc[3, "email"] = "c0000@example.com"
    manifest = export(rows, tmp_path, held_back=frozenset({"c0001", "c0002"}))
    assert read(tmp_path / "a", "members.csv")[1:] == [
        ["", "+49301234000", "champions"],
        ["", "+49301234003", "champions"],
        ["c0004@example.com", "+49301234004", "champions"],
    ]
    emails = column(tmp_path / "a", "suppressed.csv", "Email")
    assert emails == [f"c000{i}@example.com" for i in range(3)]
    assert manifest["counts"]["left_out"] == {"held_back": 2}


def test_no_two_rows_have_one_address(tmp_path):
    rows = agreed(4)
    rows["email"] = ["a@x.de", "A@x.de ", "b@x.de", "b@x.de"]
    rows["segment_id"] = ["S01", "S01", "S01", "S02"]
    manifest = export(rows, tmp_path)
    assert column(tmp_path / "a", "members.csv", "Email") == ["a@x.de"]
    assert manifest["counts"]["left_out"] == {"shared_address": 3}


def test_nobody_is_found_by_a_hash(two, tmp_path):
    hashes = two.assign(email=[sha256(e) for e in two["email"]])
    with pytest.raises(DataError, match="SHA-256 throughout, but 2 of 2"):
        export(hashes, tmp_path)
    manifest = export(hashes, tmp_path, {"hashed": ["email"]})
    assert read(tmp_path / "a", "members.csv")[1:] == [
        ["", "+49300000000", "prospects"]
    ]
    assert manifest["counts"]["left_out"] == {"no_address": 1}


def test_foreign_properties_are_refused(two, tmp_path):
    for name in ("Email", "first name", "$consent", "a,b", "=x", ""):
        with pytest.raises(ConfigError, match="a property of yours"):
            export(two, tmp_path, {"property": name})
    with pytest.raises(ConfigError, match="in no segment"):
        export(two, tmp_path, {"names": {"S01": "None"}})


def test_hostile_text_does_no_harm(two, tmp_path):
    two["first_name"] = ["=HYPERLINK(1)", 'Bo "<b>", Jr']
    names = {"S01": "<script>alert(1)</script>", "S02": "=1+1"}
    manifest = export(two, tmp_path, W6, names=names)
    assert column(tmp_path / "a", "members.csv", "First Name") == ["", 'Bo "<b>", Jr']
    values = column(tmp_path / "a", "members.csv", "rfm_segment")
    assert values == ["script-alert-1-script", "1-1"]
    assert manifest["counts"]["blanked"]["first_name"] == 1


def test_files_are_cut_below_fifty_megabytes(tmp_path, monkeypatch):
    assert LARGEST_FILE == 50_000_000
    monkeypatch.setattr("segtools.destinations.klaviyo.LARGEST_FILE", 100)
    manifest = export(agreed(5), tmp_path)
    sizes = [f["bytes"] for f in manifest["files"] if f["name"].startswith("members-")]
    assert len(sizes) > 1
    assert max(sizes) <= 100
