"""LiveAgent: tickets at their own times, tags by their names, nobody's HTML."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.prepare.rules import RULES
from segtools.schema import ConfigError, DataError
from segtools.sources import NEVER
from segtools.sources.liveagent import read
from segtools.timezones import epoch, instant

EXPORTS = Path(__file__).parent / "exports" / "liveagent"
FILES = {
    "tickets": "tickets.json",
    "contacts": "contacts.jsonl",
    "tags": "tags.json",
    "groups": "groups.json",
}
ANN, BOB = "ab12cd34", "ef56ab78"
ONE, TWO, THREE, FOUR, FIVE, SIX = (f"XK9-TTTTT-00{n}" for n in range(1, 7))
# By hand from the files: who, when in 2026, what, where, hours, topic, ticket, whose
# address at example.com, why not.
EVENTS = """
ab12cd34|03-04 08:00|ticket_opened|email|||001|ann|
ab12cd34|03-04 09:30|ticket_resolved|email|1.5||001|ann|
ab12cd34|03-04 09:31|ticket_tagged|email||Delivery late|001|ann|
ab12cd34|03-04 09:31|ticket_tagged|email||zz99|001|ann|
|03-10 10:00|ticket_opened|contact form|||002|bob|
system00|03-11 00:00|ticket_opened|email|||003||internal
ef56ab78|03-12 12:00|ticket_opened|call|||004|bob|spam
ef56ab78|03-12 13:00|ticket_tagged|call||Réclamation <b>|004|bob|spam
ef56ab78|03-13 12:00|ticket_opened|Z|||005|bob|spam
ab12cd34|03-20 08:00|ticket_opened|facebook message|||006|ann.lee|
ab12cd34|04-05 08:00|ticket_resolved|facebook message|384||006|ann.lee|
ab12cd34|04-05 09:00|ticket_tagged|facebook message||Réclamation <b>|006|ann.lee|
""".strip().splitlines()
COLUMNS = [
    *("customer_id", "occurred_at", "event", "channel", "value", "topic"),
    *("reference", "by_email", "excluded"),
]


def expected() -> pd.DataFrame:
    """The rows written by hand, typed."""
    cells = [[cell or None for cell in line.split("|")] for line in EVENTS]
    frame = pd.DataFrame(cells, columns=COLUMNS, dtype=object)
    frame["occurred_at"] = pd.to_datetime("2026-" + frame["occurred_at"])
    frame["value"] = [v and Decimal(v) for v in frame["value"]]
    frame["reference"] = "XK9-TTTTT-" + frame["reference"]
    frame["by_email"] = [e and f"{e}@example.com" for e in frame["by_email"]]
    return frame


def same(found: pd.DataFrame) -> None:
    """Assert that the events found are those written by hand, and all readable."""
    assert found["unreadable"].isna().all()
    found, hand = found[COLUMNS].astype(object), expected().astype(object)
    by = ["occurred_at", "event", "reference", "topic"]
    found, hand = (
        f.sort_values(by, key=lambda c: c.astype(str)).reset_index(drop=True)
        for f in (found, hand)
    )
    found, hand = (f.where(f.notna(), None) for f in (found, hand))
    assert_frame_equal(found, hand, check_dtype=False)


@pytest.fixture
def opened(con):
    """Open the export, or some of its files, or others in their place."""

    def run(*only: str, **more):
        names = only or tuple(FILES)
        block = {k: {"path": str(EXPORTS / FILES[k])} for k in names}
        return read(con, block | more, "Europe/Berlin")

    return run


@pytest.fixture
def ticket(tmp_path):
    """Write tickets like the first of the export, changed, as JSON lines."""
    first = json.loads((EXPORTS / "tickets.json").read_text())[0]

    def run(*changes: dict) -> dict:
        path = tmp_path / "tickets.jsonl"
        lines = [json.dumps(first | c) for c in changes]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return {"tickets": {"path": str(path)}}

    return run


# ---- what comes out


def test_each_event_of_a_ticket_has_its_own_time(opened, tables_of):
    same(tables_of(opened())["events"])


def test_contacts_are_customers_with_words_for_codes(opened, tables_of):
    found = tables_of(opened())["customers"].drop(columns="unreadable")
    nothing = dict.fromkeys(
        ("by_email", "by_phone", "city", "company_id", "country", "email", "excluded")
    ) | dict.fromkeys(("groups", "language", "phone"))
    by_hand = [
        {
            "customer_id": ANN,
            "contact_id": ANN,
            "by_email": "ann.lee@example.com",
            "by_phone": "+442079460000",
            "email": "Ann.Lee@Example.com",
            "phone": "+44 (0)20 7946 0000",
            "city": "Exampleton",
            "country": "GB",
            "language": "en",
            "gender": "F",
            "contact_type": "registered",
            "groups": "Trade, VIP, gone9",
            "company_id": "co-1",
            "contact_since": "2026-01-05 09:00:00",
            "excluded": None,
        },
        nothing
        | {
            "customer_id": BOB,
            "contact_id": BOB,
            "by_email": "bob@example.com",
            "email": "bob@example.com",
            "gender": "X",
            "contact_type": "visitor",
            "contact_since": "2026-02-01 12:00:00",
        },
        nothing
        | {
            "customer_id": "system00",
            "contact_id": "system00",
            "gender": "X",
            "contact_type": "registered",
            "contact_since": "2020-01-01 00:00:00",
            "excluded": "internal",
        },
    ]
    hand = pd.DataFrame(by_hand)[list(found)].astype(object)
    found = found.astype(object)
    found, hand = (f.where(f.notna(), None) for f in (found, hand))
    assert_frame_equal(found, hand, check_dtype=False)


def test_names_notes_and_addresses_of_machines_are_not_read(opened, tables_of):
    text = tables_of(opened())["customers"].to_csv()
    for private in ("calls often", "192.0.2.1", "System,"):
        assert private not in text


def test_without_contacts_everyone_keeps_the_id_of_the_ticket(opened, tables_of):
    tables = tables_of(opened("tickets", "tags"))
    assert set(tables) == {"events"}
    rows = tables["events"].set_index("reference")
    assert rows.loc[TWO, "customer_id"] == "merged99"


def test_without_a_list_of_tags_the_topic_is_the_id(opened, tables_of):
    events = tables_of(opened("tickets"))["events"]
    assert set(events["topic"].dropna()) == {"a1b2", "zz99", "c3d4"}


def test_subjects_are_dropped_unless_asked_for_and_never_markup(opened, tables_of):
    assert "text" not in tables_of(opened())["events"]
    events = tables_of(opened(keep_text=True))["events"].set_index("reference")
    said = events[events["event"] == "ticket_opened"]["text"]
    assert said[ONE] == "Where is my order?"
    assert pd.isna(said[TWO])
    assert events[events["event"] != "ticket_opened"]["text"].isna().all()


def test_every_rule_of_the_source_is_a_known_rule(opened, tables_of):
    excluded = tables_of(opened())["events"]["excluded"].dropna()
    assert set(excluded) == {"internal", "spam"} <= set(RULES)


# ---- forms of the file


def test_an_array_and_lines_in_any_order_give_the_same(opened, tables_of, tmp_path):
    tickets = json.loads((EXPORTS / "tickets.json").read_text())
    lines = [json.dumps(t) for t in reversed(tickets)]
    (tmp_path / "t[1].jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "t1.jsonl").write_text("{}")
    contacts = EXPORTS.joinpath("contacts.jsonl").read_text().splitlines()
    array = "\ufeff[" + ",\n".join(contacts) + "]"
    (tmp_path / "c.json").write_text(array, encoding="utf-8")
    files = {"tickets": "t[1].jsonl", "contacts": "c.json"}
    blocks = {k: {"path": str(tmp_path / f)} for k, f in files.items()}
    one, two = tables_of(opened()), tables_of(opened(**blocks))
    for name in ("events", "customers"):
        assert_frame_equal(one[name], two[name])


def test_a_csv_with_headers_of_its_own_is_read_by_a_map(con, tables_of, tmp_path):
    (tmp_path / "t.csv").write_text(
        "Nr;Kunde;Owner Email;Angelegt;Resolved;Tags;Date changed\n"
        '7;k1;ann@example.com;2026-03-04 08:00:00;;"a1b2, zz99";2026-03-05 08:00:00\n'
    )
    columns = {"id": "Nr", "owner_contactid": "Kunde", "date_created": "Angelegt"}
    columns |= {"date_resolved": "Resolved"}
    file = {"path": str(tmp_path / "t.csv"), "columns": columns}
    events = tables_of(read(con, {"tickets": file}, "UTC"))["events"]
    assert events["event"].tolist() == ["ticket_opened"] + ["ticket_tagged"] * 2
    assert events["topic"].dropna().tolist() == ["a1b2", "zz99"]
    assert set(events["customer_id"]) == {"k1"}
    assert set(events["by_email"]) == {"ann@example.com"}


def test_an_attribute_that_the_api_does_not_know_is_kept(con, tables_of, tmp_path):
    (tmp_path / "c.csv").write_text("id,email,Plan,excluded\nk1,a@example.com,gold,x\n")
    (tmp_path / "t.csv").write_text("id,owner_email,date_created\n1,a@example.com,\n")
    block = {
        "tickets": {"path": str(tmp_path / "t.csv")},
        "contacts": {"path": str(tmp_path / "c.csv")},
    }
    found = tables_of(read(con, block, "UTC"))
    row = found["customers"].loc[0]
    assert (row["Plan"], row["excluded_"], row["email"]) == (
        "gold",
        "x",
        "a@example.com",
    )
    assert pd.isna(row["excluded"])
    event = found["events"].loc[0]
    assert pd.isna(event["occurred_at"])  # no_time, and counted
    assert pd.isna(event["customer_id"])
    assert event["by_email"] == "a@example.com"


# ---- time


def test_times_without_a_zone_are_utc_whatever_the_shop(opened, tables_of, ticket):
    block = ticket({"date_created": "2026-07-01 12:00:00", "tags": None})
    for zone, hour in (("UTC", 12), ("America/New_York", 16)):
        events = tables_of(opened("tags", timezone=zone, **block))["events"]
        (first,) = events[events["event"] == "ticket_opened"]["occurred_at"]
        assert first == pd.Timestamp(2026, 7, 1, hour)


def test_hours_to_a_resolution_are_hours_that_passed(opened, tables_of, ticket):
    spring = {"date_created": "2026-03-29 01:00", "date_resolved": "2026-03-29 03:30"}
    back = {"date_created": "2026-03-04 09:00", "date_resolved": "2026-03-04 08:00"}
    unread = {"date_created": "soon", "date_resolved": "2026-03-04 08:00"}
    block = ticket(*({"id": str(n)} | t for n, t in enumerate((spring, back, unread))))
    opened_ = opened("tags", timezone="Europe/Berlin", **block)
    events = tables_of(opened_)["events"]
    value = events[events["event"] == "ticket_resolved"].set_index("reference")["value"]
    assert value["0"] == Decimal("1.5000")  # an hour was skipped that night
    assert value[["1", "2"]].isna().all()
    first = events[(events["event"] == "ticket_opened") & (events["reference"] == "2")]
    assert first["unreadable"].tolist() == ["occurred_at 'soon'"]


def test_a_tag_is_known_from_the_last_change_on_never_before(opened, tables_of, ticket):
    changes = [
        {"id": "0"},
        {"id": "1", "date_changed": None},
        {"id": "2", "date_changed": None, "last_activity": None},
        {"id": "3", "date_changed": None, "last_activity": None, "tags": []},
    ]
    found = opened("tags", **ticket(*changes))
    events = tables_of(found)["events"]
    tagged = events[(events["event"] == "ticket_tagged") & (events["topic"] == "zz99")]
    by_hand = {"0": "2026-03-04 09:31", "1": "2026-03-04 09:32"}
    dates = tagged.set_index("reference")["occurred_at"].to_dict()
    assert dates == {k: pd.Timestamp(v) for k, v in by_hand.items()}
    assert found.notes == [
        "liveagent: the tags of 1 tickets are left out, since neither date_changed "
        "nor last_activity says when they were known."
    ]
    assert opened().notes == found.notes  # there it is the ticket of spam


def test_what_happens_later_does_not_show_before(opened, tables_of):
    events = tables_of(opened(), before="2026-04-01")["events"]
    assert events[events["reference"] == SIX]["event"].tolist() == ["ticket_opened"]


def test_a_ticket_deleted_later_was_a_contact_before(opened, tables_of):
    judged = {}
    for day in ("2026-03-20", "2026-03-21"):
        rows = tables_of(opened(), before=day)["events"]
        judged[day] = rows[rows["reference"] == FOUR]["excluded"].tolist()
    assert pd.isna(judged["2026-03-20"]).tolist() == [True, True]
    assert judged["2026-03-21"] == ["spam", "spam"]


def test_nothing_from_the_origin_on_touches_an_earlier_row(
    opened, assert_untouched, tmp_path
):
    tickets = json.loads((EXPORTS / "tickets.json").read_text())
    later = {"date_changed": "2026-05-01 00:00:00", "status": "B", "tags": ["new"]}
    tickets[1] |= later | {"date_resolved": "2026-05-01 00:00:00"}
    tickets[5] |= later | {"date_resolved": None}
    tickets[3] |= {"date_deleted": "2026-04-20 12:00:00"}
    new = {"id": "new", "date_created": "2026-04-01", "date_resolved": "2026-04-02"}
    tickets += [tickets[0] | later | new]
    path = tmp_path / "tickets.json"
    path.write_text(json.dumps(tickets))
    changed = opened(tickets={"path": str(path)})
    assert_untouched(opened(), changed, "2026-03-20 12:00", tables=("events",))


def test_all_rows_stay_in_the_tables_of_every_origin(opened):
    found = opened()
    counts = {
        found.before(o)["events"].count().execute()
        for o in (NEVER, epoch(instant("2026-03-10", "UTC")), 0)
    }
    assert counts == {len(EVENTS)}


# ---- mistakes


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {"tickets": "contacts.jsonl"},
            r"^liveagent\.tickets must be LiveAgent tickets, but this looks like "
            r"LiveAgent contacts: it lacks the columns \['owner_contactid'\]\. Name ",
        ),
        (
            {"tickets": "tickets.json", "contacts": "tickets.json"},
            r"^liveagent\.contacts must be LiveAgent contacts, but this looks like "
            r"LiveAgent tickets: it lacks the columns \['emails'\]\. ",
        ),
        (
            {"tickets": "tickets.json", "tags": "contacts.jsonl"},
            r"^liveagent\.tags must be the list of LiveAgent tags, but this looks like "
            r"LiveAgent contacts: it lacks the columns \['name'\]",
        ),
    ],
)
def test_the_wrong_file_is_recognised(files, sentence, con):
    block = {k: {"path": str(EXPORTS / f)} for k, f in files.items()}
    with pytest.raises(DataError, match=sentence):
        read(con, block, "UTC")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[]", r"^tickets must hold JSON objects, but t\.json holds none\. Export it"),
        ('["a", 1]', r"^tickets must hold JSON objects, but t\.json holds none\. "),
        (
            '{"id": "1"}\n{"id": ann.lee@example.com}\n',
            r"^tickets must be readable to its last row, but it is not \(Malformed JS",
        ),
    ],
)
def test_what_is_no_list_of_objects_is_one_sentence(text, sentence, con, tmp_path):
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(DataError, match=sentence) as caught:
        read(con, {"tickets": {"path": str(tmp_path / "t.json")}}, "UTC")
    assert "ann.lee" not in str(caught.value)  # nobody's row is quoted


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({}, r"^The configuration must hold 'source\.tickets', but it is missing"),
        ({"ticket": {}}, r"'source\.ticket' is none\. Did you mean 'tickets'\?"),
        (
            {"tickets": {"path": "x", "decimal": ","}},
            r"'source\.tickets\.decimal' is none\.",
        ),
        (
            {"tickets": {"path": "x"}, "timezone": "Mars"},
            r"timezone must be an IANA name, but 'Mars' is none\.",
        ),
        (
            {"tickets": {"path": "x.json"}},
            r"^source\.tickets\.path must be a file, folder or glob of data, but there",
        ),
        (
            {"tickets": {"path": FILES["tickets"], "columns": {"contact": "x"}}},
            r"^source\.tickets\.columns must map our columns, but 'contact' is none\.",
        ),
    ],
)
def test_mistakes_in_the_block_are_one_sentence(block, sentence, con, monkeypatch):
    monkeypatch.chdir(EXPORTS)
    with pytest.raises(ConfigError, match=sentence):
        read(con, block, "UTC")


def test_a_mapped_column_must_be_there(opened):
    path = str(EXPORTS / "tickets.json")
    sentence = (
        r"^tickets must have the column 'Subjct' \(mapped to subject\), but the file "
        r"has \[.*\]\."
    )
    with pytest.raises(DataError, match=sentence):
        opened(tickets={"path": path, "columns": {"subject": "Subjct"}})
