"""What each table must look like, and the shape of an error sentence."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

MONEY = "decimal(18, 4)"
SEE_TRACE = "(%tb shows where it was raised.)"

STAGES = (
    "01_goals",
    "02_data_prep",
    "03_segmentation",
    "04_personas",
    "05_activation",
    "06_follow_up",
)


class OneSentence:
    """Of an error, a notebook shows the sentence, and the trace when it is asked.

    Outside IPython nothing is different.
    """

    def _render_traceback_(self) -> list[str]:
        """Give the lines that IPython shows.

        It asks while it handles the error, and once more where somebody writes
        ``%tb``: then nothing is being handled.
        """
        ipython = sys.modules.get("IPython")
        shell = None if ipython is None else ipython.get_ipython()
        if shell is not None and sys.exc_info()[1] is None:
            told = (type(self), self, getattr(self, "__traceback__", None))
            trace: list[str] = shell.InteractiveTB.structured_traceback(*told)
            return trace
        return [f"{type(self).__name__}: {self}", SEE_TRACE]


class ConfigError(OneSentence, ValueError):
    """The configuration, a parameter or the command line breaks a rule."""


class DataError(OneSentence, ValueError):
    """The data breaks the contract so far that no honest run is possible."""


class DisclosureError(OneSentence, ValueError):
    """Something that could identify a person would have been published."""


@dataclass(frozen=True)
class Table:
    """The contract of one table: its time column and its typed columns.

    ``dated`` is False where a row may lack its time; ``open_columns`` is True where
    any other column is kept as an attribute; ``key`` is the column of which each
    value may stand only once.
    """

    time: str | None
    required: dict[str, str]
    optional: dict[str, str] = field(default_factory=dict)
    open_columns: bool = False
    dated: bool = True
    key: str | None = None

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
    "cost": MONEY,
    "is_return": "boolean",
    "returned_order_id": "string",
    "cancelled_at": "timestamp",
    "is_test": "boolean",
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
        },
    ),
    "customers": Table(
        time=None,
        required={"customer_id": "string"},
        optional={"valid_from": "timestamp"},
        open_columns=True,
        key="customer_id",
    ),
    "accounts": Table(
        time=None,
        required={"account_id": "string", "customer_id": "string"},
        optional={"parent_account_id": "string", "valid_from": "timestamp"},
        open_columns=True,
        key="customer_id",
    ),
    "events": Table(
        time="occurred_at",
        required={
            "customer_id": "string",
            "occurred_at": "timestamp",
            "event": "string",
        },
        optional={
            "channel": "string",
            "value": MONEY,
            "campaign_id": "string",
            "topic": "string",
            "reference": "string",
            "product_id": "string",
            "device": "string",
            "text": "string",
        },
    ),
    "answers": Table(
        time="answered_at",
        required={"customer_id": "string", "question": "string", "answer": "string"},
        optional={"answered_at": "timestamp", "scale": "string", "wave": "string"},
        dated=False,
    ),
    "campaigns": Table(
        time="sent_at",
        required={
            "campaign_id": "string",
            "customer_id": "string",
            "sent_at": "timestamp",
        },
        optional={"channel": "string", "treated": "boolean", "cost": MONEY},
    ),
    "conversions": Table(
        time="converted_at",
        required={
            "campaign_id": "string",
            "customer_id": "string",
            "converted_at": "timestamp",
        },
        optional={"value": MONEY},
    ),
}
# Tables of which one row or more is an order, in the order in which they are asked.
ORDER_TABLES = ("orders", "order_lines")


def contract_of(name: str) -> Table:
    """Give a table's contract; a colon parts it from the source that it comes from.

    Examples
    --------
    >>> contract_of("events:liveagent").time
    'occurred_at'
    """
    return TABLES[name.partition(":")[0]]


def parts_of_error(text: str) -> tuple[str, str]:
    """Split an error into its rule with the value, and its last sentence, the remedy.

    Examples
    --------
    >>> parts_of_error("as_of must be a date, but it is 'x'. Mend it.")
    ("as_of must be a date, but it is 'x'.", 'Mend it.')
    >>> parts_of_error("Nothing to split")
    ('Nothing to split', '')
    """
    body, dot, remedy = text.strip().rpartition(". ")
    return (f"{body}.", remedy) if dot else (text, "")


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
    near = nearest(wrong, options)
    return f"Did you mean {near!r}?" if near else f"Known are {options}."


def nearest(wrong: str, known: Iterable[str]) -> str:
    """Find the known name that is nearest to a wrong one; none if none is near.

    Examples
    --------
    >>> nearest("windw_days", ["window_days", "seed"]), nearest("zzz", ["a", "b"])
    ('window_days', '')
    """
    near = difflib.get_close_matches(wrong, sorted(known), n=1, cutoff=0.6)
    return near[0] if near else ""
