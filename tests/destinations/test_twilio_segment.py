"""Twilio Segment: the calls' own bytes, nobody left in a segment, and back again."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from destinations.makers import column, export_into, exporter, people, read
from segtools.destinations.audience import slug
from segtools.destinations.formulas import would_run
from segtools.destinations.twilio_segment import LARGEST_BATCH, LARGEST_CALL
from segtools.schema import ConfigError, DataError
from segtools.sources import connect
from segtools.sources.twilio_segment import read as read_source

# The ids by hand: sha256sum of user, traits, time and number as a JSON list.
ANN = (
    '{"type":"identify","userId":"c0000",'
    '"messageId":"segtools-46f4a490991aa135c7941c5ee10f4fb8",'
    '"timestamp":"2024-09-28T22:00:00.000Z","traits":{"segment":"champions",'
    '"seg_champions":true,"seg_prospects":false}}'
)
BO = (
    '{"type":"identify","userId":"c0001",'
    '"messageId":"segtools-0f09a4c169599303385734ec5335fe73",'
    '"timestamp":"2024-09-28T22:00:00.000Z","traits":{"segment":"prospects",'
    '"seg_champions":false,"seg_prospects":true}}'
)


@pytest.fixture
def two():
    rows = people(2)
    rows["segment_id"] = ["S01", "S02"]
    return rows


@pytest.fixture
def export(tmp_path):
    return exporter(tmp_path, "twilio_segment")


def calls(folder):
    return [json.loads(x) for x in (folder / "identify.jsonl").read_text().splitlines()]


def traits(folder):
    return {call["userId"]: call["traits"] for call in calls(folder)}


def customers(*files):
    """Read calls as the source does, all of them one after the other."""
    tables = []
    for number, file in enumerate(files):
        opened = read_source(connect(), {"calls": {"path": str(file)}}, "UTC")
        tables.append(opened.tables["customers"].to_pandas().assign(at=number))
    last = pd.concat(tables).sort_values(["customer_id", "at"])
    return last.drop_duplicates("customer_id", keep="last").set_index("customer_id")


def test_calls_batches_and_upload_are_exactly_what_segment_takes(two, export):
    out, manifest = export(two)
    assert (out / "identify.jsonl").read_text() == f"{ANN}\n{BO}\n"
    assert (out / "batch.json").read_text() == f'{{"batch":[{ANN},{BO}]}}\n'
    assert (out / "profiles.csv").read_text() == (
        "user_id,segment,seg_champions,seg_prospects\n"
        "c0000,champions,true,false\n"
        "c0001,prospects,false,true\n"
    )
    assert manifest["traits"] == {"S01": "seg_champions", "S02": "seg_prospects"}
    assert "writeKey" not in (out / "batch.json").read_text()


def test_our_own_export_read_again_gives_the_same_customers_and_segments(two, export):
    out, _ = export(two)
    back = customers(out / "identify.jsonl")
    assert back["segment"].to_dict() == {"c0000": "champions", "c0001": "prospects"}
    assert back["seg_champions"].to_dict() == {"c0000": "true", "c0001": "false"}
    # The upload says the same of the same people.
    assert read(out, "profiles.csv")[1:] == [
        [one, *back.loc[one, ["segment", "seg_champions", "seg_prospects"]]]
        for one in back.index
    ]


def test_who_moves_or_leaves_is_told_so_and_a_call_sent_twice_counts_once(export):
    rows = people(4)
    rows["segment_id"] = ["S01", "S01", "S02", "S01"]
    first, _ = export(rows)
    later = rows.iloc[1:].reset_index(drop=True)  # c0000 is gone
    later.loc[0, "segment_id"] = "S02"
    later.loc[1, "ad_user_data"] = "denied"
    second, manifest = export(later, origin=1_730_000_000)
    nobody = {"segment": "none", "seg_champions": False, "seg_prospects": False}
    assert traits(second)["c0000"] == traits(second)["c0002"] == nobody
    assert traits(second)["c0001"] == {
        "segment": "prospects",
        "seg_champions": False,
        "seg_prospects": True,
    }
    assert manifest["counts"]["removed"] == 2
    back = customers(first / "identify.jsonl", second / "identify.jsonl")
    assert back["segment"].to_dict() == {
        "c0000": "none",
        "c0001": "prospects",
        "c0002": "none",
        "c0003": "champions",
    }
    ids = [c["messageId"] for out in (first, second) for c in calls(out)]
    assert len(set(ids)) == 8
    assert all(len(one) <= 100 for one in ids)


def test_what_is_said_again_after_something_else_counts_again(two, tmp_path):
    found = []
    for n, segment in enumerate(("S01", "S02", "S01", "S01")):
        rows = two.assign(segment_id=[segment, "S02"])
        export_into("twilio_segment", rows, tmp_path, into=f"o{n}")
        found.append(calls(tmp_path / f"o{n}")[0])
    ids = [call["messageId"] for call in found]
    assert found[0]["traits"] == found[2]["traits"]
    assert len(set(ids)) == 3
    # To repeat the last one is to say it once.
    assert ids[2] == ids[3]
    last, again = (tmp_path / o / "batch.json" for o in ("o2", "o3"))
    assert last.read_bytes() == again.read_bytes()


def test_a_segment_that_is_called_otherwise_leaves_its_old_traits(two, export):
    export(two)
    out, _ = export(two, {"names": {"S01": "Best"}, "trait": "tier", "prefix": "is_"})
    assert traits(out)["c0000"] == {
        "tier": "Best",
        "is_best": True,
        "is_prospects": False,
        "segment": "none",
        "seg_champions": False,
        "seg_prospects": False,
    }


def test_what_the_upload_cannot_take_is_told_by_calls_alone(two, export):
    two["customer_id"] = ["Ann, Lee \"'<b>", "Жук"]
    out, manifest = export(two)
    assert list(traits(out)) == ["Ann, Lee \"'<b>", "Жук"]
    assert not (out / "profiles.csv").exists()
    assert manifest["not_in_csv"] == 2
    more = pd.concat([two, people(1, start=5)])
    out, manifest = export(more)
    assert column(out, "profiles.csv", "user_id") == ["c0005"]
    out, _ = export(more, names={"S01": "Stammgäste", "S02": "Neu"})
    assert not (out / "profiles.csv").exists()  # a header with an accent


def test_a_call_and_a_batch_are_never_too_large(export):
    rows = people(3_000, user_id=None)
    rows["user_id"] = [f"{'é' * 400}{i}" for i in range(3_000)]
    out, manifest = export(rows)
    pieces = [f for f in manifest["files"] if f["name"].startswith("batch-")]
    assert len(pieces) > 5
    assert all(f["bytes"] < LARGEST_BATCH for f in pieces)
    lines = (out / "identify.jsonl").read_text().splitlines()
    assert max(len(line.encode()) for line in lines) <= LARGEST_CALL
    batches = [json.loads((out / f["name"]).read_text())["batch"] for f in pieces]
    assert [c for batch in batches for c in batch] == calls(out)


def test_ids_that_are_none_run_as_formulas_or_are_shared_are_left_out(export):
    rows = people(7)
    rows["user_id"] = ["a", None, "=1+1", "b", "b", "x" * 1_001, "a"]
    rows.loc[6, "segment_id"] = "S02"
    out, manifest = export(rows)
    assert manifest["counts"]["left_out"] == {
        "refused": 2,
        "no_address": 1,
        "shared_address": 3,
    }
    assert list(traits(out)) == ["b"]
    assert column(out, "left_out.csv", "field").count("user_id") == 2


def test_nobody_is_told_of_without_consent(two, export):
    with pytest.raises(DataError, match="nobody knows whether they agreed"):
        export(two.drop(columns="ad_user_data"))
    out, _ = export(two.assign(ad_user_data=["denied", "granted"]))
    assert list(traits(out)) == ["c0001"]


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"names": {"S01": "a-b", "S02": "a b"}}, "must differ, but two are 'seg_a_b'"),
        ({"names": {"S01": "none"}}, "must not be 'none'"),
        ({"names": {"S01": "=1+1"}}, "must begin with a letter or digit"),
        ({"names": {"S01": "x" * 300}}, "must have at most 255 characters"),
        ({"trait": "email"}, "no trait that Segment reserves, but it is 'email'"),
        ({"prefix": "Seg "}, "must be small letters"),
    ],
)
def test_traits_that_segment_would_mistake_are_refused(two, export, block, sentence):
    with pytest.raises(ConfigError, match=sentence):
        export(two, block)


def test_more_traits_than_segment_takes_are_refused(export):
    names = {f"S{i:03}": f"n{i}" for i in range(298)}
    rows = people(1).assign(segment_id="S000")
    with pytest.raises(ConfigError, match="fewer than 299 traits of a user, but"):
        export(rows, names=names)
    out, _ = export(rows, names=dict(list(names.items())[:297]))
    assert len(read(out, "profiles.csv")[0]) == 299


def test_guests_that_the_source_gives_by_their_device_never_become_users(
    export, tmp_path
):
    said = {"type": "identify", "timestamp": "2024-01-01T00:00:00Z"}
    known = said | {"userId": "cust-1", "messageId": "1", "traits": {"plan": "a"}}
    guest = said | {"anonymousId": "d-2", "messageId": "2", "traits": {"plan": "b"}}
    path = tmp_path / "calls.jsonl"
    path.write_text(json.dumps(known) + "\n" + json.dumps(guest) + "\n")
    rows = customers(path).reset_index().assign(segment_id="S01")
    rows = rows.assign(ad_user_data="yes", ad_personalization="yes")
    out, manifest = export(rows, {"user_ids": "cust-*"})
    assert list(traits(out)) == ["cust-1"]
    assert manifest["counts"]["left_out"] == {"refused": 1}


IDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)


@settings(max_examples=15, deadline=None)
@given(
    ids=st.lists(
        IDS.filter(lambda one: not would_run(one)), min_size=1, max_size=5, unique=True
    ),
    name=st.text(min_size=1, max_size=20).filter(lambda one: slug(one) != "none"),
)
def test_whatever_the_ids_and_names_they_come_back(tmp_path_factory, ids, name):
    folder = tmp_path_factory.mktemp("any")
    rows = people(len(ids)).assign(user_id=ids)
    export = exporter(folder, "twilio_segment")
    out, manifest = export(rows, names={"S01": name, "S02": "Prospects"})
    back = customers(out / "identify.jsonl")
    assert set(back.index) == set(ids)
    label = json.loads((out / "identify.jsonl").read_text("utf-8").split("\n")[0])
    assert set(back["segment"]) == {label["traits"]["segment"]}
    assert manifest["calls"] == len(ids)
