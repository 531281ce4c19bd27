"""Is the data enough, and is it fresh? Two lights, each with its sentence."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segtools.wording import number

RED_PER_VARIABLE, AMBER_PER_VARIABLE, PER_VARIABLE_AND_SEGMENT = 60, 100, 10
STALE_GAPS, STALE_DAYS = 2, 90


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
    asked = f"for {n_variables} variables"
    says = {
        "green": f"enough {asked} (at least {number(good)} are asked)",
        "amber": f"just enough {asked} ({number(good)} would be safe)",
        "red": f"too few {asked}, which ask for {number(least)}. "
        "Use fewer bases or wait for more customers",
    }
    return {
        "light": light,
        "sentence": f"{number(n_customers)} customers are {says[light]}.",
        "figures": {
            "customers": n_customers,
            "variables": n_variables,
            "segments": n_segments,
            "red_below": least,
            "green_from": good,
        },
    }


def freshness(features: pd.DataFrame) -> dict[str, Any]:
    """Compare the time since the last order of anybody with the usual interval.

    Amber where nobody has ordered for twice the median interval between orders (a
    week at the least) or 90 days, red beyond twice that.
    """
    age = float(features["recency_days"].min())
    gap = float(features["interval_days"].median())
    limit = min(max(STALE_GAPS * gap if gap == gap else STALE_DAYS, 7.0), STALE_DAYS)
    light = "green" if age <= limit else "amber" if age <= 2 * limit else "red"
    end = {
        "green": "is fresh",
        "amber": "is getting old: load newer orders if there are any",
        "red": "is stale: load newer orders or move as_of back",
    }[light]
    return {
        "light": light,
        "sentence": f"The last order lies {age:.1f} days before the origin; the data "
        f"{end}.",
        "figures": {
            "age_days": age,
            "median_interval_days": None if gap != gap else gap,
            "amber_beyond_days": limit,
        },
    }
