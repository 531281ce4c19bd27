"""The simulator keeps its promises: what it plants is there, and nothing else."""

import runpy
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

from segtools.simulate import Simulation, _catalogue, simulate

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
RATES = ["orders_per_30_days", "lines_per_order", "local_hour", "dropout_per_year"]
SHARES = ["premium_share", "discount_share", "private_share", "weekend_share"]
SHARES = [*SHARES, "store_share"]


@pytest.fixture(scope="module")
def shop() -> Simulation:
    return simulate(seed=3)


@pytest.fixture(scope="module")
def lines(shop: Simulation) -> pd.DataFrame:
    """Purchases without returns, with the local instant."""
    kept = shop.order_lines[~shop.order_lines["is_return"]]
    return kept.assign(local=local(kept["ordered_at"]))


def local(instants: pd.Series) -> pd.Series:
    zoned = instants.dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")
    return zoned.dt.tz_localize(None)


def latent(truth: pd.DataFrame) -> np.ndarray:
    """Standardised logs and log odds of the latent habits."""
    rates = truth[RATES].assign(lines_per_order=truth["lines_per_order"] - 1)
    odds = truth[SHARES] / (1 - truth[SHARES])
    return StandardScaler().fit_transform(np.log(rates.join(odds)))


def clusters(X: np.ndarray, k: int, seed: int = 0) -> KMeans:
    return KMeans(k, n_init=10, random_state=seed).fit(X)


def agreement(X: np.ndarray, k: int) -> float:
    """Median adjusted Rand index of pairs of bootstrap solutions."""
    rng = np.random.default_rng(1)
    n, found = len(X), []
    for _ in range(6):
        a, b = (clusters(X[rng.integers(n, size=n)], k) for _ in range(2))
        found.append(adjusted_rand_score(a.predict(X), b.predict(X)))
    return float(np.median(found))


def assert_same(a: Simulation, b: Simulation) -> None:
    pd.testing.assert_frame_equal(a.order_lines, b.order_lines)
    pd.testing.assert_frame_equal(a.customers, b.customers)
    pd.testing.assert_frame_equal(a.truth, b.truth)


@pytest.mark.parametrize("structure", ["natural", "reproducible", "none"])
def test_same_arguments_give_identical_frames(structure):
    first = simulate(120, structure=structure, seed=5)
    assert_same(first, simulate(120, structure=structure, seed=5))
    other = simulate(120, structure=structure, seed=6)
    assert not first.order_lines.equals(other.order_lines)


def test_a_timestamp_starts_like_its_date():
    day = pd.Timestamp("2022-03-01")
    assert_same(simulate(50, start="2022-03-01"), simulate(50, start=day))


def test_customers_and_truth_list_every_customer_once(shop):
    assert shop.customers["customer_id"].is_unique
    assert shop.customers["customer_id"].equals(shop.truth["customer_id"])
    assert len(shop.truth) == 1500
    assert shop.order_lines["customer_id"].isin(shop.customers["customer_id"]).all()
    silent = ~shop.customers["customer_id"].isin(shop.order_lines["customer_id"])
    assert 0.02 < silent.mean() < 0.12


def test_only_truth_knows_the_truth(shop):
    hidden = {"segment", "segment_name", "orders_per_30_days", "left_on"}
    assert not hidden & {*shop.customers, *shop.order_lines}
    assert shop.customers["email"].str.endswith("@example.com").all()


def test_lines_are_sorted_and_one_per_product_of_an_order(shop):
    keys = shop.order_lines[["customer_id", "order_id", "product_id"]]
    assert not keys.duplicated().any()
    in_order = keys.sort_values(list(keys)).reset_index(drop=True)
    pd.testing.assert_frame_equal(keys, in_order)


def test_an_order_has_one_customer_instant_and_channel(shop):
    columns = ["customer_id", "ordered_at", "channel", "is_return"]
    assert (shop.order_lines.groupby("order_id")[columns].nunique() == 1).all(axis=None)


def test_order_ids_count_up_in_time(shop):
    orders = shop.order_lines.drop_duplicates("order_id").sort_values("order_id")
    assert orders["ordered_at"].is_monotonic_increasing


@pytest.mark.parametrize("start", ["2024-01-01", "2023-10-28"])
def test_instants_lie_inside_the_period(start):
    frame = simulate(300, start=start, days=3).order_lines
    at = local(frame["ordered_at"])
    assert len(frame) > 0
    assert at.min() >= pd.Timestamp(start)
    assert at.max() < pd.Timestamp(start) + pd.Timedelta(3, "D")
    assert at.dt.hour.between(6, 22).all()


def test_nobody_orders_before_joining_or_after_leaving(shop, lines):
    life = shop.truth.set_index("customer_id").loc[lines["customer_id"]]
    day = lines["local"].dt.normalize().to_numpy()
    assert (life["joined_on"].to_numpy() <= day).all()
    left = life["left_on"].fillna(pd.Timestamp("2100-01-01")).to_numpy()
    assert (day < left).all()


