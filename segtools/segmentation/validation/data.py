"""Small public data whose figures are printed, typed in: facts and their sources."""

from __future__ import annotations

from importlib.util import find_spec
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

_RUSPINI_X = """4 5 10 9 13 13 12 15 18 19 22 27 28 24 27 28 30 31 32 36 28 32 35 33 38
41 38 38 32 34 44 44 44 46 47 49 50 53 52 55 54 60 63 86 85 85 78 74 97 98 98 99 99 101
108 110 108 111 115 117 70 77 83 61 69 78 66 58 64 69 66 61 76 72 64"""
_RUSPINI_Y = """53 63 59 77 49 69 88 75 61 65 74 72 76 58 55 60 52 60 61 72 147 149 153
154 151 150 145 143 143 141 156 149 143 142 149 152 142 144 152 155 124 136 139 132 115
96 94 96 122 116 124 119 128 115 111 111 116 126 117 115 4 12 21 15 15 16 18 13 20 21 23
25 27 31 30"""
_FACULTY = """30 33 35 36 36 36 37 37 39 39 39 39 39 40 40 40 40 41 42 43 43 43 44 44
45 45 46 47 47 48 48 48 49 50 50 51 52 52 53 53 53 53 53 54 54 57 57 59 60 60 60 61 61
61 61 62 62 62 62 63 66 70 72"""
_FLOWERS = [
    *((0, 1, 1, 4, 3, 15, 25, 15), (1, 0, 0, 2, 1, 3, 150, 50)),
    *((0, 1, 0, 3, 3, 1, 150, 50), (0, 0, 1, 4, 2, 16, 125, 50)),
    *((0, 1, 0, 5, 2, 2, 20, 15), (0, 1, 0, 4, 3, 12, 50, 40)),
    *((0, 0, 0, 4, 3, 13, 40, 20), (0, 0, 1, 2, 2, 7, 100, 15)),
    *((1, 1, 0, 3, 1, 4, 25, 15), (1, 1, 0, 5, 2, 14, 100, 60)),
    *((1, 1, 1, 5, 3, 8, 45, 10), (1, 1, 1, 1, 2, 9, 90, 25)),
    *((1, 1, 0, 1, 2, 6, 20, 10), (1, 1, 1, 4, 2, 11, 80, 30)),
    *((1, 0, 0, 3, 2, 10, 40, 20), (1, 0, 0, 4, 2, 18, 200, 60)),
    *((1, 0, 0, 2, 2, 17, 150, 60), (0, 0, 1, 2, 1, 5, 25, 10)),
]
# How often each pattern of answers was given, the last question turning fastest.
_CROSSED = {
    "values": ((2, 2, 2, 2), "42 23 6 25 6 24 7 38 1 4 1 6 2 9 2 20"),
    "cheating": ((2, 2, 2, 2), "207 46 7 5 13 4 1 2 10 3 1 2 11 4 1 2"),
    "gss82": (
        (3, 2, 2, 3),
        "419 35 2 71 25 5 270 25 4 42 16 5 23 4 1 6 2 0 43 9 2 9 3 2 26 3 0 1 2 0 85 "
        "23 6 13 12 8",
    ),
}
# Of 128 possible patterns only these occurred.
_CARCINOMA = """0000000:34 0000100:2 0100000:6 0100001:1 0100100:4 0100101:5 1000000:2
1010101:1 1100000:2 1100001:1 1100100:2 1100101:7 1100111:1 1101001:1 1101101:2
1101111:3 1110101:13 1110111:5 1111101:10 1111111:16"""


def ruspini() -> Array:
    """Give 75 points in the plane, four groups of 23, 20, 17 and 15 (Ruspini 1970).

    Examples
    --------
    >>> ruspini().sum(axis=0).tolist()
    [4116.0, 6902.0]
    """
    return np.column_stack([_RUSPINI_X.split(), _RUSPINI_Y.split()]).astype(float)


def iris() -> Array:
    """Give four measures of 150 flowers in centimetres (Fisher 1936).

    Examples
    --------
    >>> iris().shape
    (150, 4)
    """
    from sklearn.datasets import load_iris

    return np.asarray(load_iris().data, dtype=float)


def wine() -> Array:
    """Give thirteen measures of 178 wines, standardised (Forina et al. 1986).

    The standard deviation divides by n - 1, as R's ``scale`` does.

    Examples
    --------
    >>> wine().std(axis=0, ddof=1).round(9).tolist() == [1.0] * 13
    True
    """
    from sklearn.datasets import load_wine

    X = np.asarray(load_wine().data, dtype=float)
    return np.asarray((X - X.mean(axis=0)) / X.std(axis=0, ddof=1))


