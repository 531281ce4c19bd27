"""What the page says that sets two runs beside each other: its sections, rendered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from segtools import plots
from segtools.disclosure import LIMIT
from segtools.history.changes import money_sentences
from segtools.history.fates import fate_sentences
from segtools.history.follow_up import FollowUp, leavers_table, reconciliation_table
from segtools.history.goal_thread import goal_changes, goal_sentence, serving_sentences
from segtools.history.refresh import checks_table
from segtools.history.snapshot import Snapshot
from segtools.languages import mark, tr
from segtools.plots.display import Display
from segtools.report.foot import foot
from segtools.report.glossary import explain
from segtools.report.templating import day, templates

__all__ = ["comparison_page"]

# Title, how to read it, and what is shown.
Section = tuple[str, str, Sequence[Display]]


def comparison_page(found: FollowUp, *, smallest_cell: int = LIMIT) -> str:
    """Render the comparison of two runs.

    Parameters
    ----------
    found : FollowUp
        Of two runs, not of a first one.
    smallest_cell : int, default=10
        Nothing is told of fewer customers.

    Returns
    -------
    str
        The page, in the style of the report.
    """
    assert found.old is not None
    sections = [
        *_movement(found),
        *_money(found),
        *_segments(found, smallest_cell),
        *_goals(found, found.old),
        *_refresh(found),
    ]
    # What figures and tables have escaped themselves; nothing else is markup.
    parts = [(t, r, [Markup(one.html) for one in shown]) for t, r, shown in sections]
    body = templates().get_template("compare_main.html.j2").render(sections=parts)
    content, terms = explain(body)
    old, new = found.old, found.new
    view = {
        "project": str(new.records["run"]["project"]),
        "before": day(old.as_of),
        "as_of": day(new.as_of),
        "titles": [title for title, _, _ in sections],
        "content": Markup(content),
        "terms": terms,
        "foot": [
            *_foot(old, mark("Earlier run: {label}")),
            *_foot(new, mark("Later run: {label}")),
        ],
        "stages": [],
    }
    return templates().get_template("compare.html.j2").render(view)


def _foot(run: Snapshot, message: str) -> list[tuple[str, Any]]:
    rows = foot(run.records["run"], {})
    return [(tr(message, label=label), items) for label, items in rows]


def _movement(found: FollowUp) -> list[Section]:
    changes = found.changes
    leavers = leavers_table(changes)
    return [
        (
            tr("Who moved?"),
            tr(
                "Each band is a stream of customers from where they were to where they "
                "are; the map below has the numbers. Flows of a few customers are "
                "hidden, and so are those that would give them away."
            ),
            [
                plots.finding(changes["sentence"]),
                plots.present(plots.customer_flow, changes),
                plots.present(plots.migration_flow, changes),
            ],
        ),
        (
            tr("Why did they move?"),
            tr(
                "Changed: the earlier model, asked about today's figures, moves them, "
                "too. Redrawn: it would have left them where they were. Noise: most "
                "models learned on other draws of customers, the earlier ones as those "
                "of now, are not sure to put them there."
            ),
            [
                plots.finding(changes["reasons_sentence"]),
                plots.table(leavers, caption=tr("Who left each segment, by reason")),
            ],
        ),
    ]


def _money(found: FollowUp) -> list[Section]:
    changes, currency = found.changes, str(found.new.config.get("currency", ""))
    table = reconciliation_table(changes, currency)
    return [
        (
            tr("How much money moved with them?"),
            tr(
                "What customers spent in the window before either date. The parts add "
                "up to both runs' totals, to the cent."
            ),
            [
                plots.findings(money_sentences(changes, currency)),
                plots.table(table, caption=tr("From the earlier run to the later one")),
            ],
        ),
    ]


def _segments(found: FollowUp, smallest_cell: int) -> list[Section]:
    table = found.fates_table(smallest_cell)
    return [
        (
            tr("What became of each segment?"),
            tr(
                "A segment goes on where at least half of its customers are shared: "
                "those of then with those of now, or, where people moved on and the "
                "lines stayed, those whom both models would put there today."
            ),
            [
                plots.findings(fate_sentences(found.fates)),
                plots.table(table, caption=tr("Which segment became which")),
            ],
        ),
        (
            tr("Do customers still do what they did?"),
            tr(
                "The stability index compares where customers lie on a feature with "
                "where they lay; it counts only where the test beside it rules chance "
                "out."
            ),
            [
                plots.finding(found.drift_sentence()),
                plots.table(found.drift_table(), caption=tr("Drift among everyone")),
                plots.table(
                    found.segment_drift_table(), caption=tr("Drift in segments")
                ),
            ],
        ),
    ]


def _goals(found: FollowUp, old: Snapshot) -> list[Section]:
    new = found.new
    serving = serving_sentences(
        new.records["selection"],
        str(new.config.get("goal")),
        int(new.config.get("outcome_days", 0)),
    )
    return [
        (
            tr("Do both runs serve the same goal?"),
            tr("If the goals have moved, both runs answer different questions."),
            [
                plots.findings([goal_sentence(old, new), *serving]),
                plots.table(
                    goal_changes(old, new), caption=tr("Goals that have moved")
                ),
            ],
        )
    ]


def _refresh(found: FollowUp) -> list[Section]:
    advice, age = found.advice, found.age
    shown = [plots.findings([advice["sentence"], *advice["reasons"]])]
    if age:
        shown.append(plots.light(tr("Age of the model"), age["light"], age["sentence"]))
    shown.append(plots.table(checks_table(found.checks), caption=tr("What decides it")))
    reading = tr(
        "As if the earlier run's model were the one in use. Each line names what was "
        "asked, what was found, and what follows if it is not good; the limits are "
        "those of the later run's configuration (refresh)."
    )
    return [(tr("Keep, rescore or rebuild?"), reading, shown)]
