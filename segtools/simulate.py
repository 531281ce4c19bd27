"""Customers of a fictional shop whose truth is known.

Each customer has latent habits (how often, how much, at which hour ...) and orders by
chance alone from there. Does a method find what was planted, and nothing else?
"""

from dataclasses import dataclass
from functools import cache
from io import StringIO
from numbers import Integral
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.random import Generator
from pandas import DataFrame

_STRUCTURES = ("natural", "reproducible", "none")
_ALREADY_CUSTOMERS = 0.5
_RETURNED = 0.02
_SEASON_SWING = 0.12

# The latent habits. On their log or log-odds scale: the spread over all customers and
# within a planted segment; how they follow the one common factor of "none"; their
# weights along and across the arc of "reproducible".
_HABITS = """
habit               kind  centre  spread within common along across
orders_per_30_days  rate    1.3   0.65  0.16   0.4   1.0   0.0
lines_per_order     count   2.3   0.60  0.16  -0.3   0.0   1.5
premium_share       share   0.50  0.70  0.25  -0.4  -0.9   0.6
discount_share      share   0.20  0.80  0.25   0.5   0.9  -0.5
private_share       share   0.30  0.70  0.25   0.5   0.5   1.2
local_hour          rate    13.5  0.15  0.035 -0.2   0.9   0.6
weekend_share       share   0.30  0.50  0.25  -0.2   0.3   1.3
store_share         share   0.50  0.80  0.30   0.3   0.6   1.0
dropout_per_year    rate    0.50  0.50  0.25  -0.3  -0.6  -0.9
"""
# The planted segments: share of customers | centres of the habits | what they like.
_ARCHETYPES = """
Evening treats   | .30 | 1.0 1.5 .80 .08 .10 20.0 .40 .15 .80 | Sweets, Wine
Bargain hunters  | .24 | 1.4 2.2 .25 .60 .75 10.5 .20 .60 .60 | Household, Snacks
Weekend stock-up | .18 | 0.9 5.0 .45 .25 .45 14.0 .70 .80 .40 | Dairy, Vegetables
Everyday top-up  | .13 | 4.0 1.4 .50 .10 .30  7.8 .12 .90 .40 | Bakery, Hot drinks
Pet owners       | .09 | 2.0 2.2 .70 .30 .15 17.0 .30 .05 .30 | Pets, Household
Care lovers      | .06 | 0.8 3.2 .90 .45 .40 12.0 .45 .30 .50 | Body care, Hot drinks
"""
# The shelves, each from cheap to dear, in euros a piece of a national brand.
_SHELVES = """
Bakery: Rolls 1.79, Rye bread 2.49, Croissants 2.99, Seed loaf 3.79, Butter cake 5.49
Body care: Soap 1.49, Toothpaste 2.29, Shampoo 3.49, Body lotion 5.99, Face cream 9.99
Dairy: Yoghurt 1.19, Milk 1.39, Butter 2.49, Cream cheese 2.79, Mountain cheese 5.29
Hot drinks: Herbal tea 1.89, Black tea 2.79, Cocoa 3.49, Coffee 6.49, Espresso 13.99
Household: Sponges 1.29, Dish soap 1.79, Kitchen rolls 3.29, Polish 3.99, Powder 9.49
Pets: Cat snack 1.49, Wet food 1.99, Cat litter 4.99, Dry food 8.99, Large bag 19.99
Snacks: Pretzels 1.29, Crackers 1.79, Crisps 2.19, Salted nuts 3.29, Trail mix 5.79
Sweets: Fruit gums 1.19, Biscuits 1.99, Chocolate 2.29, Ice cream 4.49, Pralines 8.49
Vegetables: Carrots 1.29, Onions 1.49, Lettuce 1.79, Tomatoes 3.29, Asparagus 6.49
Wine: Cider 2.49, Table wine 3.99, White wine 6.49, Red wine 8.49, Sparkling wine 12.99
"""
_BRANDS = ("Almveda", "Brunoka", "Celvane", "Dornelle", "Estrivo", "Fjellby", "Gantoro")
_OWN_BRAND, _OWN_PRICE = "Brinka", 0.7
_COLUMNS = """
customer_id order_id ordered_at product_id product category brand brand_type quantity
amount discount coupon_discount channel store_id is_return returned_order_id
"""
Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Simulation:
    """Hold what a simulated shop exports, and the truth behind it.

    Attributes
    ----------
    order_lines : DataFrame
        One row per product of an order or return, sorted by customer, order and
        product. Instants are UTC without zone, money is euros rounded to cents. A
        return is an order of its own with negative ``quantity`` and ``amount``.
    customers : DataFrame
        One row per customer, those who never ordered included. Two attributes are
        protected: ``age_band``, and ``gender``, which is independent of all else.
    truth : DataFrame
        One row per customer: ``segment`` (1 is the commonest) and ``segment_name`` or
        ``arc_position`` if planted; nine habits; the day they ``joined_on`` and
        silently ``left_on`` (missing: not before the end).
    """

    order_lines: DataFrame
    customers: DataFrame
    truth: DataFrame


