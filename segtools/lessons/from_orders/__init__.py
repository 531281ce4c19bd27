"""Lesson 2: from orders to features. What its cells show, and its exercises."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from segtools.lessons.exercises import Choice, Number
from segtools.lessons.from_orders.scores import (
    BEST,
    CELLS,
    cell_sizes,
    champions,
    definitions,
    orders_in_window,
    rfm_map,
    same_orders,
    shuffled,
    ties,
)
from segtools.lessons.from_orders.till import (
    NAMES,
    WINDOW,
    Till,
    by_hand,
    by_row,
    by_value,
    data,
    in_window,
    kinds_in,
    large_cells,
    other_score,
    scored,
    slips,
)
from segtools.lessons.shared.shops import MISSING, features_of, real_shop
from segtools.plots.display import Display, finding
from segtools.wording import number, percent, rounded

__all__ = [
    "EXERCISES",
    "by_hand",
    "by_row",
    "by_value",
    "cell_sizes",
    "champions",
    "damage_rows",
    "damage_ties",
    "data",
    "definitions",
    "in_window",
    "kinds_in",
    "large_cells",
    "orders_in_window",
    "other_score",
    "real",
    "rfm_map",
    "same_orders",
    "scored",
    "shuffled",
    "slips",
    "ties",
]


def damage_ties(till: Till, *, ties_by_row: bool = False) -> Display:
    """Say how many scores change when the rows of the file are shuffled."""
    share = other_score(till, ties_by_row=ties_by_row)
    way = "by row" if ties_by_row else "by value"
    end = (
        "Their score says where they stood in the file."
        if ties_by_row
        else "The order of the file does not matter."
    )
    return finding(
        f"Cut {way}: after the rows of the file were shuffled, {percent(share)} of "
        f"the customers have another score of frequency. {end}"
    )


def damage_rows(till: Till, *, rows_as_orders: bool = False) -> Display:
    """Say who the most frequent are if rows are taken for orders."""
    inside = in_window(till.lines)
    bought = inside[~inside["is_return"]].groupby("customer_id")
    orders = bought["order_id"].nunique()
    count = bought.size() if rows_as_orders else orders
    # Ties at the end stay together: no customer is in by the row of the file.
    top = count.nlargest(len(count) // 5, keep="all").index
    mean = rounded(float(orders[top].mean()), 3)
    kinds = till.features.set_index("customer_id")["kind"]
    largest = kinds[top].value_counts(normalize=True)
    unit = "rows" if rows_as_orders else "orders"
    return finding(
        f"The customers with the most {unit} (a fifth, and whoever ties with the last "
        f"of them) ordered {mean} times each in {WINDOW} days; "
        f"{percent(largest.iloc[0])} of them are {largest.index[0]}."
    )


@cache
def real() -> Display:
    """Say how many real households a shuffle gives another score."""
    shop = real_shop()
    if shop is None:
        return finding(MISSING)
    features = features_of(shop, "2017-10-01", days=30, names=NAMES)
    held = replace(data(1), features=features)
    share = other_score(held, ties_by_row=True)
    return finding(
        f"{number(len(features))} real households, their orders of 30 days cut into "
        f"fifths by row: {percent(share)} get another score when the file is shuffled. "
        f"Cut by value: {percent(other_score(held, ties_by_row=False))}."
    )


def _letter(value: float, *ends: float) -> str:
    """Give the letter of the range in which a value lies."""
    return "abcd"[sum(value >= end for end in ends)]


EXERCISES = (
    Number(
        number="2.1",
        right=lambda t: by_hand(t)["orders"],
        within=0.1,
        near=1,
        why="An order is a number on a slip, however many rows it has; a return is no "
        "order, and what comes after the origin is not known yet.",
        hint="Count different order numbers, before the origin, that are no returns.",
        mistakes=(
            (
                lambda t: by_hand(t)["rows"],
                "That counts rows. One visit to the till makes many of them.",
            ),
            (
                lambda t: by_hand(t)["with_returns"],
                "Almost: does who brings something back place an order?",
            ),
            (
                lambda t: by_hand(t)["with_later"],
                "Some of these lie after the origin: on that day nobody knew them.",
            ),
        ),
    ),
    Number(
        number="2.2",
        right=lambda t: by_hand(t)["spend"],
        within=0.02,
        near=0.5,
        why="What was brought back was paid back, so the return counts against it.",
        hint="Add up all amounts of the window as they stand, minus signs included.",
        mistakes=(
            (
                lambda t: by_hand(t)["gross"],
                "That leaves the return out. Did the shop keep that money?",
            ),
            (
                lambda t: by_hand(t)["turned"],
                "The return has a minus sign, and it means what it says.",
            ),
            (
                lambda t: by_hand(t)["spend_later"],
                "Some of these rows lie after the origin.",
            ),
        ),
    ),
    Number(
        number="2.3",
        right=lambda t: by_hand(t)["recency"],
        within=1.0,
        near=2.5,
        why="From the last order to the day on which the analysis stands.",
        hint="Which two days lie at the ends: the last order before the origin, and?",
        mistakes=(
            (
                lambda t: by_hand(t)["to_end"],
                "That counts up to the last row of the file. On which day do we stand?",
            ),
            (
                lambda t: by_hand(t)["from_return"],
                "That counts from the return. Does bringing something back renew a "
                "customer?",
            ),
            (
                lambda t: by_hand(t)["from_first"],
                "That is the first order in the window. How lately was asked.",
            ),
        ),
    ),
    Choice(
        number="2.4",
        right=lambda t: _letter(other_score(t, ties_by_row=True), 0.005, 1 / 8, 0.6),
        why="Equal fifths must part customers who are equal, and only their row in the "
        "file can decide who falls on which side.",
        hint="How many customers have the same number of orders? Can a fifth end in "
        "the middle of them?",
        mistakes={
            "a": "Nothing about anybody has changed, true. Yet the cell above found "
            "other scores.",
            "b": "Look at how many customers share a number of orders.",
            "c": "Compare with the share that the cell found.",
            "d": "Who is alone with a number of orders keeps the score.",
        },
    ),
    Choice(
        number="2.5",
        right=lambda t: _letter(CELLS - large_cells(t), 26, 51, 76),
        why="The three figures go together, so customers crowd into a few cells and "
        "most are empty or nearly so.",
        hint="Do customers who order often also spend much? Then where is nobody?",
        mistakes={
            "a": "That would need customers spread evenly. Are they?",
            "b": "Compare with the sentence that the cell shows.",
            "c": "Compare with the sentence that the cell shows.",
            "d": "Compare with the sentence that the cell shows.",
        },
    ),
    Number(
        number="2.6",
        right=lambda t: float(kinds_in(t, BEST).iloc[0]),
        within=0.01,
        near=0.05,
        why="Even the commonest kind does not stand for the champions: they order "
        "often for different reasons, and like different things.",
        hint="Of the champions, not of the kind: what is the whole?",
        mistakes=(
            (
                lambda t: _champions_of_kind(t),
                "That is the share of the kind that are champions. Of whom was it "
                "asked?",
            ),
            (
                lambda t: float((scored(t)["cell"] == BEST).mean()),
                "That is the share of champions among all customers.",
            ),
            (
                lambda t: 1 - float(kinds_in(t, BEST).iloc[0]),
                "That is the share of the two other kinds.",
            ),
        ),
    ),
    Choice(
        number="2.Q1",
        right="b",
        why="Recency counts to the origin, the day on which the analysis stands, so "
        "that it means the same next month.",
        hint="Which day is the same whoever runs the analysis, and whenever?",
        mistakes={
            "a": "Then the figures change when somebody opens the notebook at night.",
            "c": "Then one late row in the file makes everybody older.",
            "d": "That measures how long somebody has been a customer.",
        },
    ),
    Choice(
        number="2.Q2",
        right="d",
        why="Whoever is equal is scored equally; then the fifths are as equal as the "
        "data allows, and no more.",
        hint="Which rule gives two equal customers the same score in any file?",
        mistakes={
            "a": "Ids are given out by a computer. Do they say who buys more?",
            "b": "That was the trap: shuffle the file and look again.",
            "c": "Then chance decides, and nobody can repeat it.",
        },
    ),
    Choice(
        number="2.Q3",
        right="c",
        why="What is to come was not known on the day, so nothing that looks back may "
        "contain it.",
        hint="What did the shop know on that morning?",
        mistakes={
            "a": "A correct row can still be one too many. What does its date say?",
            "b": "More rows are welcome if they could have been known.",
            "d": "A mean hides them, but they are still in it.",
        },
    ),
    Choice(
        number="2.Q4",
        right="a",
        why="The past says how much; the reason and the next wish have to be asked, "
        "or read off what is bought and when.",
        hint="What did the champions have in common, and what not?",
        mistakes={
            "b": "Finer cells of the same three figures still look at the same past.",
            "c": "A longer window looks farther back, and still only back.",
            "d": "The names of cells are made up from the same figures.",
        },
    ),
)


def _champions_of_kind(till: Till) -> float:
    largest = kinds_in(till, BEST).index[0]
    own = till.features["kind"] == largest
    return float((scored(till)["cell"] == BEST).to_numpy()[own.to_numpy()].mean())
