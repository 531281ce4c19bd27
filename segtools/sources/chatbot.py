"""Conversations with a chat bot: who wrote when, and what they wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict, Field

from segtools.config import ZoneName, checked
from segtools.schema import DataError
from segtools.sources import NEVER, Opened, Tables, land, source
from segtools.sources.formats.headers import column, find_columns, normal
from segtools.sources.formats.objects import (
    MappedFile,
    json_extract_string,
    mapped,
    opened_text,
    plain,
)
from segtools.sources.formats.text import shaped
from segtools.sources.formats.times import time_of
from segtools.sources.people.keys import email_key

CANONICAL: dict[str, list[str]] = {
    "conversation_id": ["conversation_id", "session id"],
    "user_id": ["user_id", "customer_id"],
    "email": ["email"],
    "ts": ["ts", "timestamp"],
    "role": ["role", "message role"],
    "text": ["text", "content"],
    "intent": ["intent"],
    "confidence": ["confidence"],
    "channel": ["channel"],
}
RASA: dict[str, list[str]] = {
    "conversation_id": ["sender_id"],
    "ts": ["timestamp"],
    "role": ["event"],
    "text": ["text"],
    "channel": ["input_channel", "channel"],
    "parse_data": ["parse_data"],
    "metadata": ["metadata"],
}
REQUIRED = ("conversation_id", "ts", "role")
ROLES = {
    "customer": "user",
    "visitor": "user",
    "assistant": "bot",
    "chatbot": "bot",
    "operator": "agent",
}
# Rasa sends these in the user's name when a session is opened or begun anew.
MACHINE = ("session_start", "restart")
# What Rasa calls not having understood.
NO_TOPIC = "nlu_fallback"
# Below a bound a number counts in the unit, above it in the next: the bounds are
# thousands of years away from today in the one and half a century in the other.
UNITS = (
    (1e11, 1e6, "epoch seconds"),
    (1e14, 1e3, "epoch milliseconds"),
    (1e17, 1.0, "epoch microseconds"),
    (1e20, 1e-3, "epoch nanoseconds"),
)
_NUMBER = r"^\d+(\.\d*)?([eE]\+?\d+)?$"
_EARLIEST = 1e8


class ChatBot(BaseModel):
    """What a block of the system chatbot may hold."""

    model_config = ConfigDict(extra="forbid")

    conversations: MappedFile = Field(description="one message a line")
    timezone: ZoneName | None = Field(
        None, description="of naive times; default: project's"
    )
    min_confidence: float = Field(
        0.5, description="an intent under this is no topic", ge=0, le=1
    )
    sender_is_customer: bool = Field(
        False, description="Rasa's sender_id is the customer's id, not a session"
    )
    keep_text: bool = Field(False, description="keep what users wrote")


@source("chatbot")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Open a chat bot's messages as events of the customers who wrote them.

    Parameters
    ----------
    con : ibis backend
        A DuckDB.
    options : dict
        The block, as `ChatBot` describes it.
    timezone : str
        The project's zone, for naive times when the block names none.

    Returns
    -------
    Opened
        ``events``: ``chat_message`` for each message of a user, with its intent as
        ``topic`` where the bot was sure enough; ``chat_started`` at a user's first
        message in a conversation; ``chat_handed_over`` where an agent first speaks.
        Whoever names themselves in a conversation is meant in all of it, but not
        before an origin if they did so only after it. Messages of nobody who can be
        named are ``no_match``: a session is not a person.

    References
    ----------
    There is no standard. Read are Rasa's tracker events (the event broker's page of
    its documentation) and one message a line under names of our own.
    """
    keys = checked(ChatBot, options, "source")
    raw = opened_text(con, keys.conversations, "conversations")
    is_rasa = _is_rasa(raw)
    aliases = mapped(
        raw,
        RASA if is_rasa else CANONICAL,
        keys.conversations.columns,
        "conversations",
    )
    found = find_columns(
        raw,
        aliases,
        required=REQUIRED,
        table="chatbot.conversations",
        what="chatbot conversations",
    )
    local = keys.timezone or timezone
    said = (_rasa if is_rasa else _canonical)(raw, found, keys)
    messages = land(con, _timed(said, local), "conversations")
    read_as, notes = _counted(messages, local, is_rasa)

    def at(origin: int) -> Tables:
        return {"events": _events(_known(messages, origin), keys, local)}

    return Opened(tables=at(NEVER), at=at, notes=notes, read_as={"events": read_as})


def _is_rasa(raw: ir.Table) -> bool:
    there = {normal(h) for h in raw.columns}
    return {"senderid", "event"} <= there and "conversationid" not in there


def _canonical(raw: ir.Table, found: Mapping[str, str], keys: ChatBot) -> ir.Table:
    text = {key: column(raw, found, key) for key in CANONICAL}
    role = text["role"].lower()
    return raw.select(
        conversation=text["conversation_id"],
        said_at=text["ts"],
        role=role.substitute(ROLES),
        person=text["user_id"],
        by_email=email_key(text["email"]),
        topic=_topic(text["intent"], text["confidence"], keys),
        channel=text["channel"],
        text=plain(text["text"]) if keys.keep_text else ibis.null("string"),
        begins=ibis.literal(0),
    )