def simulate(
    n_customers: int = 1500,
    *,
    structure: Literal["natural", "reproducible", "none"] = "natural",
    n_segments: int = 4,
    start: str | pd.Timestamp = "2024-01-01",
    days: int = 456,
    seed: int = 0,
) -> Simulation:
    """Make a fictional shop's customers and order lines with a known truth.

    Orders are a Poisson process per customer, with weekly and hourly habits and a
    mild season, between the day a customer joins and the day they silently leave.

    Parameters
    ----------
    n_customers : int, default=1500
        Customers, 1 or more; each has about 27 order lines in 456 days.
    structure : {"natural", "reproducible", "none"}, default="natural"
        Separated segments of unequal size; an arc without gaps, which splits the
        same way each time; or one lognormal cloud.
    n_segments : int, default=4
        Segments to plant, 2 to 6; only "natural" uses it.
    start : str or Timestamp, default="2024-01-01"
        First day, from midnight in the shop's own zone, Europe/Berlin.
    days : int, default=456
        Length of the period in days, 1 to 3660.
    seed : int, default=0
        Seed of all chance; the same arguments give identical frames.

    Returns
    -------
    Simulation
        Frames ``order_lines``, ``customers`` and ``truth``.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> shop = simulate(200, n_segments=3, seed=7)
    >>> sorted(shop.truth["segment"].unique().tolist())
    [1, 2, 3]
    """
    _require(structure in _STRUCTURES, "structure", " or ".join(_STRUCTURES), structure)
    _check_whole("n_customers", n_customers, 1, 100_000_000)
    _check_whole("n_segments", n_segments, 2, 6)
    _check_whole("days", days, 1, 3660)
    _check_whole("seed", seed, 0, 2**63 - 1)
    first: Any = pd.to_datetime(start, errors="coerce")
    usable = isinstance(first, pd.Timestamp) and first.tz is None
    usable = usable and first == first.normalize() and 1990 <= first.year <= 2100
    _require(usable, "start", "a day like '2024-01-01' from 1990 to 2100", start)
    first = first.as_unit("us")
    rng = np.random.default_rng(seed)
    truth, tastes = _draw_people(rng, n_customers, structure, n_segments)
    truth = _draw_lifetimes(rng, truth, first, days)
    customers = _draw_customers(rng, truth)
    orders = _draw_orders(rng, truth, first, days)
    lines = _draw_lines(rng, orders["customer"].to_numpy(), truth, tastes)
    orders, lines = _draw_returns(rng, orders, lines, days)
    orders = _complete_orders(rng, orders, truth.merge(customers), first)
    return Simulation(_order_lines(orders, lines), customers, truth)


def _require(met: bool, name: str, rule: str, value: Any) -> None:
    """Refuse a value that breaks its rule."""
    if not met:
        remedy = f"Give {name} such a value."
        raise ValueError(f"{name} must be {rule}, but {value!r} was given. {remedy}")


