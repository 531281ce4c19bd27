"""LiveAgent: every group of others kept, ours put right, and back by the source."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from destinations.makers import exporter, read
from segtools.config import validate
from segtools.destinations.liveagent import groups_of
from segtools.prepare.merge import merge_tables
from segtools.schema import ConfigError, DataError
from segtools.sources import connect, open_source
from segtools.sources.liveagent import read as read_source

GROUPS = {
    "vip1": "VIP",
    "news": "News",
    "g1": "seg:champions",
    "g2": "SEG:Prospects",
    "g0": "seg:old",
}
CONTACTS = [
    {"id": "ab12", "emails": ["Ann.Lee@Example.com"], "groups": ["vip1", "g0"]},
    {"id": "cd34", "emails": [], "groups": []},
    {"id": "ef56", "emails": ["cy@example.com"], "groups": ["news", "g2", "vip1"]},
]
TICKET = {"id": "T-1", "owner_contactid": "ab12", "date_created": "2026-03-04 08:00:00"}


@pytest.fixture
def desk(tmp_path):
    """Save groups and contacts as the API gives them; read them as the source does."""

    def write(name, objects):
        path = tmp_path / name
        path.write_text(json.dumps(objects))
        return {"path": str(path)}

    def make(contacts, *segments, names=GROUPS):
        listed = [{"id": i, "name": n} for i, n in names.items()]
        block = {
            "tickets": write("tickets.json", [TICKET]),
            "contacts": write("contacts.json", contacts),
            "groups": write("groups.json", listed),
        }
        opened = read_source(connect(), block, "UTC")
        frame = opened.tables["customers"].to_pandas().sort_values("customer_id")
        frame = frame.drop(columns=["by_email", "by_phone", "excluded", "unreadable"])
        return frame.reset_index(drop=True).assign(segment_id=list(segments))

    return make


@pytest.fixture
def export(tmp_path):
    groups = {"path": str(tmp_path / "groups.json")}
    return exporter(tmp_path, "liveagent", {"groups": groups})


def patches(folder):
    lines = (folder / "contacts.jsonl").read_text().splitlines()
    return {c["contactId"]: c["body"]["groups"] for c in map(json.loads, lines)}


def patched(contacts, folder):
    """Do to contacts what the calls say."""
    said = patches(folder)
    return [c | {"groups": said.get(c["id"], c["groups"])} for c in contacts]


def test_calls_and_lists_are_exactly_what_they_should_be(desk, export):
    out, manifest = export(desk(CONTACTS, "S01", "S02", "S02"))
    assert (out / "contacts.jsonl").read_bytes() == (
        b'{"contactId":"ab12","body":{"groups":["vip1","g1"]}}\n'
        b'{"contactId":"cd34","body":{"groups":["g2"]}}\n'
    )
    assert (out / "contacts.csv").read_bytes() == (
        b"email,group\n"
        b"ann.lee@example.com,seg:champions\n"
        b"cy@example.com,SEG:Prospects\n"
    )
    assert (out / "removals.csv").read_bytes() == (
        b"contact_id,group_id,group\nab12,g0,seg:old\n"
    )
    assert manifest["rows"] == {"changed": 2}
    assert manifest["groups"] == {"S01": "g1", "S02": "g2"}


def test_contacts_after_our_calls_give_the_same_customers_and_segments(desk, export):
    segments = ("S01", "S02", "S02")
    out, _ = export(desk(CONTACTS, *segments))
    back = desk(patched(CONTACTS, out), *segments)
    assert back["groups"].tolist() == [
        "VIP, seg:champions",
        "SEG:Prospects",
        "News, SEG:Prospects, VIP",
    ]
    again, manifest = export(back)
    assert patches(again) == {}
    assert manifest["rows"] == {"changed": 0}


def test_beside_a_shop_contacts_are_found_by_their_own_ids(
    desk, export, tmp_csv, tmp_path
):
    desk(CONTACTS, "S01", "S02", "S02")
    orders = "customer_id,ordered_at,amount\n7,2026-01-01,5\n8,2026-01-02,5\n"
    people = "customer_id,email,groups\n7,cy@example.com,a\n8,bo@example.com,b\n"
    files = {
        "system": "files",
        "orders": {"path": str(tmp_csv(orders, "orders.csv"))},
        "customers": {"path": str(tmp_csv(people, "people.csv"))},
    }
    help_desk = {"system": "liveagent"} | {
        key: {"path": str(tmp_path / f"{key}.json")}
        for key in ("tickets", "contacts", "groups")
    }
    config = validate(
        {"project": "shop", "timezone": "UTC", "source": [files, help_desk]}
    )
    tables = open_source(config, connect()).tables
    kept = {n: t for n, t in tables.items() if n.startswith("customers")}
    found = merge_tables(kept)["customers"].to_pandas()
    rows = found[found["customer_id"].isin(["7", "8"])].sort_values("customer_id")
    asked = rows[["customer_id", "contact_id", "groups", "groups_liveagent"]]
    asked = asked.reset_index(drop=True).assign(segment_id=["S01", "S01"])
    out, manifest = export(asked, {"fields": {"groups": "groups_liveagent"}})
    assert patches(out) == {"ef56": ["news", "vip1", "g1"]}
    assert manifest["counts"]["left_out"] == {"no_address": 1}


def test_groups_that_were_read_as_ids_do_as_well(desk, export):
    rows = desk(CONTACTS, "S01", "S02", "S02")
    named, _ = export(rows)
    rows["groups"] = ["vip1, g0", None, "g2, news, vip1"]
    by_id, _ = export(rows)
    assert patches(by_id) == patches(named)


def test_who_moves_or_leaves_loses_our_group_alone(desk, export):
    rows = desk(CONTACTS, "S01", "S02", "S02")
    out, _ = export(rows)
    after = desk(patched(CONTACTS, out), "S02", "S02", "S02")
    stop = {"email": frozenset({"cy@example.com"})}
    out, _ = export(after, suppressions=stop)
    assert patches(out) == {"ab12": ["vip1", "g2"], "ef56": ["news", "vip1"]}
    assert read(out, "removals.csv")[1:] == [
        ["ab12", "g1", "seg:champions"],
        ["ef56", "g2", "SEG:Prospects"],
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("VIP, gone9", GROUPS),
        ("VIP, A, B", GROUPS | {"x": "A, B", "a": "A", "b": "B"}),
        ("VIP, News", GROUPS | {"news2": "News"}),
        ("=1+1, VIP", GROUPS | {"f": "=1+1"}),
    ],
    ids=["unknown", "comma", "twice", "formula"],
)
def test_a_contact_with_a_group_that_cannot_be_told_is_left_as_it_is(
    desk, export, text, names
):
    rows = desk(CONTACTS, "S01", "S02", "S02", names=names)
    rows.loc[0, "groups"] = text
    rows.loc[2, "groups"] = None
    out, manifest = export(rows)
    assert patches(out) == {"cd34": ["g2"], "ef56": ["g2"]}
    assert manifest["counts"]["left_out"] == {"refused": 1}
    assert [r[:2] for r in read(out, "left_out.csv")[1:]] == [["ab12", "groups"]]


def test_a_segment_without_a_group_of_its_own_is_refused(desk, export):
    rows = desk(CONTACTS, "S01", "S02", "S02", names={"g1": "seg:champions"})
    rows["groups"] = None
    with pytest.raises(ConfigError, match=r"is named 'seg:prospects'\. Make it there"):
        export(rows)
    out, _ = export(rows, {"segments": ["S01"]})
    assert patches(out) == {"ab12": ["g1"]}
    twice = {"g1": "seg:champions", "g2": "seg:champions"}
    rows = desk(CONTACTS, "S01", "S01", "S01", names=twice).assign(groups=None)
    with pytest.raises(ConfigError, match="none, or more than one"):
        export(rows)


def test_without_ids_or_present_groups_nothing_is_written(desk, export, tmp_path):
    rows = desk(CONTACTS, "S01", "S02", "S02")
    with pytest.raises(ConfigError, match="must know the present groups"):
        export(rows.drop(columns="groups"))
    with pytest.raises(DataError, match="no usable address"):
        export(rows.drop(columns="contact_id"))
    with pytest.raises(DataError, match="no usable address"):
        export(rows.assign(contact_id=None))
    assert not any(tmp_path.glob("out*"))


def test_two_customers_of_one_contact_in_two_segments_take_our_group_away(desk, export):
    rows = desk(CONTACTS, "S01", "S02", "S02").assign(contact=["k", "k", "m"])
    out, manifest = export(rows, {"fields": {"contact_id": "contact"}})
    assert manifest["counts"]["left_out"] == {"shared_address": 2}
    assert patches(out) == {"k": ["vip1"]}  # the third is right already
    assert manifest["rows"]["shared"]["joined"] == 1
    assert read(out, "contacts.csv")[1:] == [["cy@example.com", "SEG:Prospects"]]


def test_hostile_strings_stay_strings(desk, export):
    nasty = 'x"},{"contactId":"ab12'
    contacts = [{"id": nasty, "emails": ["<b>@example.com"], "groups": []}]
    names = {"g1": "seg:b-a-b"}
    rows = desk(contacts, "S01", names=names)
    out, _ = export(rows, names={"S01": '<b>a, "b"\n'})
    assert patches(out) == {nasty: ["g1"]}
    assert read(out, "contacts.csv")[1:] == []


def test_the_list_of_groups_is_read_anew_each_time(desk, export):
    rows = desk(CONTACTS, "S01", "S02", "S02")
    export(rows)
    desk(CONTACTS, "S01", "S02", "S02", names=GROUPS | {"g1": "seg:stars"})
    with pytest.raises(ConfigError, match="'seg:champions'"):
        export(rows)


def test_without_a_list_of_groups_nothing_is_written(desk, export, tmp_path):
    rows = desk(CONTACTS, "S01", "S02", "S02")
    (tmp_path / "groups.json").unlink()
    with pytest.raises(ConfigError, match=r"groups\.path must be a file, but there is"):
        export(rows)
    (tmp_path / "groups.json").write_text('[{"id": "g1"}]')
    with pytest.raises(DataError, match="name"):
        export(rows)
    assert not any(tmp_path.glob("out*"))


@settings(max_examples=25, deadline=None)
@given(
    groups=st.lists(
        st.tuples(
            st.sets(st.sampled_from(["vip1", "news", "g0", "g1", "g2"])),
            st.sampled_from(["S01", "S02"]),
            st.sampled_from([", ", ",", " ,"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_the_groups_those_of_others_stay_and_one_is_ours(
    tmp_path_factory, groups
):
    folder = tmp_path_factory.mktemp("any")
    listed = [{"id": i, "name": n} for i, n in GROUPS.items()]
    (folder / "groups.json").write_text(json.dumps(listed))
    rows = pd.DataFrame({"customer_id": [f"c{i}" for i in range(len(groups))]})
    rows["segment_id"] = [segment for _, segment, _, _ in groups]
    rows["groups"] = [
        mark.join(sorted(GROUPS[g] if named else g for g in has))
        for has, _, mark, named in groups
    ]
    always = {"groups": {"path": str(folder / "groups.json")}}
    asked = rows.assign(contact_id=rows["customer_id"])
    out, _ = exporter(folder, "liveagent", always)(asked)
    said = patches(out)
    for one, (has, segment, _, _) in zip(rows["customer_id"], groups, strict=True):
        wanted = (has & {"vip1", "news"}) | {{"S01": "g1", "S02": "g2"}[segment]}
        assert set(said.get(one, has)) == wanted
        assert (one in said) == (has != wanted)


def test_a_prefix_that_would_divide_a_list_is_refused(desk, export):
    rows = desk(CONTACTS, "S01", "S02", "S02")
    with pytest.raises(ConfigError, match="without comma"):
        export(rows, {"prefix": "seg,"})


def test_ids_go_before_names():
    groups = groups_of({"a": "b", "b": "a"})
    assert groups.listed("a, b, a") == ["a", "b"]


def test_where_no_contact_is_left_to_be_written_ours_only_go(desk, export):
    export(desk(CONTACTS, "S01", "S02", "S02"))
    # Nobody's groups are known any more, so nobody's can be changed.
    rows = desk(CONTACTS, "S01", "S02", "S02").assign(groups="unheard of")
    out, manifest = export(rows)
    assert patches(out) == {}
    assert manifest["rows"] == {"changed": 0}
    assert manifest["counts"]["removed"] == 3


def test_a_contact_of_whom_one_must_not_be_written_to_has_no_group(
    desk, export, tmp_path
):
    rows = desk(CONTACTS, "S01", "S01", "S02").assign(contact=["k", "k", "m"])
    for held, expected in ((set(), ["vip1", "g1"]), ({"cd34"}, ["vip1"])):
        out, manifest = export(
            rows, {"fields": {"contact_id": "contact"}}, held_back=frozenset(held)
        )
        assert patches(out) == {"k": expected}
        shared = manifest["rows"]["shared"]
        assert (shared["joined"], shared["without_segment"]) == (1, int(bool(held)))


def test_by_hand_no_address_gets_the_groups_of_two_contacts(desk, export):
    contacts = [
        {"id": "a1", "emails": ["one@example.com"], "groups": []},
        {"id": "b2", "emails": ["One@example.com"], "groups": []},
        {"id": "c3", "emails": ["two@example.com"], "groups": []},
        {"id": "d4", "emails": ["two@example.com"], "groups": []},
        {"id": "e5", "emails": ["three@example.com"], "groups": []},
    ]
    rows = desk(contacts, "S01", "S02", "S01", "S01", "S02")
    out, manifest = export(rows)
    # The calls go by ids, and each is right; an address knows no ids.
    assert patches(out) == {
        "a1": ["g1"],
        "b2": ["g2"],
        "c3": ["g1"],
        "d4": ["g1"],
        "e5": ["g2"],
    }
    assert read(out, "contacts.csv")[1:] == [
        ["three@example.com", "SEG:Prospects"],
        ["two@example.com", "seg:champions"],
    ]
    assert manifest["rows"]["left_out_of_contacts_csv"] == 2
    out, manifest = export(rows, held_back=frozenset({"e5", "d4"}))
    assert read(out, "contacts.csv")[1:] == []
