"""Words of the front page that stand for a key of a record."""

from __future__ import annotations

from segtools.languages import mark, markc, markn

# The word of a verdict, as a label, and how it is coloured.
WORDS = {
    "natural": (markc("verdict", "Natural"), "good"),
    "reproducible": (markc("verdict", "Reproducible"), "good"),
    "constructed": (markc("verdict", "Constructed"), "mixed"),
    "proved": (markc("verdict", "Proved"), "good"),
    "not_proved": (markc("verdict", "Not proved"), "bad"),
    "not_judged": (markc("verdict", "Not judged"), "unsure"),
    "do_not_segment": (markc("verdict", "Do not segment"), "bad"),
}
TONES = {"green": "good", "amber": "mixed"}
# Of each light what the head of the page says, and what opens the sentence about it.
LIGHTS = {
    "adequacy": {
        "green": (mark("Data: enough"), mark("Data enough.")),
        "amber": (mark("Data: limited"), mark("Data limited.")),
        "red": (mark("Data: not enough"), mark("Data not enough.")),
        "": (mark("Data: not known"), mark("Data not known.")),
    },
    "freshness": {
        "green": (mark("Freshness: good"), mark("Freshness good.")),
        "amber": (mark("Freshness: ageing"), mark("Freshness ageing.")),
        "red": (mark("Freshness: stale"), mark("Freshness stale.")),
        "": (mark("Freshness: not known"), mark("Freshness not known.")),
    },
}
# What a word of the verdict means, where the record's own sentence stands above.
MEANINGS = {
    "natural": mark("The data falls into these groups by itself."),
    "reproducible": mark(
        "Other samples give the same groups, though no gaps lie between."
    ),
    "constructed": mark(
        "No gaps lie between the groups; the lines are drawn for the goal."
    ),
    "proved": mark(
        "Judged on a later period, against random groups and simple schemes."
    ),
    "not_proved": mark("On a later period, a simple scheme does as well."),
    "not_judged": mark(
        "What the segments are worth could not be tested on a later period."
    ),
}
# The same where the contest was judged on customers that it had put aside.
MEANINGS_ASIDE = {
    "proved": mark(
        "Judged on customers it did not learn from, in the same period, against random "
        "groups and simple schemes."
    ),
    "not_proved": mark(
        "On customers it did not learn from, in the same period, a simple scheme does "
        "as well."
    ),
}
ASIDE = "cross_fitted"
ALIKE = (
    mark(
        "Give every customer the same offer, but leave a random tenth without it, so "
        "that its effect can be measured."
    ),
    mark(
        "Where customers must be told apart, rank them by expected value, one number "
        "each, instead of grouping them."
    ),
)
COUNTS = {
    "customers": markn("{n} customer", "{n} customers"),
    "orders": markn("{n} order", "{n} orders"),
}
NO_VERDICT = mark("This run has not reached a verdict yet.")
FIRST_RUN = mark(
    "This is the first run of the project: there is nothing to compare with."
)
NOT_DESCRIBED = mark("The movement since the last run was not described.")
# What is told of a decision, by its key.
DECIDED = {
    "size": markc("decision", "Who"),
    "effect": markc("decision", "Effect"),
    "test": markc("decision", "Test"),
}