def _check_whole(name: str, value: Any, low: int, high: int) -> None:
    """Refuse anything but a whole number from low to high."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    within = whole and low <= value <= high
    _require(within, name, f"a whole number from {low} to {high}", value)


@cache
def _habits() -> DataFrame:
    """Return the table of habits, one row a habit."""
    return pd.read_csv(StringIO(_HABITS), sep=r"\s+", index_col="habit")


@cache
def _archetypes() -> tuple[list[str], Array, Array, Array]:
    """Return each segment's name, share, centre on the latent scales and tastes."""
    rows = [line.split("|") for line in _ARCHETYPES.strip().splitlines()]
    shares = np.array([float(r[1]) for r in rows])
    centres = _spread(np.array([r[2].split() for r in rows], dtype=float))
    categories = _catalogue()["category"].unique()
    # In logs: a favourite is bought about seven times as often as another.
    tastes = [1.9 * np.isin(categories, r[3].strip().split(", ")) for r in rows]
    return [r[0].strip() for r in rows], shares, centres, np.array(tastes)


@cache
def _catalogue() -> DataFrame:
    """Return all products by category, then national and private, cheap to dear."""
    rows = []
    for shelf, line in enumerate(_SHELVES.strip().splitlines()):
        category, items = line.split(": ")
        for kind, factor in (("National", 1), ("Private", _OWN_PRICE)):
            for place, item in enumerate(items.split(", ")):
                name, price = item.rsplit(" ", 1)
                brand = _BRANDS[(3 * shelf + place) % 7] if factor == 1 else _OWN_BRAND
                cents = round(float(price) * 100 * factor)
                rows.append((f"{brand} {name}", category, brand, kind, cents))
    table = DataFrame(rows, columns=[*_COLUMNS.split()[4:8], "cents"])
    return table.assign(product_id=_ids("P", np.arange(1, len(rows) + 1), 3))


def _ids(letter: str, numbers: Array, width: int) -> pd.Series:
    """Write numbers as ids of one width, so that they sort as the numbers do."""
    width = max(width, len(str(numbers.max(initial=0))))
    return letter + pd.Series(numbers).astype(str).str.zfill(width)


def _labels(codes: Array, *words: str) -> Any:
    """Turn codes into words; the code after the last word, or -1, is missing."""
    return pd.Series([*words, None]).take(codes).array


def _spread(habits: Any) -> Any:
    """Map habits to the scales on which they are spread: logs and log odds."""
    kind = _habits()["kind"].to_numpy()
    return np.log((habits - (kind == "count")) / (1 - habits * (kind == "share")))


def _unspread(spread: Array) -> Array:
    """Undo `_spread`, rounded: the last bit of exp differs between processors."""
    kind, odds = _habits()["kind"].to_numpy(), np.exp(spread)
    return (odds / (1 + odds * (kind == "share")) + (kind == "count")).round(6)


def _draw_people(
    rng: Generator, n: int, structure: str, n_segments: int
) -> tuple[DataFrame, Array]:
    """Draw the truth about each customer, and their share of each category."""
    table, (names, odds, centres, favourites) = _habits(), _archetypes()
    noise = rng.standard_normal((n, len(table)))
    likes = rng.normal(0, 0.35, (n, favourites.shape[1]))
    segment, position = np.full(n, -1), np.full(n, np.nan)
    if structure == "natural":
        odds = odds[:n_segments] / odds[:n_segments].sum()
        segment = rng.choice(n_segments, size=n, p=odds)
        habits = centres[segment] + table["within"].to_numpy() * noise
        likes += favourites[segment]
    else:
        if structure == "reproducible":
            position = rng.random(n).round(6)
            along, across = np.cos(np.pi * position), np.sin(np.pi * position) - 0.64
            arc = np.outer(along, table["along"]) + np.outer(across, table["across"])
            cloud = 1.2 * arc + 0.2 * noise
        else:
            cloud = rng.standard_normal((n, 1)) * table["common"].to_numpy() + noise
        centre = _spread(table["centre"].to_numpy())
        habits = centre + table["spread"].to_numpy() * cloud
    truth = DataFrame({"customer_id": _ids("C", np.arange(1, n + 1), 5)})
    truth["segment"] = pd.Series(segment + 1, dtype="Int64").where(segment >= 0)
    truth["segment_name"] = _labels(segment, *names)
    truth["arc_position"] = position
    truth[list(table.index)] = _unspread(habits)
    return truth, np.exp(likes) / np.exp(likes).sum(axis=1, keepdims=True)


