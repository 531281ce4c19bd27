"""A run's look at protected attributes: which there are, and what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from segtools.features.shop import Shop
from segtools.languages import header, mark, tr
from segtools.segmentation.fairness import K_MIN, Look, fairness_table

NONE = mark(
    "No protected attribute is in the data, so nobody can say whom segments favour."
)
ONE = mark("Everybody is in one segment, so nobody is favoured.")


def protected_attributes(shop: Shop, customers: Sequence[str]) -> pd.DataFrame:
    """Read the protected attributes of customers.

    Parameters
    ----------
    shop : Shop
        Whose names of attributes, and ``attribute_kinds``, say which are protected.
    customers : sequence of str

    Returns
    -------
    DataFrame
        ``customer_id`` and a column an attribute, by name; no columns beside the id
        where there are none.
    """
    table = shop.attributes()
    names: list[str] = []
    if table is not None:
        others = [c for c in table.columns if c != "customer_id"]
        names = sorted(c for c in others if shop.kind(c) == "protected")
    if table is None or not names:
        return pd.DataFrame({"customer_id": list(customers)})
    found = table.select("customer_id", *names).to_pandas()
    return found[found["customer_id"].isin(set(customers))].reset_index(drop=True)


def fairness_record(
    shop: Shop,
    features: pd.DataFrame,
    segments: pd.DataFrame,
    model: Mapping[str, Any],
    random_state: int = 0,
) -> dict[str, Any]:
    """Hold a run's segments against protected attributes, for ``fairness.json``.

    Parameters
    ----------
    shop : Shop
    features : DataFrame
        ``customer_id`` and the run's features.
    segments : DataFrame
        As ``segments.parquet``.
    model : mapping
        As ``model.json``: its segments' ranks, and the features that it reads.
    random_state : int, default=0

    Returns
    -------
    dict
        ``favourable`` (id of the best segment), ``k_min`` (groups of fewer customers
        are never shown), ``attributes`` (rows of `fairness_table`) and ``sentences``.
    """
    best = min(model["segments"], key=lambda s: s["rank"])["segment_id"]
    found = {"favourable": [best], "k_min": K_MIN, "attributes": []}
    protected = protected_attributes(shop, list(segments["customer_id"]))
    if len(model["segments"]) < 2:
        return found | {"favourable": [], "sentences": [tr(ONE)]}
    if protected.empty or protected.shape[1] < 2:
        return found | {"sentences": [tr(NONE)]}
    there = set(segments["segment_id"])
    look = Look([best] if best in there else [], K_MIN, random_state=random_state)
    reads = [f["name"] for f in model["features"]]
    table = fairness_table(segments, protected, features[["customer_id", *reads]], look)
    return found | {
        "attributes": table.drop(columns="sentence").to_dict("records"),
        "sentences": table["sentence"].to_list(),
    }


def fairness_rows(record: Mapping[str, Any]) -> pd.DataFrame:
    """Tabulate the attributes of a fairness record for people.

    Returns
    -------
    DataFrame
        A row an attribute of which two groups are large enough; no group is named.
    """
    columns = {
        "attribute": header("Attribute"),
        "n": header("Customers"),
        "n_groups": header("Groups"),
        "cramers_v": header("Cramér's V"),
        "low": header("low"),
        "high": header("high"),
        "by_chance": header("By chance"),
        "proxy_auc": header("Proxy AUC"),
        "four_fifths": header("Four fifths"),
    }
    rows = [a for a in record["attributes"] if a["n_groups"] > 1]
    table = pd.DataFrame(rows, columns=list(columns)).rename(columns=columns)
    figures = ("Cramér's V", "low", "high", "By chance", "Proxy AUC", "Four fifths")
    table.attrs["formats"] = dict.fromkeys(figures, ".2f")
    return table
