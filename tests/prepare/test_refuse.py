"""What no honest run is possible on: several currencies, and no orders at all."""

from __future__ import annotations

import pandas as pd
import pytest
from conftest import make_shop

from segtools.prepare.refuse import refuse_currencies, refuse_no_orders
from segtools.schema import DataError


def rows(*currencies: str | None):
    frame = pd.DataFrame({"customer_id": "a", "amount": 1.0, "currency": currencies})
    return make_shop({"orders": frame}).tables["orders"]


def test_two_currencies_are_refused_with_their_counts(config_of):
    said = r"one currency, but it holds EUR \(2 rows\), USD \(1 rows\)\. Set currency"
    with pytest.raises(DataError, match=said):
        refuse_currencies("orders", rows("EUR", "USD", "EUR"), config_of())


def test_the_remedy_names_the_rates_that_are_missing(config_of):
    config = config_of(currency="USD", exchange_rates={"GBP": 1.3})
    with pytest.raises(DataError, match=r"\{EUR: <what one EUR is worth in USD>\}"):
        refuse_currencies("orders", rows("EUR", "USD", "GBP"), config)


@pytest.mark.parametrize("currencies", [["EUR"] * 3, ["EUR", None, None]])
def test_one_currency_is_fine(currencies, config_of):
    assert refuse_currencies("orders", rows(*currencies), config_of()) is None


def test_sources_without_orders_are_refused():
    with pytest.raises(DataError, match=r"must give orders, but it gives \['events'\]"):
        refuse_no_orders({"events": None})
