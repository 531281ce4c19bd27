"""Families: shares of the categories that are there, and axes of many of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.features.build import collect, features_at
from segtools.features.catalogue import Window
from segtools.features.families import (
    basket_axes,
    category_shares,
    loadings,
    safe_names,
)
from segtools.timezones import epoch, instant

WINDOW = Window(epoch(instant("2024-03-31", "UTC")), 180)


def bought(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "category", "amount"])
    day = pd.Timestamp("2024-03-01 10:00")
    return frame.assign(ordered_at=day, product_id="p", is_return=False)


def groups(rng: np.random.Generator, n: int = 60) -> pd.DataFrame:
    """Half of the customers buy from ten kitchen categories, half from ten others."""
    rows = []
    for who in range(n):
        kind = "kitchen" if who % 2 else "garden"
        for place in rng.choice(10, 4, replace=False):
            rows.append((f"c{who:02d}", f"{kind} {place}", float(rng.integers(1, 9))))
    return bought(rows)


def test_shares_of_the_most_bought_categories_equal_what_paper_says(lines, shop_of):
    shop = shop_of({"order_lines": lines})
    family = category_shares(shop, WINDOW, most=2)
    assert [f.name for f in family] == ["category_share_dairy", "category_share_drinks"]
    assert {f.role for f in family} == {"descriptor"}
    by_hand = pd.DataFrame(
        {
            "customer_id": ["ann", "bob"],
            "category_share_dairy": [0.666666667, 0.357142857],
            "category_share_drinks": [0.0, 0.642857143],
        }
    )
    assert_frame_equal(collect(features_at(shop, WINDOW, family)), by_hand)


def test_only_what_was_bought_in_the_window_has_a_share(lines, shop_of):
    late = lines.assign(category=lines["category"].where(lines.index < 4, "late"))
    late.loc[4:, "ordered_at"] = pd.Timestamp("2024-03-31")
    early = Window(WINDOW.origin, 25)  # from 6 March: soap alone
    assert [
        f.label for f in category_shares(shop_of({"order_lines": late}), early)
    ] == ["Share of spend on care"]


def test_of_equal_spend_the_first_in_the_alphabet_comes_first(shop_of):
    frame = bought([("ann", name, 2.0) for name in ["c", "B", "a", "d"]])
    family = category_shares(shop_of({"order_lines": frame}), WINDOW, most=3)
    assert [f.label[-1] for f in family] == ["B", "a", "c"]


def test_without_categories_there_is_no_family(orders, lines, shop_of):
    bare = shop_of({"order_lines": lines.drop(columns="category")})
    for shop in (bare, shop_of({"orders": orders})):
        assert category_shares(shop, WINDOW) == basket_axes(shop, WINDOW) == []


def test_names_are_identifiers_and_no_two_are_the_same():
    words = ["<b>x</b>", "B x B", "", "  ", "茶", "Käse", "kase", "1", "a" * 99]
    names = safe_names([*words, "a" * 98])
    assert len(set(names.values())) == len(words) + 1
    assert all(name.isidentifier() and len(name) < 60 for name in names.values())


def test_one_category_has_all_of_the_spend_and_no_axis(shop_of):
    shop = shop_of({"order_lines": bought([("ann", "x", 2.0), ("bob", "x", 3.0)])})
    found = collect(features_at(shop, WINDOW, category_shares(shop, WINDOW)))
    assert found["category_share_x"].tolist() == [1.0, 1.0]
    assert basket_axes(shop, WINDOW) == []


def test_the_first_axis_tells_apart_who_buys_what(rng, shop_of):
    shop = shop_of({"order_lines": groups(rng)})
    first, *_ = axes = basket_axes(shop, WINDOW)
    assert [f.name for f in axes] == [f"basket_axis_{k}" for k in range(1, 6)]
    score = collect(features_at(shop, WINDOW, [first]))["basket_axis_1"]
    even, odd = score[::2], score[1::2]
    assert even.min() > odd.max() or even.max() < odd.min()


def test_an_axis_is_the_sum_of_shares_times_the_loadings_in_its_record(rng, shop_of):
    frame = groups(rng)
    shop = shop_of({"order_lines": frame})
    axes = basket_axes(shop, WINDOW, n=3)
    found = collect(features_at(shop, WINDOW, axes)).set_index("customer_id")
    spend = frame.pivot_table("amount", "customer_id", "category", "sum", fill_value=0)
    shares = spend.div(spend.sum(axis=1), axis=0)
    for axis in axes:
        weights = pd.Series(dict(axis.entry()["loadings"]))
        expected = shares[weights.index].to_numpy() @ weights.to_numpy()
        np.testing.assert_allclose(found[axis.name], expected, atol=1e-8)
        assert f"{weights.iloc[0]:+.2f} {weights.index[0]}" in axis.definition


def test_axes_do_not_depend_on_the_order_of_rows(rng, shop_of):
    frame = groups(rng)
    shuffled = frame.sample(frac=1, random_state=1)
    one, other = (
        basket_axes(shop_of({"order_lines": f}), WINDOW) for f in (frame, shuffled)
    )
    assert [f.entry() for f in one] == [f.entry() for f in other]


def test_ten_thousand_categories_have_shares_and_axes(rng, shop_of):
    rows = [(f"c{k % 50}", f"k{k}", 1.0) for k in range(10_000)]
    rows += [(f"c{k}", f"k{k % 3}", 500.0) for k in range(50)]
    shop = shop_of({"order_lines": bought(rows)})
    family = [*category_shares(shop, WINDOW), *basket_axes(shop, WINDOW, n=2)]
    found = collect(features_at(shop, WINDOW, family))
    assert found.shape == (50, 1 + 10 + 2)
    assert found["category_share_k0"].max() == pytest.approx(501 / 700)
    assert found.notna().all(axis=None)


def test_loadings_have_a_fixed_sign_and_say_nothing_of_what_does_not_vary():
    varying = np.array([[2.0, -2.0, 0.0], [-2.0, 2.0, 0.0], [0.0, 0.0, 0.0]])
    assert loadings(varying, 3).T.tolist() == [[0.71, -0.71, 0.0]]
    assert loadings(np.zeros((3, 3)), 3).shape == (3, 0)
