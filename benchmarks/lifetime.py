"""Show whether the lifetime models' intervals hold, and what fits cost.

    .venv/bin/python benchmarks/lifetime.py [--peer-python PATH]

Three parts: how often the bootstrap's 95 % interval holds the truth in simulated cases;
how long a BG/NBD fit takes against `lifetimes` 0.11.3, which `--peer-python` must have;
and how much memory it takes to fit and score a million customers.

Truth is the number of purchases that the model with its true parameters expects of the
customers of the case, given their histories. The estimate is what the fitted model
expects of the same customers: the interval answers for the parameters, not for the luck
of what is then bought.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from segtools.features.lifetime.bg_nbd import BgNbd
from segtools.features.lifetime.bootstrap import bootstrap_intervals
from segtools.features.lifetime.histories import Histories
from segtools.features.lifetime.mbg_nbd import MbgNbd
from segtools.features.lifetime.pareto_nbd import ParetoNbd
from segtools.features.lifetime.purchase_model import PurchaseModel

# CDNOW's parameters, in weeks; customers joined in the first 12 of 39 weeks.
TRUE = {
    "bg_nbd": (BgNbd(0.243, 4.414, 0.793, 2.426, unit="weeks"), BgNbd.fit),
    "mbg_nbd": (MbgNbd(0.525, 6.183, 0.891, 1.614, unit="weeks"), MbgNbd.fit),
    "pareto_nbd": (ParetoNbd(0.553, 10.58, 0.606, 11.67, unit="weeks"), ParetoNbd.fit),
}
HORIZON = 39.0
PEER = """
import time, warnings
import pandas as pd
warnings.simplefilter("ignore")
from lifetimes import BetaGeoFitter
from lifetimes.datasets import load_cdnow_summary
data = load_cdnow_summary()
def fit():
    start = time.perf_counter()
    BetaGeoFitter().fit(data["frequency"], data["recency"], data["T"])
    return time.perf_counter() - start
fit()
print(*(fit() for _ in range(7)))
data[["frequency", "recency", "T"]].to_csv(PATH, index=False)
"""


def draw_histories(
    model: PurchaseModel, age: np.ndarray, ahead: float, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw customers as a model says they behave, one row each.

    Gives ``frequency``, ``recency`` and ``age`` at the end of observation, and
    ``later``: the purchases in the time `ahead` that follows.
    """
    n = len(age)
    rate = rng.gamma(model.r, 1 / model.alpha, n)
    leaves, stays = _leaving(model, rng, n)
    at, active = np.zeros(n), stays(np.ones(n, dtype=bool))
    x, last, later = np.zeros(n), np.zeros(n), np.zeros(n)
    while active.any():
        with np.errstate(divide="ignore", over="ignore"):
            at = at + rng.exponential(1.0, n) / rate
        active &= (at <= age + ahead) & (at <= leaves)
        early = active & (at <= age)
        x[early] += 1
        last[early] = at[early]
        later[active & ~early] += 1
        active = stays(active)
    columns = {"frequency": x, "recency": last, "age": age, "later": later}
    return pd.DataFrame(columns)


def _leaving(model, rng, n):
    """Give when customers leave by the clock, and who stays after a purchase."""
    if isinstance(model, ParetoNbd):
        hazard = rng.gamma(model.s, 1 / model.beta, n)
        with np.errstate(divide="ignore", over="ignore"):
            return rng.exponential(1.0, n) / hazard, lambda active: active
    chance = rng.beta(model.a, model.b, n)
    first = [isinstance(model, BgNbd)]  # where the first purchase drives nobody away

    def stays(active):
        if first and first.pop():
            return active
        return active & (rng.random(n) >= chance)

    return np.full(n, np.inf), stays


def cases(name: str, n_cases: int, n: int, n_draws: int) -> Iterator[pd.DataFrame]:
    """Give for each case the intervals, with the truth beside them."""
    true, fit = TRUE[name]
    for seed in range(n_cases):
        rng = np.random.default_rng(seed)
        age = rng.integers(27 * 7, 39 * 7, n) / 7  # they joined on some day
        drawn = draw_histories(true, age, HORIZON, rng)
        data = Histories.of(drawn["frequency"], drawn["recency"], drawn["age"])
        found = fit(data.frequency, data.recency, data.age, data.weights, unit="weeks")
        if found.model is None:
            yield pd.DataFrame()
            continue
        asked = {
            "purchases of the customers in 39 weeks": lambda m, data=data: (
                m.expected_total(HORIZON, data)
            ),
            "repeat purchases of a new one in 39 weeks": lambda m: float(
                m.expected_purchases_of_new(HORIZON)
            ),
        } | {
            f"parameter {name}": lambda m, name=name: m.parameters[name]
            for name in true.names
        }
        table = bootstrap_intervals(found, asked, n_draws=n_draws, seed=seed)
        yield table.assign(truth=[f(true) for f in asked.values()], ok=found.ok)


