"""Latent classes: customers who answer alike, found by a mixture of answer shares.

Within a class answers are taken as independent (Lazarsfeld & Henry 1968; Goodman 1974).
Fitted by expectation and maximisation (Dempster, Laird & Rubin 1977) from many random
starts at once, on different patterns of answers rather than on customers.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.languages import mark, markn, trn
from segtools.segmentation.criteria import criteria
from segtools.segmentation.densities import posterior
from segtools.segmentation.mixtures import large_enough
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.patterns import MOST_LEVELS, Patterns, collapsed, refuse_few
from segtools.segmentation.phrases import grouped
from segtools.segmentation.place import place
from segtools.segmentation.scheme import Learned, Scheme, Task

Array = NDArray[np.float64]
N_STARTS = 50
_MOST_ROUNDS = 5_000
_GAIN = 1e-9  # of the log-likelihood a customer; below it a start has arrived
# The best start climbs on to here: near the top shares still move in the fourth digit.
_LAST_GAIN = 1e-14
_SAME = 1e-3  # starts this near the best log-likelihood have found the same solution
_BATCH = 4_000_000
_REPLICATE_ROUNDS = 200


_STARTS = markn(
    "{n} of {starts} starts reached the best log-likelihood ({likelihood}).",
    "{n} of {starts} starts reached the best log-likelihood ({likelihood}).",
)
_MORE_STARTS = markn(
    "{n} of {starts} starts reached the best log-likelihood ({likelihood}); ask for "
    "more starts.",
    "{n} of {starts} starts reached the best log-likelihood ({likelihood}); ask for "
    "more starts.",
)


@dataclass(frozen=True)
class LatentClasses:
    """Fitted latent classes, largest first.

    Attributes
    ----------
    payload : dict
        Frozen form of kind ``mixture``, as `place` and ``model.json`` take it.
    figures : dict
        ``log_likelihood``, ``n_parameters``, ``aic``, ``bic``, ``icl``, ``entropy``
        (relative, 1 where classes are certain), as `criteria` defines them;
        ``n_customers`` who answered anything, ``n_patterns`` of answers, ``n_starts``,
        ``n_best`` (starts that reached the best log-likelihood) and
        ``smallest_share``.
    """

    payload: dict[str, Any]
    figures: dict[str, Any]

    def posterior(self, answers: pd.DataFrame) -> Array:
        """Give each customer's probability of every class."""
        return posterior(self.payload, answers)

    def labels(self, answers: pd.DataFrame) -> NDArray[np.int64]:
        """Give each customer's likeliest class, from 0; ties go to the larger one."""
        return place(self.payload, answers).labels

    @property
    def sentence(self) -> str:
        """Say how many starts found this solution."""
        best, starts = self.figures["n_best"], self.figures["n_starts"]
        said = _STARTS if best > 1 or starts == 1 else _MORE_STARTS
        likelihood = grouped(self.figures["log_likelihood"], 3)
        return trn(*said, best, starts=starts, likelihood=likelihood)