def faculty() -> Array:
    """Give how students rated 63 members of a faculty (``statfaculty`` of R's diptest).

    Examples
    --------
    >>> len(faculty())
    63
    """
    return np.array(_FACULTY.split(), dtype=float)


def flowers() -> pd.DataFrame:
    """Give eight properties of 18 garden flowers (Struyf, Hubert & Rousseeuw 1996).

    Examples
    --------
    >>> list(flowers())  # doctest: +NORMALIZE_WHITESPACE
    ['winters', 'shadow', 'tubers', 'colour', 'soil', 'preference', 'height',
     'distance']
    """
    names = ["winters", "shadow", "tubers", "colour"]
    names += ["soil", "preference", "height", "distance"]
    return pd.DataFrame(_FLOWERS, columns=names)


def answers(name: str) -> pd.DataFrame:
    """Give a printed table of answers, written out as one row a person.

    Parameters
    ----------
    name : str
        ``values`` (216 students; Stouffer & Toby 1951), ``carcinoma`` (118 slides seen
        by seven pathologists; Landis & Koch 1977, Agresti 2002), ``cheating`` (319
        students; Dayton 1998) or ``gss82`` (1,202 answers; McCutcheon 1987), the names
        they have in R's poLCA.

    Returns
    -------
    DataFrame
        Codes from 1, a column a question.

    Examples
    --------
    >>> [len(answers(n)) for n in ("values", "carcinoma", "cheating", "gss82")]
    [216, 118, 319, 1202]
    """
    if name == "carcinoma":
        seen = [pattern.split(":") for pattern in _CARCINOMA.split()]
        patterns = np.array([[int(c) + 1 for c in p] for p, _ in seen])
        counts = [int(n) for _, n in seen]
    else:
        levels, given = _CROSSED[name]
        patterns = np.array(list(product(*(range(1, n + 1) for n in levels))))
        counts = [int(n) for n in given.split()]
    rows = np.repeat(patterns, counts, axis=0)
    names = [f"q{j}" for j in range(patterns.shape[1])]
    return pd.DataFrame(rows, columns=names, dtype=float)


def cdnow_orders() -> pd.DataFrame | None:
    """Give all orders of 2,357 customers of a record shop, 1997 to mid-1998, or None.

    The table travels in the wheel of ``lifetimes``, which is read and never imported;
    None where that is not installed.

    Returns
    -------
    DataFrame or None
        ``customer_id``, ``ordered_at`` (a day), ``amount`` (dollars), in file order.

    Examples
    --------
    >>> orders = cdnow_orders()
    >>> orders is None or len(orders) == 6919
    True
    """
    path = _of_lifetimes("CDNOW_sample.txt")
    if path is None:
        return None
    names = ["master_id", "customer_id", "day", "n_discs", "amount"]
    text = {"customer_id": str, "day": str}
    orders = pd.read_csv(path, sep=r"\s+", header=None, names=names, dtype=text)
    orders["ordered_at"] = pd.to_datetime(orders["day"], format="%Y%m%d")
    return orders[["customer_id", "ordered_at", "amount"]]


def cdnow_summary() -> pd.DataFrame | None:
    """Give the summary of CDNOW's first 39 weeks that the papers used, or None.

    Weeks and dollars are rounded to two decimals there, which moves a fitted figure in
    its sixth digit.

    Returns
    -------
    DataFrame or None
        ``customer_id``, ``frequency`` (repeat purchase days), ``recency`` and ``age``
        (weeks), ``monetary`` (mean of the repeats, dollars; 0 without any).

    Examples
    --------
    >>> found = cdnow_summary()
    >>> found is None or found.iloc[0].tolist() == ["0001", 2.0, 30.43, 38.86, 22.35]
    True
    """
    path = _of_lifetimes("cdnow_customers_summary_with_transactions.csv")
    if path is None:
        return None
    found = pd.read_csv(path).astype(float)
    found["ID"] = found["ID"].astype(int).map("{:04d}".format)
    names = ["customer_id", "frequency", "recency", "age", "monetary"]
    return found.set_axis(names, axis=1).sort_values("customer_id", ignore_index=True)


def _of_lifetimes(name: str) -> Path | None:
    spec = find_spec("lifetimes")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "datasets" / name
