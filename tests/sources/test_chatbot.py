"""A chat bot's messages: a session is no person, and nobody is known too early."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.prepare.rules import RULES
from segtools.schema import ConfigError, DataError
from segtools.sources.chatbot import read

EXPORTS = Path(__file__).parent / "exports" / "chatbot"
COLUMNS = [
    *("customer_id", "occurred_at", "event", "channel", "topic", "reference"),
    *("by_email", "excluded"),
]
# By hand from the files: who, when in March 2026, what, where, topic, conversation,
# address, why not.
CANONICAL = """
cust-7210000000001|04 08:00:00|chat_message|web|order_status|c-1||
cust-7210000000001|04 08:00:00|chat_started|web||c-1||
cust-7210000000001|04 08:00:02|chat_message|web||c-1||
cust-7210000000001|04 08:05:00|chat_handed_over|web||c-1||
|05 10:00:00|chat_message|whatsapp|opening_hours|c-2||no_match
|05 10:00:00|chat_started|whatsapp||c-2||no_match
cust-7210000000002|10 10:00:00|chat_message|web|return_goods|c-3||
cust-7210000000002|10 10:00:00|chat_started|web||c-3||
cust-7210000000002|10 10:00:01.5|chat_message|web||c-3||
cust-7210000000002|10 10:00:02.000001|chat_message|web||c-3||
cust-7210000000003|31 23:59:00|chat_message|web|greet|c-4||
cust-7210000000003|31 23:59:00|chat_started|web||c-4||
cust-7210000000003|32 00:01:00|chat_message|web|greet|c-4||
"""
RASA = """
7210000000001|04 08:00:00.123456|chat_message|rest|order_status|s-81f0|ann@example.com|
7210000000001|04 08:00:00.123456|chat_started|rest||s-81f0|ann@example.com|
7210000000001|04 08:01:00|chat_message|rest||s-81f0|ann@example.com|
|05 08:00:00|chat_message|rest||s-81f0||no_match
|05 08:00:00|chat_started|rest||s-81f0||no_match
|05 08:01:40|chat_message|rest|greet|s-22aa|bob@example.com|
|05 08:01:40|chat_started|rest||s-22aa|bob@example.com|
"""


def expected(text: str) -> pd.DataFrame:
    """The rows written by hand, typed."""
    cells = [[c or None for c in line.split("|")] for line in text.strip().split("\n")]
    frame = pd.DataFrame(cells, columns=COLUMNS, dtype=object)
    days = frame["occurred_at"].str.split(" ")
    frame["occurred_at"] = [
        pd.Timestamp("2026-03-01") + pd.Timedelta(days=int(d) - 1) + pd.Timedelta(t)
        for d, t in days
    ]
    return frame


def same(found: pd.DataFrame, text: str) -> None:
    """Assert that the events found are those written by hand, and all readable."""
    assert found["unreadable"].isna().all()
    frames = found[COLUMNS].astype(object), expected(text).astype(object)
    by = ["reference", "occurred_at", "event"]
    found, hand = (
        f.sort_values(by).reset_index(drop=True).where(lambda x: x.notna(), None)
        for f in frames
    )
    assert_frame_equal(found, hand, check_dtype=False)


@pytest.fixture
def opened(con):
    """Open one of the exports."""

    def run(name: str = "conversations.jsonl", zone: str = "Europe/Berlin", **more):
        return read(con, {"conversations": {"path": str(EXPORTS / name)}} | more, zone)

    return run


@pytest.fixture
def said(con, tmp_path):
    """Write messages like a user's first one, changed, and open them."""
    first = {"conversation_id": "c", "user_id": "u", "ts": "2026-03-04T08:00:00Z"}
    first |= {"role": "user", "text": "hi", "intent": None, "confidence": None}

    def run(*changes: dict, zone: str = "UTC", **more):
        lines = [json.dumps(first | {"channel": "web"} | c) for c in changes]
        (tmp_path / "c.jsonl").write_text("\n".join(lines), encoding="utf-8")
        block = {"conversations": {"path": str(tmp_path / "c.jsonl")}}
        return read(con, block | more, zone)

    return run


# ---- what comes out


def test_messages_of_users_are_events_and_those_of_bots_are_not(opened, tables_of):
    found = opened()
    same(tables_of(found)["events"], CANONICAL)
    assert found.notes == []
    assert found.read_as == {
        "events": "epoch microseconds; epoch milliseconds; epoch seconds; "
        "ISO 8601, without an offset in Europe/Berlin"
    }


def test_rasa_is_recognised_and_its_sessions_begin_where_it_says(opened, tables_of):
    found = opened("rasa_event.log")
    same(tables_of(found)["events"], RASA)
    assert found.read_as == {"events": "epoch seconds"}
    assert found.notes == []