def test_amount_is_list_price_less_discount(lines):
    price = _catalogue().set_index("product_id")["cents"]
    full = lines["quantity"] * price.loc[lines["product_id"]].to_numpy()
    paid = (lines["amount"] + lines["discount"]) * 100
    np.testing.assert_allclose(paid, full, rtol=0, atol=1e-6)
    assert (lines["amount"] > 0).all()
    assert (lines["quantity"] >= 1).all()


def test_discounts_include_their_coupons(shop):
    frame = shop.order_lines
    assert (frame["coupon_discount"] >= 0).all()
    assert (frame["discount"] >= frame["coupon_discount"]).all()
    assert 0.05 < (frame["coupon_discount"] > 0).mean() < 0.2
    for name in ("amount", "discount", "coupon_discount"):
        pd.testing.assert_series_equal(frame[name], frame[name].round(2))


def test_a_return_undoes_one_line_of_an_earlier_order(shop, lines):
    back = shop.order_lines[shop.order_lines["is_return"]]
    assert 0.015 < len(back) / len(shop.order_lines) < 0.025
    assert (back["amount"] < 0).all()
    assert (back[["discount", "coupon_discount"]] == 0).all(axis=None)
    pair = back.merge(
        lines,
        left_on=["customer_id", "returned_order_id", "product_id"],
        right_on=["customer_id", "order_id", "product_id"],
        validate="one_to_one",
    )
    assert len(pair) == len(back)
    assert (pair["quantity_x"] == -pair["quantity_y"]).all()
    assert (pair["amount_x"] == -pair["amount_y"]).all()
    waited = (local(pair["ordered_at_x"]).dt.normalize()) - (
        pair["local"].dt.normalize()
    )
    assert waited.dt.days.between(1, 21).all()
    assert lines["returned_order_id"].isna().all()


def test_stores_close_on_sundays_and_only_stores_have_a_number(shop):
    frame = shop.order_lines
    in_store = frame["channel"] == "store"
    assert (frame["store_id"].notna() == in_store).all()
    assert not (local(frame["ordered_at"]).dt.day_of_week[in_store] == 6).any()


def test_habits_show_in_what_was_bought(shop, lines):
    truth = shop.truth.set_index("customer_id")
    mine = truth.loc[lines["customer_id"]]
    seen = {
        "discount_share": (lines["discount"] > 0).mean(),
        "private_share": (lines["brand_type"] == "Private").mean(),
    }
    for name, share in seen.items():
        assert share == pytest.approx(mine[name].mean(), abs=0.01)
    orders = lines.drop_duplicates("order_id")
    mine = truth.loc[orders["customer_id"]]
    at_weekend = orders["local"].dt.day_of_week >= 5
    assert at_weekend.mean() == pytest.approx(mine["weekend_share"].mean(), abs=0.02)
    hour = orders["local"].dt.hour + orders["local"].dt.minute / 60
    assert hour.mean() == pytest.approx(mine["local_hour"].mean(), abs=0.2)


def test_orders_add_up_to_rate_times_time(shop, lines):
    # 456 days from 2024-01-01, so that customers never seen to leave end there.
    start, end = pd.Timestamp("2024-01-01"), pd.Timestamp("2025-04-01")
    since = shop.truth["joined_on"].clip(lower=start)
    days = (shop.truth["left_on"].fillna(end) - since).dt.days
    expected = (shop.truth["orders_per_30_days"] / 30 * days).sum()
    assert lines["order_id"].nunique() == pytest.approx(expected, rel=0.04)


def test_future_spend_follows_the_truth(shop, lines):
    cut = pd.Timestamp("2025-01-01")
    late = lines[lines["local"] >= cut].groupby("customer_id")["amount"].sum()
    spend = late.reindex(shop.truth["customer_id"], fill_value=0).to_numpy()
    gone = shop.truth["left_on"] <= cut
    assert 0.2 < gone.mean() < 0.5
    assert spend[gone].sum() == 0
    stays = shop.truth["left_on"].isna() & (shop.truth["joined_on"] < cut)
    worth = shop.truth["orders_per_30_days"] * shop.truth["lines_per_order"]
    rank = worth[stays].corr(pd.Series(spend)[stays], method="spearman")
    # By chance it would stay within 0.06 of zero.
    assert rank > 0.3
    by_segment = pd.Series(spend)[stays].groupby(shop.truth["segment"]).mean()
    assert by_segment.max() > 2 * by_segment.min()


