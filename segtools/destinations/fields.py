"""What is known of customers that another system can use: found, checked, blanked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from segtools.destinations.formulas import would_run
from segtools.destinations.identifiers import (
    HEX64,
    country_code,
    mapped,
    phones,
    plain_email,
    refuse_mixed,
)
from segtools.schema import ConfigError, did_you_mean

# A field's names in the tables of customers that sources give, the likeliest first.
ALIASES: dict[str, tuple[str, ...]] = {
    "email": ("email", "e_mail", "email_address", "mail"),
    "phone": ("phone", "phone_number", "mobile", "mobile_phone", "telephone"),
    "first_name": ("first_name", "firstname", "given_name", "vorname"),
    "last_name": ("last_name", "lastname", "surname", "family_name", "nachname"),
    "city": ("city", "town", "ort"),
    "state": ("state", "province_code", "province", "region_code"),
    "country": ("country_code", "country", "land"),
    "zip": ("zip", "postcode", "postal_code", "zip_code", "plz"),
    "external_id": ("external_id", "user_id", "customer_id"),
    "user_id": ("user_id", "external_id", "customer_id"),
}
# Fields that may hold SHA-256 instead of plain text.
HASHABLE = ("email", "phone", "first_name", "last_name")
_DIALLED = re.compile(r"\+?[0-9][0-9 ()./-]{2,29}")


def _is_email(text: str) -> bool:
    return HEX64.fullmatch(text) is not None or plain_email(text) == text.lower()


def _is_phone(text: str) -> bool:
    return bool(_DIALLED.fullmatch(text) or HEX64.fullmatch(text))


_SHAPES: dict[str, Callable[[str], bool]] = {"email": _is_email}
_SHAPES |= dict.fromkeys(("phone", "address_phone"), _is_phone)


def find_fields(
    columns: Iterable[str], asked: Iterable[str], given: Mapping[str, str], where: str
) -> dict[str, str]:
    """Find the columns of ``customers`` that hold what a destination asks for.

    Parameters
    ----------
    columns : iterable of str
        The columns there are.
    asked : iterable of str
        Fields, such as ``email``.
    given : mapping
        Field to column, where somebody has said it.
    where : str
        The block, for the sentence.

    Returns
    -------
    dict
        Field to column, for those that were found.

    Raises
    ------
    ConfigError
        If a column that was named is not there.

    Examples
    --------
    >>> find_fields(["Customer_ID", "E-Mail"], ["email", "phone"], {}, "x")
    {'email': 'E-Mail'}
    """
    known = list(columns)
    there = {_plain(c): c for c in reversed(known)}
    found = {}
    for field in asked:
        if field in given:
            found[field] = known_column(given[field], known, f"{where}.fields")
            continue
        names = (n for n in ALIASES.get(field, (field,)) if n in there)
        if (name := next(names, None)) is not None:
            found[field] = there[name]
    return found


def _plain(column: str) -> str:
    return re.sub(r"\W+", "_", column.casefold()).strip("_")


def known_column(column: str, known: list[str], where: str) -> str:
    """Give a column's name back, or say that ``customers`` has none of that name."""
    if column not in known:
        raise ConfigError(
            f"{where} must name columns of customers, but {column!r} is none. "
            f"{did_you_mean(column, known)}"
        )
    return column


def texts(values: pd.Series) -> pd.Series:
    """Write a column as trimmed text, nothing as None; whole numbers without .0.

    Examples
    --------
    >>> texts(pd.Series([94016.0, None])).tolist(), texts(pd.Series([" "])).tolist()
    (['94016', None], [None])
    """

    def one(value: Any) -> str | None:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).strip() or None

    found = [None if pd.isna(v) else one(v) for v in values.astype(object)]
    return pd.Series(found, index=values.index, dtype=object)


def with_none(frame: pd.DataFrame) -> pd.DataFrame:
    """Write whatever is missing as None, so that `value or ""` is safe.

    Examples
    --------
    >>> with_none(pd.DataFrame({"x": ["a", float("nan")]}))["x"].tolist()
    ['a', None]
    """
    return frame.astype(object).where(frame.notna(), None)


def machine_fields(frame: pd.DataFrame, block: Any) -> pd.DataFrame:
    """Write e-mails in lower case, phones in E.164 and countries as two letters.

    Parameters
    ----------
    frame : DataFrame
        Fields as they stand in the data.
    block : DestinationBlock

    Returns
    -------
    DataFrame
        The same columns; what is no e-mail, phone or country is None.
    """
    made = {}
    plain = [f for f in frame if f not in block.hashed]
    if "email" in plain:
        made["email"] = mapped(frame["email"], plain_email)
    if "phone" in plain:
        made["phone"] = phones(frame["phone"], countries(frame), block.default_region)
    if "country" in plain:
        made["country"] = mapped(frame["country"], country_code)
    return frame.assign(**made)


def as_it_stands(frame: pd.DataFrame, block: Any) -> pd.DataFrame:
    """Change nothing, where a system gets back what it has.

    Parameters
    ----------
    frame : DataFrame
        Fields as they stand in the data.
    block : DestinationBlock
    """
    return frame


def plain_fields(frame: pd.DataFrame, block: Any) -> pd.DataFrame:
    """Do as `machine_fields`, for a system that finds nobody by a hash: it is blank.

    Parameters
    ----------
    frame : DataFrame
        Fields as they stand in the data.
    block : DestinationBlock
    """
    made = machine_fields(frame, block)
    return made.assign(**{name: None for name in block.hashed if name in made})


def countries(frame: pd.DataFrame) -> pd.Series | None:
    """Give the column of countries, if there is one."""
    return frame.get("country")


def refuse_hashes(frame: pd.DataFrame, hashed: Iterable[str]) -> None:
    """Refuse columns in which plain values and hashes are mixed, or wrongly declared.

    Raises
    ------
    ConfigError
        If a field is said to be hashed that never is.
    DataError
        As `refuse_mixed` says.
    """
    for field in hashed:
        if field not in HASHABLE:
            raise ConfigError(
                f"hashed must name fields that can be, but {field!r} cannot. "
                f"{did_you_mean(field, HASHABLE)}"
            )
    for field in HASHABLE:
        if field in frame:
            refuse_mixed(frame[field], field, is_hashed=field in set(hashed))


def dangerous(values: pd.Series, field: str) -> pd.Series:
    """Mark cells that a spreadsheet could run and that their kind does not excuse.

    A phone may begin with a plus, an e-mail address never with a sign.

    Examples
    --------
    >>> dangerous(pd.Series(["+49300000000", "+1*cmd"]), "phone").tolist()
    [False, True]
    """
    shape = _SHAPES.get(field, lambda text: False)
    found = [isinstance(v, str) and would_run(v) and not shape(v) for v in values]
    return pd.Series(found, index=values.index)


def any_dangerous(frame: pd.DataFrame, fields: Iterable[str]) -> pd.Series:
    """Mark rows of which a spreadsheet could run a cell."""
    found = pd.Series(False, index=frame.index)
    for field in fields:
        found |= dangerous(frame[field], field)
    return found
