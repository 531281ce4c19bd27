"""Every published vector, nothing hashed twice, and never the hash of nothing."""

import hashlib

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtools.destinations.identifiers import (
    country_code,
    e164,
    google_email,
    google_name,
    google_zip,
    hashed,
    mapped,
    meta_email,
    meta_name,
    meta_phone,
    meta_zip,
    phones,
    plain_email,
    refuse_mixed,
    sha256,
)
from segtools.schema import DataError

NOTHING = hashlib.sha256(b"").hexdigest()
VECTORS = [
    (
        google_email("Ann.Lee@Example.com"),
        "ann.lee@example.com",
        "b7e0d8372a47f54bbefeb251ab9ac1e9e6b2d1983263de10196101be3961ed23",
    ),
    (
        google_email(" ann.lee+shop@GMAIL.com"),
        "annlee@gmail.com",
        "16e202bdcd9646af11faa3a5a3b9c07a6303e9629583246f8208e43c529087de",
    ),
    (
        e164("(415) 555-0100", "US"),
        "+14155550100",
        "40d3f4e02db27d66cf4cfdda506c2c945f115a7955cc8491dda98ce5beabcda0",
    ),
    (
        google_name("Ann"),
        "ann",
        "49915e0d7d4b402e3017d010bc1c0e83cac6c797d6c16e66340fe3268693a6a1",
    ),
    (
        google_name("Zoë"),
        "zoë",
        "2752b88686847fa5c86f47b94ce652b7b3f22a91c37617d451a4db9afa431450",
    ),
    (
        meta_phone("(415) 555-0100", "US"),
        "14155550100",
        "5e7ec4c79ccac6e420876e65ad0e6b4b2ccf73ec3dccb50297bf2890a1ec73b9",
    ),
    (
        meta_email("ann.lee@gmail.com"),
        "ann.lee@gmail.com",
        "e7824da9ecd8c9d3b5c7af9db4876347efd23f0fa94290ea26bdafb98f6fa541",
    ),
    (
        meta_name("O'Neil"),
        "oneil",
        "67a42a846e98e3c1a96cd6ba14883a5ea05990cd93964ce8b832aa9497ca785c",
    ),
]


@pytest.mark.parametrize(("made", "plain", "hexes"), VECTORS)
def test_golden_vectors_are_met(made, plain, hexes):
    assert made == plain
    assert sha256(made) == hexes


def test_the_decomposed_form_of_a_name_hashes_like_the_composed_one():
    assert google_name("Zoe\u0308") == "zoë"


@pytest.mark.parametrize("other", ["a.b+c@example.com", "a.b+c@gmail.org"])
def test_only_gmail_loses_dots_and_plus(other):
    assert google_email(other) == other
    assert google_email("a.b+c@googlemail.com") == "ab@googlemail.com"


@pytest.mark.parametrize(
    "none", [None, "", " ", "ann", "@x.de", "a@b", "=a@b.de", "+a@b.de", "a b@c.de"]
)
def test_what_is_no_address_is_nothing(none):
    assert plain_email(none) is None
    assert sha256(plain_email(none)) is None


def test_a_gmail_address_of_nothing_but_dots_is_nothing():
    assert google_email("+x@gmail.com") is None
    assert google_email("_.+x@gmail.com") == "_@gmail.com"


@pytest.mark.parametrize(
    ("text", "region", "found"),
    [
        ("(800)555-0100", "US", "+18005550100"),
        ("+49 30 000000", "", "+4930000000"),
        ("'+49300000000", "", "+49300000000"),
        ("0049 30 000000", "", "+4930000000"),
        ("030 000000", "DE", "+4930000000"),
        ("+490301234567", "", "+49301234567"),
        ("+49 0301234567", "", "+49301234567"),
        ("+39 06 00000000", "", "+390600000000"),
        ("030 000000", "", None),
        ("12", "US", None),
        ("call me", "US", None),
        ("(415) 555-0100 ext. 5", "US", None),
        (None, "US", None),
    ],
)
def test_phones_have_their_country_or_are_nothing(text, region, found):
    assert e164(text, region) == found


def test_the_customers_own_country_comes_before_the_default_region():
    numbers = pd.Series(["(415) 555-0100", "030 000000", "030 000000", None])
    regions = pd.Series(["US", "DE", None, "DE"])
    assert phones(numbers, regions).tolist() == [
        "+14155550100",
        "+4930000000",
        None,
        None,
    ]
    assert phones(numbers, regions, "DE").tolist()[2] == "+4930000000"
    assert phones(numbers[1:3], None, "DE").tolist() == ["+4930000000"] * 2


def test_names_lose_titles_but_never_all_of_themselves():
    assert google_name("Mrs. Ann Lee, Jr.") == "ann lee"
    assert google_name("Dr.") == "dr."


def test_countries_and_postcodes():
    assert [country_code(c) for c in ("de", "UK", "XX", "Germany", None)] == [
        "DE",
        "GB",
        None,
        None,
        None,
    ]
    assert [google_zip(z, "US") for z in ("94016", "94016-1234", "9401", None)] == [
        "94016",
        "94016-1234",
        None,
        None,
    ]
    assert meta_zip("94016-1234") == "94016"
    assert google_zip("=1+1", "DE") is None


@given(st.text(max_size=40))
def test_nothing_is_ever_the_hash_of_nothing(text):
    for rule in (google_email, meta_email, google_name, meta_name, e164, plain_email):
        assert sha256(rule(text)) != NOTHING
    column = pd.Series([text, "", None], dtype=object)
    assert NOTHING not in hashed(mapped(column, google_email)).tolist()


@given(st.emails())
def test_normalising_twice_is_normalising_once(address):
    for rule in (google_email, meta_email, plain_email):
        once = rule(address)
        assert once is None or rule(once) == once


def test_what_is_hashed_already_only_gets_lower_case():
    once = sha256("ann.lee@example.com")
    given_ = pd.Series([once.upper(), None], dtype=object)
    assert hashed(given_, is_hashed=True).tolist() == [once, None]


def test_mixed_columns_are_refused_either_way_and_not_quoted():
    mixed = ["ann.lee@example.com", sha256("x"), None, ""]
    with pytest.raises(DataError, match="1 of 2 values is SHA-256") as plain:
        refuse_mixed(mixed, "email", is_hashed=False)
    with pytest.raises(DataError, match="1 of 2 values is SHA-256"):
        refuse_mixed(mixed, "email", is_hashed=True)
    assert "ann.lee" not in str(plain.value)
    with pytest.raises(DataError, match="2 of 2 values are SHA-256"):
        refuse_mixed([sha256("x"), sha256("y").upper()], "email", is_hashed=False)
    refuse_mixed(["a@b.de", None], "email", is_hashed=False)
    refuse_mixed([sha256("x"), None], "email", is_hashed=True)