def latent_classes(
    answers: pd.DataFrame,
    n_classes: int,
    *,
    n_starts: int = N_STARTS,
    random_state: int = 1,
    sample_weight: Array | None = None,
) -> LatentClasses:
    """Fit latent classes to answers or categorical attributes.

    Parameters
    ----------
    answers : DataFrame of shape (n_customers, n_questions)
        Codes, one row a customer, as ``needs_table(...).codes`` gives them: numbers
        that only name an answer, NaN where there is none. A missing answer counts
        nothing; customers without any answer are left out of the fit.
    n_classes : int
        1 or more.
    n_starts : int, default=50
        Random starts. Fewer may end in a local optimum.
    random_state : int, default=1
        Where chance starts.
    sample_weight : array of shape (n_customers,), default=None
        How many customers each row stands for, such as a survey's weights; None means
        one.

    Returns
    -------
    LatentClasses

    Raises
    ------
    DataError
        If a question has more than 20 different answers, no question has two, or
        there are no more customers than two classes or more have free parameters.

    Warns
    -----
    UserWarning
        If questions say nothing or repeat another, which leaves them out; and if
        there are fewer customers than patterns of answers are possible, the least
        that Formann (1984) asks for.

    Examples
    --------
    >>> given = [[1, 1, 1]] * 30 + [[1, 1, 2], [1, 2, 1]] * 5 + [[2, 2, 2]] * 20
    >>> answers = pd.DataFrame(given, columns=["fresh", "near", "cheap"])
    >>> found = latent_classes(answers, 2, n_starts=10)
    >>> [round(w, 2) for w in found.payload["weights"]]
    [0.67, 0.33]
    >>> found.labels(answers.iloc[[0, -1]]).tolist()
    [0, 1]
    """
    patterns, gaps = collapsed(answers, weights=sample_weight)
    refuse_few(patterns, n_classes)
    n_starts = 1 if n_classes == 1 else n_starts  # one class has one solution
    with one_thread():  # sums in one order, whatever the machine
        weights, shares, n_best = _best(patterns, n_classes, n_starts, random_state)
    odds = _joint(patterns, weights[None], shares[None])[0]
    owner = odds.argmax(axis=1)[:, None] == np.arange(n_classes)
    sizes = patterns.counts @ owner
    figures = criteria(odds, patterns.counts, patterns.n_parameters(n_classes)) | {
        "n_customers": int(sizes.sum()),
        "n_patterns": len(patterns.counts),
        "n_starts": n_starts,
        "n_best": n_best,
        "smallest_share": float(sizes.min() / sizes.sum()),
    }
    return LatentClasses(_payload(patterns, weights, shares, gaps), figures)


