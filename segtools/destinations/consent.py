"""Who may be written to: consent by channel, denied unless given, and suppressions."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.destinations.fields import countries, known_column, texts
from segtools.destinations.identifiers import (
    HEX64,
    e164,
    google_email,
    mapped,
    phones,
    plain_email,
    sha256,
)
from segtools.schema import ConfigError, DataError

YES, NO, UNKNOWN = "yes", "no", "unknown"
# Columns that say it of one channel and no other, in the tables that sources give;
# of the lists of one channel the first that is there whole counts.
COLUMNS: dict[str, tuple[tuple[str, ...], ...]] = {
    "email": (
        ("accepts_email_marketing",),
        ("email_subscription_status",),
        ("email_opt_in",),
        ("email_consent",),
    ),
    "sms": (
        ("accepts_sms_marketing",),
        ("sms_subscription_status",),
        ("sms_opt_in",),
        ("sms_consent",),
    ),
    "ads": (("ad_user_data", "ad_personalization"),),
}
_YES = {"yes", "y", "true", "t", "1", "subscribed", "granted", "opted_in", "opt_in"}
_NO = {"no", "n", "false", "f", "0", "denied", "unsubscribed", "not_subscribed"}
_NO |= {"opted_out", "opt_out", "never_subscribed", "cleaned", "redacted"}
_OPPOSITE = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}


def answers(values: pd.Series) -> pd.Series:
    """Read what customers said: yes, no or unknown.

    Examples
    --------
    >>> answers(pd.Series(["SUBSCRIBED", "No", "maybe", None])).tolist()
    ['yes', 'no', 'unknown', 'unknown']
    >>> answers(pd.Series([True, False])).tolist()
    ['yes', 'no']
    """

    def one(text: Any) -> str:
        plain = str(text or "").lower().replace("-", "_").replace(" ", "_")
        return YES if plain in _YES else NO if plain in _NO else UNKNOWN

    return pd.Series([one(v) for v in texts(values)], index=values.index, dtype=object)


def consent_columns(
    columns: Iterable[str], channel: str, given: Mapping[str, list[str]], where: str
) -> list[str]:
    """Give the columns that speak for a channel; none where nothing is known of it.

    Parameters
    ----------
    columns : iterable of str
        Those of ``customers``.
    channel : str
        Such as ``email``.
    given : mapping
        Channel to columns, as ``consent`` in the configuration.
    where : str
        The block, for the sentence.

    Raises
    ------
    ConfigError
        If a column that was named is not there.
    """
    known = list(columns)
    if channel in given:
        for column in given[channel]:
            known_column(column.removeprefix("not "), known, f"{where}.consent")
        return list(given[channel])
    there = {c.casefold(): c for c in known}
    for names in COLUMNS.get(channel, ()):
        if all(name in there for name in names):
            return [there[name] for name in names]
    return []


def consent(customers: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Say of each customer: yes if every column says so, no if one denies.

    Parameters
    ----------
    customers : DataFrame
    columns : list of str
        ``not NAME`` means the opposite of what the column says.

    Examples
    --------
    >>> said = pd.DataFrame({"a": ["yes", "yes", "yes"], "b": ["yes", None, "no"]})
    >>> consent(said, ["a", "b"]).tolist(), consent(said, []).tolist()
    (['yes', 'unknown', 'no'], ['unknown', 'unknown', 'unknown'])
    """
    if not columns:
        return pd.Series(UNKNOWN, index=customers.index, dtype=object)
    heard = pd.DataFrame(index=customers.index)
    for column in columns:
        said = answers(customers[column.removeprefix("not ")])
        heard[column] = said.map(_OPPOSITE.get) if column.startswith("not ") else said
    found = pd.Series(UNKNOWN, index=customers.index, dtype=object)
    found[(heard == YES).all(axis=1)] = YES
    found[(heard == NO).any(axis=1)] = NO
    return found


_KEYS = ("customer_id", "email", "phone")


def read_suppressions(path: str, region: str = "") -> dict[str, frozenset[str]]:
    """Read the list of people whom nobody may be told to write to.

    Parameters
    ----------
    path : str
        A CSV with one or more of the columns ``customer_id``, ``email`` and
        ``phone``; empty for none.
    region : str, default=""
        Country of numbers that name none.

    Returns
    -------
    dict
        Column to its values, normalised.

    Raises
    ------
    ConfigError
        If there is no such file, or its head names anything else.
    DataError
        If an address cannot be read, or a line has more cells than the head: who
        stands there would be written to.
    """
    if not path:
        return {}
    frame = _table(path)
    rules = {
        "customer_id": plain_id,
        "email": plain_email,
        "phone": lambda text: e164(text, region),
    }
    found = {}
    for column in frame:
        given = texts(frame[column]).dropna()
        read = {rules[column](value) for value in given}
        _refuse_unread(given, rules[column], column)
        found[str(column)] = frozenset(value for value in read if value)
    return found