def test_a_sender_is_a_person_only_where_that_is_said(opened, tables_of):
    events = tables_of(opened("rasa_event.log", sender_is_customer=True))["events"]
    assert events["excluded"].isna().all()
    who = events.groupby("reference")["customer_id"].unique()
    assert set(who["s-81f0"]) == {"7210000000001", "s-81f0"}
    assert set(who["s-22aa"]) == {"s-22aa"}


def test_an_intent_is_a_topic_where_the_bot_was_sure_enough(said, tables_of):
    cases = [("0.5", "a"), ("0.49", "b"), (None, "c"), ("much", "d"), (1, None)]
    rows = [
        {"confidence": c, "intent": i, "ts": 1772611200 + n}
        for n, (c, i) in enumerate(cases)
    ]
    topics = {}
    for least in (0.5, 0.4):
        events = tables_of(said(*rows, min_confidence=least))["events"]
        topics[least] = events["topic"].dropna().sort_values().tolist()
    assert topics == {0.5: ["a", "c"], 0.4: ["a", "b", "c"]}


def test_text_is_dropped_unless_asked_for_and_never_markup(opened, tables_of):
    assert "text" not in tables_of(opened())["events"]
    events = tables_of(opened(keep_text=True))["events"]
    kept = events[events["text"].notna()]
    assert set(kept["event"]) == {"chat_message"}
    assert kept["text"].iloc[0] == "Where is my order?"
    rasa = tables_of(opened("rasa_event.log", keep_text=True))["events"]
    assert "thx" in set(rasa["text"])


def test_a_chat_that_only_the_bot_opened_is_no_chat(opened, tables_of):
    assert "c-5" not in set(tables_of(opened())["events"]["reference"])


def test_rows_in_any_order_and_as_csv_give_the_same(con, opened, tables_of, tmp_path):
    lines = (EXPORTS / "conversations.jsonl").read_text().splitlines()
    rows = pd.DataFrame([json.loads(line) for line in reversed(lines)])
    theirs = {"conversation_id": "Session ID", "role": "Message Role", "ts": "Sent"}
    theirs |= {"text": "Content"}
    rows.rename(columns=theirs).to_csv(tmp_path / "c.csv", index=False)
    block = {"path": str(tmp_path / "c.csv"), "columns": {"ts": "Sent"}}
    found = tables_of(read(con, {"conversations": block}, "Europe/Berlin"))["events"]
    same(found, CANONICAL)


def test_other_words_for_a_role_are_known_and_the_rest_is_counted(said, tables_of):
    roles = ("Visitor", "assistant", "operator", "ghost", "ghost", None)
    found = said(*({"role": r, "ts": 1772611200 + n} for n, r in enumerate(roles)))
    events = tables_of(found)["events"]["event"].tolist()
    assert sorted(events) == ["chat_handed_over", "chat_message", "chat_started"]
    assert found.notes == [
        "chatbot: 3 messages are left out, since their role is neither user nor bot "
        "nor agent."
    ]


def test_messages_of_no_conversation_are_nobody_elses(said, tables_of):
    found = said(
        {"conversation_id": None, "user_id": "u"},
        {"conversation_id": "", "user_id": None},
    )
    events = tables_of(found)["events"]
    assert events["event"].tolist() == ["chat_message"] * 2
    assert events["customer_id"].dropna().tolist() == ["u"]
    assert events["excluded"].dropna().tolist() == ["no_match"]
    assert "no_match" in RULES


# ---- time


@pytest.mark.parametrize(
    ("ts", "utc"),
    [
        (1772611200, "2026-03-04 08:00"),
        (1772611200.25, "2026-03-04 08:00:00.25"),
        ("1.7726112E+12", "2026-03-04 08:00"),
        (1772611200123, "2026-03-04 08:00:00.123"),
        (1772611200123456, "2026-03-04 08:00:00.123456"),
        (1772611200000000000, "2026-03-04 08:00"),
        ("2026-03-04T09:00:00+01:00", "2026-03-04 08:00"),
        ("2026-07-04 10:00", "2026-07-04 08:00"),  # on the clock of the shop
    ],
)
def test_the_unit_of_a_number_is_told_by_its_size(ts, utc, said, tables_of):
    events = tables_of(said({"ts": ts}, zone="Europe/Berlin"))["events"]
    assert events["occurred_at"].tolist() == [pd.Timestamp(utc)] * 2


