"""How many segments hold up? The whole stability stack on one table of features."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segtools.joining import commas
from segtools.languages import mark, markn, tr, trn
from segtools.progress import progress
from segtools.schema import ConfigError
from segtools.segmentation.one_thread import one_thread
from segtools.segmentation.preprocess import distances
from segtools.segmentation.stability.across import FamilyTree, family_tree
from segtools.segmentation.stability.inputs import Customers, read
from segtools.segmentation.stability.kmeans import Labels, cloud, kmeans
from segtools.segmentation.stability.pairs import MAY_MOVE, Pairs, bootstrap_pairs
from segtools.segmentation.stability.selection import Segments, Selection, Settings
from segtools.wording import number, rounded

Array = NDArray[np.float64]
MAX_ROWS = 5_000
AGREEMENT = 0.8
WITHIN = 0.75
FEWEST_STARTS = 10
RECURS = markn(
    "{n} segment is the largest number that comes again in resamples: the median "
    "agreement of {pairs} pairs is {ari} (at least {agreement} was asked), and that "
    "of the least stable segment {weakest} (at least {within}).",
    "{n} segments are the largest number that comes again in resamples: the median "
    "agreement of {pairs} pairs is {ari} (at least {agreement} was asked), and that "
    "of the least stable segment {weakest} (at least {within}).",
)
NOTHING = markn(
    "No number of segments comes again with all its segments (at least {agreement} "
    "as a whole and {within} for each was asked). Of {n} segment the least stable one "
    "is found again best ({weakest}; as a whole {ari}).",
    "No number of segments comes again with all its segments (at least {agreement} "
    "as a whole and {within} for each was asked). Of {n} segments the least stable one "
    "is found again best ({weakest}; as a whole {ari}).",
)


def select_clusters(
    X: pd.DataFrame | NDArray[Any],
    k: Iterable[int] = range(2, 9),
    *,
    n_pairs: int = 100,
    n_init: int = 10,
    random_state: int = 1,
    max_rows: int = MAX_ROWS,
    min_share: float = 0.03,
    decide_at: float | None = None,
) -> Selection:
    """Cluster by every number of segments and measure which of them hold up.

    Parameters
    ----------
    X : DataFrame or array of shape (n_customers, n_features)
        Complete numbers, comparable with each other (logged and standardised).
    k : iterable of int, default=range(2, 9)
        Numbers of segments, each at least 2.
    n_pairs : int, default=100
        Pairs of bootstrap samples.
    n_init : int, default=10
        Starts of k-means++ for every fit; fewer make stable segments look unstable.
        Twenty pairs are fitted with twice as many, and a median that moves by more
        than 0.03 is warned of.
    random_state : int, default=1
        Where chance starts. Neither the order of rows and columns nor the number of
        processors changes a result.
    max_rows : int, default=5000
        Of more customers, so many are drawn to fit and to resample, and all are placed
        by the centres found: beyond this, cost grows at most linearly.
    min_share : float, default=0.03
        A number of segments is only suggested if none has a smaller share.
    decide_at : float, default=None
        Stop resampling as soon as it is decided on which side of this value the
        median agreement lies; None means all pairs.

    Returns
    -------
    Selection
        The suggested ``n_clusters``, its ``sentence``, and every figure by k.
        Suggested is the largest number, with no segment below `min_share`, whose pairs
        agree to a median of at least 0.8 and whose every segment is found again to a
        median Jaccard (SLSw) of at least 0.75: two are always easy to find again, so
        the largest is taken and not the best. Where there is none, it is the number
        above two whose least stable segment is found again best; the sentence says so.

    Raises
    ------
    DataError
        If `X` has gaps, texts, infinite values, or fewer different rows than clusters.
    ConfigError
        If `k`, `n_pairs`, `n_init` or `max_rows` ask for the impossible.

    Warns
    -----
    UserWarning
        For what makes the answer doubtful, with its count and a remedy: columns left
        out, ties, one giant customer, too few rows, too few starts.

    Examples
    --------
    >>> import segtools
    >>> rng = np.random.default_rng(0)
    >>> X = np.vstack([rng.normal(c, 0.3, (60, 2)) for c in ((0, 0), (4, 0), (0, 4))])
    >>> found = segtools.select_clusters(X, range(2, 5), n_pairs=10)
    >>> found.n_clusters, found.segments[3].sizes.tolist()
    (3, [60, 60, 60])
    """
    ks = _asked(k, n_pairs, n_init, max_rows)
    customers = read(X, ks[-1])
    settings = Settings(tuple(ks), n_pairs, n_init, random_state, max_rows, min_share)
    sample = _sample(len(customers.X), settings)
    with one_thread():
        tree, segments = _solutions(customers, sample, settings)
        pairs = bootstrap_pairs(
            cloud(customers.X[sample]),
            {n: tree.labels[n][sample] for n in ks},
            random_state=random_state,
            n_pairs=n_pairs,
            n_init=n_init,
            decide_at=decide_at,
        )
    notes = customers.notes + _restart_notes(pairs, n_init)
    for note in notes:
        warnings.warn(note, UserWarning, stacklevel=2)
    chosen, sentence = _choose(pairs, segments, min_share)
    fitted = (settings, customers, sample)
    return Selection(chosen, sentence, segments, pairs, tree, notes, *fitted)


def cluster(
    X: pd.DataFrame | NDArray[Any],
    k: int,
    *,
    n_init: int = 10,
    random_state: int = 1,
    max_rows: int = MAX_ROWS,
) -> Segments:
    """Cluster by one number of segments, as `select_clusters` does, and resample none.

    Parameters
    ----------
    X : DataFrame or array of shape (n_customers, n_features)
        As for `select_clusters`, which raises and warns of the same.
    k : int
        2 or more.
    n_init : int, default=10
    random_state : int, default=1
    max_rows : int, default=5000

    Returns
    -------
    Segments

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = np.vstack([rng.normal(c, 0.3, (60, 2)) for c in ((0, 0), (4, 0), (0, 4))])
    >>> cluster(X, 3).sizes.tolist()
    [60, 60, 60]
    """
    ks = _asked([k], 1, n_init, max_rows)
    customers = read(X, k)
    for note in customers.notes:
        warnings.warn(note, UserWarning, stacklevel=2)
    settings = Settings(tuple(ks), 0, n_init, random_state, max_rows, 0.0)
    sample = _sample(len(customers.X), settings)
    with one_thread():
        return _solutions(customers, sample, settings)[1][k]


def _asked(k: Iterable[int], n_pairs: int, n_init: int, max_rows: int) -> list[int]:
    ks = sorted({int(n) for n in k})
    if not ks or ks[0] < 2:
        raise ConfigError(
            f"k must be numbers of segments from 2, but it is {ks}. "
            "Take for example range(2, 9)."
        )
    for name, value, least in (
        ("n_pairs", n_pairs, 1),
        ("n_init", n_init, 1),
        ("max_rows", max_rows, ks[-1]),
    ):
        if value < least:
            raise ConfigError(
                f"{name} must be at least {least}, but it is {value}. Raise it."
            )
    return ks


def _sample(n: int, settings: Settings) -> Labels:
    """Draw the rows that are fitted, in their order of content."""
    if n <= settings.max_rows:
        return np.arange(n)
    rng = np.random.default_rng([settings.random_state])
    return np.sort(rng.choice(n, settings.max_rows, replace=False))


def _solutions(
    customers: Customers, sample: Labels, settings: Settings
) -> tuple[FamilyTree, dict[int, Segments]]:
    """Fit every number of clusters, place everyone, number segments alike."""
    points = cloud(customers.X[sample])
    centres, placed = {}, {}
    for n in progress(settings.ks, mark("Numbers of segments")):
        rng = np.random.default_rng([settings.random_state, n])
        fit = kmeans(points, n, rng=rng, n_init=settings.n_init)
        # In a fixed order, so that the lower of two equally near is always the same.
        ordered = fit.centres[np.lexsort(fit.centres.T[::-1])]
        # Rounded, so that customers who are alike are placed alike.
        away = np.round(distances(customers.X, ordered), 9)
        centres[n], placed[n] = ordered, away.argmin(axis=1).astype(np.int64)
    tree = family_tree(placed)
    return tree, {
        n: _segments(customers, centres[n], placed[n], tree.labels[n])
        for n in settings.ks
    }


def _segments(
    customers: Customers, centres: Array, placed: Labels, numbered: Labels
) -> Segments:
    """Bring one solution into the caller's order of rows and columns."""
    k = len(centres)
    place = _numbers_of(placed, numbered, k)
    ordered = centres[np.argsort(place)]
    labels = np.empty(len(numbered), dtype=np.int64)
    labels[customers.rows] = numbered
    columns = np.argsort(customers.columns)
    names = [customers.names[j] for j in columns]
    inner = float(((customers.X - ordered[numbered]) ** 2).sum())
    frame = pd.DataFrame(ordered[:, columns], columns=names)
    sizes = np.bincount(numbered, minlength=k)
    return Segments(k, frame, labels, sizes, inner, ordered)


