"""Engagement: how customers are in touch besides buying."""

from __future__ import annotations

import ibis.expr.types as ir

from segtools.features.catalogue import Window, feature
from segtools.features.event_names import (
    APP,
    CHATS,
    EMAIL_CLICKS,
    EMAILS,
    MOBILE,
    RESOLVED,
    TICKETS,
    VISITS,
    among,
)
from segtools.timezones import DAY


def _times(events: ir.Table, names: tuple[str, ...]) -> ir.Value:
    return events.count(where=among(events.slug, names))


def _days(events: ir.Table, names: tuple[str, ...]) -> ir.Value:
    return events.local_day.nunique(where=among(events.slug, names))


@feature(
    "event_days",
    basis="engagement",
    over="events",
    unit="days",
    label="Days in touch",
    definition="Distinct local days in the window with at least one event.",
    direction="more",
    needs=("event",),
    role="descriptor",
    empty=0,
)
def event_days(events: ir.Table, window: Window) -> ir.Value:
    """Count days with any event."""
    return events.local_day.nunique()


@feature(
    "days_since_last_event",
    basis="engagement",
    over="event_history",
    unit="days",
    label="Days since the last sign of life",
    definition="Days from the last event before the origin to the origin.",
    direction="less",
    needs=("event",),
    role="descriptor",
)
def days_since_last_event(events: ir.Table, window: Window) -> ir.Value:
    """Count from the last event to the origin."""
    return (window.origin - events.second.max()) / DAY


@feature(
    "n_channels_used",
    basis="engagement",
    over="events",
    unit="channels",
    label="Channels used",
    definition="Distinct channels of the events in the window, case aside.",
    direction="more",
    needs=("channel",),
    role="descriptor",
    empty=0,
)
def n_channels_used(events: ir.Table, window: Window) -> ir.Value:
    """Count channels."""
    return events.channel.lower().nunique()


@feature(
    "mobile_share",
    basis="engagement",
    over="events",
    unit="share",
    label="Events on a phone or tablet",
    definition=(
        "Share of the events in the window whose device is known that happened on a "
        "phone or tablet."
    ),
    needs=("device",),
    role="descriptor",
)
def mobile_share(events: ir.Table, window: Window) -> ir.Value:
    """Divide events on mobile devices by those of which the device is known."""
    mobile = events.count(where=events.device.lower().isin(MOBILE))
    return mobile / events.device.count().nullif(0)


@feature(
    "web_sessions",
    basis="engagement",
    over="events",
    unit="sessions",
    label="Sessions",
    definition="Distinct sessions (references) of visits in the window.",
    direction="more",
    needs=("reference",),
    role="descriptor",
    empty=0,
    events=VISITS,
)
def web_sessions(events: ir.Table, window: Window) -> ir.Value:
    """Count sessions of visits."""
    return events.reference.nunique(where=among(events.slug, VISITS))


@feature(
    "visit_days",
    basis="engagement",
    over="events",
    unit="days",
    label="Days with a visit",
    definition="Distinct local days in the window with a visit of website or app.",
    direction="more",
    needs=("event",),
    role="descriptor",
    empty=0,
    events=VISITS,
)
def visit_days(events: ir.Table, window: Window) -> ir.Value:
    """Count days with a visit."""
    return _days(events, VISITS)


@feature(
    "app_days",
    basis="engagement",
    over="events",
    unit="days",
    label="Days with the app",
    definition="Distinct local days in the window on which the app was used.",
    direction="more",
    needs=("event",),
    role="descriptor",
    empty=0,
    events=APP,
)
def app_days(events: ir.Table, window: Window) -> ir.Value:
    """Count days with the app."""
    return _days(events, APP)


@feature(
    "tickets_opened",
    basis="engagement",
    over="events",
    unit="tickets",
    label="Tickets opened",
    definition="Tickets opened at the help desk in the window.",
    direction="less",
    needs=("event",),
    role="descriptor",
    empty=0,
    events=TICKETS,
)
def tickets_opened(events: ir.Table, window: Window) -> ir.Value:
    """Count tickets."""
    return _times(events, TICKETS)


@feature(
    "hours_to_resolve",
    basis="engagement",
    over="events",
    unit="hours",
    label="Hours until a ticket is resolved",
    definition="Mean hours from opening to resolution of tickets, in the window.",
    direction="less",
    needs=("value",),
    role="descriptor",
    events=RESOLVED,
)
def hours_to_resolve(events: ir.Table, window: Window) -> ir.Value:
    """Divide all hours by the tickets whose hours are known."""
    resolved = among(events.slug, RESOLVED)
    hours = events.value.sum(where=resolved).cast("float64")
    return hours / events.value.count(where=resolved).nullif(0)


@feature(
    "n_topics",
    basis="engagement",
    over="events",
    unit="topics",
    label="Topics",
    definition="Distinct topics of tickets, chats and pages in the window.",
    needs=("topic",),
    role="descriptor",
    empty=0,
)
def n_topics(events: ir.Table, window: Window) -> ir.Value:
    """Count topics."""
    return events.topic.nunique()


@feature(
    "chats_started",
    basis="engagement",
    over="events",
    unit="chats",
    label="Chats",
    definition="Chats begun in the window.",
    needs=("event",),
    role="descriptor",
    empty=0,
    events=CHATS,
)
def chats_started(events: ir.Table, window: Window) -> ir.Value:
    """Count chats."""
    return _times(events, CHATS)


@feature(
    "emails_opened",
    basis="engagement",
    over="events",
    unit="e-mails",
    label="E-mails opened",
    definition="E-mails opened in the window; some programs open them by themselves.",
    direction="more",
    needs=("event",),
    role="descriptor",
    empty=0,
    events=EMAILS,
)
def emails_opened(events: ir.Table, window: Window) -> ir.Value:
    """Count opened e-mails."""
    return _times(events, EMAILS)


@feature(
    "email_clicks",
    basis="engagement",
    over="events",
    unit="clicks",
    label="Links in e-mails clicked",
    definition="Clicks on links in e-mails in the window.",
    direction="more",
    needs=("event",),
    role="descriptor",
    empty=0,
    events=EMAIL_CLICKS,
)
def email_clicks(events: ir.Table, window: Window) -> ir.Value:
    """Count clicks."""
    return _times(events, EMAIL_CLICKS)