def plain_id(text: str | None) -> str | None:
    """Write an id without the apostrophe by which a spreadsheet keeps its digits.

    Examples
    --------
    >>> plain_id("'7210000000001"), plain_id("7210000000001"), plain_id(None)
    ('7210000000001', '7210000000001', None)
    """
    return text and text.strip().removeprefix("'")


# No cell is ever quoted: where the head is missing, the first one is an address.
_UNREADABLE = (
    "suppression_list must be a CSV file in UTF-8 with a head, but it cannot be read. "
    "Save it again from a spreadsheet as CSV UTF-8."
)


def _table(path: str) -> pd.DataFrame:
    """Read the list by its head; separators at the end of a line are no columns."""
    if not Path(path).is_file():
        raise ConfigError(
            f"suppression_list must be a CSV file, but there is no {Path(path).name}. "
            "Check the path; it is relative to the configuration."
        )
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines = [line for line in csv.reader(file, strict=True) if any(line)]
    except (ValueError, csv.Error):
        raise DataError(_UNREADABLE) from None
    if not lines:
        raise DataError(_UNREADABLE)
    head, *rows = [_without_end(line) for line in lines]
    _refuse_head(head)
    long = sum(len(row) > len(head) for row in rows)
    if long:
        raise DataError(
            f"suppression_list must have no more cells in a line than in its head, but "
            f"{long:,} of {len(rows):,} lines have. Name each column in the first line."
        )
    filled = [[*row, *[""] * (len(head) - len(row))] for row in rows]
    return pd.DataFrame(filled, columns=head, dtype=object)


def _without_end(cells: list[str]) -> list[str]:
    """Give the cells of a line up to its last one that says anything."""
    last = max((i for i, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return [cell.strip() for cell in cells[:last]]


def _refuse_head(head: list[str]) -> None:
    unknown = sum(name not in _KEYS for name in head)
    if unknown or len({*head}) < len(head):
        what = (
            f"{unknown} of {len(head)} are none of them" if unknown else "one is twice"
        )
        raise ConfigError(
            "suppression_list must have columns named customer_id, email or phone, "
            f"each once, but in its head {what}. Name them so in its first line."
        )


def _refuse_unread(given: pd.Series, rule: Any, column: str) -> None:
    unread = sum(rule(value) is None for value in given)
    if unread:
        raise DataError(
            f"suppression_list must hold addresses that can be read, but {unread:,} of "
            f"{len(given):,} in the column {column} cannot. Mend them (phones need "
            "their country, or `default_region`): nobody would be left out for them."
        )


def suppressed(
    frame: pd.DataFrame, listed: Mapping[str, frozenset[str]], region: str = ""
) -> pd.Series:
    """Mark customers who are on the suppression list by id, e-mail or phone.

    Parameters
    ----------
    frame : DataFrame
        ``customer_id`` and, as they stand in the data, ``email``, ``phone`` and
        ``country``. An address that is hashed already is found, too, and so is one
        that Gmail delivers to the same person.
    listed : mapping
        As `read_suppressions` gives it.
    region : str, default=""
    """
    found = pd.Series(False, index=frame.index)
    for column, values in listed.items():
        if column not in frame:
            continue
        own = frame[column]
        if column == "customer_id":
            found |= mapped(own, plain_id).isin(values)
        if column == "email":
            found |= _listed_email(own, values)
        if column == "phone":
            read = phones(own, countries(frame), region)
            # Some hash a number with its plus, others its digits alone.
            hexes = {sha256(v) for one in values for v in (one, one.removeprefix("+"))}
            found |= read.isin(values) | mapped(own, _hex).isin(hexes - {None})
    return found


def _listed_email(own: pd.Series, values: frozenset[str]) -> pd.Series:
    """Mark addresses on the list, and those whose letters reach the same box."""
    boxes = {google_email(value) or value for value in values}
    hexes = {sha256(value) for value in values | boxes} - {None}
    plain, same_box = mapped(own, plain_email), mapped(own, google_email)
    return plain.isin(values) | same_box.isin(boxes) | mapped(own, _hex).isin(hexes)


def _hex(text: str | None) -> str | None:
    """Give a hash in lower case; what is none is nothing."""
    plain = (text or "").strip().lower()
    return plain if HEX64.fullmatch(plain) else None
