"""An export appears whole or not at all, and knows what the last one wrote."""

import hashlib
import json

import pandas as pd
import pytest

from destinations.makers import column, order, people, run_folder
from segtools.config import validate
from segtools.destinations import DestinationBlock, Written, csv_part, destination
from segtools.destinations.export import write_export
from segtools.destinations.ledger import exports_of
from segtools.destinations.registry import configured, remove_destination
from segtools.records import read_record
from segtools.schema import ConfigError, DataError

BASE = {"project": "shop", "timezone": "UTC", "source": {"system": "sample"}}
ONE = {"min_size": 1}


def tree(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


@pytest.fixture
def letters():
    """A destination as somebody might register it."""

    @destination(
        "letters",
        fields=("email", "phone"),
        reach=("email",),
        channels={"email": ("email",), "sms": ("phone",)},
        remember=("email",),
        min_size=None,
    )
    def write(audience, block):
        lists = {
            "all": audience.members[["email", "phone", "segment"]],
            "new": audience.additions[["email"]],
            "moved": audience.changes[["email", "segment"]],
            "gone": audience.removals[["email"]],
        }
        parts = [csv_part(f"{name}.csv", frame) for name, frame in lists.items()]
        return Written(parts, "Post them.", ["https://example.com/limits"])

    yield
    remove_destination("letters")


def letter_people(n):
    return people(n, accepts_email_marketing="yes", accepts_sms_marketing="no")


@pytest.mark.usefixtures("letters")
def test_an_own_destination_gets_only_what_its_channels_allow(tmp_path):
    rows = letter_people(3).assign(phone="+49300000000")
    rows.loc[2, "accepts_sms_marketing"] = "yes"
    manifest = write_export(
        order(rows, "letters"), tmp_path / "l", run_folder(tmp_path)
    )
    assert column(tmp_path / "l", "all.csv", "phone") == ["", "", "+49300000000"]
    assert manifest["counts"]["blanked"] == {"phone": 2}
    assert manifest["limits"] == ["https://example.com/limits"]
    assert (
        column(tmp_path / "l", "left_out.csv", "why")
        == ["not agreed to this channel"] * 2
    )


@pytest.mark.usefixtures("letters")
def test_changes_are_since_the_last_export_not_the_last_run(tmp_path):
    first, second, third = (
        run_folder(tmp_path, f"2024-{m}-29") for m in ("08", "09", "10")
    )
    rows = letter_people(4)
    write_export(order(rows, "letters", as_of="2024-08-29"), tmp_path / "a", first)
    assert second.is_dir()  # of the run in September nothing was exported
    later = rows.iloc[:3].copy()
    later.loc[0, "segment_id"] = "S02"
    later = pd.concat(
        [later, letter_people(1).assign(customer_id="new", email="n@x.de")]
    )
    manifest = write_export(
        order(later, "letters", as_of="2024-10-29"), tmp_path / "b", third
    )
    assert column(tmp_path / "b", "new.csv", "email") == ["n@x.de"]
    assert column(tmp_path / "b", "gone.csv", "email") == ["c0003@example.com"]
    assert column(tmp_path / "b", "moved.csv", "email") == ["c0000@example.com"]
    assert manifest["relative_to"] == {"number": 1, "as_of": "2024-08-29"}
    assert manifest["number"] == 2


@pytest.mark.usefixtures("letters")
def test_repeating_an_export_gives_the_same_bytes(tmp_path):
    runs = [run_folder(tmp_path, f"2024-0{m}-29") for m in (8, 9)]
    write_export(order(letter_people(3), "letters"), tmp_path / "a", runs[0])
    now = order(letter_people(4), "letters")
    write_export(now, tmp_path / "b", runs[1])
    before = tree(tmp_path / "b")
    write_export(now, tmp_path / "b", runs[1])
    assert tree(tmp_path / "b") == before
    # Another list from the same run is a new export, relative to that one.
    other = write_export(order(letter_people(5), "letters"), tmp_path / "b", runs[1])
    assert (other["number"], other["counts"]["added"]) == (3, 1)
    assert [e.number for e in exports_of(runs[1], "shop", "letters")] == [1, 2, 3]


@pytest.mark.usefixtures("letters")
def test_other_projects_and_destinations_are_not_compared(tmp_path):
    theirs = run_folder(tmp_path, "2024-08-29", project="other")
    write_export(order(letter_people(3), "letters"), tmp_path / "a", theirs)
    run = run_folder(tmp_path)
    manifest = write_export(order(letter_people(3), "letters"), tmp_path / "b", run)
    assert manifest["relative_to"] is None
    assert manifest["counts"]["added"] == 3
    google = write_export(
        order(letter_people(3), "google_ads", ONE), tmp_path / "g", run
    )
    assert google["number"] == 1


@pytest.mark.usefixtures("letters")
def test_whoever_is_left_out_now_is_a_removal(tmp_path):
    rows = letter_people(3)
    write_export(
        order(rows, "letters"), tmp_path / "a", run_folder(tmp_path, "2024-08-29")
    )
    rows["accepts_email_marketing"] = "no"
    run = run_folder(tmp_path)
    manifest = write_export(order(rows, "letters"), tmp_path / "b", run)
    assert manifest["counts"]["removed"] == 3
    assert len(column(tmp_path / "b", "gone.csv", "email")) == 3


def test_the_manifest_adds_up_and_names_every_file_with_its_checksum(tmp_path):
    rows = people(9)
    rows.loc[:3, "ad_user_data"] = ["no", "no", None, "maybe"]
    rows.loc[4, "email"] = None
    out = tmp_path / "g"
    write_export(order(rows, "google_ads", ONE), out, run_folder(tmp_path))
    manifest = read_record(out / "manifest.json")
    assert (manifest["format"], manifest["version"]) == ("segtools.manifest", 1)
    counts = manifest["counts"]
    assert counts["left_out"] == {"denied": 2, "not_asked": 2, "no_address": 1}
    assert counts["members"] == counts["written"] + sum(counts["left_out"].values())
    listed = {f["name"]: f for f in manifest["files"]}
    assert set(listed) | {"manifest.json"} == set(tree(out))
    for name, body in tree(out).items():
        if name != "manifest.json":
            assert hashlib.sha256(body).hexdigest() == listed[name]["sha256"]
    assert "@" not in json.dumps(manifest)
    assert sum(s["written"] for s in manifest["segments"]) == counts["written"]


def test_nobody_left_is_one_sentence_and_nothing_is_written(tmp_path):
    rows = people(3, ad_user_data=None)
    run = run_folder(tmp_path)
    with pytest.raises(DataError, match="must hold somebody, but nobody is left") as e:
        write_export(order(rows, "google_ads", ONE), tmp_path / "g", run)
    assert "@" not in str(e.value)
    assert {p.name for p in tmp_path.iterdir()} == {"runs"}
    assert not (run / "exports").exists()


@pytest.mark.parametrize("name", ["notes.txt", "s01-members.csv", ".hidden"])
def test_a_folder_with_a_foreign_file_is_refused_and_stays(tmp_path, name):
    out = tmp_path / "g"
    out.mkdir()
    (out / name).write_text("mine")
    with pytest.raises(
        ConfigError, match=f"holds '{name}', which is none of its files"
    ):
        write_export(order(people(3), "google_ads", ONE), out, run_folder(tmp_path))
    assert tree(out) == {name: b"mine"}


def test_a_foreign_file_beside_an_earlier_export_is_refused_too(tmp_path):
    out, run = tmp_path / "g", run_folder(tmp_path)
    write_export(order(people(3), "google_ads", ONE), out, run)
    (out / "mine.csv").write_text("mine")
    before = tree(out)
    with pytest.raises(ConfigError, match=r"holds 'mine\.csv'"):
        write_export(order(people(4), "google_ads", ONE), out, run)
    assert tree(out) == before
    with pytest.raises(ConfigError, match="needs a folder of its own"):
        write_export(order(people(4), "google_ads", ONE), out / "mine.csv", run)


def test_a_failure_in_the_middle_leaves_the_earlier_export_whole(tmp_path, monkeypatch):
    out, run = tmp_path / "g", run_folder(tmp_path)
    write_export(order(people(3), "google_ads", ONE), out, run)
    before = tree(out)

    def full(path, record):
        raise OSError("disk full")

    monkeypatch.setattr("segtools.destinations.export.write_record", full)
    with pytest.raises(OSError, match="disk full"):
        write_export(order(people(4), "google_ads", ONE), out, run)
    assert tree(out) == before
    assert {p.name for p in tmp_path.iterdir()} == {"runs", "g"}
    assert len(exports_of(run, "shop", "google_ads")) == 1


def test_the_sentence_of_an_empty_export_gives_nobody_away(tmp_path):
    rows = people(97)
    rows.loc[:1, "ad_user_data"] = "denied"
    asked = order(rows, "google_ads", smallest_cell=10)
    with pytest.raises(DataError, match="but fewer are left") as caught:
        write_export(asked, tmp_path / "g", run_folder(tmp_path))
    assert "95" not in str(caught.value)


@pytest.mark.parametrize(
    "name", [".DS_Store", "Thumbs.db", "desktop.ini", ".~lock.s01-members.csv#"]
)
def test_what_a_file_manager_leaves_is_no_foreign_file(tmp_path, name):
    out, run = tmp_path / "g", run_folder(tmp_path)
    write_export(order(people(3), "google_ads", ONE), out, run)
    (out / name).write_text("")
    manifest = write_export(order(people(4), "google_ads", ONE), out, run)
    assert manifest["counts"]["written"] == 4


def test_no_folder_appears_that_the_ledger_does_not_know(tmp_path, monkeypatch):
    out, run = tmp_path / "g", run_folder(tmp_path)

    def full(*args):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr("segtools.destinations.export.remember", full)
        with pytest.raises(OSError, match="disk full"):
            write_export(order(people(3), "google_ads", ONE), out, run)
    assert not out.exists()
    # Nor does the ledger know of a folder that has not appeared.
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.rename", full)
        with pytest.raises(OSError, match="disk full"):
            write_export(order(people(3), "google_ads", ONE), out, run)
    assert not out.exists()
    assert not (run / "exports").exists()
    assert write_export(order(people(3), "google_ads", ONE), out, run)["number"] == 1


def test_a_repetition_that_fails_forgets_nothing(tmp_path, monkeypatch):
    out, run = tmp_path / "g", run_folder(tmp_path)
    asked = order(people(3), "google_ads", ONE)
    write_export(asked, out, run)

    def full(*args):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr("segtools.destinations.export.remember", full)
        with pytest.raises(OSError, match="disk full"):
            write_export(asked, out, run)
    assert len(exports_of(run, "shop", "google_ads")) == 1
    assert (out / "manifest.json").is_file()


def test_segments_and_ids_that_would_run_are_harmless_in_the_report(tmp_path):
    rows = people(2)
    rows.loc[0, ["customer_id", "ad_user_data"]] = ["=1+1", "no"]
    write_export(order(rows, "google_ads", ONE), tmp_path / "g", run_folder(tmp_path))
    assert column(tmp_path / "g", "left_out.csv", "customer_id") == ["'=1+1"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"gogle_ads": {}}, "Did you mean 'google_ads'"),
        ({"google_ads": {"min_sze": 1}}, "Did you mean 'min_size'"),
        ({"google_ads": {"default_region": "Germany"}}, "two capital letters"),
        ({"google_ads": {"consent": {"email": ["x"]}}}, "Did you mean|Known are"),
        ({"google_ads": {"fields": {"emial": "x"}}}, "Did you mean 'email'"),
        ({"Google Ads": {}}, "must have names of a to z"),
        ({"google_ads": 5}, "must hold `key: value` lines"),
        (["google_ads"], "must hold a block for each system"),
        ({"sql": {}}, "must hold 'destinations.sql.url'"),
    ],
)
def test_wrong_configurations_are_one_sentence(given, said):
    with pytest.raises(ConfigError, match=said):
        configured(validate(BASE | {"destinations": given}), next(iter(given)))


def test_a_block_may_have_a_name_of_its_own():
    found, block = configured(
        validate(BASE | {"destinations": {"second": {"system": "google_ads"}}}),
        "second",
    )
    assert found.name == "google_ads"
    assert isinstance(block, DestinationBlock)
