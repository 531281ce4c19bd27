"""Accounts and contacts of business customers: exports of HubSpot and Salesforce."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict, Field

from segtools.config import DataFile, TableFile, checked
from segtools.schema import ConfigError, DataError, Table, did_you_mean
from segtools.sources import MACHINERY, Opened, Tables, land, source
from segtools.sources.formats.headers import column, find_columns
from segtools.sources.formats.raw import raw_table
from segtools.sources.formats.text import shaped, typed
from segtools.sources.people.keys import email_key, phone_key

# HubSpot's headers first, then Salesforce's, of its API and of its reports.
ACCOUNTS = {
    "account_id": [
        "Record ID",
        "Record ID - Company",
        "Company ID",
        "Account ID",
        "Id",
    ],
    "parent_account_id": [
        *("Parent Company ID", "Parent Company", "ParentId", "Parent Account ID"),
    ],
    "company_name": ["Company name", "Account Name", "Name"],
    "industry": ["Industry"],
    "employees": ["Number of Employees", "NumberOfEmployees", "Employees"],
    "revenue": ["Annual Revenue", "AnnualRevenue", "Revenue"],
    "country": ["Country/Region", "Country", "BillingCountry", "Billing Country"],
    "city": ["City", "BillingCity", "Billing City"],
}
CONTACTS = {
    "customer_id": ["Record ID", "Record ID - Contact", "Contact ID", "Id"],
    "account_id": ["Primary Associated Company ID", "AccountId", "Account ID"],
    "account_ids": ["Associated Company IDs", "Associated Company ID"],
    "email": ["Email", "Email Address"],
    "phone": ["Phone Number", "Phone", "Mobile Phone Number", "MobilePhone", "Mobile"],
    "first_name": ["First Name"],
    "last_name": ["Last Name"],
    # "Title" alone would be somebody's Mr or Ms.
    "job_title": ["Job Title", "Title"],
}
_NUMBERS = ("employees", "revenue")
# Salesforce writes the same id with 15 characters in reports and with 18 elsewhere.
_SALESFORCE_ID = r"^001[A-Za-z0-9]{12}([A-Z0-5]{3})?$"


class CrmFile(DataFile):
    """One file of the CRM, with the columns that are not found by name."""

    columns: dict[str, str] = Field({}, description="ours: theirs")


class CrmBlock(BaseModel):
    """What ``source:`` takes for a CRM."""

    model_config = ConfigDict(extra="forbid")

    accounts: CrmFile | None = Field(None, description="the companies")
    contacts: CrmFile | None = Field(None, description="the people in them")
    decimal: Literal[".", ","] = Field(".", description="decimal mark of numbers")


@source("crm")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Open the companies and people of a CRM as undated attributes.

    Parameters
    ----------
    con : ibis backend
        A DuckDB.
    options : dict
        ``accounts``, ``contacts`` or both, each ``{path: ..., columns: ...}``, and
        ``decimal``.
    timezone : str
        Not needed: nothing here has a time.

    Returns
    -------
    Opened
        ``customers``, one row a contact, and ``accounts``, one row a contact of an
        account with all that is known of the account. Without contacts the accounts
        are the customers. The headers are those of public examples; the user's
        ``columns`` rule over them.

    Raises
    ------
    ConfigError
        If neither file is named.
    DataError
        If a file has no column for its ids.
    """
    keys = checked(CrmBlock, options, "source")
    if keys.accounts is None and keys.contacts is None:
        raise ConfigError(
            "source must name a file of the CRM, but it has neither accounts nor "
            "contacts. Add `contacts: {path: ...}`."
        )
    notes: list[str] = []
    tables: Tables = {}
    accounts = contacts = None
    if keys.accounts is not None:
        accounts = _accounts(con, keys.accounts, keys.decimal, notes)
    if keys.contacts is not None:
        contacts = _contacts(con, keys.contacts)
        people = contacts.drop("account_id", "account_ids")
        tables["customers"] = shaped(people, "customers", timezone)
    belonging = _belonging(accounts, contacts, notes)
    if belonging is not None:
        tables["accounts"] = shaped(belonging, "accounts", timezone)
    return Opened(tables=tables, notes=notes)


# ---- the files


def _accounts(
    con: ibis.BaseBackend, file: CrmFile, decimal: str, notes: list[str]
) -> ir.Table:
    raw = raw_table(con, file, "accounts")
    what = "an export of companies or accounts"
    found = _found(raw, file, ACCOUNTS, ["account_id"], what)
    taken = {"customer_id", "by_email", "by_phone"}
    table = land(con, _renamed(raw, found, taken), "accounts")
    return _with_numbers(table, decimal, notes)


def _contacts(con: ibis.BaseBackend, file: CrmFile) -> ir.Table:
    raw = raw_table(con, file, "contacts")
    what = "an export of contacts"
    found = _found(raw, file, CONTACTS, [], what)
    if not {"customer_id", "email"} & set(found):
        _found(raw, file, CONTACTS, ["customer_id"], what)
    table = _renamed(raw, found, set(CONTACTS))
    absent = [c for c in CONTACTS if c not in table.columns]
    table = table.mutate(**{c: ibis.null("string") for c in absent})
    # Several companies stand with semicolons between; the primary one counts.
    first = ibis.coalesce(table.account_id, table.account_ids).split(";")[0].strip()
    keyed = table.mutate(
        account_id=first.nullif(""),
        by_email=email_key(table.email),
        by_phone=phone_key(table.phone),
    )
    spare = [c for c in absent if c not in ("customer_id", "account_id", "account_ids")]
    return land(con, keyed.drop(*spare), "contacts")


