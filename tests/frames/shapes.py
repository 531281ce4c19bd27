"""One log of orders, written as many systems and libraries would write it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

ZONE = "Europe/Berlin"
# Small, so that an answer takes a second or two; forced, since it is far too small.
SETTINGS: dict[str, Any] = {
    "as_of": "2024-11-30",
    "currency": "EUR",
    "force_segments": True,
    "method": "goal",
    "n_segments": 3,
}


def log(n: int = 420, customers: int = 60, seed: int = 7) -> pd.DataFrame:
    """Give made-up orders: whole ids, local times to the minute, money in cents."""
    rng = np.random.default_rng(seed)
    minutes = np.sort(rng.choice(690 * 24 * 60, n, replace=False))
    who = rng.zipf(1.5, n) % customers + 101
    cents = rng.integers(300, 9_000, n) * (1 + (who % 3 == 0))
    return pd.DataFrame(
        {
            "who": who,
            "order": np.arange(n) + 5_000,
            # Never in the hour that a clock change skips or repeats.
            "when": pd.Timestamp("2023-01-09")
            + pd.to_timedelta(minutes // 1440, unit="D")
            + pd.to_timedelta(minutes % 1020 + 300, unit="min"),
            "cents": cents,
        }
    )


def plain(rows: pd.DataFrame) -> pd.DataFrame:
    """The contract's own names, whole ids, times without a zone."""
    return pd.DataFrame(
        {
            "customer_id": rows["who"],
            "order_id": rows["order"],
            "ordered_at": rows["when"],
            "amount": rows["cents"] / 100,
        }
    )


def german(rows: pd.DataFrame) -> pd.DataFrame:
    """German headers, ids as text, ISO text for times, Decimal objects."""
    return pd.DataFrame(
        {
            "Beleg-Nr.": "B" + rows["order"].astype(str),
            "Belegnummer": "B" + rows["order"].astype(str),
            "Kunden-Nr": rows["who"].astype(str),
            "Datum": rows["when"].dt.strftime("%Y-%m-%d %H:%M"),
            "Betrag": [Decimal(int(c)) / 100 for c in rows["cents"]],
            "Stadt <b>": "Köln $x$",
        }
    )


def aware(rows: pd.DataFrame) -> pd.DataFrame:
    """Arrow-backed columns, times of another zone, categories as ids."""
    moments = rows["when"].dt.tz_localize(ZONE).dt.tz_convert("America/New_York")
    made = pd.DataFrame(
        {
            "Household ID": rows["who"],
            "Basket ID": rows["order"].astype(str),
            "Transaction Timestamp": moments,
            "Sales Value": [f"{c / 100:.2f}" for c in rows["cents"]],
        }
    ).convert_dtypes(dtype_backend="pyarrow")
    return made.assign(**{"Household ID": rows["who"].astype("category")})


def indexed(rows: pd.DataFrame) -> pd.DataFrame:
    """Customer and order in a MultiIndex, two rows an order, nullable money."""
    halves = [rows.assign(cents=rows["cents"] // 2)]
    halves.append(rows.assign(cents=rows["cents"] - rows["cents"] // 2))
    # Apart by a cent, or the second half would be a copy of the first.
    halves[0]["cents"] += 1
    halves[1]["cents"] -= 1
    both = pd.concat(halves)
    index = pd.MultiIndex.from_arrays(
        [pd.Categorical(both["who"].astype(str)), both["order"]],
        names=["Client", "Order No"],
    )
    return pd.DataFrame(
        {
            "Created at": both["when"].dt.tz_localize(ZONE).dt.tz_convert("UTC").array,
            "Total paid": (both["cents"] / 100).astype("Float64").array,
        },
        index=index,
    )


def objects(rows: pd.DataFrame) -> pd.DataFrame:
    """Objects: ids with missing ones as floats, times with and without a zone."""
    local = rows["when"].dt.tz_localize(ZONE)
    mixed = [
        (t if i % 2 else t.tz_localize(None)).to_pydatetime()
        for i, t in enumerate(local)
    ]
    return pd.DataFrame(
        {
            "USER_ID": rows["who"].astype("float64"),
            "purchase_date": pd.Series(mixed, dtype=object),
            "invoice": rows["order"].astype("Int64"),
            "price": [f"€ {c / 100:,.2f}" for c in rows["cents"]],
        }
    )


def nameless(rows: pd.DataFrame) -> pd.DataFrame:
    """An index of times without a name, columns in odd order, no order id at all."""
    return pd.DataFrame(
        {"umsatz": (rows["cents"] / 100).to_numpy(), "Kunde": rows["who"].to_numpy()},
        index=pd.DatetimeIndex(rows["when"]).rename(None),
    )


SIX: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "plain": plain,
    "german": german,
    "aware": aware,
    "indexed": indexed,
    "objects": objects,
    "nameless": nameless,
}
