"""Engagement: contacts, visits and channels, worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.features.catalogue import registered

ORIGIN = pd.Timestamp("2024-03-31")
NAMES = [f.name for f in registered(["engagement"])]
READY = [f.name for f in registered(["journey"]) if f.table == "events"]


def happened(rows: list[tuple]) -> pd.DataFrame:
    names = ["customer_id", "ago", "event", "channel", "device", "reference", "topic"]
    frame = pd.DataFrame(rows, columns=[*names, "value"])
    moments = ORIGIN - pd.to_timedelta(frame.pop("ago"), unit="D")
    return frame.assign(occurred_at=moments)


@pytest.fixture
def events() -> pd.DataFrame:
    return happened(
        [
            ("ann", 3.5, "ticket_opened", "E-mail", None, "t1", None, None),
            ("ann", 3.2, "ticket_tagged", "e-mail", None, "t1", "delivery", None),
            ("ann", 3.1, "ticket_resolved", "e-mail", None, "t1", None, 6.5),
            ("ann", 2, "ticket_resolved", None, None, "t2", None, 1.0),
            ("ann", 1, "ticket_resolved", None, None, "t3", None, None),
            ("ann", 1, "chat_started", "chat", None, "k1", "delivery", None),
            ("ann", 0.9, "chat_message", "chat", None, "k1", "price", None),
            ("bob", 5, "page_view", "web", "Mobile", "s1", None, None),
            ("bob", 4.9, "view_item", "web", "mobile", "s1", None, None),
            ("bob", 4, "page_view", "web", "desktop", "s2", None, None),
            ("bob", 3, "Application Opened", "app", "iOS", "s3", None, None),
            ("bob", 2, "Email Opened", "e-mail", None, None, None, None),
            ("bob", 2, "Email Link Clicked", "e-mail", None, None, None, None),
            ("bob", 99, "page_view", "web", "desktop", "s0", "home", 9.0),
            ("cat", 0, "ticket_opened", "phone", "mobile", "t9", "late", None),
        ]
    )


def test_engagement_equals_what_paper_says(orders, events, shop_of, build):
    shop = shop_of({"orders": orders, "events": events})
    found = build(shop, days=90, names=NAMES).set_index("customer_id")
    none = float("nan")
    by_hand = {
        "app_days": [0, 1, 0],
        "chats_started": [1, 0, 0],
        "days_since_last_event": [0.9, 2, none],
        "email_clicks": [0, 1, 0],
        "emails_opened": [0, 1, 0],
        "event_days": [3, 4, 0],
        "hours_to_resolve": [3.75, none, none],
        "mobile_share": [none, 0.75, none],
        "n_channels_used": [2, 3, 0],
        "n_topics": [2, 0, 0],
        "tickets_opened": [1, 0, 0],
        "visit_days": [0, 3, 0],
        "web_sessions": [0, 3, 0],
    }
    assert sorted(by_hand) == NAMES
    for name, values in by_hand.items():
        assert found[name].tolist() == pytest.approx(values, nan_ok=True), name


def test_days_are_local(orders, shop_of, build):
    # Shortly before and after midnight in UTC is one evening in New York.
    row = (None, None, None, None, None)
    halves = (-1 / 64, 1 / 64)  # of a day around a midnight
    events = happened([("ann", 10 + half, "page", *row) for half in halves])
    frames = {"orders": orders, "events": events}
    days = [
        build(shop_of(frames, zone), names=["event_days"])["event_days"][0]
        for zone in ("UTC", "America/New_York")
    ]
    assert days == [2, 1]


@pytest.fixture
def busy(rng) -> pd.DataFrame:
    """600 events of three customers over 200 days, half of them after the origin."""
    n = 600
    kinds = ["ticket_opened", "ticket_resolved", "chat_started", "view_item", "screen"]
    kinds += ["add_to_cart", "session_start", "email_opened", "email_clicked"]
    frame = pd.DataFrame(
        {
            "customer_id": rng.choice(["ann", "bob", "cat"], n),
            "event": rng.choice([*kinds, "generate_lead"], n),
            "channel": rng.choice(["web", "app", "e-mail"], n),
            "device": rng.choice(["mobile", "desktop"], n),
            "reference": rng.integers(0, 99, n).astype(str),
            "topic": rng.choice(list("pqrstuvw"), n),
            "value": rng.integers(1, 999, n) / 10,
        }
    )
    ago = pd.to_timedelta(rng.integers(-100 * 86_400, 100 * 86_400, n), unit="s")
    return frame.assign(occurred_at=ORIGIN - ago)


def turned(events: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    wild = events[rows].assign(
        event="view_item", channel="new", device="mobile", topic="new", value=7.0
    )
    more = wild.assign(reference="new", event="add_to_cart", customer_id="ann")
    return pd.concat([events[~rows], wild, more])


def test_nothing_at_or_after_the_origin_moves_any_of_them(busy, orders, shop_of, build):
    frames = {"orders": orders, "events": busy}
    names = NAMES + READY
    as_it_was = build(shop_of(frames), days=40, names=names)
    future = busy["occurred_at"] >= ORIGIN
    for other in (turned(busy, future), busy[~future]):
        more = pd.concat([other, busy.head(20).assign(occurred_at=ORIGIN)])
        found = build(shop_of(frames | {"events": more}), days=40, names=names)
        assert_frame_equal(found, as_it_was)


def test_only_the_days_since_look_back_beyond_the_window(busy, orders, shop_of, build):
    frames = {"orders": orders, "events": busy}
    names = [n for n in NAMES + READY if not n.startswith("days_since")]
    as_it_was = build(shop_of(frames), days=40, names=names)
    early = busy["occurred_at"] < ORIGIN - pd.Timedelta(days=40)
    for other in (turned(busy, early), busy[~early]):
        found = build(shop_of(frames | {"events": other}), days=40, names=names)
        assert_frame_equal(found, as_it_was)


def test_the_past_does_move_each_of_them(busy, orders, shop_of, build):
    frames = {"orders": orders, "events": busy}
    names = NAMES + READY
    past = busy["occurred_at"].between(ORIGIN - pd.Timedelta(days=40), ORIGIN)
    gone = frames | {"events": busy[~past]}
    before, after = (build(shop_of(f), days=40, names=names) for f in (frames, gone))
    assert not [n for n in names if before[n].equals(after[n])]


def test_row_order_does_not_matter(busy, orders, rng, shop_of, build):
    names = NAMES + READY
    mixed = busy.sample(frac=1, random_state=rng)
    one, other = (
        build(shop_of({"orders": orders, "events": e}), names=names)
        for e in (busy, mixed)
    )
    assert np.array_equal(one[names], other[names], equal_nan=True)
