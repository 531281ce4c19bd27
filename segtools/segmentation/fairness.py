"""Do segments follow who people are? Measured, and shown only for groups large enough.

Protected attributes never build segments; here they are looked at afterwards. Three
figures, none of which is a verdict: how closely segments follow the attribute
(Cramér's V), how well the segmentation variables could guess it (proxy AUC), and how
evenly the favourable segments fall (the four-fifths rule of US employment practice).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.languages import tr
from segtools.schema import ConfigError, DataError
from segtools.segmentation.association import (
    cramers_v,
    four_fifths,
    proxy_auc,
    v_by_chance,
)
from segtools.segmentation.fairness_words import fairness_sentence
from segtools.wording import general, plain

K_MIN = 10
_MOST_GROUPS = 12
COLUMNS = (
    "attribute",
    "n",
    "n_groups",
    "n_hidden",
    "cramers_v",
    "low",
    "high",
    "by_chance",
    "proxy_auc",
    "guessed",
    "four_fifths",
    "least_favoured",
    "sentence",
)


@dataclass(frozen=True)
class Look:
    """How the look at protected attributes is taken.

    Attributes
    ----------
    favourable : collection of str
        Ids of the segments that get what is wanted; empty leaves four-fifths out.
    k_min : int, default=10
        Groups of fewer customers are left out, and only counted.
    n_draws : int, default=1000
        Bootstrap samples of customers for the interval of Cramér's V.
    random_state : int, default=0
    """

    favourable: Collection[str] = ()
    k_min: int = K_MIN
    n_draws: int = 1000
    random_state: int = 0


def fairness_table(
    assigned: pd.DataFrame,
    protected: pd.DataFrame,
    variables: pd.DataFrame,
    look: Look | None = None,
) -> pd.DataFrame:
    """Compare segments with protected attributes.

    Parameters
    ----------
    assigned : DataFrame
        ``customer_id`` and ``segment_id``, each customer once.
    protected : DataFrame
        ``customer_id`` and one column an attribute; unknown values are missing.
        Numbers of more than 12 values, such as ages, become four bands of equal size.
    variables : DataFrame
        ``customer_id`` and the features that build the segments.
    look : Look, optional
        Favourable segments, disclosure limit, draws and seed.

    Returns
    -------
    DataFrame
        One row an attribute. ``n`` customers in the ``n_groups`` that are large
        enough, ``n_hidden`` smaller groups; ``cramers_v`` (0 to 1) with its 95 %
        bootstrap interval ``low`` and ``high`` (percentiles) and ``by_chance``, what
        it would be about if segments had nothing to do with the attribute;
        ``proxy_auc``, cross-fitted, of the group that is ``guessed`` best;
        ``four_fifths``, the smallest share of a group in favourable segments over the
        largest, and the ``least_favoured`` group; and a ``sentence``. Figures are
        missing where fewer than two groups are large enough.

    Raises
    ------
    ConfigError
        If a favourable segment is none of the segments.
    DataError
        If a customer stands in a table twice, or the tables share none.

    Examples
    --------
    >>> ids = [f"c{i}" for i in range(40)]
    >>> assigned = pd.DataFrame({"customer_id": ids, "segment_id": ["S01", "S02"] * 20})
    >>> protected = pd.DataFrame({"customer_id": ids, "gender": ["f", "m"] * 20})
    >>> variables = pd.DataFrame({"customer_id": ids, "n_orders": [1.0, 1.0] * 20})
    >>> found = fairness_table(assigned, protected, variables, Look(["S01"]))
    >>> found[["cramers_v", "proxy_auc", "four_fifths"]].values.tolist()
    [[1.0, 0.5, 0.0]]
    """
    look = look or Look()
    _refuse(assigned, protected, variables, look)
    people, numbers = _by_customer(protected), _by_customer(variables)
    segments = _by_customer(assigned)["segment_id"]
    both = segments.index.intersection(people.index)
    if both.empty:
        raise DataError(
            "assigned and protected must share customers, but none of "
            f"{len(assigned):,} and {len(protected):,} is in both. Use the same "
            "customer_id in both."
        )
    # In an order of the customers' own, so that the order of rows changes nothing.
    ids = sorted(both, key=lambda i: hashlib.sha256(i.encode()).hexdigest())
    X = numbers.reindex(ids)[sorted(numbers.columns)].to_numpy(float)
    rows = [
        _row(str(a), people.loc[ids, a], segments.loc[ids], X, look)
        for a in people.columns
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _by_customer(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index(frame["customer_id"].astype(str)).drop(columns="customer_id")


def _refuse(
    assigned: pd.DataFrame, protected: pd.DataFrame, variables: pd.DataFrame, look: Look
) -> None:
    named = {"assigned": assigned, "protected": protected, "variables": variables}
    for name, frame in named.items():
        twice = int(frame["customer_id"].duplicated().sum())
        if twice:
            raise DataError(
                f"{name} must hold each customer once, but {twice:,} of {len(frame):,} "
                "rows repeat one. Build one row a customer."
            )
    unknown = sorted(set(look.favourable) - set(assigned["segment_id"]))
    if unknown:
        raise ConfigError(
            f"favourable must name segments, but {unknown} are none. "
            f"The segments are {sorted(assigned['segment_id'].unique())}."
        )


def banded(values: pd.Series) -> pd.Series:
    """Make groups of an attribute; many-valued numbers become four equal bands.

    Examples
    --------
    >>> banded(pd.Series(range(20))).value_counts().tolist()
    [5, 5, 5, 5]
    """
    cuts = _cuts(values)
    if not cuts:
        return values.map(lambda v: None if pd.isna(v) else plain(v)).astype(object)
    names = list(_bands(cuts))
    code = np.searchsorted(cuts, values.to_numpy(float), side="left")
    found = pd.Series([names[i] for i in code], index=values.index, dtype=object)
    return found.where(values.notna())


def _cuts(values: pd.Series) -> list[float]:
    """Give the cuts of an attribute that is to be banded; none of another."""
    if not pd.api.types.is_numeric_dtype(values) or values.nunique() <= _MOST_GROUPS:
        return []
    known = values.dropna().to_numpy(float)
    quarters = np.quantile(known, [0.25, 0.5, 0.75], method="inverted_cdf")
    return sorted({float(c) for c in quarters})


def _bands(cuts: list[float]) -> dict[str, str]:
    """Name the bands, and say these names.

    Groups are told apart and ordered by their names, which hence are the same in
    every language.
    """
    if not cuts:
        return {}
    last = cuts[-1]
    upper = {f"up to {c:.6g}": tr("up to {value}", value=general(c)) for c in cuts}
    return upper | {f"above {last:.6g}": tr("above {value}", value=general(last))}


def _row(
    attribute: str,
    values: pd.Series,
    segments: pd.Series,
    X: NDArray[np.float64],
    look: Look,
) -> dict[str, Any]:
    groups, said = banded(values), _bands(_cuts(values))
    sizes = groups.value_counts()
    large = sorted(sizes.index[sizes >= look.k_min])
    shown = groups.isin(large).to_numpy()
    row: dict[str, Any] = dict.fromkeys(COLUMNS, np.nan) | {
        "attribute": attribute,
        "n": int(shown.sum()),
        "n_groups": len(large),
        "n_hidden": int((sizes < look.k_min).sum()),
        "guessed": None,
        "least_favoured": None,
    }
    if len(large) >= 2:
        own, theirs = groups[shown], segments[shown]
        table = pd.crosstab(own, theirs).to_numpy()
        row |= {"cramers_v": cramers_v(table), "by_chance": v_by_chance(table)}
        row["low"], row["high"] = _interval(table, look)
        row["proxy_auc"], row["guessed"] = proxy_auc(
            own.to_numpy(), X[shown], look.random_state
        )
        favoured = theirs.isin(list(look.favourable))
        if look.favourable:
            row["four_fifths"], row["least_favoured"] = four_fifths(own, favoured)
    for name in ("guessed", "least_favoured"):
        row[name] = said.get(row[name], row[name])
    return row | {"sentence": fairness_sentence(row, look.k_min)}


def _interval(table: NDArray[Any], look: Look) -> tuple[float, float]:
    """Draw customers again; drawing cells by their shares is the same."""
    rng = np.random.default_rng(look.random_state)
    n = int(table.sum())
    draws = rng.multinomial(n, table.ravel() / n, size=look.n_draws)
    found = [cramers_v(d.reshape(table.shape)) for d in draws]
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)
