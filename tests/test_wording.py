from decimal import Decimal

import pandas as pd
import pytest

from segtools.wording import (
    interval,
    is_missing,
    listed,
    number,
    percent,
    plain,
    rounded,
    shorten,
    wrap,
)


def spaced(text):
    return text.replace("\u202f", "_")


@pytest.mark.parametrize("value", [None, float("nan"), pd.NaT, pd.NA])
def test_every_kind_of_missing_is_a_dash(value):
    assert is_missing(value)
    assert number(value) == percent(value) == rounded(value) == "–"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0, 0, "0"),
        (999, 0, "999"),
        (1234567, 0, "1_234_567"),
        (Decimal("1234.5000"), 2, "1_234.50"),
        (-1234.5, 1, "−1_234.5"),
        (-0.04, 1, "0.0"),
    ],
)
def test_numbers_have_thin_thousands_and_a_true_minus(value, decimals, text):
    assert spaced(number(value, decimals)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234.5, "1_234"), (100.04, "100"), (0.00123, "0.00123"), (1e-9, "0"), (-2, "−2")],
)
def test_rounded_keeps_three_digits(value, text):
    assert spaced(rounded(value)) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0_%"),
        (1, "100_%"),
        (0.0001, "<0.1_%"),
        (0.9999, ">99.9_%"),
        (0.0994, "9.9_%"),
        (0.0996, "10_%"),
        (0.995, "99.5_%"),
        (-0.02, "−2.0_%"),
    ],
)
def test_percent_is_never_a_false_zero_or_hundred(share, text):
    assert spaced(percent(share)) == text


def test_plain_removes_control_and_direction_marks_but_keeps_thin_spaces():
    assert plain("a\x00b\n\u202ec \t d") == "a b c d"
    assert plain(f"{number(1000)} customers") == "1\u202f000 customers"


def test_shorten_keeps_both_ends_within_the_width():
    short = shorten("m" * 30 + " tail", 20)
    assert len(short) <= 20
    assert short.startswith("mmm")
    assert short.endswith("tail")


def test_wide_characters_count_twice():
    assert wrap("茶" * 8, 8, lines=2) == "茶茶茶茶\n茶茶茶茶"


@pytest.mark.parametrize("text", ["", "one", "a b c d e f g h i j", "y" * 200])
@pytest.mark.parametrize("lines", [1, 2, 3])
def test_wrap_holds_width_and_lines(text, lines):
    rows = wrap(text, 10, lines).split("\n")
    assert len(rows) <= lines
    assert max(map(len, rows)) <= 10


def test_wrap_leaves_no_word_alone():
    assert wrap("buy between 18 and 22 h", 21).split("\n")[1] != "h"


def test_wrap_keeps_a_number_and_its_unit_together():
    assert percent(0.31) in wrap(f"everyone buys {percent(0.31)}", 16)


def test_interval_needs_both_ends():
    assert interval(1, 2) == "1 to 2"
    assert interval(1, None) == interval(float("nan"), 2) == ""


def test_listed_joins_as_a_sentence():
    assert listed([]) == ""
    assert listed(["a", "b"]) == "a and b"
