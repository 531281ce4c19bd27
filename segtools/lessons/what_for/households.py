"""Real households of lesson 1: who redeemed coupons, by spend and by coupon use."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from segtools.intervals import wilson

# The Complete Journey covers 2017; half of it teaches, the other half is asked.
MIDDLE = "2017-07-01"
_FOURTHS = ("Lowest fourth", "Third fourth", "Second fourth", "Top fourth")
_USED = ("No coupon", "Now and then", "Often")


def coupon_households() -> pd.DataFrame | None:
    """Give the share who redeemed coupons in the second half of 2017, by group.

    Returns
    -------
    DataFrame or None
        ``panel``, ``group``, ``value``, ``low``, ``high``: fourths of households by
        spend, and groups by the share of orders with a coupon, both of the first half.
        None where the package of the data is missing.
    """
    people = _people()
    if people is None:
        return None
    place = people["spend_total"].rank(method="average", pct=True)
    fourth = (place * 4).astype(int).clip(upper=3)
    used = people["coupon_share"].fillna(0.0)
    # Half of the households use no coupon, so that fourths would part equals.
    often = (used > 0).astype(int) + (used > used[used > 0].median()).astype(int)
    parts = [
        _rates(people, fourth, _FOURTHS, "By spend"),
        _rates(people, often, _USED, "By use of coupons"),
    ]
    return pd.concat(parts, ignore_index=True)


def _people() -> pd.DataFrame | None:
    from segtools.lessons.shared.shops import features_of, real_shop
    from segtools.sources.complete_journey import folder

    shop = real_shop()
    if shop is None:
        return None
    names = ("spend_total", "coupon_share")
    people = features_of(shop, MIDDLE, days=180, names=names)
    redeemed = pd.read_parquet(folder() / "coupon_redemptions.parquet")
    later = redeemed[pd.to_datetime(redeemed["redemption_date"]) >= MIDDLE]
    who = set(later["household_id"].astype(str))
    return people.assign(redeemed=people["customer_id"].isin(who))


def _rates(
    people: pd.DataFrame, place: pd.Series, names: Sequence[str], panel: str
) -> pd.DataFrame:
    rows = people.groupby(place)["redeemed"].agg(n="size", hits="sum", value="mean")
    low, high = wilson(rows["hits"], rows["n"])
    rows = rows.assign(low=low, high=high, panel=panel)
    rows = rows.assign(group=[names[i] for i in rows.index])
    return rows.sort_index(ascending=False)[["panel", "group", "value", "low", "high"]]
