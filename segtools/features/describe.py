"""What the features look like: the catalogue as a record, and the middle customer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from segtools.features.build import supported
from segtools.features.catalogue import Feature, Window
from segtools.features.glances import Catalogue
from segtools.features.shop import Shop
from segtools.features.words import said_basis, said_unit
from segtools.languages import header, tr

QUARTILES = [0.25, 0.5, 0.75]
# What cards say of everyone's life and contacts, whatever segments are made of.
_OF_CARDS = (
    "lifecycle_stage",
    "tickets_opened",
    "hours_to_resolve",
    "chats_started",
    "visit_days",
)


def for_cards(shop: Shop, known: list[Feature]) -> list[Feature]:
    """Give the descriptors that persona cards need, where they are not known yet.

    Parameters
    ----------
    shop : Shop
    known : list of Feature
        Those of the configured bases.

    Returns
    -------
    list of Feature
        Stage of life, visits, tickets and chats, as far as the data supports them.
    """
    there = {f.name for f in known}
    found, _ = supported(shop, ["journey", "engagement"])
    return [f for f in found if f.name in _OF_CARDS and f.name not in there]


def catalogue_record(
    features: list[Feature],
    missing: dict[str, list[str]],
    shop: Shop,
    window: Window,
    variables: list[Feature] | None = None,
) -> Catalogue:
    """Give what ``feature_catalogue.json`` keeps.

    Parameters
    ----------
    features : list of Feature
        All that were computed.
    missing : dict
        Of each other feature the columns that it lacks.
    shop : Shop
    window : Window
    variables : list of Feature, optional
        Those that build segments; default by their own role.

    Returns
    -------
    Catalogue
        A dict: ``features`` (segmentation variables and descriptors), ``left_out``
        (feature to the columns it lacks) and ``window_days``. Attributes are
        descriptors: they describe segments and never build them.
    """
    people = shop.attributes()
    columns = [] if people is None else sorted(set(people.columns) - {"customer_id"})
    descriptors = [
        {
            "name": c,
            "basis": "attributes",
            "unit": "",
            "label": c.replace("_", " "),
            "definition": tr("As given in customers or accounts; undated."),
            "direction": "none",
            "role": "descriptor",
            "kind": shop.kind(c),
            "version": 1,
        }
        for c in columns
    ]
    chosen = {f.name: f for f in variables or features if f.role == "segmentation"}
    entries = [
        chosen.get(f.name, replace(f, role="descriptor")).entry() for f in features
    ]
    return Catalogue(
        window_days=window.days, features=entries + descriptors, left_out=missing
    )


def building(frame: pd.DataFrame, catalogue: list[dict[str, Any]]) -> pd.DataFrame:
    """Give the customers and the features that build segments, without descriptors.

    Parameters
    ----------
    frame : DataFrame
        With ``customer_id`` and a column a feature.
    catalogue : list of dict
        Entries of ``feature_catalogue.json``.
    """
    names = [e["name"] for e in catalogue if e["role"] == "segmentation"]
    return frame[["customer_id", *names]]


def feature_table(frame: pd.DataFrame, catalogue: dict[str, Any]) -> pd.DataFrame:
    """Tabulate each feature's basis, quartiles and share of customers with a value."""
    rows = []
    for entry in catalogue["features"]:
        if "over" not in entry:  # an attribute, as it was given
            continue
        column = frame[entry["name"]]
        numbers = pd.api.types.is_numeric_dtype(column)
        quartiles = column.quantile(QUARTILES) if numbers else [None] * 3
        low, middle, high = quartiles
        rows.append(
            {
                header("Feature"): entry["label"],
                header("Basis"): said_basis(entry["basis"]),
                header("Builds segments"): _yes(entry["role"] == "segmentation"),
                header("Unit"): said_unit(entry["unit"]),
                header("Lower quarter"): low,
                header("Middle"): middle,
                header("Upper quarter"): high,
                header("Known"): column.notna().mean(),
            }
        )
    table = pd.DataFrame(rows)
    quartiles = ("Lower quarter", "Middle", "Upper quarter")
    table.attrs["formats"] = dict.fromkeys(quartiles, "rounded") | {"Known": "percent"}
    return table


def _yes(is_so: bool) -> str:
    return tr("yes") if is_so else tr("no")