@pytest.mark.parametrize("k", [2, 3, 4, 5, 6])
def test_planted_segments_are_found_in_the_latent_habits(k):
    truth = simulate(800, n_segments=k, days=1, seed=k).truth
    assert sorted(truth["segment"].unique()) == list(range(1, k + 1))
    assert truth["segment_name"].nunique() == k
    found = clusters(latent(truth), k).labels_
    assert adjusted_rand_score(truth["segment"].astype(int), found) > 0.99


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_segments_are_found_in_what_was_bought(seed):
    shop = simulate(seed=seed)
    frame = shop.order_lines[~shop.order_lines["is_return"]]
    at = local(frame["ordered_at"])
    frame = frame.assign(
        private=frame["brand_type"] == "Private",
        reduced=frame["discount"] > 0,
        hour=at.dt.hour,
        weekend=at.dt.day_of_week >= 5,
    )
    group = frame.groupby("customer_id")
    orders = group["order_id"].nunique()
    X = group[["private", "reduced", "hour", "weekend"]].mean()
    X["orders"], X["basket"] = np.log(orders), np.log(group.size() / orders)
    X = X[orders >= 3]
    planted = shop.truth.set_index("customer_id").loc[X.index, "segment"].astype(int)
    found = clusters(StandardScaler().fit_transform(X), 4).labels_
    assert adjusted_rand_score(planted, found) > 0.95


def test_segments_are_of_unequal_size(shop):
    share = shop.truth["segment"].value_counts(normalize=True).sort_index()
    expected = np.array([0.30, 0.24, 0.18, 0.13]) / 0.85
    np.testing.assert_allclose(share, expected, atol=0.04)


@pytest.mark.parametrize("structure", ["reproducible", "none"])
def test_without_planted_segments_there_is_no_segment_to_know(structure):
    truth = simulate(60, structure=structure, n_segments=3).truth
    assert truth[["segment", "segment_name"]].isna().all(axis=None)
    assert truth["arc_position"].notna().all() == (structure == "reproducible")


def test_an_arc_splits_alike_each_time_and_a_cloud_does_not():
    arc = simulate(800, structure="reproducible", days=1, seed=2).truth
    cloud = simulate(800, structure="none", days=1, seed=2).truth
    assert np.diff(np.sort(arc["arc_position"])).max() < 0.02
    assert agreement(latent(arc), 3) > 0.8
    assert agreement(latent(cloud), 3) < 0.7


def test_gender_is_independent_of_the_segments(shop):
    table = pd.crosstab(shop.customers["gender"], shop.truth["segment"])
    share = table.loc["female"] / table.loc[["female", "male"]].sum()
    assert share.max() - share.min() < 0.12


def test_lines_grow_with_customers_and_days():
    small = len(simulate(400).order_lines)
    assert len(simulate(4000).order_lines) == pytest.approx(10 * small, rel=0.1)
    assert len(simulate(400, days=912).order_lines) > 1.4 * small


def test_tiny_shops_keep_the_columns(shop):
    tiny = simulate(1, days=1, structure="none")
    assert list(tiny.order_lines) == list(shop.order_lines)
    pd.testing.assert_series_equal(tiny.order_lines.dtypes, shop.order_lines.dtypes)
    assert len(tiny.truth) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"n_customers": 0}, "n_customers must be a whole number from 1 to 100000000"),
        ({"n_customers": 2.5}, "n_customers must be .*, but 2.5 was given"),
        ({"n_segments": 7}, "n_segments must be a whole number from 2 to 6, but 7 was"),
        ({"n_segments": True}, "n_segments must be .*, but True was given"),
        ({"days": 0}, "days must be a whole number from 1 to 3660, but 0 was given"),
        ({"seed": -1}, "seed must be .*, but -1 was given. Give seed such a value"),
        ({"structure": "some"}, "structure must be natural or reproducible or none"),
        (
            {"start": "soon"},
            "start must be a day like '2024-01-01' .*'soon' was given",
        ),
        ({"start": None}, "start must be a day .*, but None was given"),
        ({"start": "2024-01-01 10:00"}, "start must be a day"),
        ({"start": "2024-01-01T00:00Z"}, "start must be a day"),
        ({"start": "1850-01-01"}, "start must be a day .* from 1990 to 2100"),
    ],
)
def test_bad_arguments_are_refused_in_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        simulate(**arguments)


def test_bundled_sample_is_what_its_script_writes(tmp_path):
    script = runpy.run_path(str(SAMPLE / "make_sample.py"))
    written = script["write_sample"](tmp_path)
    assert [p.stem for p in written] == ["order_lines", "customers", "truth"]
    for path in written:
        assert pq.read_table(path).equals(pq.read_table(SAMPLE / path.name))
    assert sum((SAMPLE / p.name).stat().st_size for p in written) < 900_000


def test_bundled_sample_holds_exact_money(tmp_path):
    table = pq.read_table(SAMPLE / "order_lines.parquet")
    assert 25_000 <= table.num_rows <= 45_000
    for name in ("amount", "discount", "coupon_discount"):
        assert str(table.schema.field(name).type) == "decimal128(18, 4)"
        assert all(value == round(value, 2) for value in table[name].to_pylist())


@pytest.mark.slow
def test_a_million_lines_take_seconds():
    began = time.perf_counter()
    assert len(simulate(40_000).order_lines) > 1_000_000
    assert time.perf_counter() - began < 20
