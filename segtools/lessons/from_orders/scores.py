"""Figures and tables of lesson 2: definitions, scores with ties, and the RFM map."""

from __future__ import annotations

import pandas as pd

from segtools import plots
from segtools.features.catalogue import Window, registered
from segtools.lessons.from_orders.till import (
    NAMES,
    ORIGIN,
    WINDOW,
    Till,
    by_row,
    by_value,
    kinds_in,
    large_cells,
    other_score,
    scored,
)
from segtools.lessons.shared.bars import group_bars
from segtools.lessons.shared.shops import ZONE
from segtools.plots.display import Display, finding
from segtools.profiles.profile import Segmented
from segtools.profiles.rfm import rfm_cells
from segtools.timezones import epoch, instant
from segtools.wording import number, percent

BEST = "champions"


CELLS = 125


def definitions() -> pd.DataFrame:
    """List the three features with the kit's own definitions."""
    known = {f.name: f for f in registered()}
    rows = [
        {"Feature": n, "Unit": known[n].unit, "Definition": known[n].definition}
        for n in NAMES
    ]
    return pd.DataFrame(rows)


def orders_in_window(till: Till) -> pd.DataFrame:
    """Count customers by how many orders they have in the window."""
    counts = till.features["n_orders"].clip(upper=6).astype(int).value_counts()
    counts = counts.sort_index()
    names = [f"{n} or more" if n == 6 else str(n) for n in counts.index]
    table = pd.DataFrame({"Orders": names, "Customers": counts.to_numpy()})
    table["Share"] = table["Customers"] / table["Customers"].sum()
    table.attrs["formats"] = {"Customers": "count", "Share": "percent"}
    return table


def same_orders(till: Till, times: int = 1) -> pd.DataFrame:
    """Show which scores customers with the same number of orders get, by both ways."""
    same = (till.features["n_orders"] == times).to_numpy()
    rows = []
    for name, score in (("Cut by row", by_row), ("Cut by value", by_value)):
        own = pd.Series(score(till.features["n_orders"])[same])
        rows += [
            {"panel": name, "group": f"Score {s}", "value": float((own == s).mean())}
            for s in range(1, 6)
        ]
    return pd.DataFrame(rows)


def torn(till: Till) -> int:
    """Find the number of orders whose customers are divided most evenly by row."""
    counts = till.features["n_orders"]
    frame = pd.DataFrame({"times": counts, "score": by_row(counts)})
    shares = frame.groupby("times")["score"].value_counts(normalize=True)
    return int(shares.groupby("times").max().idxmin())


def ties(till: Till) -> Display:
    """Draw the scores of customers who all ordered equally often."""
    times = torn(till)
    rows = same_orders(till, times)
    count = int((till.features["n_orders"] == times).sum())
    apart = int((rows.loc[rows["panel"] == "Cut by row", "value"] > 0).sum())
    often = {0: "did not order", 1: "ordered once", 2: "ordered twice"}
    says = (
        f"{number(count)} customers {often.get(times, f'ordered {times} times')}; cut "
        f"by row, they get {apart} different scores"
    )
    return plots.present(group_bars, rows, says=says, unit="Share of these customers")


def rfm_map(till: Till) -> Display:
    """Draw the 25 cells of recency and frequency with the names of their segments."""
    segments = pd.DataFrame(
        {
            "customer_id": till.features["customer_id"],
            "segment": scored(till)["cell"].to_numpy(),
        }
    )
    window = Window(epoch(instant(ORIGIN, ZONE)), WINDOW)
    shop = None
    held = Segmented(shop, window, till.features, segments, [])  # type: ignore[arg-type]
    return plots.present(plots.rfm_map, rfm_cells(held), unit="EUR")


def cell_sizes(till: Till) -> Display:
    """Say how the customers spread over the cells of three scores."""
    sizes = scored(till).groupby(["recency", "frequency", "monetary"]).size()
    return finding(
        f"{number(len(till.features))} customers in {CELLS} cells: "
        f"{number(CELLS - len(sizes))} are empty, {number((sizes < 10).sum())} hold "
        f"fewer than 10, and {number(large_cells(till))} hold 10 or more."
    )


def champions(till: Till) -> pd.DataFrame:
    """Hold the kinds among champions against those among everybody."""
    own, everyone = kinds_in(till, BEST), till.features["kind"]
    table = pd.DataFrame(
        {
            "Kind": (names := everyone.value_counts().index),
            "Among champions": own.reindex(names, fill_value=0.0).to_numpy(),
            "Among all": everyone.value_counts(normalize=True).to_numpy(),
        }
    )
    table.attrs["formats"] = dict.fromkeys(table.columns[1:], "percent")
    return table


def shuffled(till: Till) -> Display:
    """Say what shuffling the file does to scores by row, and to scores by value."""
    both = [percent(other_score(till, ties_by_row=way)) for way in (True, False)]
    return finding(
        f"The file is shuffled. Cut by row, {both[0]} of the customers get another "
        f"score of frequency; cut by value, {both[1]}."
    )