def _draw_lifetimes(
    rng: Generator, truth: DataFrame, first: Any, days: int
) -> DataFrame:
    """Add the day each customer joins and, if inside the period, leaves."""
    n = len(truth)
    joined = rng.integers(days, size=n)
    earlier = rng.random(n) < _ALREADY_CUSTOMERS
    joined[earlier] = -rng.integers(1, 1096, earlier.sum())
    life = rng.exponential(365 / truth["dropout_per_year"].to_numpy())
    left = np.maximum(joined, 0) + 1 + np.minimum(life, days).astype(int)
    left_on = pd.Series(first + pd.to_timedelta(left, unit="D")).where(left < days)
    joined_on = first + pd.to_timedelta(joined, unit="D")
    return truth.assign(joined_on=joined_on, left_on=left_on)


def _draw_customers(rng: Generator, truth: DataFrame) -> DataFrame:
    """Draw attributes; some follow from the habits, gender from nothing."""
    n = len(truth)
    age = 77 - 2.5 * truth["local_hour"] + 11 * rng.standard_normal(n)
    band = np.where(rng.random(n) < 0.06, 4, np.digitize(age, [30, 45, 60]))
    liking = 0.5 * truth["orders_per_30_days"] + 2 * truth["discount_share"] - 0.7
    member = rng.random(n) < 1 / (1 + np.exp(-liking.to_numpy()))
    gender = rng.choice(4, n, p=[0.52, 0.43, 0.01, 0.04])
    household = 1 + rng.poisson(0.5 * truth["lines_per_order"].to_numpy())
    return truth[["customer_id"]].assign(
        email=truth["customer_id"].str.lower() + "@example.com",
        region=_labels(rng.integers(4, size=n), "North", "East", "South", "West"),
        age_band=_labels(band, "18-29", "30-44", "45-59", "60+"),
        gender=_labels(gender, "female", "male", "diverse"),
        household_size=np.minimum(household, 6),
        loyalty_member=member,
        marketing_consent=rng.random(n) < 0.35 + 0.4 * member,
        signed_up_on=truth["joined_on"],
    )


def _draw_orders(rng: Generator, truth: DataFrame, first: Any, days: int) -> DataFrame:
    """Draw each customer's order days: a Poisson process, thinned to its habits."""
    joined = np.maximum((truth["joined_on"] - first).dt.days.to_numpy(), 0)
    span = (truth["left_on"] - first).dt.days.fillna(days).to_numpy() - joined
    weekend = truth["weekend_share"].to_numpy()
    peak = (1 + _SEASON_SWING) * np.maximum(3.5 * weekend, 1.4 * (1 - weekend))
    tries = rng.poisson(truth["orders_per_30_days"].to_numpy() / 30 * span * peak)
    customer = np.repeat(np.arange(len(truth)), tries)
    day = joined[customer] + np.floor(rng.random(len(customer)) * span[customer])
    date = first + pd.to_timedelta(day, unit="D")
    at_weekend, wish = date.day_of_week.to_numpy() >= 5, weekend[customer]
    pace = np.where(at_weekend, 3.5 * wish, 1.4 * (1 - wish))
    # Busiest in the middle of December, quietest in the middle of June.
    turn = 2 * np.pi * (date.day_of_year.to_numpy() - 349) / 365.25
    pace = pace * (1 + _SEASON_SWING * np.cos(turn))
    kept = rng.random(len(customer)) * peak[customer] < pace
    return DataFrame({"customer": customer[kept], "day": day[kept].astype(int)})


def _draw_lines(
    rng: Generator, who: Array, truth: DataFrame, tastes: Array
) -> DataFrame:
    """Draw the products of each order, given who orders; money in whole cents."""
    extra = rng.poisson(truth["lines_per_order"].to_numpy()[who] - 1)
    order = np.repeat(np.arange(len(who)), 1 + extra)
    product = _draw_products(rng, who[order], truth, tastes)
    # A product drawn twice in one order is one line with a higher quantity.
    size = len(_catalogue())
    key, quantity = np.unique(order * size + product, return_counts=True)
    n, order, product = len(key), key // size, key % size
    quantity = quantity + rng.poisson(0.2, n)
    full = quantity * _catalogue()["cents"].to_numpy()[product]
    reduced = rng.random(n) < truth["discount_share"].to_numpy()[who[order]]
    discount = np.rint(full * reduced * rng.choice([0.1, 0.2, 0.3, 0.4], n))
    coupon = np.rint(discount * rng.choice([0, 0.5, 1], n, p=[0.6, 0.15, 0.25]))
    lines = {"order": order, "product": product, "quantity": quantity}
    lines |= {"amount": full - discount, "discount": discount}
    return DataFrame({**lines, "coupon_discount": coupon})


