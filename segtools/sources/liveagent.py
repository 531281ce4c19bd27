"""LiveAgent: tickets of the help desk as dated events, contacts as customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict, Field

from segtools.config import DataFile, ZoneName, checked
from segtools.sources import MACHINERY, NEVER, Opened, Tables, source
from segtools.sources.formats.headers import column, find_columns, normal
from segtools.sources.formats.objects import (
    MappedFile,
    listed,
    mapped,
    opened_text,
    plain,
)
from segtools.sources.formats.text import shaped
from segtools.sources.formats.times import time_of
from segtools.sources.people.keys import email_key, phone_key

# The API's names, each with what else a CSV may call it; our key is the API's name.
TICKETS: dict[str, list[str]] = {
    "id": ["id", "ticket id"],
    "owner_contactid": ["owner_contactid", "contact id"],
    "owner_email": ["owner_email"],
    "status": ["status"],
    "tags": ["tags"],
    "channel_type": ["channel_type"],
    "date_created": ["date_created"],
    "date_changed": ["date_changed"],
    "date_resolved": ["date_resolved"],
    "date_deleted": ["date_deleted"],
    "last_activity": ["last_activity"],
    "subject": ["subject"],
}
CONTACTS: dict[str, list[str]] = {
    "id": ["id", "contact id"],
    "emails": ["emails", "email", "e-mail"],
    "registration_email": ["registration_email"],
    "phones": ["phones", "phone"],
    "type": ["type"],
    "gender": ["gender"],
    "language": ["language"],
    "city": ["city"],
    "countrycode": ["countrycode", "country"],
    "company_id": ["company_id"],
    "groups": ["groups"],
    "date_created": ["date_created"],
}
# Of a contact, what says no more of a customer: names, the agent's notes, traces.
UNREAD = (
    *("firstname", "lastname", "system_name", "description", "note", "avatar_url"),
    *("ip", "date_changed"),
)
NAMED: dict[str, list[str]] = {"id": ["id"], "name": ["name"]}
CHANNELS = {
    "E": "email",
    "B": "contact button",
    "M": "contact form",
    "I": "invitation",
    "C": "call",
    "W": "call button",
    "F": "facebook",
    "A": "facebook message",
    "T": "twitter",
    "Q": "forum",
    "S": "suggestion",
}
TYPES = {"V": "visitor", "R": "registered"}
NO_CONTACT = ("x", "b", "deleted", "spam")
SYSTEM_USER = "system00"


class LiveAgent(BaseModel):
    """What a block of the system liveagent may hold."""

    model_config = ConfigDict(extra="forbid")

    tickets: MappedFile = Field(description="the tickets")
    contacts: MappedFile | None = Field(None, description="who wrote them")
    tags: DataFile | None = Field(None, description="names of the tickets' tags")
    groups: DataFile | None = Field(None, description="names of the contacts' groups")
    timezone: ZoneName = Field("UTC", description="of times without an offset")
    keep_text: bool = Field(False, description="keep the subjects of tickets")


@source("liveagent")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Open what LiveAgent's API lists: tickets, contacts, tags and groups.

    Parameters
    ----------
    con : ibis backend
        A DuckDB.
    options : dict
        The block, as `LiveAgent` describes it.
    timezone : str
        The project's zone; times of LiveAgent are read in the block's own.

    Returns
    -------
    Opened
        ``events``: each ticket's opening (at date_created), its resolution (at
        date_resolved, with the hours it took as ``value``) and its tags (at
        date_changed, when they are known to be there). ``customers``, if contacts
        are given. Tickets of the system user are ``internal``; deleted tickets and
        spam are ``spam`` from the time on at which that is known.

    References
    ----------
    Field names are those of the vendor's own API client (QualityUnit,
    LiveAgent-api-python, 2025-08-14). That times without a zone are UTC and that
    system00 is nobody is what public clients of the API assume.
    """
    keys = checked(LiveAgent, options, "source")
    tickets, found = _opened(con, keys.tickets, "tickets", TICKETS)
    tables: Tables = {}
    contacts = None
    if keys.contacts is not None:
        contacts, known = _opened(con, keys.contacts, "contacts", CONTACTS)
        groups = names_of(con, keys.groups, "groups")
        tables["customers"] = _customers(contacts, known, groups)
        contacts = contacts.select(known=column(contacts, known, "id")).distinct()
    base = _tickets(tickets, found, contacts, keys)
    tags = names_of(con, keys.tags, "tags")

    def at(origin: int) -> Tables:
        judged = _judged(base, origin, keys.timezone)
        return tables | {"events": _events(judged, tags, keys)}

    read_as = {"events": f"ISO 8601, without an offset in {keys.timezone}"}
    return Opened(tables=at(NEVER), at=at, notes=_notes(base), read_as=read_as)


