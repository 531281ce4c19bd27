"""HubSpot: the import's own bytes, checkboxes of others kept, and back again."""

import pytest

from destinations.makers import column, exporter, people, read
from segtools.destinations.hubspot import LIMITS
from segtools.schema import ConfigError, DataError
from segtools.sources import connect
from segtools.sources.crm import read as read_source

EXPORT = (
    "Record ID,First Name,Last Name,Email,Marketing,Our segments\n"
    "101,Ann,Lee,Ann.Lee@Example.com,yes,newsletter;seg:old; vip\n"
    "102,Bo,Kim,,yes,\n"
    "103,Cy,Moss,cy@example.com,yes,seg:prospects\n"
)
KNOWN = {
    "fields": {"record_id": "customer_id", "checkboxes": "our_segments"},
    "checkboxes": "Our segments",
    "consent": {"email": ["marketing"]},
}


@pytest.fixture
def contacts(tmp_csv):
    """Read an export of contacts as the source does; segments from a list."""

    def make(text, *segments):
        file = {"path": str(tmp_csv(text))}
        opened = read_source(connect(), {"contacts": file}, "UTC")
        frame = opened.tables["customers"].drop("by_phone").to_pandas()
        frame = frame.sort_values("email", na_position="last", ignore_index=True)
        return frame.assign(segment_id=list(segments)) if segments else frame

    return make


@pytest.fixture
def export(tmp_path):
    return exporter(tmp_path, "hubspot")


@pytest.fixture
def two():
    rows = people(2, email_opt_in="yes")
    rows["segment_id"] = ["S01", "S02"]
    return rows


def test_by_email_the_file_is_exactly_what_hubspot_imports(two, export):
    out, manifest = export(two, {"property": "RFM segment", "checkboxes": "Segments"})
    assert (out / "contacts.csv").read_bytes() == (
        b"Email,RFM segment,Segments\n"
        b"c0000@example.com,champions,;seg:champions\n"
        b"c0001@example.com,prospects,;seg:prospects\n"
    )
    assert [f["name"] for f in manifest["files"]] == ["contacts.csv", "left_out.csv"]
    assert "untick the old one" in manifest["next_step"]


def test_by_record_the_checkboxes_of_others_stay_and_ours_are_put_right(
    contacts, export
):
    rows = contacts(EXPORT, "S01", "S02", "S02")
    out, manifest = export(rows, KNOWN)
    assert (out / "contacts-by-id.csv").read_bytes() == (
        b"Record ID,Segment,Our segments\n"
        b"101,champions,newsletter;vip;seg:champions\n"
        b"102,prospects,seg:prospects\n"
        b"103,prospects,seg:prospects\n"
    )
    assert not (out / "contacts.csv").exists()
    assert "untick" not in manifest["next_step"]


def test_our_own_export_read_again_gives_the_same_customers_and_segments(
    two, contacts, export
):
    out, _ = export(two, {"checkboxes": "Segments"})
    back = contacts((out / "contacts.csv").read_text())
    assert back[["by_email", "segment"]].to_numpy().tolist() == [
        ["c0000@example.com", "champions"],
        ["c0001@example.com", "prospects"],
    ]


def test_what_hubspot_exports_after_the_import_needs_no_other_change(contacts, export):
    rows = contacts(EXPORT, "S01", "S02", "S02")
    first, _ = export(rows, KNOWN)
    boxes = column(first, "contacts-by-id.csv", "Our segments")
    after = rows.sort_values("customer_id").assign(our_segments=boxes)
    second, _ = export(after, KNOWN)
    name = "contacts-by-id.csv"
    assert (second / name).read_bytes() == (first / name).read_bytes()


def test_who_leaves_gets_none_and_keeps_what_is_not_ours(contacts, export):
    rows = contacts(EXPORT, "S01", "S02", "S02")
    export(rows, KNOWN)
    rows.loc[rows["customer_id"] == "101", "marketing"] = "no"
    gone = rows[rows["customer_id"] != "103"]  # no longer in the data
    out, manifest = export(gone, KNOWN)
    assert read(out, "leavers-by-id.csv")[1:] == [
        ["101", "none", "newsletter;vip;seg:none"],
        ["103", "none", ""],  # a list without the rest would take the rest away
    ]
    assert column(out, "contacts-by-id.csv", "Record ID") == ["102"]
    assert manifest["counts"]["removed"] == 2


def test_without_the_present_checkboxes_a_leaver_is_only_named(two, export):
    block = {"checkboxes": "Segments"}
    export(two, block)
    out, _ = export(two.iloc[:1], block)
    assert read(out, "leavers.csv")[1:] == [["c0001@example.com", "none", ""]]


def test_a_new_address_leaves_the_old_one_first(two, export):
    export(two)
    two.loc[0, "email"] = "New@Example.com"
    out, _ = export(two)
    assert read(out, "leavers.csv")[1:] == [["c0000@example.com", "none"]]
    assert column(out, "contacts.csv", "Email") == [
        "c0001@example.com",
        "new@example.com",
    ]


def test_nobody_without_consent_key_or_a_key_of_their_own_is_imported(export):
    rows = people(7, email_opt_in="yes")
    rows.loc[0, "email_opt_in"] = None
    rows.loc[1, "email_opt_in"] = "no"
    rows.loc[2, "email"] = "nobody"
    rows.loc[[3, 4], "email"] = "Same@example.com"
    rows.loc[4, "segment_id"] = "S02"
    out, manifest = export(rows)
    assert manifest["counts"]["left_out"] == {
        "denied": 1,
        "not_asked": 1,
        "no_address": 1,
        "shared_address": 2,
    }
    assert column(out, "contacts.csv", "Email") == [
        "c0005@example.com",
        "c0006@example.com",
    ]


