"""GA4: an id and a segment and nothing else, and back as an export would tell it."""

import json

import pytest

from destinations.makers import column, exporter, people, read
from segtools.schema import ConfigError, DataError
from segtools.sources import connect
from segtools.sources.ga4 import read as read_source


@pytest.fixture
def two():
    rows = people(2, phone="+4930000000", first_name="Ann")
    rows["segment_id"] = ["S01", "S02"]
    return rows


@pytest.fixture
def export(tmp_path):
    return exporter(tmp_path, "ga4")


def told_by_analytics(folder, path):
    """Make the export of events after an import: each user's later event carries it."""
    head, *rows = read(folder, "users.csv")
    events = [
        {
            "event_timestamp": 1_772_356_500_000_000,
            "event_name": "page_view",
            "user_pseudo_id": f"device {user}",
            "user_id": user,
            "user_properties": [{"key": head[1], "value": {"string_value": segment}}],
        }
        for user, segment in rows
    ]
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    return path


def test_the_file_is_exactly_what_is_imported_and_holds_no_address(two, export):
    out, manifest = export(two)
    assert (out / "users.csv").read_bytes() == (
        b"user_id,segment\nc0000,champions\nc0001,prospects\n"
    )
    assert "user-scoped custom dimension" in manifest["next_step"]


def test_events_after_the_import_give_the_same_customers_and_segments(
    two, export, tmp_path
):
    out, _ = export(two, {"property": "Tier"})
    path = told_by_analytics(out, tmp_path / "events.jsonl")
    opened = read_source(connect(), {"events": {"path": str(path)}}, "UTC")
    back = opened.tables["customers"].to_pandas().set_index("customer_id")
    assert back["tier"].to_dict() == {"c0000": "champions", "c0001": "prospects"}


def test_who_leaves_gets_none_since_a_blank_would_leave_them_in(export):
    rows = people(4)
    export(rows)
    later = rows.iloc[1:].reset_index(drop=True)
    later.loc[0, "segment_id"] = "S02"
    later.loc[1, "ad_personalization"] = "denied"
    out, _ = export(later)
    assert read(out, "users.csv")[1:] == [
        ["c0000", "none"],
        ["c0001", "prospects"],
        ["c0002", "none"],
        ["c0003", "champions"],
    ]


def test_devices_are_named_by_stream_and_id(two, export):
    two["device"] = ["123.456", None]
    block = {"key": "client_id", "stream_id": "77", "fields": {"user_id": "device"}}
    out, manifest = export(two, block)
    assert (out / "users.csv").read_text() == (
        "client_id,stream_id,segment\n123.456,77,champions\n"
    )
    assert manifest["counts"]["left_out"] == {"no_address": 1}


@pytest.mark.parametrize(
    "address", ["ann@example.com", "id ann@example.com", "+49 30 000000", "x" * 257]
)
def test_an_id_that_is_an_address_or_too_long_is_left_out(two, export, address):
    out, manifest = export(two.assign(customer_id=["c1", address]))
    assert column(out, "users.csv", "user_id") == ["c1"]
    assert manifest["counts"]["left_out"] == {"refused": 1}
    assert address not in json.dumps(manifest)


def test_two_customers_with_one_id_are_never_two_rows(export):
    rows = people(4).assign(user_id=["a", "a", "b", "b"])
    rows.loc[3, "segment_id"] = "S02"
    out, manifest = export(rows)
    assert read(out, "users.csv")[1:] == [["a", "champions"]]
    assert manifest["counts"]["left_out"] == {"shared_address": 3}


def test_nobody_is_imported_without_consent(two, export):
    with pytest.raises(DataError, match="nobody knows whether they agreed"):
        export(two.drop(columns="ad_user_data"))


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"property": "ga_segment"}, "none of Google's own"),
        ({"property": "x" * 25}, "at most 23 letters"),
        ({"property": "Größe"}, "must be a user property's name"),
        ({"names": {"S01": "x" * 37}}, "must have at most 36 characters"),
        ({"key": "client_id"}, "must be the digits of a data stream"),
        ({"stream_id": "7"}, "must be the digits of a data stream"),
        ({"key": "client_id", "stream_id": "7"}, "beside the column that holds"),
    ],
)
def test_what_analytics_would_drop_is_refused(two, export, block, sentence):
    with pytest.raises(ConfigError, match=sentence):
        export(two, block)


def test_hostile_names_become_harmless_values(two, export):
    names = {"S01": "=cmd|' /C calc'!A0", "S02": '<b>a, "b";\n</b>'}
    out, _ = export(two, names=names)
    assert column(out, "users.csv", "segment") == ["cmd-c-calc-a0", "b-a-b-b"]


def test_a_property_of_another_name_leaves_the_old_one_empty(two, export):
    export(two)
    out, manifest = export(two.iloc[:1], {"property": "tier"})
    assert (out / "users.csv").read_bytes() == (
        b"user_id,tier\nc0000,champions\nc0001,none\n"
    )
    assert (out / "reset.csv").read_bytes() == (
        b"user_id,segment\nc0000,none\nc0001,none\n"
    )
    assert "reset.csv" in manifest["next_step"]
    out, manifest = export(two, {"property": "tier"})
    assert not (out / "reset.csv").exists()
    assert "reset.csv" not in manifest["next_step"]