def _rasa(raw: ir.Table, found: Mapping[str, str], keys: ChatBot) -> ir.Table:
    text = {key: column(raw, found, key) for key in RASA}
    parsed, metadata = (text[k].try_cast("json") for k in ("parse_data", "metadata"))
    ids = [json_extract_string(metadata, f"$.{k}") for k in ("user_id", "customer_id")]
    if keys.sender_is_customer:
        ids.append(text["conversation_id"])
    intent = json_extract_string(parsed, "$.intent.name")
    sure = json_extract_string(parsed, "$.intent.confidence")
    machine = intent.isin(MACHINE) | text["text"].isin([f"/{m}" for m in MACHINE])
    event = text["role"].lower()
    return raw.select(
        conversation=text["conversation_id"],
        said_at=text["ts"],
        role=machine.fill_null(False).ifelse("machine", event),
        person=ibis.coalesce(*ids).strip().nullif(""),
        by_email=email_key(json_extract_string(metadata, "$.email")),
        topic=_topic(intent, sure, keys),
        channel=text["channel"],
        text=plain(text["text"]) if keys.keep_text else ibis.null("string"),
        begins=(event == "session_started").cast("int64"),
    )


@ibis.udf.scalar.builtin
def make_timestamp(microseconds: int) -> dt.Timestamp(scale=6):  # type: ignore[valid-type,empty-body]
    """Give the time so long after 1970 (DuckDB's own function)."""


def _topic(intent: ir.Value, confidence: ir.Value, keys: ChatBot) -> ir.Value:
    sure = confidence.try_cast("float64") >= keys.min_confidence
    good = (confidence.isnull() | sure) & (intent != NO_TOPIC)
    return good.ifelse(intent, None)


def _timed(said: ir.Table, timezone: str) -> ir.Table:
    """Read numbers as instants, and count a sender's sessions.

    A sender of Rasa is one conversation for years; a session begins where Rasa says
    so. Which one it is depends on earlier rows alone.
    """
    number = said.said_at.re_search(_NUMBER).ifelse(said.said_at, None)
    since = number.try_cast("float64")
    since = (since >= _EARLIEST).ifelse(since, None)
    micros = ibis.cases(*[(since < bound, since * by) for bound, by, _ in UNITS])
    unit = ibis.cases(*[(since < bound, name) for bound, _, name in UNITS])
    instant = make_timestamp(micros.round().try_cast("int64"))
    iso = instant.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"
    said = said.mutate(occurred_at=iso.coalesce(said.said_at), unit=unit)
    said = said.mutate(time=time_of(said.occurred_at, None, timezone))
    earlier = ibis.window(
        group_by="conversation",
        order_by=[said.time, said.begins.desc()],
        following=0,
    )
    return said.mutate(session=said.begins.sum().over(earlier)).drop("said_at")


def _counted(messages: ir.Table, timezone: str, is_rasa: bool) -> tuple[str, list[str]]:
    """Say how times were read, and what has a role that nobody knows."""
    counts = messages.group_by("role", "unit").aggregate(
        rows=messages.count(),
        iso=(messages.unit.isnull() & messages.time.notnull()).any(),
    )
    frame = counts.to_pandas()
    roles = frame.groupby("role", dropna=False)["rows"].sum()
    if "user" not in roles.index:
        shown = sorted(str(r) for r in roles.index.dropna())[:8]
        raise DataError(
            "chatbot.conversations must hold messages of users, but the roles in it "
            f"are {shown}. Write user, bot or agent as the role."
        )
    units = sorted(frame["unit"].dropna().unique())
    if frame["iso"].any():
        units.append(f"ISO 8601, without an offset in {timezone}")
    strange = roles[~roles.index.isin(["user", "bot", "agent"])].sum()
    notes = []
    if strange and not is_rasa:
        notes.append(
            f"chatbot: {strange:,} messages are left out, since their role is neither "
            "user nor bot nor agent."
        )
    return "; ".join(units), notes


def _known(messages: ir.Table, origin: int) -> ir.Table:
    """Name in the whole conversation whoever names themselves first in it.

    Rows from the origin on are compared among themselves only: whoever logs in
    later was nobody before.
    """
    someone = messages.person.notnull() | messages.by_email.notnull()
    table = messages.mutate(
        someone=someone & messages.conversation.notnull(),
        later=messages.time.epoch_seconds() >= origin,
    )
    same = ibis.window(group_by=["conversation", "session", "later"])
    first = table.time.min(where=table.someone).over(same)
    table = table.mutate(first=table.someone & (table.time == first))
    filled = {
        key: table[key].coalesce(
            (~table.someone & table.conversation.notnull()).ifelse(
                table[key].min(where=table["first"]).over(same), None
            )
        )
        for key in ("person", "by_email")
    }
    return table.mutate(**filled)


def _events(messages: ir.Table, keys: ChatBot, timezone: str) -> ir.Table:
    order = [messages[c] for c in ("time", "person", "by_email", "channel")]
    turns = ibis.window(group_by=["conversation", "session", "role"], order_by=order)
    table = messages.mutate(turn=ibis.row_number().over(turns))
    nobody = table.person.isnull() & table.by_email.isnull()
    table = table.mutate(excluded=nobody.ifelse("no_match", None))
    # First is who has nobody before: later rows have no say in it.
    first = (table.turn == 0) & table.time.notnull() & table.conversation.notnull()
    user, agent = table.role == "user", table.role == "agent"
    kinds = [
        _kind(table.filter(user), "chat_message"),
        _kind(table.filter(user & first), "chat_started"),
        _kind(table.filter(agent & first), "chat_handed_over"),
    ]
    events = ibis.union(*kinds)
    if not keys.keep_text:
        events = events.drop("text")
    return shaped(events, "events", timezone)


def _kind(table: ir.Table, event: str) -> ir.Table:
    own = event == "chat_message"
    nothing = ibis.null("string")
    return table.select(
        "occurred_at",
        "channel",
        "by_email",
        "excluded",
        customer_id=table.person,
        reference=table.conversation,
        event=ibis.literal(event),
        topic=table.topic if own else nothing,
        text=table.text if own else nothing,
    )
