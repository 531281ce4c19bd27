"""Latent classes of four printed tables of answers, and Gower's distance of flowers."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd

from segtools.segmentation.gower import gower_distances
from segtools.segmentation.latent_class import LatentClasses, latent_classes
from segtools.segmentation.validation.data import answers, flowers
from segtools.segmentation.validation.printed import (
    POLCA,
    POLCA_RUN,
    R_DAISY,
    Figure,
    compared,
)

_LOG_LIKELIHOODS = {
    "values": {1: "-543.6498", 2: "-504.4677", 3: "-503.3011"},
    "carcinoma": {2: "-317.2568", 3: "-293.7050", 4: "-289.2858"},
    "cheating": {2: "-440.0271"},
    "gss82": {3: "-2754.545"},
}
_MORE = (
    *(("values", 2, "aic", "1026.935"), ("values", 2, "bic", "1057.313")),
    *(("carcinoma", 1, "log_likelihood", "-524.4648"),),
    *(("carcinoma", 2, "bic", "706.0739"), ("carcinoma", 3, "bic", "697.1357")),
    *(("carcinoma", 4, "bic", "726.4629"), ("carcinoma", 4, "aic", "640.5717")),
)
_SHARES = {
    ("values", 2): ("0.721", "0.279"),
    ("carcinoma", 3): ("0.4447", "0.3736", "0.1817"),
    ("gss82", 3): ("0.621", "0.207", "0.172"),
}
# The second-highest top of gss82, in which a single start may end.
_SECOND = "-2755.617"
_DISTANCES = {
    (2, 1): "0.8875408",
    (3, 1): "0.5272467",
    (4, 1): "0.3517974",
    (10, 9): "0.4256127",
}


def latent_class_figures(*, n_starts: int = 40, random_state: int = 1) -> pd.DataFrame:
    """Compare log-likelihoods, criteria and shares of latent classes.

    Parameters
    ----------
    n_starts : int, default=40
    random_state : int, default=1

    Examples
    --------
    >>> latent_class_figures(n_starts=2)["segtools"].iloc[:2].tolist()
    ['-543.64982', '-504.46767']
    """
    fits = {
        (name, k): _fit(name, k, n_starts, random_state)
        for name, by_k in _LOG_LIKELIHOODS.items()
        for k in {1, *by_k}
    }
    manual = [
        _figure(fits, name, k, "log_likelihood", printed)
        for name, by_k in _LOG_LIKELIHOODS.items()
        for k, printed in by_k.items()
    ]
    manual.append(_second_top(n_starts, random_state))
    more = [(wanted[0], _figure(fits, *wanted)) for wanted in _MORE]
    more += [
        (name, Figure(f"{name}, share of class {j} of {k}", printed, weight))
        for (name, k), shares in _SHARES.items()
        for j, (printed, weight) in enumerate(
            zip(shares, fits[name, k].payload["weights"], strict=True), 1
        )
    ]
    manual += [figure for name, figure in more if name != "carcinoma"]
    run = [figure for name, figure in more if name == "carcinoma"]
    tables = [compared(POLCA, manual), compared(POLCA_RUN, run)]
    return pd.concat(tables, ignore_index=True)


def categories() -> pd.DataFrame:
    """Compare Gower's distances of flowers: numbers, ranks and categories together.

    Examples
    --------
    >>> categories()["segtools"].iloc[0]
    '0.88754085'
    """
    frame = flowers()
    named = ["winters", "shadow", "tubers", "colour"]
    found = gower_distances(frame, categories=named, ordinal=["soil", "preference"])
    figures = [
        Figure(f"distance of flowers {a} and {b}", printed, found[a - 1, b - 1])
        for (a, b), printed in _DISTANCES.items()
    ]
    return compared(R_DAISY, figures)


def _fit(name: str, k: int, n_starts: int, seed: int) -> LatentClasses:
    given = answers(name)
    with warnings.catch_warnings():
        # 118 slides are fewer than 128 possible patterns, and known to be.
        warnings.simplefilter("ignore", UserWarning)
        return latent_classes(given, k, n_starts=n_starts, random_state=seed)


def _figure(fits: Any, name: str, k: int, what: str, printed: str) -> Figure:
    word = {"log_likelihood": "log-likelihood", "aic": "AIC", "bic": "BIC"}[what]
    found = fits[name, k].figures[what]
    classes = "1 class" if k == 1 else f"{k} classes"
    return Figure(f"{name}, {word} of {classes}", printed, found)


def _second_top(n_starts: int, seed: int) -> Figure:
    """Start once, many times over, and take the top that is nearest to the second."""
    tops = [_fit("gss82", 3, 1, seed + s) for s in range(n_starts)]
    levels = [found.figures["log_likelihood"] for found in tops]
    nearest = min(levels, key=lambda level: abs(level - float(_SECOND)))
    return Figure("gss82, the top in which a start may end", _SECOND, nearest)
