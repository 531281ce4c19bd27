"""A shop with four planted kinds of customers, and eight groups dealt by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import ibis
import numpy as np
import pandas as pd

from segtools.features.build import collect, features_at, supported, variables
from segtools.features.catalogue import Window
from segtools.features.describe import catalogue_record
from segtools.features.shop import Shop
from segtools.profiles.cells import shown
from segtools.profiles.claim import Claim, p_values
from segtools.profiles.matching import matches
from segtools.profiles.profile import Segmented, bought_profile
from segtools.profiles.statements import all_claims
from segtools.schema import MONEY
from segtools.simulate import simulate

__all__ = [
    "CURRENCY",
    "POSTER",
    "SEGMENT",
    "Gallery",
    "Statement",
    "beyond",
    "counted",
    "left_over",
    "looked_at",
    "open_shop",
    "segment_id",
]

CURRENCY = "EUR"
BY_CHANCE = 0.05
N_CUSTOMERS, N_DAYS, WINDOW_DAYS = 900, 300, 180
AS_OF = pd.Timestamp("2024-10-27")
COLOURS = ("Lilac", "Amber", "Coral", "Olive", "Slate", "Teal", "Ochre", "Rose")
SEGMENT = "Evening treats"


@dataclass(frozen=True)
class Statement:
    """A sentence on a poster, and what in the data would tell whether it is so.

    Attributes
    ----------
    letter, text : str
    asked : mapping or None
        What to look up, as statements of `build_personas` carry it; None where no
        table could ever tell.
    """

    letter: str
    text: str
    asked: Mapping[str, Any] | None = None


def _feature(column: str, op: str, value: float) -> dict[str, Any]:
    return {"table": "features", "column": column, "op": op, "value": value}


def _attribute(column: str, value: str) -> dict[str, Any]:
    return {"table": "customers", "column": column, "op": "eq", "value": value}


def _bought(value: str) -> dict[str, Any]:
    asked = {"table": "order_lines", "column": "category", "op": "bought"}
    return asked | {"value": value, "window_days": WINDOW_DAYS}


# What hangs on the wall, put together in a meeting.
POSTER = (
    Statement(
        "a",
        "Order after 18:00, more often than not",
        _feature("evening_share", "ge", 0.5),
    ),
    Statement("b", "Buy wine", _bought("Wine")),
    Statement("c", "Are members of the club", _attribute("loyalty_member", "True")),
    Statement("d", "Pay 8 euros or more per order", _feature("basket_mean", "ge", 8)),
    Statement("e", "Live in the north", _attribute("region", "North")),
    Statement("f", "Come into a store now and then", _feature("n_stores", "ge", 1)),
    Statement("g", "Want to treat themselves after a long day"),
)


@dataclass(frozen=True, eq=False)
class Gallery:
    """The shop by its planted kinds, and by eight groups that chance has dealt.

    Attributes
    ----------
    segments : Segmented
        Everybody's segment is the kind that was planted.
    dealt : Segmented
        The same shop, its customers dealt into eight groups like a pack of cards.
    """

    segments: Segmented
    dealt: Segmented

    @cached_property
    def kind(self) -> pd.Series:
        """Each customer's kind, by ``customer_id``."""
        return self.segments.segments.set_index("customer_id")["segment"]

    @cached_property
    def lines(self) -> pd.DataFrame:
        """What was bought in the window, one row a product; no returns."""
        frame = self.segments.shop.tables["order_lines"].to_pandas()
        begin = pd.Timestamp(self.segments.window.start, unit="s")
        when = frame["ordered_at"]
        kept = (when >= begin) & (when < AS_OF) & ~frame["is_return"]
        return frame.loc[kept, ["customer_id", "order_id", "category", "product"]]

    @cached_property
    def dealt_claims(self) -> list[Claim]:
        """Every statement about the eight groups that the data allows."""
        return looked_at(self.dealt)

    @cached_property
    def striking(self) -> str:
        """The group of the eight that seems to differ most from everyone."""
        found = pd.Series([c.segment_id for c in beyond(self.dealt_claims, None)])
        most = found.value_counts().sort_index().idxmax()
        names = self.dealt.segments.drop_duplicates("segment_id")
        return str(names.set_index("segment_id").loc[most, "segment"])


@cache
def open_shop(seed: int) -> Gallery:
    """Make the shop, its features, and both ways to part its customers."""
    made = simulate(N_CUSTOMERS, days=N_DAYS, seed=seed)
    tables = {
        "order_lines": typed(made.order_lines),
        "customers": ibis.memtable(made.customers),
    }
    shop = Shop(tables, "Europe/Berlin")
    window = Window(int(AS_OF.timestamp()), WINDOW_DAYS)
    known, missing = supported(shop)
    known = variables(known, [])
    frame = collect(features_at(shop, window, known, with_customers=True))
    entries = catalogue_record(known, missing, shop, window)["features"]
    ids = frame["customer_id"]
    kinds = made.truth.set_index("customer_id")["segment_name"]
    own = segments_of(ids, kinds.reindex(ids).to_numpy(str))
    data = Segmented(shop, window, frame, own, entries)
    cards = np.random.default_rng([8, seed]).permutation(len(ids)) % len(COLOURS)
    dealt = segments_of(ids, np.array(COLOURS)[cards])
    return Gallery(data, replace(data, smallest_cell=5, segments=dealt))


