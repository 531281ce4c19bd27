"""E-mails, phones and names as each system wants them, before it hashes them or after.

A value that is none becomes nothing (None): a badly written one would be accepted
there and match nobody, in silence.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable
from functools import cache

import pandas as pd

from segtools.schema import DataError

Text = str | None
# A first character that no spreadsheet takes for a formula.
_EMAIL = re.compile(r"\w[\w.!#$%&'*+/=?^`{|}~-]*@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
HEX64 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
_GMAIL = ("gmail.com", "googlemail.com")
_TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "rev"}
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq"}


def sha256(text: Text) -> Text:
    """Hash a normalised value as lower-case hex; nothing stays nothing.

    Examples
    --------
    >>> sha256("ann")[:8], sha256(""), sha256(None)
    ('49915e0d', None, None)
    """
    return hashlib.sha256(text.encode()).hexdigest() if text else None


def plain_email(text: Text) -> Text:
    """Trim an e-mail address and write it in lower case.

    Examples
    --------
    >>> plain_email(" Ann.Lee@Example.com "), plain_email("nobody"), plain_email(None)
    ('ann.lee@example.com', None, None)
    """
    found = unicodedata.normalize("NFC", text or "").strip().lower()
    return found if _EMAIL.fullmatch(found) else None


def google_email(text: Text) -> Text:
    """Write an e-mail address as Google hashes it: Gmail has neither dots nor plus.

    Examples
    --------
    >>> google_email(" ann.lee+shop@GMAIL.com "), google_email("Ann.Lee+x@Example.com")
    ('annlee@gmail.com', 'ann.lee+x@example.com')
    """
    found = plain_email("".join((text or "").split()))
    if found is None:
        return None
    name, _, domain = found.partition("@")
    if domain in _GMAIL:
        name = name.partition("+")[0].replace(".", "")
    return f"{name}@{domain}" if name else None


def meta_email(text: Text) -> Text:
    """Write an e-mail address as Meta hashes it: dots and plus stay, also for Gmail.

    Examples
    --------
    >>> meta_email(" Ann.Lee@gmail.com. ")
    'ann.lee@gmail.com'
    """
    return plain_email((text or "").strip(" \t\r\n\0\x0b."))


def e164(text: Text, region: str = "") -> Text:
    """Write a phone number with its country and a plus.

    Parameters
    ----------
    text : str or None
    region : str, default=""
        Two letters of the country (ISO 3166-1) whose numbers are written without it.
        Without a region, a number without a country is nothing.

    Examples
    --------
    >>> e164("(415) 555-0100", "US"), e164("00 49 30 000000"), e164("030 000000")
    ('+14155550100', '+4930000000', None)

    The nought that is dialled only within the country is none of its number.

    >>> e164("+490301234567"), e164("+49 (0)30 1234567")
    ('+49301234567', '+49301234567')
    """
    written = unicodedata.normalize("NFKC", text or "").strip().lstrip("'")
    if re.match(r"00\s*[1-9]", written):
        written = "+" + written[2:].lstrip()
    if not written or not (region or written.startswith("+")):
        return None
    return _dialled(written, region.upper())


def _dialled(written: str, region: str) -> Text:
    import phonenumbers as phones

    try:
        number = phones.parse(written, region or None)
    except phones.NumberParseException:
        return None
    if number.extension or not phones.is_possible_number(number):
        return None
    return str(phones.format_number(number, phones.PhoneNumberFormat.E164))


def meta_phone(text: Text, region: str = "") -> Text:
    """Write a phone number as Meta hashes it: digits with the country, no plus.

    Examples
    --------
    >>> meta_phone("(415) 555-0100", "US")
    '14155550100'
    """
    found = e164(text, region)
    return found and found[1:]


def google_name(text: Text) -> Text:
    """Write a first or last name as Google hashes it: lower case, without titles.

    Examples
    --------
    >>> google_name(" Mrs. Zoë "), google_name("Lee Jr."), google_name("  ")
    ('zoë', 'lee', None)
    """
    words = unicodedata.normalize("NFC", text or "").lower().split()
    while len(words) > 1 and words[0].strip(".,") in _TITLES:
        words = words[1:]
    while len(words) > 1 and words[-1].strip(".,") in _SUFFIXES:
        words = words[:-1]
    return " ".join(words).rstrip(",") or None


def meta_name(text: Text) -> Text:
    """Write a name or a city as Meta hashes it: only a to z, in lower case.

    Examples
    --------
    >>> meta_name("O'Neil"), meta_name("San Francisco"), meta_name("李")
    ('oneil', 'sanfrancisco', None)
    """
    return re.sub("[^a-z]", "", (text or "").lower()) or None


def meta_letters(text: Text) -> Text:
    """Write a name or a city in plain text for Meta: letters of any script, lower case.

    Examples
    --------
    >>> meta_letters("Zoë O'Neil"), meta_letters("李"), meta_letters(" - ")
    ('zoëoneil', '李', None)
    """
    found = unicodedata.normalize("NFC", text or "").lower()
    return re.sub(r"[\W\d_]", "", found) or None


def country_code(text: Text) -> Text:
    """Write a country as two capital letters; a country's name is none.

    Examples
    --------
    >>> country_code("us"), country_code("UK"), country_code("Germany")
    ('US', 'GB', None)
    """
    import phonenumbers as phones

    found = (text or "").strip().upper()
    found = {"UK": "GB"}.get(found, found)
    return found if found in phones.SUPPORTED_REGIONS else None


def google_zip(text: Text, country: str = "") -> Text:
    """Write a postcode as Google takes it: five digits or 5+4 in the United States.

    Examples
    --------
    >>> google_zip(" 94016 ", "US"), google_zip("9401", "US"), google_zip("75 008")
    ('94016', None, '75 008')
    """
    found = (text or "").strip()
    if country.upper() == "US" and not re.fullmatch(r"\d{5}(-?\d{4})?", found):
        return None
    return found if re.fullmatch(r"\w[\w -]{1,11}", found) else None


def meta_zip(text: Text) -> Text:
    """Write a postcode as Meta takes it: no blanks, nothing after a hyphen.

    Examples
    --------
    >>> meta_zip("94016-1234"), meta_zip("SW1A 1AA")
    ('94016', 'sw1a1aa')
    """
    found = re.sub(r"\s", "", (text or "").lower()).partition("-")[0]
    return found if found.isalnum() else None


def mapped(values: pd.Series, one: Callable[[Text], Text]) -> pd.Series:
    """Apply a rule to each different value of a column once."""
    written = {v: one(v) for v in values.dropna().unique()}
    found = [None if pd.isna(v) else written[v] for v in values]
    return pd.Series(found, index=values.index, dtype=object)


def phones(
    values: pd.Series,
    regions: pd.Series | None,
    default_region: str = "",
    one: Callable[[Text, str], Text] = e164,
) -> pd.Series:
    """Write phone numbers, each by its customer's country, else by the default region.

    Parameters
    ----------
    values : Series
        Numbers as they stand in the data.
    regions : Series or None
        Countries of two letters, as `country_code` takes them; others count as none.
    default_region : str, default=""
    one : callable, default=e164
        The rule, such as `meta_phone`.
    """
    if regions is None:
        regions = pd.Series("", index=values.index, dtype=object)
    own = mapped(regions, lambda text: country_code(text) or default_region)
    own = own.fillna(default_region)
    known = _remembered(one)
    found = [
        None if pd.isna(v) else known(v, r) for v, r in zip(values, own, strict=True)
    ]
    return pd.Series(found, index=values.index, dtype=object)


def _remembered(one: Callable[..., Text]) -> Callable[..., Text]:
    call: Callable[..., Text] = cache(one)

    def asked(*values: Hashable) -> Text:
        return call(*values)

    return asked


def hashed(values: pd.Series, *, is_hashed: bool = False) -> pd.Series:
    """Hash a normalised column; one that was hashed before only gets lower case.

    Parameters
    ----------
    values : Series
    is_hashed : bool, default=False
        Whether somebody has said that it holds SHA-256 already.
    """
    return mapped(values, (lambda v: v and v.lower()) if is_hashed else sha256)


def refuse_mixed(values: Iterable[Text], field: str, *, is_hashed: bool) -> None:
    """Refuse a column that is not what it is said to be: plain, or hashed throughout.

    Raises
    ------
    DataError
        If a plain column holds SHA-256, or a hashed one anything else. The sentence
        quotes no value.

    Examples
    --------
    >>> refuse_mixed(["a@b.de", "0" * 64], "email", is_hashed=False)
    Traceback (most recent call last):
    segtools.schema.DataError: email must be plain text or SHA-256 throughout, but 1 \
of 2 values is SHA-256. Take plain addresses, or name the column under `hashed`.
    """
    given = [v for v in values if isinstance(v, str) and v.strip()]
    hexes = sum(HEX64.fullmatch(v.strip()) is not None for v in given)
    if hexes == (len(given) if is_hashed else 0):
        return
    verb = "is" if hexes == 1 else "are"
    remedy = "Take plain addresses, or name the column under `hashed`."
    if is_hashed:
        remedy = "Take it out of `hashed`, and hash no value by hand."
    raise DataError(
        f"{field} must be plain text or SHA-256 throughout, but {hexes:,} of "
        f"{len(given):,} values {verb} SHA-256. {remedy}"
    )
