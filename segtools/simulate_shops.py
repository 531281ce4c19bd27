"""Three fictional shops with a known truth, to judge predictions of spend on.

A grocer, a fashion shop and a shop for things that run out (coffee, lenses, pet food).
`segtools.simulate` plants segments; here nothing is planted but habits, and the
question is how well each customer's spend in the next period can be told beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pandas import DataFrame

Array = NDArray[np.float64]
START = pd.Timestamp("2023-01-01")
AS_OF = pd.Timestamp("2024-04-01")
WINDOW_DAYS = 180
OUTCOME_DAYS = 92
DAYS = (AS_OF - START).days + OUTCOME_DAYS


@dataclass(frozen=True, eq=False)
class ShopAhead:
    """Hold a simulated shop's orders up to the end of the outcome, and the truth.

    Attributes
    ----------
    orders : DataFrame
        One row per order: ``customer_id``, ``order_id``, ``ordered_at`` (UTC), and
        ``amount`` and ``discount`` in whole cents of a currency. Returns, where there
        are any, are orders of their own with a negative amount, ``is_return`` and
        ``returned_order_id``.
    truth : DataFrame
        One row per customer, bought or not: ``expected_spend``, what the habits make
        of the outcome's days on average, given that the customer has stayed or left;
        ``left_on_day``, counted from the start (infinite: not before the end).
    as_of : Timestamp
        The origin: earlier orders may be looked at, later ones are the outcome.
    window_days, outcome_days : int
        How far to look back, and how far ahead.
    """

    orders: DataFrame
    truth: DataFrame
    as_of: pd.Timestamp = AS_OF
    window_days: int = WINDOW_DAYS
    outcome_days: int = OUTCOME_DAYS


def simulate_shop(family: str, n_customers: int = 2000, *, seed: int = 0) -> ShopAhead:
    """Make one shop of a family.

    Parameters
    ----------
    family : {"grocer", "fashion", "replenishment"}
        ``grocer``: people of strong habit buy once or twice a week; habits drift,
        families go on holiday, and one customer in sixty is a café that spends many
        times what others do. Hard: order the many alike ones, and do not let the
        cafés rule. ``fashion``: one or two orders a year in two seasons and two
        sales, a quarter of it sent back, with most outcomes 0; learning ends in the
        winter sale and the outcome is the spring season. Hard: lumps and zeros.
        ``replenishment``: what runs out is bought again at each customer's own
        interval; many leave after the first orders, some pause, the shop doubles in a
        year. Hard: recency means nothing without the own interval, half of the
        customers are new, and the level of the outcome moves between windows.
    n_customers : int, default=2000
        1 to 1,000,000; some of them may never order.
    seed : int, default=0
        Seed of all chance; the same arguments give identical frames.

    Returns
    -------
    ShopAhead
        Fifteen months of history and three months of outcome.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> shop = simulate_shop("grocer", 50, seed=1)
    >>> len(shop.truth), bool((shop.orders["amount"] > 0).all())
    (50, True)
    """
    if family not in FAMILIES:
        raise ValueError(
            f"family must be one of {', '.join(FAMILIES)}, but {family!r} was given. "
            "Give one of these."
        )
    _check_whole("n_customers", n_customers, 1, 1_000_000)
    _check_whole("seed", seed, 0, 2**63 - 1)
    rng = np.random.default_rng([seed, list(FAMILIES).index(family)])
    return FAMILIES[family](rng, n_customers)


def _check_whole(name: str, value: object, low: int, high: int) -> None:
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or not low <= value <= high:  # type: ignore[operator]
        raise ValueError(
            f"{name} must be a whole number from {low} to {high}, but {value!r} was "
            f"given. Give {name} such a value."
        )


def _grocer(rng: Generator, n: int) -> ShopAhead:
    joined, left = _lifetimes(rng, n, newcomers=0.15, leave_per_year=0.12)
    weekly = rng.gamma(1.6, 0.7, n)
    cafe = rng.random(n) < 1 / 60
    # Who comes often buys less each time: main trip or top-up.
    basket = np.exp(3.3 - 0.25 * np.log(weekly + 0.1) + 0.45 * rng.standard_normal(n))
    weekly, basket = np.where(cafe, 3.0, weekly), np.where(cafe, 6 * basket, basket)
    months = DAYS // 30 + 1
    drift = np.zeros((n, months))
    for month in range(1, months):
        drift[:, month] = 0.92 * drift[:, month - 1] + rng.normal(0, 0.14, n)
    pace = weekly[:, None] / 7 * np.exp(drift[:, np.arange(DAYS) // 30])
    pace *= _at_home(rng, n) * _alive(joined, left)
    who, day = _draw_days(rng, np.minimum(pace, 0.9))
    amount = basket[who] * rng.lognormal(-0.18, 0.6, len(who))
    reduced = rng.beta(1.2, 6, n)[who] * rng.random(len(who))
    orders = _orders(rng, who, day, amount, reduced)
    mean_size = np.exp(-0.18 + 0.6**2 / 2)
    expected = _ahead(np.minimum(pace, 0.9)) * basket * mean_size
    return ShopAhead(orders, _truth(expected, left))


def _fashion(rng: Generator, n: int) -> ShopAhead:
    joined, left = _lifetimes(rng, n, newcomers=0.35, leave_per_year=0.4)
    yearly = rng.gamma(0.9, 3.2, n)
    hunting = rng.beta(0.5, 0.8, n)
    basket = np.exp(4.2 + 0.55 * rng.standard_normal(n))
    sale, season = _calendar()
    pace = hunting[:, None] * sale + (1 - hunting)[:, None] * season
    pace = np.minimum(pace * yearly[:, None] / 365, 0.9) * _alive(joined, left)
    who, day = _draw_days(rng, pace)
    amount = basket[who] * rng.lognormal(0, 0.7, len(who))
    cut = np.where(sale[day] > 1, 0.35, 0.05) * rng.random(len(who)) * 1.5
    orders = _orders(rng, who, day, amount * (1 - cut), cut)
    send_back = rng.beta(1.2, 3.6, n)
    orders = _with_returns(rng, orders, send_back[who])
    kept = (1 - send_back) * np.exp(0.7**2 / 2)
    # What is cut off on average in and out of the sales.
    paid = 1 - 0.75 * np.where(sale > 1, 0.35, 0.05)
    expected = _ahead(pace * paid) * basket * kept
    return ShopAhead(orders, _truth(expected, left))


def _replenishment(rng: Generator, n: int) -> ShopAhead:
    interval = rng.choice([28.0, 42, 56, 84], n, p=[0.4, 0.25, 0.2, 0.15])
    size = np.exp(3.4 + 0.5 * rng.standard_normal(n))
    growth = rng.normal(0.01, 0.02, n)
    # The shop doubles in a year: the later, the more join; some came long before.
    joined = 365 * np.log2(1 + rng.random(n) * (2 ** (DAYS / 365) - 1))
    joined = np.where(rng.random(n) < 0.35, interval * rng.random(n), joined)
    lasting = rng.beta(1.2, 8, n)
    day, number = joined, 0
    alive = np.ones(n, dtype=bool)
    left = np.full(n, np.inf)
    expected = np.zeros(n)
    rows: list[tuple[NDArray[np.int64], Array, Array]] = []
    while (going := alive & (day < DAYS)).any():
        usual = size * np.exp(np.minimum(growth * number, 0.6))
        who = np.flatnonzero(going)
        gift = np.where(rng.random(n) < 0.04, 3.0, 1.0)
        amount = usual * gift * rng.lognormal(-0.02, 0.2, n)
        rows.append((who, day[who], amount[who]))
        expected += np.where(going & (day >= DAYS - OUTCOME_DAYS), usual * 1.08, 0)
        quit_now = rng.random(n) < (lasting + (0.18 if number < 2 else 0))
        left = np.where(going & quit_now, day, left)
        alive &= ~quit_now
        pause = np.where(rng.random(n) < 0.06, 3, 1)
        day = day + np.maximum(interval * pause * rng.gamma(40, 1 / 40, n), 5)
        number += 1
    who, when, amount = (np.concatenate(part) for part in zip(*rows, strict=True))
    orders = _orders(rng, who, when.astype(int), amount, np.zeros(len(who)))
    return ShopAhead(orders, _truth(expected, left))


FAMILIES: dict[str, Callable[[Generator, int], ShopAhead]] = {
    "grocer": _grocer,
    "fashion": _fashion,
    "replenishment": _replenishment,
}


def _lifetimes(
    rng: Generator, n: int, *, newcomers: float, leave_per_year: float
) -> tuple[Array, Array]:
    """Draw the first and last day of each, counted from the start."""
    joined = np.where(rng.random(n) < newcomers, rng.random(n) * DAYS, 0.0)
    left = joined + rng.exponential(365 / leave_per_year, n)
    return joined, np.where(left < DAYS, left, np.inf)


def _alive(joined: Array, left: Array) -> NDArray[np.bool_]:
    day = np.arange(DAYS)
    return (day >= joined[:, None]) & (day < left[:, None])


def _at_home(rng: Generator, n: int) -> NDArray[np.bool_]:
    """Take up to three holidays of one to three weeks out of each one's days."""
    home = np.ones((n, DAYS), dtype=bool)
    day = np.arange(DAYS)
    for _ in range(3):
        begin, length = rng.integers(DAYS, size=n), rng.integers(7, 22, size=n)
        away = (rng.random(n) < 0.6)[:, None] & (day >= begin[:, None])
        home &= ~(away & (day < (begin + length)[:, None]))
    return home


