"""What is said of a model in use: what to do with it, and how it was judged."""

from __future__ import annotations

from segtools.languages import mark, markc, markn

KEEP, RESCORE, REBUILD = "keep", "rescore", "rebuild"
MEANS = {
    KEEP: mark("Keep what is in use: the lists of the last run still stand."),
    RESCORE: mark("Rescore: keep the model in use, and assign everybody anew by it."),
    REBUILD: mark("Rebuild: let this run's model take over from the one in use."),
}
WORDS = {
    KEEP: markc("refresh", "keep"),
    RESCORE: markc("refresh", "rescore"),
    REBUILD: markc("refresh", "rebuild"),
}
JUDGEMENT = {
    True: markc("judgement", "good"),
    False: markc("judgement", "not good"),
    None: markc("judgement", "not known"),
}
FIGURES = {"gini": mark("Gini")}
# Who has no place, or another one: by their share, or so that a few are not counted.
OUT_OF_PLACE = {
    "share": (
        mark("{share} are not"),
        mark(
            "{share} of today's customers have no place in the lists of the last run, "
            "or another one by the model in use (at most {most} is asked)."
        ),
    ),
    "few": (
        mark("fewer than {limit} are not"),
        mark(
            "fewer than {limit} of today's customers have no place in the lists of the "
            "last run, or another one by the model in use (at most {most} is asked)."
        ),
    ),
    "all": (
        mark("all but fewer than {limit} are not"),
        mark(
            "all but fewer than {limit} of today's customers have no place in the "
            "lists of the last run, or another one by the model in use (at most "
            "{most} is asked)."
        ),
    ),
}
LEARNED = markn(
    "The model in use was learned {n} day ago; {since}.",
    "The model in use was learned {n} days ago; {since}.",
)
