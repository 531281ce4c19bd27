"""Meta: exactly the bytes of its customer lists, hashed or plain but never both."""

import pytest

from destinations.makers import a_month_later, column, export_into, people, read
from segtools.destinations.identifiers import meta_letters, meta_name, sha256
from segtools.schema import ConfigError, DataError

ONE = {"min_size": 1}
PLAIN = (
    b"email,phone,fn,ln,ct,st,zip,country\n"
    b"ann.lee@example.com,14155550100,ann,lee,sanfrancisco,ca,94016,us\n"
    b"bo.kim@example.com,49300000000,bo,kim,berlin,,10115,de\n"
)


def export(rows, tmp_path, block=ONE, **more):
    return export_into("meta", rows, tmp_path, block, **more)


@pytest.fixture
def two():
    rows = people(2, first_name=["Ann", "Bo"], last_name=["Lee", "Kim"])
    rows["email"] = [" Ann.Lee@example.com.", "bo.kim@example.com"]
    rows["phone"] = ["(415) 555-0100", "'+49300000000"]
    rows["city"], rows["state"] = ["San Francisco", "Berlin"], ["CA", None]
    return rows.assign(country=["us", "DE"], zip=["94016-1234", "10115"])


def test_a_plain_list_is_exactly_what_meta_takes(two, tmp_path):
    export(two, tmp_path, ONE | {"sha256": False, "address": True})
    assert (tmp_path / "a" / "s01-members.csv").read_bytes() == PLAIN
    assert (tmp_path / "a" / "s01-additions.csv").read_bytes() == PLAIN
    assert read(tmp_path / "a", "s01-removals.csv")[1:] == []


def test_a_hashed_list_is_the_hash_of_each_plain_cell_and_only_keys_by_default(
    two, tmp_path
):
    two.loc[0, "email"] = "ann.lee@gmail.com"
    export(two, tmp_path)
    expected = (
        "email,phone\n"
        "e7824da9ecd8c9d3b5c7af9db4876347efd23f0fa94290ea26bdafb98f6fa541,"
        "5e7ec4c79ccac6e420876e65ad0e6b4b2ccf73ec3dccb50297bf2890a1ec73b9\n"
        f"{sha256('bo.kim@example.com')},{sha256('49300000000')}\n"
    )
    assert (tmp_path / "a" / "s01-members.csv").read_text() == expected
    export(two, tmp_path, ONE | {"address": True}, into="n")
    rows = read(tmp_path / "n", "s01-members.csv")
    plain = [line.split(",") for line in PLAIN.decode().splitlines()]
    plain[1][0] = "ann.lee@gmail.com"
    assert rows == [plain[0], *([sha256(c) or "" for c in r] for r in plain[1:])]


def test_a_name_is_hashed_only_where_metas_own_rules_agree(two, tmp_path):
    two["last_name"] = ["O'Neil", "Zoë"]
    manifest = export(two, tmp_path, ONE | {"address": True})
    oneil = "67a42a846e98e3c1a96cd6ba14883a5ea05990cd93964ce8b832aa9497ca785c"
    assert column(tmp_path / "a", "s01-members.csv", "ln") == [oneil, ""]
    assert manifest["counts"]["blanked"] == {"last_name": 1}
    # The browser knows its own rule.
    export(two, tmp_path, ONE | {"address": True, "sha256": False}, into="n")
    assert column(tmp_path / "n", "s01-members.csv", "ln") == ["oneil", "zoë"]
    assert (meta_name("Zoë"), meta_letters("Zoe\u0308")) == ("zo", "zoë")


def test_a_phone_without_a_country_is_blank_and_counted(two, tmp_path):
    two["phone"] = ["415 555 0100", "030 000000"]
    two["country"] = [None, "Germany"]
    manifest = export(two, tmp_path)
    assert column(tmp_path / "a", "s01-members.csv", "phone") == ["", ""]
    assert manifest["counts"]["blanked"]["phone"] == 2
    export(two, tmp_path, ONE | {"default_region": "DE"}, into="n")
    phones = column(tmp_path / "n", "s01-members.csv", "phone")
    assert phones[1] == sha256("4930000000")


def test_hashed_and_plain_never_stand_in_one_file(two, tmp_path):
    two.loc[0, "email"] = sha256("ann.lee@example.com")
    with pytest.raises(DataError, match="SHA-256 throughout, but 1 of 2"):
        export(two, tmp_path)
    two["email"] = [sha256(e).upper() for e in ("a@x.de", "b@x.de")]
    with pytest.raises(ConfigError, match="plain or hashed throughout"):
        export(two, tmp_path, ONE | {"hashed": ["email"], "sha256": False})
    assert not (tmp_path / "a").exists()
    # What is hashed already is not hashed again.
    export(two, tmp_path, ONE | {"hashed": ["email"]})
    emails = column(tmp_path / "a", "s01-members.csv", "email")
    assert emails == [sha256("a@x.de"), sha256("b@x.de")]


def test_a_segment_of_fewer_than_a_hundred_is_left_out(tmp_path):
    with pytest.raises(DataError, match="at least 100 customers"):
        export(people(99), tmp_path, {})
    assert not (tmp_path / "a").exists()
    manifest = export(people(100), tmp_path, {})
    assert manifest["counts"]["written"] == 100
    assert manifest["doubts"] == [
        "'Champions' may match too few: only those count whom the platform knows."
    ]


def test_who_moves_withdraws_or_changes_the_address_is_removed(tmp_path):
    rows = people(5)
    export(rows, tmp_path)
    later = a_month_later(rows, "ad_user_data")
    export(later, tmp_path, into="n", as_of="2024-10-29")
    gone = [sha256(f"c000{i}@example.com") for i in range(4)]
    assert column(tmp_path / "n", "s01-removals.csv", "email") == gone
    assert column(tmp_path / "n", "s02-additions.csv", "email") == [gone[1]]
    assert column(tmp_path / "n", "s01-additions.csv", "email") == [
        sha256("new@example.com")
    ]
    assert column(tmp_path / "n", "suppressed.csv", "email") == [gone[2]]


def test_an_address_that_two_share_leaves_only_with_the_last_of_them(tmp_path):
    rows = people(3)
    rows["email"] = ["both@example.com", "both@example.com", "c@example.com"]
    export(rows, tmp_path)
    members = column(tmp_path / "a", "s01-members.csv", "email")
    assert members == [sha256("both@example.com"), sha256("c@example.com")]
    one = rows.iloc[1:]
    export(one, tmp_path, into="n", as_of="2024-10-29")
    assert column(tmp_path / "n", "s01-removals.csv", "email") == []
    none = rows.iloc[2:]
    export(none, tmp_path, into="o", as_of="2024-11-29")
    gone = column(tmp_path / "o", "s01-removals.csv", "email")
    assert gone == [sha256("both@example.com")]


def test_hostile_names_lose_everything_but_letters(two, tmp_path):
    two["first_name"] = ["=cmd|'/C calc'!A0", "<script>alert(1)</script>"]
    export(two, tmp_path, ONE | {"address": True, "sha256": False})
    names = column(tmp_path / "a", "s01-members.csv", "fn")
    assert names == ["cmdccalca", "scriptalertscript"]


def test_no_address_stands_anywhere_in_plain(two, tmp_path):
    export(two, tmp_path, ONE | {"address": True})
    kept = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()).lower()
    assert not any(word in kept for word in (b"example", b"5550100", b"francisco"))