def test_a_zone_of_the_blocks_own_rules_over_the_shops(said, tables_of):
    found = said({"ts": "2026-07-04 10:00"}, zone="Europe/Berlin", timezone="UTC")
    events = tables_of(found)["events"]
    assert events["occurred_at"][0] == pd.Timestamp("2026-07-04 10:00")


@pytest.mark.parametrize("ts", ["soon", 12345, 1e25, -1772611200])
def test_a_time_in_doubt_is_unreadable_and_starts_nothing(ts, said, tables_of):
    events = tables_of(said({"ts": ts}))["events"]
    assert events["event"].tolist() == ["chat_message"]
    assert events["occurred_at"].isna().all()
    assert events["unreadable"][0].startswith("occurred_at '")


def test_who_logs_in_after_the_origin_was_nobody_before(opened, tables_of):
    events = tables_of(opened(), before="2026-04-01")["events"]
    rows = events[events["reference"] == "c-4"]
    assert rows["event"].tolist() == ["chat_message", "chat_started"]
    assert rows["customer_id"].isna().all()
    assert rows["excluded"].tolist() == ["no_match"] * 2


def test_nothing_from_the_origin_on_touches_an_earlier_row(said, assert_untouched):
    lines = (EXPORTS / "conversations.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    one = said(*rows)
    rows[11] |= {"user_id": "cust-9", "intent": "other"}
    new = {"user_id": "cust-0", "ts": "2026-04-02T00:00:00Z", "role": "agent"}
    rows += [r | new for r in (rows[0], rows[6], rows[10])]
    two = said(*rows)
    assert_untouched(one, two, "2026-04-01", tables=("events",))


def test_later_sessions_and_names_do_not_touch_earlier_ones_of_rasa(
    con, opened, assert_untouched, tmp_path
):
    lines = (EXPORTS / "rasa_event.log").read_text().splitlines()
    late = {"sender_id": "s-81f0", "timestamp": 1772697660.0}
    late |= {"metadata": {"user_id": "cust-9"}}
    more = [late | {"event": e} for e in ("session_started", "user", "agent")]
    path = tmp_path / "rasa_event.log"
    path.write_text("\n".join([*map(json.dumps, reversed(more)), *lines]))
    two = read(con, {"conversations": {"path": str(path)}}, "UTC")
    day = "2026-03-05 08:00:30"
    assert_untouched(opened("rasa_event.log"), two, day, tables=("events",))


def test_a_chat_starts_once_even_across_the_origin(opened, tables_of):
    events = opened().before(1775001600)["events"].to_pandas()  # 2026-04-01
    rows = events[events["reference"] == "c-4"]
    assert (rows["event"] == "chat_started").sum() == 1
    assert len(events) == len(CANONICAL.strip().split("\n"))  # nothing is lost


# ---- mistakes


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (
            "../liveagent/tickets.json",
            r"^chatbot\.conversations must be chatbot conversations, but this looks "
            r"like LiveAgent tickets: it lacks the columns \['conversation_id', 'ts', ",
        ),
        (
            "../liveagent/tags.json",
            r"^chatbot\.conversations must be chatbot conversations, but the columns "
            r"\['conversation_id', 'ts', 'role'\] cannot be found among \['b",
        ),
    ],
)
def test_the_wrong_file_is_recognised(path, sentence, opened):
    with pytest.raises(DataError, match=sentence):
        opened(path)


def test_roles_that_nobody_knows_are_named(said):
    sentence = (
        r"^chatbot\.conversations must hold messages of users, but the roles in it are "
        r"\['bot', 'kunde'\]\. Write user, bot or agent as the role\.$"
    )
    with pytest.raises(DataError, match=sentence):
        said({"role": "Kunde"}, {"role": "bot"})


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"min_confidence": 2}, r"^source\.min_confidence must be less than or equal"),
        ({"timezone": "Mars"}, r"timezone must be an IANA name, but 'Mars' is none\."),
        ({"keep_texts": True}, r"'source\.keep_texts' is none\. Did you mean 'keep_te"),
        (
            {"conversations": {"path": "x.jsonl"}},
            r"^source\.conversations\.path must be a file, folder or glob of data, but",
        ),
    ],
)
def test_mistakes_in_the_block_are_one_sentence(block, sentence, opened):
    with pytest.raises(ConfigError, match=sentence):
        opened(**block)


def test_a_mapping_knows_only_our_columns_and_theirs(said, tmp_path):
    path = str(tmp_path / "c.jsonl")
    said({})
    for columns, error, sentence in (
        ({"topic": "intent"}, ConfigError, r"'topic' is none\. "),
        ({"intent": "Intents"}, DataError, r"Did you mean 'intent'\?"),
    ):
        with pytest.raises(error, match=sentence):
            said({}, conversations={"path": path, "columns": columns})
