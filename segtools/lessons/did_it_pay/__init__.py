"""Lesson 9: did it pay? What its cells show, and its exercises."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from segtools.experiments.words import points
from segtools.lessons.did_it_pay.redeemed import journey, journey_words
from segtools.lessons.did_it_pay.voucher import (
    HELD_BACK,
    MANY,
    MARGIN,
    TESTS,
    TREATED_BACK,
    VOUCHER,
    Paid,
    anyway_share,
    by_chance,
    chosen_over_months,
    data,
    dealt_check,
    difference,
    false_alarms,
    profit,
    readout,
    true_lift,
)
from segtools.lessons.exercises import Choice, Number
from segtools.plots.display import Display, finding
from segtools.wording import listed, number, percent

__all__ = [
    "EXERCISES",
    "by_chance",
    "chosen",
    "compare",
    "damage",
    "data",
    "dealt_words",
    "difference",
    "found_words",
    "journey",
    "journey_words",
    "profit",
    "readout",
    "true_lift",
    "who_got_it",
]


def compare(paid: Paid, got: np.ndarray) -> pd.DataFrame:
    """Set those who got the voucher beside those who did not."""
    bought = paid.bought(got)
    rows = [_counted(name, bought[who]) for name, who in _sides(got)]
    return _formats(pd.DataFrame(rows), {"Share who bought": "percent"})


def _sides(got: np.ndarray) -> list[tuple[str, np.ndarray]]:
    return [("got the voucher", got), ("did not", ~got)]


def _counted(name: str, bought: np.ndarray) -> dict[str, Any]:
    counts = {"Customers": len(bought), "Bought": int(bought.sum())}
    return {"Who": name} | counts | {"Share who bought": float(bought.mean())}


def _formats(frame: pd.DataFrame, formats: dict[str, Any]) -> pd.DataFrame:
    frame.attrs["formats"] = formats
    return frame


def who_got_it(paid: Paid) -> pd.DataFrame:
    """Count the receivers of the first campaign by segment."""
    rows = paid.customers.assign(got=paid.best)
    table = rows.groupby("segment", as_index=False).agg(
        Customers=("got", "size"), Receivers=("got", "sum"), Anyway=("without", "mean")
    )
    renamed = {"segment": "Segment", "Anyway": "Buy anyway"}
    table = table.rename(columns=renamed).sort_values("Buy anyway", ascending=False)
    return _formats(table.reset_index(drop=True), {"Buy anyway": "percent"})


def found_words(result: dict[str, Any]) -> Display:
    """Say in which segments the voucher changed something beyond chance."""
    rows = [(r["segment"], r["response"]) for r in result["segments"]]
    sure = [f"{n} ({points(r['lift'])})" for n, r in rows if r["found"]]
    open_ = [n for n, r in rows if not r["found"]]
    more = f" Not beyond chance: {listed(open_)}." if open_ else ""
    return finding(f"Beyond chance: {listed(sure) if sure else 'nobody'}.{more}")


def damage(paid: Paid, *, send_to_best: bool, peek_every_day: bool) -> Display:
    """Say what a broken test tells, beside what is true."""
    seen = difference(paid, paid.best if send_to_best else paid.lot)
    alarms = false_alarms(peek=peek_every_day, seed=paid.seed)
    return finding(
        f"The test says that the voucher brings {points(seen)}; in truth it brings "
        f"{points(true_lift(paid))}. A voucher without any effect is found to have one "
        f"in {percent(alarms)} of {number(TESTS)} tests."
    )


def dealt_words() -> str:
    """Say how the arms that came back compare with the lot."""
    check = dealt_check()
    often = "less than 1" if check["p"] < 0.001 else number(1000 * check["p"])
    return (
        f"Dealt: {percent(check['expected'])} held back. Came back: "
        f"{number(TREATED_BACK)} treated and {number(HELD_BACK)} held back, so that "
        f"{100 * check['observed']:.1f} % are held back. A lot gives sizes so far away "
        f"in {often} of {number(1000)} campaigns."
    )


def chosen(paid: Paid, *, hold_back: bool) -> pd.DataFrame:
    """Show which segment a team writes to each month, and what it has earned."""
    rows = chosen_over_months(paid, hold_back=hold_back)
    rows = rows.rename(columns={"earned": "Earned so far (EUR)"})
    return _formats(rows, {"Earned so far (EUR)": "count"})


EXERCISES = (
    Choice(
        number="9.1",
        right="c",
        why="Most of the first difference was there before the voucher was printed: "
        "it had been sent to those who buy most often anyway.",
        hint="What else sets the two groups apart, besides the voucher?",
        mistakes={
            "a": "The lot changes who receives. Do the receivers of the first campaign "
            "resemble everybody else?",
            "b": "Half of the customers is how many receive it, and says nothing of "
            "what it does to each of them.",
            "d": "Can a voucher keep people from buying? It could, but think first of "
            "whom the first one was sent to.",
        },
    ),
    Number(
        number="9.2",
        right=anyway_share,
        within=0.005,
        near=0.03,
        why="Nearly all of these purchases would have been made at the full price.",
        hint="Among receivers who bought, count those who buy without it as well.",
        mistakes=[
            (lambda d: 1 - anyway_share(d), "That is the share that the voucher won."),
            (
                lambda d: float(d.customers.loc[d.best, "without"].mean()),
                "That is a share of all receivers. The question is about buyers.",
            ),
            (lambda d: 100 * anyway_share(d), "A share lies between 0 and 1."),
            (0, "That would mean that the voucher won every one of them."),
        ],
    ),
    Number(
        number="9.3",
        right=lambda d: profit(d, d.best),
        within=1.0,
        near=150.0,
        why="The better customers respond, the more vouchers are given away for "
        "purchases that were coming anyway.",
        hint="Earn the margin only on purchases that the voucher won, and pay for "
        "every voucher that was used.",
        mistakes=[
            (
                lambda d: MARGIN * d.bought(d.best)[d.best].sum(),
                "This books the margin of all purchases, and no voucher is paid.",
            ),
            (
                lambda d: (MARGIN - VOUCHER) * d.bought(d.best)[d.best].sum(),
                "This books purchases that would have been made anyway as won.",
            ),
            (
                lambda d: profit(d, d.best) + VOUCHER * d.bought(d.best)[d.best].sum(),
                "Who pays for the vouchers that were used?",
            ),
            (
                lambda d: (
                    profit(d, d.best)
                    - VOUCHER * (d.best.sum() - d.bought(d.best)[d.best].sum())
                ),
                "A voucher that nobody used costs nothing here.",
            ),
        ],
    ),
    Number(
        number="9.4",
        right=by_chance(),
        within=0.01,
        near=0.06,
        why="Twelve tickets in a lottery: one of them wins more often than one thinks. "
        "This is why the readout asks the more of each segment, the more it looks at.",
        hint="What is the chance that none of them alarms? Take that from all.",
        mistakes=[
            (0.05, "That is the chance of a single test."),
            (0.05 * MANY, "Chances of several tests do not simply add up."),
            (1 - by_chance(), "That is the chance that none of them alarms."),
            (100 * by_chance(), "A chance lies between 0 and 1."),
        ],
    ),
    Choice(
        number="9.5",
        right="b",
        why="A lot would not lose so many by chance. Who is missing among the treated "
        "is missing for a reason, and that reason may have to do with buying.",
        hint="Compare what came back with what the lot had dealt.",
        mistakes={
            "a": "How likely is it that a lot gives these sizes? The cell above says.",
            "c": "Throwing customers of one arm away hides the gap. It does not "
            "tell who is missing.",
            "d": "More customers do not mend arms that are not alike.",
        },
    ),
    Choice(
        number="9.6",
        right="a",
        why="It sees who responds, and whoever buys anyway always responds best. The "
        "reports look best while money is lost.",
        hint="Which figure does this team see, and which segment leads in it?",
        mistakes={
            "b": "That is where the voucher works. But can the team see that?",
            "c": "They respond least. What would lead the team there?",
            "d": "A team stays where its only figure is highest.",
        },
    ),
    Choice(
        number="9.Q1",
        right="d",
        why="The hold-out shows what would have happened anyway.",
        hint="Which question can nobody answer who wrote to everyone?",
        mistakes={
            "a": "It costs a little, since some are not written to. What is bought?",
            "b": "A lot makes groups alike on average, also in what nobody measured; "
            "that is the means. What is the end?",
            "c": "The number of customers matters too, but any number can be treated.",
        },
    ),
    Choice(
        number="9.Q2",
        right="b",
        why="The interval holds 0: the test could not tell the lift from nothing, and "
        "could not tell it from a good one either.",
        hint="Read both ends of the interval.",
        mistakes={
            "a": "An interval that holds 0 does not show that there is nothing.",
            "c": "Its middle is above 0. How sure is that?",
            "d": "The interval says what is plausible, and harm is only one end of it.",
        },
    ),
    Choice(
        number="9.Q3",
        right="c",
        why="Stopping on the first day that finds something gives chance thirty "
        "tickets, though not independent ones.",
        hint="Think of the lottery of exercise 9.4, with days in place of segments.",
        mistakes={
            "a": "Looking is free. What is done on the first day that finds something?",
            "b": "Less data does not make a test calmer. How often may it go off now?",
            "d": "Switch `peek_every_day` on in Break it. How many are there then?",
        },
    ),
    Choice(
        number="9.Q4",
        right="a",
        why="Response mixes what the voucher does with what people do anyway; a lift "
        "keeps only the first.",
        hint="Which of the four would be 0 for a letter that nobody opens?",
        mistakes={
            "b": "People who buy anyway respond, too.",
            "c": "Past spend chose the receivers of the first campaign. Did it pay?",
            "d": "The size says how much may be won in all, if each of them moves.",
        },
    ),
)
