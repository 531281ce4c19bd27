"""Whoever follows the next steps of each export ends where the last one stands."""

import json

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from destinations.makers import export_into, read
from segtools.schema import DataError

customer = st.fixed_dictionaries(
    {
        "segment_id": st.sampled_from(["S01", "S02"]),
        "email": st.sampled_from(["a@x.de", "b@x.de", "c@x.de", "d@x.de", None]),
        "phone": st.sampled_from([f"+4930000000{i}" for i in range(3)] + [None]),
        "accepts_email_marketing": st.sampled_from(["yes", "yes", "no"]),
        "accepts_sms_marketing": st.sampled_from(["yes", "no"]),
        "ad_user_data": st.sampled_from(["yes", "yes", "no"]),
    }
)
month = st.dictionaries(
    st.sampled_from(["c1", "c2", "c3", "c4"]), customer, min_size=1, max_size=4
)
names = st.sampled_from([{}, {"S01": "vip"}, {"S01": "fans", "S02": "vip"}])
months = st.lists(st.tuples(month, names), min_size=1, max_size=4)


def table(people):
    rows = [{"customer_id": one, **found} for one, found in people.items()]
    return pd.DataFrame(rows).assign(ad_personalization="yes")


def exports(to, told, tmp_path, block):
    """Give the folder of each month in which there was somebody to be written."""
    for i, (people, called) in enumerate(told):
        asked = block | {"names": called}
        where = {"into": f"m{i}", "as_of": f"2024-{i + 1:02d}-28"}
        try:
            export_into(to, table(people), tmp_path, asked, **where)
        except DataError:
            yield None
        else:
            yield tmp_path / f"m{i}"


def cells(folder, name):
    return read(folder, f"{name}.csv")[1:]


def ended(told, factory, to, follow, stands, block=None):
    """Follow each export; give what came of it, and what stands in the last one."""
    state: dict = {}
    folder = None
    for folder in exports(to, told, factory.mktemp(to), block or {}):
        if folder is not None:
            follow(state, folder)
    expected = {} if folder is None else stands(folder)
    return {k: v for k, v in state.items() if v}, expected


fast = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@fast
@given(months)
def test_lists_of_meta_hold_the_addresses_of_their_members(tmp_path_factory, told):
    def keys(folder, what):
        files = folder.glob(f"s0?-{what}.csv")
        return {
            (file.name[:3], key)
            for file in files
            for row in cells(folder, file.stem)
            for key in row
            if key
        }

    def follow(state, folder):
        for gone in keys(folder, "removals"):
            state.pop(gone, None)
        state.update(dict.fromkeys(keys(folder, "additions"), True))

    def stands(folder):
        return dict.fromkeys(keys(folder, "members"), True)

    found, expected = ended(
        told, tmp_path_factory, "meta", follow, stands, {"min_size": 1}
    )
    assert found == expected


@fast
@given(months)
def test_profiles_of_klaviyo_have_the_property_of_their_members(tmp_path_factory, told):
    def rows(folder, what):
        found = {}
        for email, phone, value in cells(folder, what):
            found |= {k: value for k in (email, phone) if k}
        return found

    def follow(state, folder):
        gone = rows(folder, "removals")
        assert set(gone.values()) <= {"none"}
        for key in gone:
            state.pop(key, None)
        state.update(rows(folder, "changes"))

    def stands(folder):
        return rows(folder, "members")

    found, expected = ended(told, tmp_path_factory, "klaviyo", follow, stands)
    assert found == expected


@fast
@given(months)
def test_contacts_of_mailchimp_have_the_tag_of_their_members(tmp_path_factory, told):
    def follow(state, folder):
        removals = cells(folder, "removals")
        for email, tag in removals:
            state[email].remove(tag)
        calls = [
            email
            for file in folder.glob("untag-*.jsonl")
            for line in file.read_text().splitlines()
            for email in json.loads(line)["members_to_remove"]
        ]
        assert sorted(calls) == sorted(email for email, _ in removals)
        for email, tag in cells(folder, "changes"):
            state.setdefault(email, set()).add(tag)

    def stands(folder):
        return {email: {tag} for email, tag in cells(folder, "members")}

    found, expected = ended(told, tmp_path_factory, "mailchimp", follow, stands)
    assert found == expected


@pytest.mark.parametrize("array", [False, True])
@fast
@given(told=months)
def test_users_of_braze_have_the_attribute_of_their_segment(
    tmp_path_factory, told, array
):
    def follow(state, folder):
        for line in (folder / "users_track.jsonl").read_text().splitlines():
            for user in json.loads(line)["attributes"]:
                value = user["segtools_segment"]
                own = state.setdefault(user["external_id"], set())
                if array:
                    own -= set(value.get("remove", []))
                    own |= set(value.get("add", []))
                else:
                    state[user["external_id"]] = {value} - {None}

    people, called = told[-1]
    named = {"S01": "champions", "S02": "prospects"} | called
    agreed = ("accepts_email_marketing", "accepts_sms_marketing")
    truth = {
        one: {named[found["segment_id"]]}
        for one, found in people.items()
        if "yes" in [found[c] for c in agreed]
    }
    found, expected = ended(
        told, tmp_path_factory, "braze", follow, lambda _: truth, {"array": array}
    )
    assert found == expected