def test_hashes_make_no_contacts(export):
    rows = people(1, email_opt_in="yes", email="0" * 64)
    with pytest.raises(DataError, match="a field of theirs cannot be written"):
        export(rows, {"hashed": ["email"]})


def test_a_list_that_a_spreadsheet_could_run_is_left_alone(contacts, export):
    rows = contacts(EXPORT, "S01", "S02", "S02")
    rows.loc[0, "our_segments"] = "=HYPERLINK(1);vip"
    out, manifest = export(rows, KNOWN)
    assert manifest["counts"]["left_out"] == {"refused": 1}
    assert column(out, "contacts-by-id.csv", "Record ID") == ["102", "103"]


def test_who_leaves_with_such_a_list_keeps_it_and_it_is_not_written(contacts, export):
    rows = contacts(EXPORT, "S01", "S02", "S02")
    export(rows, KNOWN)
    rows.loc[0, "our_segments"] = "=HYPERLINK(1);vip"
    out, _ = export(rows, KNOWN)
    assert read(out, "leavers-by-id.csv")[1:] == [["101", "none", ""]]


def test_names_with_the_separator_become_harmless_or_are_refused(two, export):
    names = {"S01": 'a;b, "c"', "S02": "=1+1"}
    out, _ = export(two, {"checkboxes": "Segments"}, names=names)
    assert read(out, "contacts.csv")[1:] == [
        ["c0000@example.com", "a-b-c", ";seg:a-b-c"],
        ["c0001@example.com", "1-1", ";seg:1-1"],
    ]
    with pytest.raises(ConfigError, match="without comma, semicolon"):
        export(two, {"names": {"S01": "a;b"}})


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"property": "Email"}, "none of the keys"),
        ({"property": ""}, "must be the label of a property"),
        ({"property": "a;b"}, "must be the label of a property"),
        ({"checkboxes": "segment"}, "must be another property"),
        ({"prefix": "seg;"}, "without comma, semicolon"),
    ],
)
def test_labels_that_hubspot_would_mistake_are_refused(two, export, block, sentence):
    with pytest.raises(ConfigError, match=sentence):
        export(two, block)


def test_files_are_cut_within_what_every_plan_takes():
    assert (LIMITS.rows, LIMITS.size) == (500_000, 20_000_000)


def test_a_property_of_another_name_leaves_the_old_one_empty(two, export):
    export(two)
    out, manifest = export(two.iloc[:1], {"property": "Tier", "checkboxes": "Boxes"})
    assert (out / "reset.csv").read_bytes() == (
        b"Email,Segment\nc0000@example.com,none\nc0001@example.com,none\n"
    )
    assert "reset files" in manifest["next_step"]
    out, manifest = export(two, {"property": "Tier"})
    assert not (out / "reset.csv").exists()
    assert "reset files" not in manifest["next_step"]


def test_checkboxes_of_another_name_are_taken_out_of_the_old_ones(contacts, export):
    rows = contacts(EXPORT, "S01", "S02", "S02")
    export(rows, KNOWN)
    # As HubSpot's next export of contacts has them, ours written beside the others.
    now = {"101": "vip;seg:champions", "102": "seg:prospects", "103": None}
    rows["our_segments"] = rows["customer_id"].map(now)
    rows["tiers"] = None
    moved = {
        "checkboxes": "Tiers",
        "fields": {
            "record_id": "customer_id",
            "checkboxes": "tiers",
            "former_checkboxes": "our_segments",
        },
    }
    out, manifest = export(rows, {**KNOWN, **moved})
    label = KNOWN["checkboxes"]
    assert read(out, "reset-checkboxes-by-id.csv") == [
        ["Record ID", label],
        ["101", "vip;seg:none"],
        ["102", "seg:none"],  # 103 has none of ours any more
    ]
    assert "the checkboxes of before, and leave those of others" in (
        manifest["next_step"].replace("\n", " ")
    )
    out, manifest = export(rows, {**KNOWN, **moved})
    assert not (out / "reset-checkboxes-by-id.csv").exists()
    assert "of before" not in manifest["next_step"]


def test_old_checkboxes_that_were_not_read_are_told_until_they_are(two, export):
    export(two, {"checkboxes": "Segments"})
    for _ in range(2):
        out, manifest = export(two, {"checkboxes": "Tiers"})
        assert "'Segments', were not read" in manifest["next_step"]
        assert "begin with 'seg:'" in manifest["next_step"]
        assert not list(out.glob("reset-checkboxes*"))
    two["segments"] = ["seg:champions;vip", ""]
    known = {"checkboxes": "Tiers", "fields": {"former_checkboxes": "segments"}}
    out, manifest = export(two, known)
    assert read(out, "reset-checkboxes.csv") == [
        ["Email", "Segments"],
        ["c0000@example.com", "vip;seg:none"],
    ]
    _, manifest = export(two, {"checkboxes": "Tiers"})
    assert "not read, so that our values" not in manifest["next_step"]


def test_checkboxes_that_are_written_no_more_are_taken_out_too(two, export):
    export(two, {"checkboxes": "Segments"})
    two["segments"] = ["seg:champions", "seg:prospects;news"]
    out, _ = export(two, {"fields": {"former_checkboxes": "segments"}})
    assert column(out, "reset-checkboxes.csv", "Segments") == [
        "seg:none",
        "news;seg:none",
    ]
