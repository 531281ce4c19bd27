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


def test_an_empty_address_suppresses_nobody(listed):
    found = read_suppressions(listed("email\n\n"), "")
    frame = pd.DataFrame({"email": [None, ""]})
    assert not suppressed(frame, found).any()


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("mail\na@b.de\n", ConfigError, "it has 'mail'"),
        ("email\nann at home\n", DataError, "1 of 1 in the column email cannot"),
        ("phone\n030 000000\n", DataError, "phones need their country"),
    ],
)
def test_a_list_that_would_suppress_nobody_is_refused(listed, text, error, said):
    with pytest.raises(error, match=said) as caught:
        read_suppressions(listed(text))
    assert "ann at" not in str(caught.value)


def test_a_list_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"there is no gone\.csv"):
        read_suppressions(str(tmp_path / "gone.csv"))