def _tickets(
    raw: ir.Table, found: Mapping[str, str], contacts: ir.Table | None, keys: LiveAgent
) -> ir.Table:
    """Give each ticket our names; an owner who is no contact is known by e-mail."""
    text = {key: column(raw, found, key) for key in TICKETS}
    table = raw.select(
        reference=text["id"],
        customer_id=text["owner_contactid"],
        by_email=email_key(text["owner_email"]),
        status=text["status"].lower(),
        channel=text["channel_type"].substitute(CHANNELS),
        created=text["date_created"],
        resolved=text["date_resolved"],
        changed=ibis.coalesce(text["date_changed"], text["last_activity"]),
        deleted=text["date_deleted"],
        tag=listed(text["tags"]).unique(),
        subject=plain(text["subject"]),
    )
    if contacts is None:
        return table
    # Merged contacts are gone from the list, but tickets may still name them.
    joined = table.left_join(contacts, table.customer_id == contacts.known)
    gone = joined.known.isnull() & joined.by_email.notnull()
    gone &= joined.customer_id != SYSTEM_USER
    return joined.mutate(customer_id=gone.ifelse(None, joined.customer_id)).drop(
        "known"
    )


def _judged(tickets: ir.Table, origin: int, timezone: str) -> ir.Table:
    """Leave out what is no contact of a customer, as far as the origin knows it.

    A status has no date: it is known by the time at which the ticket was deleted or
    last changed, and does not reach back to an origin before that.
    """
    by = ibis.coalesce(tickets.deleted, tickets.changed)
    known = (time_of(by, None, timezone).epoch_seconds() < origin).fill_null(True)
    gone = tickets.status.isin(NO_CONTACT) & known
    system = tickets.customer_id == SYSTEM_USER
    none = ibis.null("string")
    return tickets.mutate(
        excluded=ibis.cases((system, "internal"), (gone, "spam"), else_=none)
    )


def _events(tickets: ir.Table, tags: dict[str, str], keys: LiveAgent) -> ir.Table:
    opened, resolved = (
        time_of(tickets[c], None, keys.timezone) for c in ("created", "resolved")
    )
    hours = (resolved.epoch_seconds() - opened.epoch_seconds()) / 3600
    hours = (hours >= 0).ifelse(hours, None)
    tagged = tickets.filter(tickets.changed.notnull())
    tagged = tagged.mutate(tag=tagged.tag.unnest())
    kinds = [
        _kind(tickets, "ticket_opened", "created", text=tickets.subject),
        _kind(
            tickets.filter(tickets.resolved.notnull()),
            "ticket_resolved",
            "resolved",
            value=hours,
        ),
        _kind(tagged, "ticket_tagged", "changed", topic=_named(tagged.tag, tags)),
    ]
    events = ibis.union(*kinds)
    if not keys.keep_text:
        events = events.drop("text")
    return shaped(events, "events", keys.timezone)