def show_coverage(name: str, n_cases: int, n: int, n_draws: int) -> None:
    start = time.perf_counter()
    tables = [t.rename_axis("quantity") for t in cases(name, n_cases, n, n_draws)]
    missing = sum(t.empty for t in tables)
    every = pd.concat([t for t in tables if not t.empty])
    every["held"] = (every["low"] <= every["truth"]) & (every["truth"] <= every["high"])
    every["below"] = every["high"] < every["truth"]
    every["above"] = every["truth"] < every["low"]
    every["bias"] = every["estimate"] / every["truth"] - 1
    by = every.groupby(level=0, sort=False)
    told = by[["held", "below", "above", "ok"]].mean().assign(bias=by["bias"].median())
    print(
        f"\n{TRUE[name][0].title}: {n_cases} cases of {n:,} customers, {n_draws} draws "
        f"each, {missing} without a fit, fewest draws {every['n_draws'].min()} "
        f"({time.perf_counter() - start:,.0f} s)"
    )
    print("held: truth in the 95 % interval; below, above: interval lies so of it")
    print(told.round(3).to_string())


def show_speed(peer: str) -> None:
    """Fit CDNOW here and with the peer, by turns on one machine."""
    theirs, ours = [], []
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "cdnow.csv")
        for _ in range(3):
            theirs += _times_of_peer(peer, path)
            data = pd.read_csv(path)
            BgNbd.fit(data["frequency"], data["recency"], data["T"])  # warms up
            for _ in range(7):
                start = time.perf_counter()
                BgNbd.fit(data["frequency"], data["recency"], data["T"])
                ours.append(time.perf_counter() - start)
    mine, other = np.median(ours), np.median(theirs)
    print(
        f"\nBG/NBD on {len(data):,} customers, median of 21: {mine:.3f} s from four "
        f"starts, lifetimes {other:.3f} s: ratio {mine / other:.2f} (limit 3)"
    )


def _times_of_peer(peer: str, path: str) -> list[float]:
    code = PEER.replace("PATH", repr(path))
    run = subprocess.run([peer, "-c", code], capture_output=True, text=True, check=True)
    return [float(t) for t in run.stdout.split()]


def show_million(n: int, whole_days: bool) -> None:
    """Fit and score many customers; run in a process of its own, for its memory."""
    rng = np.random.default_rng(7)
    true = BgNbd(0.243, 30.9, 0.793, 2.426)
    age = rng.uniform(1, 700, n)
    drawn = draw_histories(true, np.floor(age) if whole_days else age, 0.0, rng)
    recency = np.floor(drawn["recency"]) if whole_days else drawn["recency"]
    columns = (np.array(drawn["frequency"]), np.array(recency), np.array(drawn["age"]))
    del drawn, recency
    before = _peak()
    start = time.perf_counter()
    found = BgNbd.fit(*columns)
    fitted = time.perf_counter()
    active = found.model.probability_active(*columns)
    orders = found.model.expected_purchases(365, *columns)
    end = time.perf_counter()
    kind = "whole days" if whole_days else "times to the second"
    print(
        f"{n:,} customers, {kind}: fitted in {fitted - start:.1f} s, scored in "
        f"{end - fitted:.1f} s, peak memory {_peak():,.0f} MB (limit 2,000; "
        f"{before:,.0f} before the fit); {orders.sum():,.0f} orders, "
        f"{active.mean():.1%} active, {found.model.parameters}"
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--models", nargs="*", default=["bg_nbd"], choices=list(TRUE))
    parser.add_argument("--peer-python", help="a Python that has lifetimes 0.11.3")
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--many-only", choices=["days", "seconds"])
    args = parser.parse_args()
    if args.many_only:
        return show_million(args.many, args.many_only == "days")
    if args.peer_python:
        show_speed(args.peer_python)
    if args.many:
        for kind in ("days", "seconds"):
            ask = [sys.executable, __file__, "--many", str(args.many)]
            subprocess.run([*ask, "--many-only", kind], check=True)
    for name in args.models if args.cases else []:
        show_coverage(name, args.cases, args.customers, args.draws)
    return None


if __name__ == "__main__":
    main()
