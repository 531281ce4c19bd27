"""Customer Match: exactly the bytes that Google takes, and removals that remove."""

import pytest

from destinations.makers import a_month_later, column, order, people, read, run_folder
from segtools.destinations.export import write_export
from segtools.destinations.identifiers import sha256

EXPECTED = (
    b"Email,Phone,First Name,Last Name,Country,Zip\n"
    b"b7e0d8372a47f54bbefeb251ab9ac1e9e6b2d1983263de10196101be3961ed23,"
    b"40d3f4e02db27d66cf4cfdda506c2c945f115a7955cc8491dda98ce5beabcda0,"
    b"49915e0d7d4b402e3017d010bc1c0e83cac6c797d6c16e66340fe3268693a6a1,"
    b"1508b697895abf03d55c3841f59236ab92c9ba6ba89795c8337fcf392fdee8b4,US,94016\n"
    b"16e202bdcd9646af11faa3a5a3b9c07a6303e9629583246f8208e43c529087de,,,,,\n"
)


@pytest.fixture
def two():
    rows = people(2, first_name="Ann", last_name=[" Lee", None], country="us")
    rows["email"] = ["Ann.Lee@Example.com", " ann.lee+shop@GMAIL.com"]
    return rows.assign(phone=["(415) 555-0100", None], zip="94016")


def test_a_list_is_exactly_what_google_takes(two, tmp_path):
    block = {"min_size": 1, "address": True}
    manifest = write_export(
        order(two, "google_ads", block), tmp_path / "g", run_folder(tmp_path)
    )
    assert (tmp_path / "g" / "s01-members.csv").read_bytes() == EXPECTED
    assert (tmp_path / "g" / "s01-additions.csv").read_bytes() == EXPECTED
    assert read(tmp_path / "g", "s01-removals.csv")[1:] == []
    assert manifest["counts"]["written"] == 2


def test_names_and_addresses_stay_here_unless_asked_for(two, tmp_path):
    write_export(
        order(two, "google_ads", {"min_size": 1}), tmp_path / "g", run_folder(tmp_path)
    )
    lines = EXPECTED.splitlines()
    first = b",".join(lines[1].split(b",")[:2])
    second = lines[2].removesuffix(b",,,,") if lines[2].endswith(b",,,,,") else b""
    expected = b"Email,Phone\n" + first + b"\n" + second + b"\n"
    assert (tmp_path / "g" / "s01-members.csv").read_bytes() == expected


def test_who_moves_withdraws_or_changes_the_address_is_removed(tmp_path):
    rows = people(6)
    block = {"min_size": 1}
    write_export(order(rows, "google_ads", block), tmp_path / "g", run_folder(tmp_path))
    later = a_month_later(rows, "ad_user_data")
    run = run_folder(tmp_path, "2024-10-29")
    manifest = write_export(
        order(later, "google_ads", block, as_of="2024-10-29"), tmp_path / "h", run
    )
    gone = [sha256(f"c000{i}@example.com") for i in range(4)]
    assert column(tmp_path / "h", "s01-removals.csv", "Email") == gone
    assert column(tmp_path / "h", "s02-additions.csv", "Email") == [gone[1]]
    new = sha256("new@example.com")
    assert column(tmp_path / "h", "s01-additions.csv", "Email") == [new]
    assert column(tmp_path / "h", "suppressed.csv", "Email") == [gone[2]]
    counts = manifest["counts"]
    assert (counts["added"], counts["changed"], counts["removed"]) == (0, 2, 2)
    assert manifest["relative_to"] == {"number": 1, "as_of": "2024-09-29"}


def test_no_address_stands_anywhere_in_plain(two, tmp_path):
    write_export(
        order(two, "google_ads", {"min_size": 1}), tmp_path / "g", run_folder(tmp_path)
    )
    kept = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert b"example.com" not in kept.lower()
    assert b"gmail" not in kept.lower()
    assert b"5550100" not in kept