def _kind(table: ir.Table, event: str, time: str, **more: ir.Value) -> ir.Table:
    columns = {
        "value": ibis.null("float64"),
        "topic": ibis.null("string"),
        "text": ibis.null("string"),
    } | more
    return table.select(
        "customer_id",
        "reference",
        "channel",
        "by_email",
        "excluded",
        occurred_at=table[time],
        event=ibis.literal(event),
        **columns,
    )


def _customers(
    raw: ir.Table, found: Mapping[str, str], groups: dict[str, str]
) -> ir.Table:
    text = {key: column(raw, found, key) for key in CONTACTS}
    email = ibis.coalesce(listed(text["emails"])[0], text["registration_email"])
    phone = listed(text["phones"])[0]
    names = listed(text["groups"]).map(lambda g: _named(g, groups)).sort()
    ours: dict[str, ir.Value] = {
        "customer_id": text["id"],
        # Beside a shop the customer is the shop's; lists go back to the contact.
        "contact_id": text["id"],
        "by_email": email_key(email),
        "by_phone": phone_key(phone),
        "email": email,
        "phone": phone,
        "city": text["city"],
        "country": text["countrycode"],
        "language": text["language"],
        "gender": text["gender"],
        "contact_type": text["type"].substitute(TYPES),
        "groups": names.join(", ").nullif(""),
        "company_id": text["company_id"],
        "contact_since": text["date_created"],
        "excluded": (text["id"] == SYSTEM_USER).ifelse("internal", None),
    }
    taken = {*ours, *MACHINERY}
    for name in raw.columns:
        if name not in found.values() and normal(name) not in map(normal, UNREAD):
            free = f"{name}_" if name.lower() in taken else name
            ours[free] = raw[name].cast("string").strip().nullif("")
    return shaped(raw.select(**ours), "customers", "UTC")


def names_of(con: ibis.BaseBackend, file: DataFile | None, key: str) -> dict[str, str]:
    """Read a list of tags or groups, which are few: id to name.

    Parameters
    ----------
    con : ibis backend
        A DuckDB.
    file : DataFile or None
        As ``/tags`` and ``/groups`` give it; None for none.
    key : {"tags", "groups"}
        For sentences.

    Raises
    ------
    DataError
        If there is no id or no name.
    """
    if file is None:
        return {}
    table = f"liveagent.{key}"
    raw = opened_text(con, file, key)
    what = f"the list of LiveAgent {key}"
    found = find_columns(raw, NAMED, required=["id", "name"], table=table, what=what)
    pairs = raw.select(id=column(raw, found, "id"), name=column(raw, found, "name"))
    frame = pairs.drop_null().order_by("id", "name").to_pandas()
    return dict(zip(frame["id"], frame["name"], strict=True))


def _named(value: ir.Value, names: dict[str, str]) -> ir.Value:
    """Give the name of an id, or the id itself where no name is known."""
    if not names:
        return value
    known = ibis.map(list(names), list(names.values()))
    return ibis.coalesce(known.get(value), value)


def _notes(tickets: ir.Table) -> list[str]:
    undated = tickets.changed.isnull() & (tickets.tag.length() > 0)
    count = int(tickets.filter(undated).count().execute())
    if not count:
        return []
    return [
        f"liveagent: the tags of {count:,} tickets are left out, since neither "
        "date_changed nor last_activity says when they were known."
    ]


def _opened(
    con: ibis.BaseBackend, file: MappedFile, key: str, known: dict[str, list[str]]
) -> tuple[ir.Table, dict[str, str]]:
    """Open tickets or contacts and find their columns."""
    raw = opened_text(con, file, key)
    aliases = mapped(raw, known, file.columns, key)
    there = {normal(h) for h in raw.columns}
    required = ["id", "emails"]
    if key == "tickets":
        by_email = {normal(a) for a in aliases["owner_email"]} & there
        required = ["id", "date_created", *([] if by_email else ["owner_contactid"])]
    found = find_columns(
        raw,
        aliases,
        required=required,
        table=f"liveagent.{key}",
        what=f"LiveAgent {key}",
    )
    return raw, found