def _draw_products(
    rng: Generator, who: Array, truth: DataFrame, tastes: Array
) -> Array:
    """Draw one product a line: its category, then own brand or not, then how dear."""
    n, shelves = len(who), tastes.shape[1]
    # One sorted list for all customers: customer i owns the stretch from i to i + 1.
    edges = (np.cumsum(tastes, axis=1) + np.arange(len(tastes))[:, None]).ravel()
    shelf = np.searchsorted(edges, who + rng.random(n)) % shelves
    own = rng.random(n) < truth["private_share"].to_numpy()[who]
    power = 4 ** (1 - 2 * truth["premium_share"].to_numpy())
    place = np.floor(5 * rng.random(n) ** power[who]).astype(int)
    return (2 * shelf + own) * 5 + place


def _draw_returns(
    rng: Generator, orders: DataFrame, lines: DataFrame, days: int
) -> tuple[DataFrame, DataFrame]:
    """Add returns as orders of their own, one to three weeks after the first."""
    back = lines[rng.random(len(lines)) < _RETURNED]
    source, order = np.unique(back["order"], return_inverse=True)
    late = orders["day"].to_numpy()[source] + rng.integers(1, 22, len(source))
    back = back.assign(order=len(orders) + order, discount=0.0, coupon_discount=0.0)
    back[["quantity", "amount"]] *= -1
    returns = orders.iloc[source].assign(day=late, source=source)
    orders = pd.concat([orders.assign(source=-1), returns], ignore_index=True)
    # What would come back after the end has not come back yet.
    orders = orders[orders["day"] < days]
    lines = pd.concat([lines, back[back["order"].isin(orders.index)]])
    return orders, lines


def _complete_orders(
    rng: Generator, orders: DataFrame, people: DataFrame, first: Any
) -> DataFrame:
    """Add ids, the instant in UTC, channel and store to orders and returns."""
    mine, n = people.iloc[orders["customer"]].set_index(orders.index), len(orders)
    hour = mine["local_hour"].to_numpy() + rng.normal(0, 1.4, n)
    # Reflected into 06:00 to 23:00, so that no instant falls into a clock change.
    hour = np.clip(23 - np.abs(17 - np.abs(hour - 6)), 6, 22.999)
    seconds = orders["day"].to_numpy() * 86400 + np.rint(hour * 3600)
    local = first + pd.to_timedelta(seconds, unit="s").as_unit("us")
    instant = local.tz_localize("Europe/Berlin").tz_convert("UTC").tz_localize(None)
    # The stores are closed on Sundays; the web shop is not.
    in_store = (rng.random(n) < mine["store_share"]) & (local.day_of_week != 6)
    place = np.where(in_store, 0, rng.integers(1, 3, n))
    number = np.lexsort((orders["customer"], instant)).argsort() + 1
    ids = _ids("O", number, 6).set_axis(orders.index)
    return orders.assign(
        number=number,
        customer_id=mine["customer_id"],
        order_id=ids,
        ordered_at=instant,
        channel=_labels(place, "store", "web", "app"),
        store_id=("S-" + mine["region"]).where(in_store),
        is_return=orders["source"] >= 0,
        returned_order_id=ids.reindex(orders["source"]).array,
    )


def _order_lines(orders: DataFrame, lines: DataFrame) -> DataFrame:
    """Lay out the lines as the shop would export them."""
    order = orders.loc[lines["order"]].reset_index(drop=True)
    product = _catalogue().iloc[lines["product"]].reset_index(drop=True)
    lines = lines.reset_index(drop=True)
    euros = lines[["amount", "discount", "coupon_discount"]] / 100
    frame = pd.concat([order, product, lines["quantity"], euros], axis=1)
    # Customers and orders are numbered, so that sorting numbers sorts their ids.
    rank = np.lexsort((lines["product"], order["number"], order["customer"]))
    return frame[_COLUMNS.split()].iloc[rank].reset_index(drop=True)
