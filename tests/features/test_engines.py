"""Every feature has the same values in DuckDB, PostgreSQL and Spark.

All features are built at once: Spark takes seconds to start and to plan, whatever the
number of rows. What is compared is compared feature by feature.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from engine_rows import AS_OF, DAYS, TIMEZONE, tables
from engines import ENGINES, SPARK_WARNINGS, load, need_engine

from segtools.features.build import (
    Shop,
    collect,
    features_at,
    round_significant,
    supported,
)
from segtools.features.catalogue import Feature, Window, registered
from segtools.timezones import epoch, instant

pytestmark = [
    pytest.mark.xdist_group("engines"),
    *[pytest.mark.filterwarnings(w) for w in SPARK_WARNINGS],
]
OTHERS = [e for e in ENGINES if e != "duckdb"]
WINDOW = Window(epoch(instant(AS_OF, TIMEZONE)), DAYS)
SHUFFLED = 7
STRICT = {"returns": "separate", "net_against": "order", "cancellations": "return"}


@cache
def shop(engine: str, seed: int | None = None) -> Shop:
    """Open the shop in an engine; with a seed, its rows in another order."""
    return Shop(load(engine, tables(seed)), TIMEZONE, country="DE")


@cache
def known() -> dict[str, Feature]:
    """Give the features that the shop of the tests supports, by name."""
    return {f.name: f for f in supported(shop("duckdb"))[0]}


@cache
def built(
    engine: str, seed: int | None = None, policies: tuple[tuple[str, str], ...] = ()
) -> pd.DataFrame:
    """Build all features in an engine, as it gives them, sorted by customer."""
    need_engine(engine)
    made = replace(shop(engine, seed), **dict(policies))
    chosen = list(known().values())
    table = features_at(made, WINDOW, chosen, with_customers=True)
    return table.to_pandas().set_index("customer_id").sort_index()


def assert_equal(feature: Feature, one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Assert equal values: money to its last digit, ratios to nine digits."""
    assert one.index.tolist() == other.index.tolist()
    left, right = one[feature.name], other[feature.name]
    if not pd.api.types.is_numeric_dtype(left):
        left, right = (s.astype(object).where(s.notna(), None) for s in (left, right))
    elif feature.unit == "money":
        left, right = (s.astype(float).round(4) for s in (left, right))
    elif pd.api.types.is_float_dtype(left):
        left, right = (round_significant(s.astype(float)) for s in (left, right))
    differ = (left != right) & ~(left.isna() & right.isna())
    assert not differ.any(), pd.DataFrame({"one": left, "other": right})[differ]


@pytest.fixture
def feature(request) -> Feature:
    """A registered feature that the shop of the tests supports, or a failure."""
    own: Feature = request.param
    if own.name not in known():
        lacks = supported(shop("duckdb"))[1].get(own.name, own.needs)
        pytest.fail(
            f"The shop in tests/engine_rows.py must support every feature, but it "
            f"lacks {list(lacks)} for {own.name!r}. Add values there."
        )
    return own


every_feature = pytest.mark.parametrize(
    "feature", registered(), ids=lambda f: f.name, indirect=True
)


@pytest.mark.parametrize("engine", OTHERS)
@every_feature
def test_a_feature_is_the_same_in_every_engine(feature, engine):
    assert_equal(feature, built("duckdb"), built(engine))


@pytest.mark.parametrize("engine", ENGINES)
@every_feature
def test_a_feature_does_not_depend_on_the_order_of_rows(feature, engine):
    assert_equal(feature, built(engine), built(engine, SHUFFLED))


@pytest.mark.parametrize("engine", OTHERS)
@every_feature
def test_a_feature_is_the_same_under_the_other_policies(feature, engine):
    policies = tuple(STRICT.items())
    ours, theirs = (built(e, None, policies) for e in ("duckdb", engine))
    assert_equal(feature, ours, theirs)


@every_feature
def test_the_shop_tells_customers_apart_by_every_feature(feature):
    # A column that is the same for all would be equal in all engines for no reason.
    values = built("duckdb")[feature.name]
    assert values.nunique() > 1
    assert values.notna().sum() > 0


@pytest.mark.parametrize("engine", OTHERS)
def test_the_table_that_stages_get_is_the_same_in_every_engine(engine):
    need_engine(engine)
    chosen = list(known().values())[:3]
    ours, theirs = (
        collect(features_at(shop(e), WINDOW, chosen, with_customers=True))
        for e in ("duckdb", engine)
    )
    pd.testing.assert_frame_equal(ours, theirs)


@pytest.mark.parametrize("engine", OTHERS)
def test_engines_name_the_same_supported_features(engine):
    need_engine(engine)
    ours, theirs = (supported(shop(e)) for e in ("duckdb", engine))
    assert [f.name for f in ours[0]] == [f.name for f in theirs[0]]
    assert ours[1] == theirs[1]


def test_the_shop_has_the_edges_that_engines_stumble_over():
    found = built("duckdb")
    assert {"never", "only back", "later", "o'neil %_\\", "Zoë 李"} <= {*found.index}
    assert found.loc["never", "recency_days":"recency_days"].isna().all()
    assert found.loc["day", "n_orders"] == 4
    assert found.loc["edge", "n_orders"] == 2
    # The whole seconds of 21:59:59.999999 count: nothing is rounded up to the origin.
    assert found.loc["edge", "recency_days"] == pytest.approx(1 / 86_400)
    assert found.loc["big", "spend_total"] == 100_000_000.0
    ties = found.loc[["tie0", "tie1", "tie2"]]
    assert np.array_equal(ties.nunique(dropna=False), np.ones(len(ties.columns)))