def typed(lines: pd.DataFrame) -> Any:
    """Give order lines as a cleaned table has them: money exact, times typed."""
    table = ibis.memtable(lines)
    money = [c for c in ("amount", "discount", "coupon_discount") if c in table.columns]
    cast = {c: table[c].cast(MONEY) for c in money}
    return table.mutate(**cast, ordered_at=table.ordered_at.cast("timestamp"))


def segments_of(customers: pd.Series, names: np.ndarray) -> pd.DataFrame:
    """Give what ``segments.parquet`` would hold: the largest segment first."""
    sizes = pd.Series(names).value_counts()
    place = {name: f"S{i:02d}" for i, name in enumerate(sorted(sizes.index), 1)}
    frame = pd.DataFrame({"customer_id": customers.to_numpy(), "segment": names})
    return frame.assign(segment_id=frame["segment"].map(place), confidence=np.nan)


def beyond(claims: Sequence[Claim], rate: float | None) -> list[Claim]:
    """Keep what is beyond chance, with false discoveries controlled or not.

    Parameters
    ----------
    claims : sequence of Claim
        All that were looked at.
    rate : float or None
        Share of what is kept that may be chance; None keeps every claim that chance
        alone would give in one of twenty cases, however many were looked at.

    Returns
    -------
    list of Claim
        Those furthest from everyone first.
    """
    from scipy import stats  # a second to import

    chance = p_values(claims)
    if rate is not None:
        chance = stats.false_discovery_control(chance)
    limit = BY_CHANCE if rate is None else rate
    kept = [c for c, p in zip(claims, chance, strict=True) if p <= limit]
    return sorted(kept, key=lambda c: (-abs(c.share - c.base_share), c.text))


def looked_at(data: Segmented) -> list[Claim]:
    """List every statement about every segment that the data allows to be asked.

    To those of `build_personas` come all products, as in a team that looks at
    everything.
    """
    claims = [*all_claims(data, CURRENCY), *_products(data)]
    return [c for c in claims if 0 < c.base_holders < c.base_n]


def _products(data: Segmented) -> list[Claim]:
    rows = bought_profile(data, "product", most=100)
    everyone = len(data.segments)
    asked = {"table": "order_lines", "column": "product", "op": "bought"}
    return [
        Claim(
            segment_id=str(row.segment_id),
            topic="interest",
            text=f"Bought {row.name}",
            holders=int(row.buyers),
            n=int(row.n),
            base_holders=round(row.base_value * everyone),
            base_n=everyone,
            computation=asked | {"value": row.name, "window_days": data.window.days},
        )
        for row in shown(rows).itertuples(index=False)
    ]


def segment_id(data: Segmented, name: str) -> str:
    """Give the id of the segment of that name."""
    known = data.segments.drop_duplicates("segment").set_index("segment")["segment_id"]
    return str(known[name])


def counted(gallery: Gallery) -> pd.DataFrame:
    """Count of whom each sentence of the poster is true, in its segment and in all."""
    from scipy import stats  # a second to import

    true_of = holders(gallery.segments, POSTER)
    own = (gallery.kind == SEGMENT).reindex(true_of.index)
    rows: list[tuple[Any, ...]] = []
    for said in POSTER:
        if said.asked is None:
            rows.append((said.letter, said.text, *[np.nan] * 4))
            continue
        true = true_of[said.letter]
        test = stats.binomtest(int(true[own].sum()), int(own.sum()))
        ends = test.proportion_ci(method="wilson")
        shares = test.statistic, ends.low, ends.high, float(true.mean())
        rows.append((said.letter, said.text, *shares))
    names = ["Letter", "Sentence", "Segment", "Low", "High", "Everyone"]
    found = pd.DataFrame(rows, columns=names)
    found.attrs["formats"] = dict.fromkeys(names[2:], "percent")
    return found


def left_over(gallery: Gallery) -> pd.DataFrame:
    """Count who is left in the segment as sentences are added one by one."""
    asked = [s for s in POSTER if s.asked]
    true_of = holders(gallery.segments, POSTER)
    own = true_of[(gallery.kind == SEGMENT).reindex(true_of.index)]
    steps = own[[s.letter for s in asked]].cumprod(axis=1).sum()
    texts = [SEGMENT, *(s.text for s in asked)]
    return pd.DataFrame({"Sentence": texts, "Customers": [len(own), *steps]})


def holders(data: Segmented, statements: Sequence[Statement]) -> pd.DataFrame:
    """Say for each customer which statements hold, one column a letter."""
    asked = {s.letter: dict(s.asked) for s in statements if s.asked}
    everyone = pd.Index(data.segments["customer_id"])
    columns = {
        letter: everyone.isin(next(iter(matches(data, [one]).values())))
        for letter, one in asked.items()
    }
    return pd.DataFrame(columns, everyone)
