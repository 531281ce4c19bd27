"""What the features look like: the catalogue as a record, and the middle customer."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segtools.features.build import Shop
from segtools.features.catalogue import Feature, Window


def catalogue_record(
    features: list[Feature],
    missing: dict[str, list[str]],
    shop: Shop,
    window: Window,
) -> dict[str, Any]:
    """Give what ``feature_catalogue.json`` keeps.

    Returns
    -------
    dict
        ``features`` (segmentation variables and descriptors), ``left_out`` (feature
        to the columns it lacks) and ``window_days``. Attributes are descriptors:
        they describe segments and never build them.
    """
    people = shop.attributes()
    columns = [] if people is None else sorted(set(people.columns) - {"customer_id"})
    descriptors = [
        {
            "name": c,
            "basis": "attributes",
            "unit": "",
            "label": c.replace("_", " "),
            "definition": "As given in customers or accounts; undated.",
            "direction": "none",
            "role": "descriptor",
            "kind": shop.kind(c),
            "version": 1,
        }
        for c in columns
    ]
    return {
        "window_days": window.days,
        "features": [f.entry() for f in features] + descriptors,
        "left_out": missing,
    }


def feature_table(frame: pd.DataFrame, catalogue: dict[str, Any]) -> pd.DataFrame:
    """Tabulate each feature's basis, quartiles and share of customers with a value."""
    rows = []
    for entry in catalogue["features"]:
        if entry["role"] != "segmentation":
            continue
        column = frame[entry["name"]]
        low, middle, high = column.quantile([0.25, 0.5, 0.75])
        rows.append(
            {
                "Feature": entry["label"],
                "Basis": entry["basis"],
                "Unit": entry["unit"],
                "Lower quarter": low,
                "Middle": middle,
                "Upper quarter": high,
                "Known": column.notna().mean(),
            }
        )
    table = pd.DataFrame(rows)
    quartiles = ("Lower quarter", "Middle", "Upper quarter")
    table.attrs["formats"] = dict.fromkeys(quartiles, "rounded") | {"Known": "percent"}
    return table