def _numbers_of(placed: Labels, numbered: Labels, k: int) -> Labels:
    """Read off which number each centre got; a centre of nobody takes one left."""
    place = np.full(k, -1, dtype=np.int64)
    place[placed] = numbered
    left = [j for j in range(k) if j not in set(place.tolist())]
    place[place < 0] = left
    return place


def _restart_notes(pairs: Mapping[int, Pairs], n_init: int) -> list[str]:
    notes = []
    if n_init < FEWEST_STARTS:
        text = tr(
            "n_init should be at least {least}, but it is {given}: too few starts make "
            "stable segments look unstable. Raise it.",
            least=FEWEST_STARTS,
            given=n_init,
        )
        notes.append(text)
    moved = [n for n, found in pairs.items() if found.moved > MAY_MOVE]
    if moved:
        text = trn(
            "Twice the starts moved the median agreement by more than {limit} for "
            "{some} of {n} number of segments ({each}). Set n_init to {twice}.",
            "Twice the starts moved the median agreement by more than {limit} for "
            "{some} of {n} numbers of segments ({each}). Set n_init to {twice}.",
            len(pairs),
            limit=rounded(MAY_MOVE),
            some=len(moved),
            each=commas(_doubled(n, pairs[n]) for n in moved),
            twice=2 * n_init,
        )
        notes.append(text)
    return notes


