"""Is the data enough, and is it fresh? Two lights, each with its sentence."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segtools.config import AUTO_SEGMENTS, RunConfig
from segtools.joining import sentences
from segtools.languages import mark, markn, tr, trn
from segtools.wording import number, percent, plural_of

RED_PER_VARIABLE, AMBER_PER_VARIABLE, PER_VARIABLE_AND_SEGMENT = 60, 100, 10
STALE_GAPS, STALE_DAYS = 2, 90
SMALL_SEGMENT, SPANS = 100, 3
NAMES = {"adequacy": mark("Data adequacy"), "freshness": mark("Freshness")}
_ORDER = ("green", "amber", "red")
_ENOUGH = {
    "green": markn(
        "{customers} are enough for {n} variable (at least {good} are asked).",
        "{customers} are enough for {n} variables (at least {good} are asked).",
    ),
    "amber": markn(
        "{customers} are just enough for {n} variable ({good} would be safe).",
        "{customers} are just enough for {n} variables ({good} would be safe).",
    ),
    "red": markn(
        "{customers} are too few for {n} variable, which asks for {least}. Use fewer "
        "bases or wait for more customers.",
        "{customers} are too few for {n} variables, which ask for {least}. Use fewer "
        "bases or wait for more customers.",
    ),
}
_AGE = {
    "green": markn(
        "The last order lies {n} day before the origin; the data is fresh.",
        "The last order lies {n} days before the origin; the data is fresh.",
    ),
    "amber": markn(
        "The last order lies {n} day before the origin; the data is getting old: load "
        "newer orders if there are any.",
        "The last order lies {n} days before the origin; the data is getting old: load "
        "newer orders if there are any.",
    ),
    "red": markn(
        "The last order lies {n} day before the origin; the data is stale: load newer "
        "orders or move as_of back.",
        "The last order lies {n} days before the origin; the data is stale: load newer "
        "orders or move as_of back.",
    ),
}


def adequacy(n_customers: int, n_variables: int, n_segments: int) -> dict[str, Any]:
    """Compare customers with variables.

    Red under 60 customers a variable or under 10 a variable and segment, amber under
    100 a variable (Dolnicar, Grün, Leisch & Schmidt 2014; Dolnicar, Grün & Leisch
    2016; Qiu & Joe 2009).

    Examples
    --------
    >>> adequacy(2446, 17, 5)["light"], adequacy(80, 12, 4)["light"]
    ('green', 'red')
    """
    least = max(
        RED_PER_VARIABLE * n_variables,
        PER_VARIABLE_AND_SEGMENT * n_variables * n_segments,
    )
    good = max(AMBER_PER_VARIABLE * n_variables, least)
    light = "red" if n_customers < least else "amber" if n_customers < good else "green"
    return {
        "light": light,
        "sentence": trn(
            *_ENOUGH[light],
            n_variables,
            customers=trn("{n} customer", "{n} customers", n_customers),
            good=number(good),
            least=number(least),
        ),
        "figures": {
            "customers": n_customers,
            "variables": n_variables,
            "segments": n_segments,
            "red_below": least,
            "green_from": good,
        },
    }


def segment_size(n_customers: int, min_share: float) -> dict[str, Any]:
    """Ask how many customers the smallest plausible segment has; amber under 100.

    Examples
    --------
    >>> segment_size(2446, 0.03)["light"], segment_size(5000, 0.03)["light"]
    ('amber', 'green')
    """
    smallest = int(n_customers * min_share)
    few = smallest < SMALL_SEGMENT
    if few:
        says = markn(
            "A segment of {share} would be only {n} customer: raise min_share.",
            "A segment of {share} would be only {n} customers: raise min_share.",
        )
    else:
        says = markn(
            "A segment of {share} would be {n} customer, enough to describe it.",
            "A segment of {share} would be {n} customers, enough to describe it.",
        )
    return {
        "light": "amber" if few else "green",
        "sentence": trn(*says, smallest, share=percent(min_share)),
        "figures": {"smallest": smallest, "min_share": min_share},
    }


def time_span(history_days: float, features: pd.DataFrame) -> dict[str, Any]:
    """Compare the time that the data covers with the usual interval between orders.

    Amber under three median intervals, or where nobody ordered twice in the window.
    """
    gap = float(features["interval_days"].median())
    days = round(history_days)
    if gap != gap:
        light = "amber"
        sentence = trn(
            "The data covers {n} day, but nobody ordered twice in the window: rhythms "
            "are unknown. Lengthen window_days or load more history.",
            "The data covers {n} days, but nobody ordered twice in the window: rhythms "
            "are unknown. Lengthen window_days or load more history.",
            days,
        )
    else:
        light = "green" if history_days >= SPANS * gap else "amber"
        sentence = trn(
            "The data covers {n} day; the usual time between orders is {gap}.",
            "The data covers {n} days; the usual time between orders is {gap}.",
            days,
            gap=trn("{n} day", "{n} days", plural_of(gap, 1), n=number(gap, 1)),
        )
        if light == "amber":
            sentence = sentences([sentence, tr("Load more history.")])
    figures = {
        "history_days": round(history_days, 1),
        "median_interval_days": None if gap != gap else gap,
    }
    return {"light": light, "sentence": sentence, "figures": figures}


def both_lights(
    features: pd.DataFrame, n_variables: int, config: RunConfig, history_days: float
) -> dict[str, dict[str, Any]]:
    """Give the two lights of a run: whether the data is enough, and fresh.

    Parameters
    ----------
    features : DataFrame
        One row per customer, with ``interval_days`` and ``recency_days``.
    n_variables : int
        How many features build segments.
    config : RunConfig
        ``n_segments`` and ``min_share``.
    history_days : float
        Days from the first kept order to the origin.

    Returns
    -------
    dict
        ``adequacy`` and ``freshness``, each with ``light``, ``sentence`` and
        ``figures``. Adequacy is the worst of its ``parts``: rows against variables
        (which alone can be red), the smallest plausible segment, and the time span.
    """
    asked = config.n_segments
    k = asked if isinstance(asked, int) else max(AUTO_SEGMENTS)
    rows = adequacy(len(features), n_variables, k)
    parts = {
        "rows": rows,
        "smallest_segment": segment_size(len(features), config.min_share),
        "time_span": time_span(history_days, features),
    }
    light = max((p["light"] for p in parts.values()), key=_ORDER.index)
    more = [p["sentence"] for p in list(parts.values())[1:] if p["light"] != "green"]
    told = sentences([rows["sentence"], *more])
    enough = rows | {"light": light, "sentence": told}
    return {"adequacy": enough | {"parts": parts}, "freshness": freshness(features)}


def freshness(features: pd.DataFrame) -> dict[str, Any]:
    """Compare the time since the last order of anybody with the usual interval.

    Amber where nobody has ordered for twice the median interval between orders (a
    week at the least) or 90 days, red beyond twice that.
    """
    age = float(features["recency_days"].min())
    gap = float(features["interval_days"].median())
    limit = min(max(STALE_GAPS * gap if gap == gap else STALE_DAYS, 7.0), STALE_DAYS)
    light = "green" if age <= limit else "amber" if age <= 2 * limit else "red"
    return {
        "light": light,
        "sentence": trn(*_AGE[light], plural_of(age, 1), n=number(age, 1)),
        "figures": {
            "age_days": age,
            "median_interval_days": None if gap != gap else gap,
            "amber_beyond_days": limit,
        },
    }
