"""What each table must look like, and the shape of an error sentence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

MONEY = "decimal(18, 4)"

STAGES = (
    "01_goals",
    "02_data_prep",
    "03_segmentation",
    "04_personas",
    "05_activation",
    "06_follow_up",
)


class ConfigError(ValueError):
    """The configuration, a parameter or the command line breaks a rule."""


class DataError(ValueError):
    """The data breaks the contract so far that no honest run is possible."""


class DisclosureError(ValueError):
    """Something that could identify a person would have been published."""


@dataclass(frozen=True)
class Table:
    """The contract of one table: its time column and its typed columns."""

    time: str | None
    required: dict[str, str]
    optional: dict[str, str] = field(default_factory=dict)
    open_columns: bool = False

    @property
    def columns(self) -> dict[str, str]:
        """All columns that the contract names, with their types."""
        return self.required | self.optional


_ORDER_OPTIONAL = {
    "order_id": "string",
    "currency": "string",
    "channel": "string",
    "store_id": "string",
    "discount": MONEY,
    "coupon_discount": MONEY,
    "is_return": "boolean",
}

TABLES: dict[str, Table] = {
    "orders": Table(
        time="ordered_at",
        required={
            "customer_id": "string",
            "ordered_at": "timestamp",
            "amount": MONEY,
        },
        optional=_ORDER_OPTIONAL,
    ),
    "order_lines": Table(
        time="ordered_at",
        required={
            "customer_id": "string",
            "ordered_at": "timestamp",
            "product_id": "string",
            "amount": MONEY,
        },
        optional=_ORDER_OPTIONAL
        | {
            "product": "string",
            "category": "string",
            "brand": "string",
            "brand_type": "string",
            "quantity": "float64",
            "unit_price": MONEY,
            "returned_order_id": "string",
        },
    ),
    "customers": Table(
        time=None,
        required={"customer_id": "string"},
        open_columns=True,
    ),
}

# Attributes that must never build or name a segment, by the words in their name.
PROTECTED_WORDS = (
    "age",
    "birth",
    "gender",
    "sex",
    "race",
    "ethnic",
    "religion",
    "nationality",
    "disability",
    "health",
    "marital",
    "kids",
    "children",
    "pregnan",
    "orientation",
    "union",
    "politic",
)
CONTACT_WORDS = ("email", "e_mail", "phone", "mobile", "address", "name", "street")


def attribute_kind(column: str) -> str:
    """Guess what kind of attribute a column of `customers` is from its name.

    Parameters
    ----------
    column : str
        The column's name.

    Returns
    -------
    str
        ``protected``, ``contact``, ``consent``, ``geographic`` or ``demographic``.

    Examples
    --------
    >>> attribute_kind("age_band"), attribute_kind("region"), attribute_kind("email")
    ('protected', 'geographic', 'contact')
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column)  # customerAge
    words = re.findall(r"[^\W\d_]+", apart.lower())
    text = "_".join(words)
    if any(w.startswith(p) for w in words for p in PROTECTED_WORDS):
        return "protected"
    if any(w in text for w in ("consent", "opt_in", "subscri", "accepts")):
        return "consent"
    if any(w in text for w in CONTACT_WORDS):
        return "contact"
    if any(w in text for w in ("region", "city", "country", "state", "zip", "post")):
        return "geographic"
    return "demographic"


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """Suggest the nearest known name, or list the known ones.

    Examples
    --------
    >>> did_you_mean("windw_days", ["window_days", "seed"])
    "Did you mean 'window_days'?"
    >>> did_you_mean("zzz", ["a", "b"])
    "Known are ['a', 'b']."
    """
    options = sorted(known)
    near = difflib.get_close_matches(wrong, options, n=1, cutoff=0.6)
    return f"Did you mean {near[0]!r}?" if near else f"Known are {options}."
