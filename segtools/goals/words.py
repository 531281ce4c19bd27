"""The words of goals: criteria, questions and answers, as they stand in records."""

from __future__ import annotations

from segtools.languages import mark, markc

KNOCK_OUT = (
    (
        markc("criterion", "homogeneous"),
        mark("Its members are alike in what matters for the goal."),
    ),
    (
        markc("criterion", "distinct"),
        mark("It differs from the other segments beyond chance."),
    ),
    (
        markc("criterion", "large enough"),
        mark("It holds at least min_share of the customers."),
    ),
    (
        markc("criterion", "matching"),
        mark("The organisation is good at what it wants."),
    ),
    (
        markc("criterion", "identifiable"),
        mark("A rule or model tells who is in it."),
    ),
    (
        markc("criterion", "reachable"),
        mark("There is a channel to its members, with consent."),
    ),
)
# Those that are weighed unless the configuration names others.
WEIGHED = (
    markc("criterion", "value"),
    markc("criterion", "growth"),
    markc("criterion", "size"),
    markc("criterion", "reach"),
)
RATED = mark("rated, weighted")
KINDS = {
    "knock_out": markc("kind of criterion", "knock out"),
    "attractiveness": markc("kind of criterion", "attractiveness"),
}
ANSWERS = {"yes": mark("yes"), "no": mark("no"), "unknown": mark("unknown")}
DESCRIPTORS = mark("attributes (descriptors only)")
# What only people can answer, and what to do where nobody has.
PEOPLE = {
    "implement": (
        mark("Can the organisation treat segments differently?"),
        mark("Name the system that will use the list ({key})."),
    ),
    "resources": (
        mark("Are people and budget there for as long as it takes?"),
        mark("Name owner and budget ({key})."),
    ),
    "act": (
        mark("Will decisions be taken on the result?"),
        mark("Name the decision and its date ({key})."),
    ),
}