def _found(
    raw: ir.Table,
    file: CrmFile,
    aliases: Mapping[str, Sequence[str]],
    required: list[str],
    what: str,
) -> dict[str, str]:
    """Find the columns; what the user has mapped is not looked for."""
    table = "accounts" if aliases is ACCOUNTS else "contacts"
    for ours, theirs in file.columns.items():
        if theirs not in raw.columns:
            raise DataError(
                f"{table} must have the column {theirs!r} (mapped to {ours}), but the "
                f"file has {list(raw.columns)}. {did_you_mean(theirs, raw.columns)}"
            )
    open_ = {key: names for key, names in aliases.items() if key not in file.columns}
    rest = [c for c in raw.columns if c not in file.columns.values()]
    needed = [key for key in required if key in open_]
    if not rest:
        return dict(file.columns)
    found = find_columns(
        raw.select(rest), open_, required=needed, table=f"crm.{table}", what=what
    )
    return found | file.columns


def _renamed(raw: ir.Table, found: dict[str, str], reserved: set[str]) -> ir.Table:
    """Give our names to what was found, and snake_case to all other columns."""
    named = dict(found)
    taken = {*found, *reserved, *MACHINERY}
    for header in raw.columns:
        if header in found.values():
            continue
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", header)
        name = re.sub(r"\W+", "_", words.casefold()).strip("_") or "column"
        while name in taken:
            name += "_"
        taken.add(name)
        named[name] = header
    return raw.select(**{name: column(raw, named, name) for name in named})


def _with_numbers(table: ir.Table, decimal: str, notes: list[str]) -> ir.Table:
    """Type employees and revenue where every value is a number, as 11-50 is none."""
    file = TableFile(path="", decimal=decimal)  # type: ignore[arg-type]
    for name in (c for c in _NUMBERS if c in table.columns):
        contract = Table(None, {}, {name: "float64"}, open_columns=True)
        number = typed(table, {name: name}, contract, file, "UTC")
        lost = number.filter(number.unreadable.notnull()).count().execute()
        if lost:
            notes.append(
                f"CRM: {name} is left as text; accounts that hold no number there: "
                f"{lost}."
            )
        else:
            table = number.drop("unreadable")
    return table


# ---- who belongs to which account


def _belonging(
    accounts: ir.Table | None, contacts: ir.Table | None, notes: list[str]
) -> ir.Table | None:
    """Give one row for each customer of an account, with what is known of it."""
    if contacts is None:
        assert accounts is not None
        own = "customer_id" if "customer_id" in accounts.columns else "account_id"
        return accounts.mutate(customer_id=accounts[own])
    keys = ["account_id", "customer_id", "by_email", "by_phone"]
    people = contacts.filter(contacts.account_id.notnull())
    people = people.select(*keys, joined=_comparable(people.account_id))
    if accounts is None:
        return people.drop("joined") if people.count().execute() else None
    known = _once(accounts.filter(accounts.account_id.notnull()), notes)
    found = people.drop("account_id").join(known, "joined").drop("joined")
    if not found.count().execute():
        raise DataError(
            "contacts must name their accounts by the ids of the accounts, but none of "
            f"{_examples(people)} is among {_examples(known)}. Export the account's id "
            "with the contacts, or name its column: `source.contacts.columns: "
            "{account_id: <header>}`."
        )
    _count(contacts, people, known, notes)
    return found


def _examples(table: ir.Table) -> list[str]:
    ids = table.select("account_id").distinct().order_by("account_id").limit(3)
    return list(ids.to_pyarrow()["account_id"].to_pylist())


def _comparable(account_id: ir.Value) -> ir.Value:
    short = account_id.re_search(_SALESFORCE_ID)
    return short.ifelse(account_id.substr(0, 15), account_id)


def _once(accounts: ir.Table, notes: list[str]) -> ir.Table:
    """Keep one row of each account; the files have no date to say which is newer."""
    joined = accounts.mutate(joined=_comparable(accounts.account_id))
    order = [joined[c] for c in sorted(joined.columns)]
    ranked = joined.mutate(
        place=ibis.row_number().over(group_by=joined.joined, order_by=order)
    )
    again = ranked.filter(ranked.place > 0).count().execute()
    if again:
        notes.append(
            f"CRM: rows that name an account again: {again}; the first by its values "
            "counts."
        )
    spare = [c for c in ("place", "customer_id") if c in ranked.columns]
    return ranked.filter(ranked.place == 0).drop(*spare)


def _count(
    contacts: ir.Table, people: ir.Table, known: ir.Table, notes: list[str]
) -> None:
    """Say who is in no account and which accounts have nobody."""
    unknown = people.anti_join(known, "joined").count().execute()
    alone = contacts.filter(contacts.account_id.isnull()).count().execute()
    empty = known.anti_join(people, "joined").count().execute()
    several = contacts.filter(contacts.account_ids.contains(";")).count().execute()
    counted = [
        (unknown, "contacts of an account that is not among the accounts"),
        (alone, "contacts of no account"),
        (several, "contacts of several accounts, of which the primary or first counts"),
        (empty, "accounts without a contact, which are left out"),
    ]
    notes += [f"CRM: {what}: {n}." for n, what in counted if n]
