"""Braze: calls within its limits that say only what has changed, and take it back."""

import json
from functools import partial

import pandas as pd
import pytest

from destinations.makers import a_month_later, export_into, people, read
from segtools.schema import ConfigError, DataError

FIRST = (
    b'{"attributes":[{"external_id":"cust-7210000000001","_update_existing_only":true,'
    b'"rfm_segment":"champions"},{"external_id":"cust-7210000000002",'
    b'"_update_existing_only":true,"rfm_segment":"prospects"}]}\n'
)
SEGMENT = {"attribute": "rfm_segment"}
export = partial(export_into, "braze")


def agreed(n, **more):
    return people(n, accepts_email_marketing="yes", **more)


@pytest.fixture
def two():
    rows = agreed(2).assign(segment_id=["S01", "S02"])
    rows["customer_id"] = ["cust-7210000000001", "cust-7210000000002"]
    return rows.assign(email=["ann.lee@example.com", "Bo.Kim@example.com"])


def calls(folder):
    lines = (folder / "users_track.jsonl").read_text().splitlines()
    return [json.loads(line)["attributes"] for line in lines]


def users(folder, key="external_id"):
    """Give what each user is told, without what all are."""
    found = {}
    for call in calls(folder):
        for user in call:
            assert user.pop("_update_existing_only") is True
            found[user.pop(key)] = user
    return found


def test_calls_and_csv_are_exactly_what_braze_takes(two, tmp_path):
    export(two, tmp_path, SEGMENT)
    assert (tmp_path / "a" / "users_track.jsonl").read_bytes() == FIRST
    assert (tmp_path / "a" / "import.csv").read_bytes() == (
        b"external_id,rfm_segment\n"
        b"cust-7210000000001,champions\n"
        b"cust-7210000000002,prospects\n"
    )


def test_users_may_be_known_by_their_email(two, tmp_path):
    two["external_id"] = ["<b>", None]  # is not even read
    block = SEGMENT | {"key": "email", "array": True}
    export(two, tmp_path, block)
    assert users(tmp_path / "a", "email") == {
        "ann.lee@example.com": {"rfm_segment": {"add": ["champions"]}},
        "bo.kim@example.com": {"rfm_segment": {"add": ["prospects"]}},
    }
    assert not (tmp_path / "a" / "import.csv").exists()  # it takes no arrays
    with pytest.raises(DataError, match="no usable address"):
        export(two.assign(email="nobody"), tmp_path / "other", block)


@pytest.fixture
def months():
    """Five customers, and what became of them a month later."""
    rows = agreed(5)
    later = a_month_later(rows, "accepts_email_marketing")
    return rows, pd.concat([later, agreed(1, start=9)])


def test_only_what_has_changed_is_said_and_null_takes_it_back(months, tmp_path):
    export(months[0], tmp_path, SEGMENT)
    manifest = export(months[1], tmp_path, SEGMENT, into="c", as_of="2024-10-29")
    assert users(tmp_path / "c") == {
        "c0000": {"rfm_segment": None},
        "c0001": {"rfm_segment": "prospects"},
        "c0002": {"rfm_segment": None},
        "c0009": {"rfm_segment": "champions"},
    }
    # A blank would change nothing there.
    assert read(tmp_path / "c", "import.csv")[1:] == [
        *(["c0000", "none"], ["c0002", "none"]),
        *(["c0001", "prospects"], ["c0009", "champions"]),
    ]
    assert manifest["counts"]["written"] == 4
    export(months[1], tmp_path, SEGMENT, into="d", as_of="2024-11-29")
    assert (tmp_path / "d" / "users_track.jsonl").read_bytes() == b""


def test_of_an_array_only_our_own_values_come_and_go(months, tmp_path):
    block = SEGMENT | {"array": True}
    export(months[0], tmp_path, block)
    export(months[1], tmp_path, block, into="c", as_of="2024-10-29")
    assert users(tmp_path / "c") == {
        "c0000": {"rfm_segment": {"remove": ["champions"]}},
        "c0001": {"rfm_segment": {"add": ["prospects"], "remove": ["champions"]}},
        "c0002": {"rfm_segment": {"remove": ["champions"]}},
        "c0009": {"rfm_segment": {"add": ["champions"]}},
    }