def compare_latent_classes(
    answers: pd.DataFrame,
    n_classes: Sequence[int] = range(1, 9),
    *,
    n_starts: int = N_STARTS,
    random_state: int = 1,
) -> pd.DataFrame:
    """Fit several numbers of classes and tabulate what speaks for each.

    Parameters
    ----------
    answers : DataFrame of shape (n_customers, n_questions)
        As for `latent_classes`.
    n_classes : sequence of int, default=range(1, 9)
    n_starts : int, default=50
    random_state : int, default=1

    Returns
    -------
    DataFrame
        One row a number, indexed by ``n_classes``, with the columns of
        ``LatentClasses.figures``. The smallest ``bic`` or ``icl`` recommends; the BIC
        keeps growing classes with many customers, so look at sizes and meaning, too.

    Examples
    --------
    >>> given = [[1, 1, 1]] * 30 + [[1, 1, 2], [1, 2, 1]] * 5 + [[2, 2, 2]] * 20
    >>> answers = pd.DataFrame(given, columns=["fresh", "near", "cheap"])
    >>> int(compare_latent_classes(answers, [1, 2, 3], n_starts=5)["bic"].idxmin())
    2
    """
    rows = {
        k: latent_classes(
            answers, k, n_starts=n_starts, random_state=random_state
        ).figures
        for k in n_classes
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("n_classes")


def learn_latent_classes(task: Task, n_starts: int = N_STARTS) -> Learned:
    """Learn latent classes on the features that have few different values.

    A class under the smallest share goes to the others; without two such features
    everybody is of one class.
    """
    names = [n for n in task.features if 2 <= task.features[n].nunique() <= MOST_LEVELS]
    if len(names) < 2:
        return Learned(lambda F: np.zeros(len(F), dtype=np.int64))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = latent_classes(
            task.features[names],
            task.n_segments,
            n_starts=n_starts,
            random_state=task.seed,
        )
    payload = large_enough(found.payload, task.at, task.min_share)
    lost = task.n_segments - len(payload["weights"])
    note = ""
    if lost:
        note = trn("{n} class was too small", "{n} classes were too small", lost)
    return Learned(lambda F: place(payload, F).labels, payload, note)


def replicate_classes(
    task: Task, payload: dict[str, Any], rows: NDArray[Any]
) -> dict[str, Any]:
    """Fit again on a bootstrap sample, started at the model's own classes."""
    again, _ = collapsed(task.features[payload["uses"]].iloc[rows], payload["levels"])
    weights = np.asarray(payload["weights"])[None]
    shares = np.array(
        [np.hstack([c[n] for n in again.levels]) for c in payload["probabilities"]]
    )
    with one_thread():
        weights, shares, _ = _climb(
            again, weights, np.maximum(shares, 1e-6)[None], _REPLICATE_ROUNDS
        )
    fields = _payload(again, weights[0], shares[0], [], digits=6)
    return {key: fields[key] for key in ("weights", "probabilities")}


def _joint(patterns: Patterns, weights: Array, shares: Array) -> Array:
    """Log of class weight times likelihood, by start, pattern and class."""
    n_starts, k, width = shares.shape
    logs = np.log(np.maximum(shares, 1e-300)).reshape(-1, width)
    parts = (patterns.given @ logs.T).reshape(-1, n_starts, k).transpose(1, 0, 2)
    return np.asarray(parts + np.log(np.maximum(weights, 1e-300))[:, None, :])


def _climb(
    patterns: Patterns,
    weights: Array,
    shares: Array,
    rounds: int,
    gain: float = _GAIN,
) -> tuple[Array, Array, Array]:
    """Raise every start's log-likelihood until none gains any more."""
    weights, shares = weights.copy(), shares.copy()
    level = np.full(len(weights), -np.inf)
    going = np.arange(len(weights))
    enough = gain * patterns.counts.sum()
    for _ in range(rounds):
        odds = _joint(patterns, weights[going], shares[going])
        top = odds.max(axis=2, keepdims=True)
        mass = np.exp(odds - top)
        total = mass.sum(axis=2, keepdims=True)
        now = (np.log(total) + top)[:, :, 0] @ patterns.counts
        moved = now - level[going] > enough
        level[going] = now
        going = going[moved]
        if len(going) == 0:
            break
        owned = mass[moved] / total[moved] * patterns.counts[None, :, None]
        weights[going], shares[going] = _shares(patterns, owned)
    return weights, shares, level


def _shares(patterns: Patterns, owned: Array) -> tuple[Array, Array]:
    """Give class weights and shares of answers, from who belongs to what."""
    n_starts, _, k = owned.shape
    flat = owned.transpose(0, 2, 1).reshape(n_starts * k, -1)
    sums = (flat @ patterns.given).reshape(n_starts, k, -1)
    asked = np.add.reduceat(sums, patterns.starts, axis=2)
    base = np.repeat(asked, patterns.sizes, axis=2)
    weights = owned.sum(axis=1)
    return weights / weights.sum(axis=1, keepdims=True), sums / np.maximum(base, 1e-300)


def _best(
    patterns: Patterns, n_classes: int, n_starts: int, seed: int
) -> tuple[Array, Array, int]:
    rng = np.random.default_rng(seed)
    draws = rng.gamma(1.0, size=(n_starts, n_classes, patterns.given.shape[1]))
    sums = np.add.reduceat(draws, patterns.starts, axis=2)
    draws /= np.repeat(sums, patterns.sizes, axis=2)
    even = np.full((n_starts, n_classes), 1 / n_classes)
    step = max(1, _BATCH // (len(patterns.counts) * n_classes))
    found = [
        _climb(patterns, even[i : i + step], draws[i : i + step], _MOST_ROUNDS)
        for i in range(0, n_starts, step)
    ]
    weights, shares, level = (np.concatenate(part) for part in zip(*found, strict=True))
    top = [int(level.argmax())]
    n_best = int((level >= level[top] - _SAME).sum())
    (weights,), (shares,), _ = _climb(
        patterns, weights[top], shares[top], _MOST_ROUNDS, _LAST_GAIN
    )
    order = np.lexsort([*shares.T[::-1], -weights.round(9)])
    return weights[order], shares[order], n_best


def _payload(
    patterns: Patterns,
    weights: Array,
    shares: Array,
    gaps: list[str],
    *,
    digits: int = 12,
) -> dict[str, Any]:
    parts = np.split(shares.round(digits), patterns.starts[1:], axis=1)
    return {
        "kind": "mixture",
        "form": "categories",
        "uses": list(patterns.levels),
        "seen_missing": gaps,
        "preprocess": [],
        "levels": patterns.levels,
        "weights": weights.round(digits).tolist(),
        "probabilities": [
            dict(
                zip(patterns.levels, (part[c].tolist() for part in parts), strict=True)
            )
            for c in range(len(weights))
        ],
    }


# Not in every contest, since features are seldom categories: add(SCHEME) enters it.
SCHEME = Scheme(
    "latent_class", mark("Latent classes"), learn_latent_classes, simplicity=6
)