def _doubled(n: int, found: Pairs) -> str:
    before, after = (rounded(value) for value in found.doubled)
    return trn(
        "{n} segment {before} to {after}",
        "{n} segments {before} to {after}",
        n,
        before=before,
        after=after,
    )


def _choose(
    pairs: Mapping[int, Pairs], segments: Mapping[int, Segments], min_share: float
) -> tuple[int, str]:
    """Take the largest number that comes again; else the least shaky one."""
    median = {n: float(np.median(found.ari)) for n, found in pairs.items()}
    weakest = {
        n: float(np.nanmin(np.nanmedian(found.within, axis=0)))
        for n, found in pairs.items()
    }
    large = [n for n in pairs if segments[n].smallest_share >= min_share] or [
        min(pairs)
    ]
    again = [n for n in large if median[n] >= AGREEMENT and weakest[n] >= WITHIN]
    # Two halves are always easy to find again, and seldom a segmentation.
    wanted = [n for n in large if n > 2] or large
    k = max(again) if again else max(wanted, key=lambda n: (round(weakest[n], 6), -n))
    sentence = trn(
        *(RECURS if again else NOTHING),
        k,
        pairs=number(len(pairs[k].ari)),
        ari=rounded(median[k]),
        weakest=rounded(weakest[k]),
        agreement=rounded(AGREEMENT),
        within=rounded(WITHIN),
    )
    return k, sentence
