"""Nobody is written to who has not said so; who asked to be left alone is."""

import pandas as pd
import pytest

from segtools.destinations.consent import (
    answers,
    consent,
    consent_columns,
    read_suppressions,
    suppressed,
)
from segtools.destinations.identifiers import google_email, sha256
from segtools.schema import ConfigError, DataError

COLUMNS = ["customer_id", "accepts_email_marketing", "unsubscribed", "newsletter"]


def test_what_is_neither_yes_nor_no_is_unknown():
    said = pd.Series(["yes", "TRUE", "1", 1.0, "Opted-In", "SUBSCRIBED", True])
    assert set(answers(said)) == {"yes"}
    said = pd.Series(["no", 0, "unsubscribed", "NOT_SUBSCRIBED", "denied", False])
    assert set(answers(said)) == {"no"}
    assert set(answers(pd.Series(["", None, "pending", "2", "yes?"]))) == {"unknown"}


def test_only_a_column_that_names_its_channel_counts_by_itself():
    assert consent_columns(COLUMNS, "email", {}, "x") == ["accepts_email_marketing"]
    # A general word is no consent to any channel until somebody says so.
    assert consent_columns(["newsletter", "marketing_consent"], "email", {}, "x") == []
    # For ads both must be there.
    assert consent_columns(["ad_user_data"], "ads", {}, "x") == []


def test_columns_can_be_named_and_turned_round():
    given = {"email": ["newsletter", "not unsubscribed"]}
    columns = consent_columns(COLUMNS, "email", given, "x")
    frame = pd.DataFrame(
        {"newsletter": ["yes", "yes", "yes"], "unsubscribed": ["no", "yes", None]}
    )
    assert consent(frame, columns).tolist() == ["yes", "no", "unknown"]


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(ConfigError, match="Did you mean 'newsletter'"):
        consent_columns(COLUMNS, "email", {"email": ["newsleter"]}, "x")


@pytest.fixture
def listed(tmp_path):
    def write(text):
        path = tmp_path / "stop.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_people_are_found_by_id_email_or_phone_however_written(listed):
    path = listed("email,phone,customer_id\nAnn.Lee@Example.com,,\n,030 000000,\n,,7\n")
    found = read_suppressions(path, "DE")
    frame = pd.DataFrame(
        {
            "customer_id": ["1", "2", "7", "8"],
            "email": [" ann.lee@example.com", None, None, "bo@example.com"],
            "phone": [None, "+49 30 000000", None, "+49 30 000001"],
        }
    )
    assert suppressed(frame, found, "DE").tolist() == [True, True, True, False]
    frame["email"] = [sha256(google_email("ann.lee@example.com")), None, None, None]
    assert suppressed(frame, found, "DE").tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    "text",
    ["email\n{0},\n{1},\n", "email,\n{0},,\n{1}\n", "customer_id,email\n,{0},\n,{1}\n"],
)
def test_separators_at_the_end_of_a_line_move_no_column(listed, text):
    both = ("ann@example.com", "bo@example.com")
    assert read_suppressions(listed(text.format(*both)))["email"] == {*both}


def test_a_plain_phone_on_the_list_finds_its_hash(listed):
    found = read_suppressions(listed("phone\n+4930000000\n"))
    hexes = [sha256("+4930000000").upper(), sha256("4930000000"), sha256("+4930000001")]
    frame = pd.DataFrame({"customer_id": ["1", "2", "3"], "phone": hexes})
    assert suppressed(frame, found, "DE").tolist() == [True, True, False]


def test_an_id_is_found_with_the_apostrophe_of_a_spreadsheet(listed):
    found = read_suppressions(listed("customer_id\n'7210000000001\n7210000000002\n"))
    frame = pd.DataFrame({"customer_id": ["7210000000001", "'7210000000002", "7"]})
    assert suppressed(frame, found).tolist() == [True, True, False]


def test_all_spellings_of_a_gmail_address_are_one(listed):
    found = read_suppressions(listed("email\nann.lee@gmail.com\nb.o@example.com\n"))
    own = ["annlee@gmail.com", "a.nnlee+shop@Gmail.com", "bo@example.com"]
    frame = pd.DataFrame({"email": own})
    assert suppressed(frame, found).tolist() == [True, True, False]
    frame = pd.DataFrame({"email": [sha256("annlee@gmail.com")]})
    assert suppressed(frame, found).tolist() == [True]


def test_an_empty_address_suppresses_nobody(listed):
    found = read_suppressions(listed("email\n\n"), "")
    frame = pd.DataFrame({"email": [None, ""]})
    assert not suppressed(frame, found).any()


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("mail\na@b.de\n", ConfigError, "1 of 1 are none of them"),
        ("ann@example.com\nbo@example.com\n", ConfigError, "in its first line"),
        ("email,email\na@b.de,\n", ConfigError, "one is twice"),
        ("email\na@b.de,ann at home\n", DataError, "1 of 1 lines have"),
        ('email\n"a@b.de\n', DataError, "cannot be read"),
        ("\n", DataError, "cannot be read"),
        ("email\nann at home\n", DataError, "1 of 1 in the column email cannot"),
        ("phone\n030 000000\n", DataError, "phones need their country"),
    ],
)
def test_a_list_that_would_suppress_nobody_is_refused(listed, text, error, said):
    with pytest.raises(error, match=said) as caught:
        read_suppressions(listed(text))
    said = str(caught.value)
    assert not any(cell in said for cell in ("@", "ann at", "'mail'"))


def test_a_list_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"there is no gone\.csv"):
        read_suppressions(str(tmp_path / "gone.csv"))