def _calendar() -> tuple[Array, Array]:
    """Give each day's pace in sales and seasons, about 1 over a year."""
    dates = pd.date_range(START, periods=DAYS)
    month, dom = dates.month.to_numpy(), dates.day.to_numpy()
    friday = (month == 11) & (dom >= 20)
    on_sale = np.isin(month, [1, 7]) | friday
    in_season = np.isin(month, [3, 4, 5, 9, 10])
    sale = np.where(on_sale, 4.0, 0.32)
    season = np.where(in_season, 1.8, 0.43)
    return sale, season


def _draw_days(
    rng: Generator, chance: Array
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw on which days who orders, at most once a day."""
    who, day = np.nonzero(rng.random(chance.shape) < chance)
    return who, day


def _ahead(pace: Array) -> Array:
    """Count the orders that are expected in the outcome's days."""
    return np.asarray(pace[:, DAYS - OUTCOME_DAYS :].sum(axis=1), dtype=float)


def _orders(
    rng: Generator,
    who: NDArray[np.int64],
    day: NDArray[np.int64],
    amount: Array,
    reduced: Array,
) -> DataFrame:
    # Between 8 and 20 h, so that no order changes its day with the zone.
    second = day * 86_400 + rng.integers(8 * 3600, 20 * 3600, len(who))
    paid = np.maximum(np.rint(amount * 100), 1) / 100
    return DataFrame(
        {
            "customer_id": _ids("C", who),
            "order_id": _ids("O", np.arange(len(who))),
            "ordered_at": START + pd.to_timedelta(second, unit="s").as_unit("us"),
            "amount": paid,
            "discount": np.rint(paid * reduced * 100) / 100,
        }
    )


def _with_returns(rng: Generator, orders: DataFrame, chance: Array) -> DataFrame:
    """Add whole orders that come back one to four weeks later, before the end."""
    back = orders[rng.random(len(orders)) < chance]
    wait = pd.to_timedelta(rng.integers(7, 29, len(back)), unit="D")
    back = back.assign(
        returned_order_id=back["order_id"],
        order_id="R" + back["order_id"],
        ordered_at=back["ordered_at"] + wait,
        amount=-back["amount"],
        discount=0.0,
        is_return=True,
    )
    back = back[back["ordered_at"] < START + pd.Timedelta(days=DAYS)]
    first = orders.assign(is_return=False, returned_order_id=None)
    return pd.concat([first, back[first.columns]], ignore_index=True)


def _ids(letter: str, numbers: NDArray[np.int64]) -> pd.Series:
    return letter + pd.Series(numbers).astype(str).str.zfill(6)


def _truth(expected: Array, left: Array) -> DataFrame:
    return DataFrame(
        {
            "customer_id": _ids("C", np.arange(len(expected))),
            "expected_spend": expected,
            "left_on_day": left,
        }
    )
