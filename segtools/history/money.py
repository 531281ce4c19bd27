"""Money of customers and of groups of them, in decimals that add up to the cent."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pandas as pd

from segtools.features.catalogue import Window
from segtools.features.shop import Shop
from segtools.features.views import views
from segtools.wording import number

PLACES = Decimal("0.0001")


def to_money(value: Any) -> Decimal:
    """Make a decimal of four places, as all money is stored.

    Examples
    --------
    >>> to_money("12.5")
    Decimal('12.5000')
    """
    return Decimal(str(value)).quantize(PLACES)


def customer_money(shop: Shop, window: Window) -> pd.Series:
    """Sum each customer's money in the window, as a segment's value is summed.

    Parameters
    ----------
    shop : Shop
    window : Window

    Returns
    -------
    Series
        Decimal by customer_id; who has no row in the window is not in it.
    """
    ledger = views(shop, window)["ledger"]
    paid = ledger.group_by("customer_id").aggregate(value=ledger.amount.sum())
    frame: Any = paid.to_pandas().dropna().sort_values("customer_id")
    index = pd.Index(frame["customer_id"].astype("str"), name="customer_id")
    return pd.Series([to_money(v) for v in frame["value"]], index=index, dtype=object)


def total(values: Iterable[Any]) -> Decimal:
    """Add decimals up; nothing is 0, and missing ones count nothing.

    Examples
    --------
    >>> total([Decimal("0.1"), None, Decimal("0.2")])
    Decimal('0.3000')
    """
    return sum((v for v in values if isinstance(v, Decimal)), Decimal(0)) + 0 * PLACES


def money_words(value: Decimal | str | None, currency: str) -> str:
    r"""Write an amount to the cent, with its currency.

    Examples
    --------
    >>> money_words(Decimal("1234.5000"), "EUR").replace("\u202f", " ")
    '1 234.50 EUR'
    """
    amount = None if value is None else Decimal(value)
    return f"{number(amount, 2)} {currency}".strip()