def test_a_segment_of_another_name_is_said_anew(tmp_path):
    block = SEGMENT | {"array": True}
    export(agreed(1), tmp_path, block)
    named = block | {"names": {"S01": "vip"}}
    export(agreed(1), tmp_path, named, into="c", as_of="2024-10-29")
    both = {"add": ["vip"], "remove": ["champions"]}
    assert users(tmp_path / "c") == {"c0000": {"rfm_segment": both}}


def test_an_attribute_of_another_name_replaces_the_old_one(tmp_path):
    rows = agreed(2)
    export(rows, tmp_path, SEGMENT)
    block = {"attribute": "clubs", "array": True}
    export(rows.iloc[1:], tmp_path, block, into="c", as_of="2024-10-29")
    assert users(tmp_path / "c") == {
        "c0000": {"rfm_segment": None},
        "c0001": {"rfm_segment": None, "clubs": {"add": ["champions"]}},
    }
    with pytest.raises(ConfigError, match="must stay as it was at the last export"):
        export(rows, tmp_path, {"attribute": "clubs"}, into="d", as_of="2024-11-29")
    assert not (tmp_path / "d").exists()
    export(rows.iloc[1:], tmp_path, SEGMENT, into="d", as_of="2024-11-29")
    assert users(tmp_path / "d") == {
        "c0001": {"clubs": {"remove": ["champions"]}, "rfm_segment": "champions"}
    }
    export(rows.iloc[:1], tmp_path, {"attribute": "club"}, into="e", as_of="2024-12-29")
    assert read(tmp_path / "e", "import.csv") == [
        ["external_id", "club", "rfm_segment"],
        ["c0001", "", "none"],
        ["c0000", "champions", ""],
    ]


def test_another_key_leaves_the_old_users_to_a_person(two, tmp_path):
    export(two, tmp_path, SEGMENT)
    block = SEGMENT | {"key": "email"}
    manifest = export(two.iloc[:1], tmp_path, block, into="c", as_of="2024-10-29")
    assert users(tmp_path / "c", "email") == {
        "ann.lee@example.com": {"rfm_segment": "champions"}
    }
    assert "by hand" in manifest["doubts"][0]


@pytest.mark.parametrize(
    ("per_call", "sizes"), [(75, [75, 75, 1]), (50, [50] * 3 + [1])]
)
def test_a_call_has_no_more_objects_than_it_may(per_call, sizes, tmp_path):
    export(agreed(sum(sizes)), tmp_path, {"per_call": per_call})
    assert [len(call) for call in calls(tmp_path / "a")] == sizes
    with pytest.raises(ConfigError):
        export(agreed(1), tmp_path, {"per_call": 76})


def test_ids_with_markup_or_commas_are_left_out_and_names_lose_theirs(tmp_path):
    rows = agreed(5)
    rows["external_id"] = ["<script>x()</script>", "a,b", "=1+1", "x\ny", "fine-1"]
    names = {"S01": "<img src=x onerror=alert(1)>"}
    manifest = export(rows, tmp_path, names=names)
    assert manifest["counts"]["left_out"] == {"refused": 4}
    told = {"segtools_segment": "img-src-x-onerror-alert-1"}
    assert users(tmp_path / "a") == {"fine-1": told}


def test_brazes_own_attributes_are_never_overwritten(two, tmp_path):
    for name in ("email", "Country", "push_subscribe", "a-b", "1x", "<b>", ""):
        with pytest.raises(ConfigError, match="an attribute of yours"):
            export(two, tmp_path, {"attribute": name})


def test_who_said_no_or_nothing_is_not_written(two, tmp_path):
    two["accepts_email_marketing"] = ["yes", "no"]
    manifest = export(two, tmp_path, SEGMENT)
    assert list(users(tmp_path / "a")) == ["cust-7210000000001"]
    assert manifest["counts"]["left_out"] == {"denied": 1}
    with pytest.raises(DataError, match="nobody is left"):
        export(two.drop(columns="accepts_email_marketing"), tmp_path / "other")


def test_who_is_suppressed_by_an_email_that_is_not_read_is_not_written(two, tmp_path):
    listed = {"email": frozenset({"bo.kim@example.com"})}
    rows = two.rename(columns={"email": "Login"})
    block = SEGMENT | {"fields": {"email": "Login"}}
    manifest = export(rows, tmp_path, block, suppressions=listed)
    assert list(users(tmp_path / "a")) == ["cust-7210000000001"]
    assert manifest["counts"]["left_out"] == {"suppressed": 1}
