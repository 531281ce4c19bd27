"""Lifts of treatment over hold-out, from counts and moments of whole arrays at once.

The last axis are segments; further axes in front are free, such as simulated runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segtools.intervals import LEVEL, Floats, newcombe

FALSE_DISCOVERIES = 0.05


@dataclass(frozen=True)
class Lifts:
    """Differences between arms, treatment less hold-out.

    Attributes
    ----------
    lift, low, high : ndarray
        The difference and its 95 % interval.
    variance : ndarray
        Of the difference.
    p : ndarray
        Two-sided, of no difference; not yet adjusted for how many were tested.
    """

    lift: Floats
    low: Floats
    high: Floats
    variance: Floats
    p: Floats


@dataclass(frozen=True)
class Moments:
    """What is kept of the amounts of one arm: customers and four moments.

    Attributes
    ----------
    n, mean : ndarray
    variance : ndarray
        Of single customers, with ``n - 1``.
    third, fourth : ndarray
        Central moments: how far a few large amounts pull the mean, and how sure the
        variance is.
    """

    n: Floats
    mean: Floats
    variance: Floats
    third: Floats
    fourth: Floats

    @classmethod
    def of(cls, values: ArrayLike, member: NDArray[np.bool_]) -> Moments:
        """Measure some customers, given as a flag by segment.

        Parameters
        ----------
        values : array_like of shape (n_customers,)
        member : ndarray of bool, shape (n_segments, n_customers)

        Examples
        --------
        >>> found = Moments.of([1.0, 2.0, 6.0], np.array([[True, True, True]]))
        >>> float(found.mean[0]), float(found.variance[0]), float(found.third[0])
        (3.0, 7.0, 6.0)
        """
        y = np.asarray(values, float)
        n = member.sum(axis=-1).astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = (member * y).sum(axis=-1) / n
            away = np.where(member, y - mean[..., None], 0.0)
            variance = (away**2).sum(axis=-1) / (n - 1)
            third, fourth = ((away**k).sum(axis=-1) / n for k in (3, 4))
        return cls(n, mean, variance, third, fourth)


def share_lifts(x: ArrayLike, n: ArrayLike, y: ArrayLike, m: ArrayLike) -> Lifts:
    """Compare shares: x of n who got it respond, and y of m who were held back.

    Parameters
    ----------
    x, n, y, m : array_like
        Counts.

    Returns
    -------
    Lifts
        Intervals by Newcombe's method 10; p of the chi-square test with n - 1 in place
        of n (Campbell 2007), which keeps its level in arms of unequal size.

    Examples
    --------
    >>> found = share_lifts(60, 400, 20, 200)
    >>> [round(float(v), 3) for v in (found.lift, found.low, found.high)]
    [0.05, -0.009, 0.101]
    """
    x, n, y, m = (np.asarray(a, float) for a in (x, n, y, m))
    low, high = newcombe(x, n, y, m)
    p, q, both = x / n, y / m, (x + y) / (n + m)
    # Half a customer more each, so that an arm of nobody still has a spread.
    a, b = (x + 0.5) / (n + 1), (y + 0.5) / (m + 1)
    spread = both * (1 - both) * (1 / n + 1 / m) * (n + m) / (n + m - 1)
    z = np.divide(p - q, np.sqrt(spread), out=np.zeros_like(p - q), where=spread > 0)
    return Lifts(p - q, low, high, a * (1 - a) / n + b * (1 - b) / m, _two_sided(z))


def money_lifts(got: Moments, held: Moments) -> Lifts:
    """Compare mean amounts, of which a few are large.

    Returns
    -------
    Lifts
        Student's statistic, freed of its skewness. With a small arm and a few large
        amounts Welch's misses the truth too often on one side: whenever the small arm
        happens to have none of these, its mean is low and seems sure. Variance and
        skewness are therefore those of both arms together; for the interval the arms'
        variances are told apart as far as they differ by more than twice what chance
        explains. For p they are not: without a lift both arms are alike.

    References
    ----------
    Hall, P. (1992). On the removal of skewness by transformation. Journal of the Royal
    Statistical Society B 54, 221-228.

    Examples
    --------
    >>> one, zero = (Moments(*map(np.array, (50.0, m, 4.0, 0.0, 48.0)))
    ...              for m in (11.0, 10.0))
    >>> found = money_lifts(one, zero)
    >>> [round(float(v), 2) for v in (found.lift, found.low, found.high)]
    [1.0, 0.21, 1.79]
    """
    from scipy.special import stdtr, stdtrit

    lift, everyone = got.mean - held.mean, got.n + held.n
    with np.errstate(invalid="ignore", divide="ignore"):
        both = _both(got, held)
        variance = _variance(got, held, both)
        error, usual = np.sqrt(variance), np.sqrt(both * (1 / got.n + 1 / held.n))
        third = (got.n * got.third + held.n * held.third) / everyone
        skew = third * (1 / got.n**2 - 1 / held.n**2) / usual**3
        t = lift / usual
    none = ~(error > 0)  # all spent the same: nothing says how sure the difference is
    t, skew = np.where(none, 0.0, t), np.clip(np.where(none, 0.0, skew), -1.5, 1.5)
    reach = stdtrit(everyone - 2, (1 + LEVEL) / 2)
    low, high = (lift - error * _skewed(end, skew) for end in (reach, -reach))
    p = 2 * stdtr(everyone - 2, -np.abs(_symmetric(t, skew)))
    low, high = (np.where(none, np.nan, end) for end in (low, high))
    return Lifts(lift, low, high, variance, np.where(none, 1.0, p))


def _both(got: Moments, held: Moments) -> Floats:
    """Give the variance of single customers within the arms."""
    n, m = got.n, held.n
    return np.asarray(((n - 1) * got.variance + (m - 1) * held.variance) / (n + m - 2))


def _variance(got: Moments, held: Moments, both: Floats) -> Floats:
    """Give the variance of the difference of two means."""
    n, m = got.n, held.n
    peak = (n * got.fourth + m * held.fourth) / (n + m) / both**2
    ratio = np.clip(np.log(got.variance / held.variance), -10, 10)
    by_chance = (peak - 1) * (1 / n + 1 / m)
    apart = 1 - 4 * by_chance / np.maximum(ratio**2, 1e-300)
    factor = np.exp(np.where(apart > 0, apart * ratio, 0.0))
    own = both * (n + m) / (n * factor + m)
    return np.asarray(own * (factor / n + 1 / m))


def _symmetric(t: Floats, skew: Floats) -> Floats:
    """Free a statistic of its skewness (Wilson & Hilferty's cube root)."""
    tiny = np.abs(skew) < 1e-6
    safe = np.where(tiny, 1.0, skew)
    return np.where(tiny, t, 6 / safe * (np.cbrt(1 + safe * t / 2) - 1) + safe / 6)


def _skewed(z: Floats, skew: Floats) -> Floats:
    """Undo `_symmetric`."""
    tiny = np.abs(skew) < 1e-6
    safe = np.where(tiny, 1.0, skew)
    cubed = (1 + safe * z / 6 - safe**2 / 36) ** 3
    return np.where(tiny, z, 2 / safe * (cubed - 1))


def _two_sided(z: Floats) -> Floats:
    from scipy.special import ndtr

    return np.asarray(2 * ndtr(-np.abs(z)))


def beyond_chance(lifts: Lifts) -> NDArray[np.bool_]:
    """Say which lifts are beyond chance, however many segments were tested.

    Returns
    -------
    ndarray of bool
        False discoveries are controlled at 5 % over the segments (Benjamini & Hochberg
        1995); nothing is found whose own interval holds 0.

    Examples
    --------
    >>> made = share_lifts([60, 40], [400, 400], [20, 20], [400, 400])
    >>> beyond_chance(made).tolist()
    [True, True]
    """
    from scipy.stats import false_discovery_control

    if not lifts.p.size:
        return np.zeros(lifts.p.shape, dtype=bool)
    adjusted = false_discovery_control(lifts.p, axis=-1)
    holds = (lifts.low <= 0) & (lifts.high >= 0)
    return np.asarray((adjusted <= FALSE_DISCOVERIES) & ~holds)


def pooled(lifts: Lifts, customers: ArrayLike) -> Lifts:
    """Put the lifts of segments together, each by its customers.

    Returns
    -------
    Lifts
        Of everyone, without the last axis: as if arms were equally divided in all
        segments, whether they are or not. The interval adds up the ends of the
        segments' own (Zou & Donner 2008).

    Examples
    --------
    >>> made = share_lifts([60, 10], [400, 100], [20, 5], [200, 100])
    >>> whole = pooled(made, [600, 200])
    >>> [round(float(v), 3) for v in (whole.lift, whole.low, whole.high)]
    [0.05, 0.002, 0.093]
    """
    n = np.asarray(customers, float)
    weight = n / n.sum(axis=-1, keepdims=True)
    lift = (weight * lifts.lift).sum(axis=-1)
    # Where all customers of a segment do the same, it adds nothing to the doubt.
    down, up = (
        np.where(lifts.variance > 0, end, 0.0)
        for end in (lifts.lift - lifts.low, lifts.high - lifts.lift)
    )
    below = ((weight * down) ** 2).sum(axis=-1)
    above = ((weight * up) ** 2).sum(axis=-1)
    variance = (weight**2 * lifts.variance).sum(axis=-1)
    error = np.sqrt(variance)
    z = np.divide(lift, error, out=np.zeros_like(lift), where=error > 0)
    low, high = lift - np.sqrt(below), lift + np.sqrt(above)
    return Lifts(lift, low, high, variance, _two_sided(z))


def heterogeneity(lifts: Lifts) -> dict[str, Any]:
    """Test whether segments differ in their lift (Cochran's Q).

    Returns
    -------
    dict
        ``q``, ``freedom``, ``p``, ``between`` (variance between true lifts, DerSimonian
        & Laird 1986) and ``i2`` (its share in what the lifts vary).

    Examples
    --------
    >>> found = heterogeneity(share_lifts([80, 40], [400, 400], [40, 40], [400, 400]))
    >>> round(float(found["q"]), 1), int(found["freedom"]), bool(found["p"] < 0.01)
    (9.2, 1, True)
    """
    from scipy.special import chdtrc

    weight = 1 / lifts.variance
    total = weight.sum(axis=-1)
    mean = (weight * lifts.lift).sum(axis=-1) / total
    q = (weight * (lifts.lift - mean[..., None]) ** 2).sum(axis=-1)
    freedom = lifts.lift.shape[-1] - 1
    if freedom < 1:
        none = np.zeros_like(q)
        return {"q": none, "freedom": 0, "p": none + 1, "between": none, "i2": none}
    scale = total - (weight**2).sum(axis=-1) / total
    between = np.maximum(q - freedom, 0.0) / scale
    i2 = np.maximum(q - freedom, 0.0) / np.maximum(q, freedom)
    p = chdtrc(freedom, q)
    return {"q": q, "freedom": freedom, "p": p, "between": between, "i2": i2}


def expected(lifts: Lifts) -> Floats:
    """Give the lift to expect of each segment the next time.

    A large lift of a small segment is mostly luck: each is drawn towards that of all,
    as far as segments do not differ beyond chance (empirical Bayes).

    Examples
    --------
    >>> [round(float(v), 3) for v in expected(
    ...     share_lifts([60, 58], [400, 400], [40, 40], [400, 400]))]
    [0.047, 0.047]
    """
    between = heterogeneity(lifts)["between"][..., None]
    weight = 1 / (lifts.variance + between)
    mean = (weight * lifts.lift).sum(axis=-1, keepdims=True)
    mean = mean / weight.sum(axis=-1, keepdims=True)
    own = between / (between + lifts.variance)
    return np.asarray(own * lifts.lift + (1 - own) * mean)


def varied(lifts: Lifts) -> Lifts:
    """Keep the segments in which customers differ.

    Of one in which all did the same, such as nobody spending, it cannot be said how
    sure the difference is; it must not keep others from being compared.
    """
    ok = lifts.variance > 0
    parts = (lifts.lift, lifts.low, lifts.high, lifts.variance, lifts.p)
    return Lifts(*(part[ok] for part in parts))


def likely(lifts: Lifts) -> Floats:
    """Give the lifts to expect; where nothing varies, the lift as it is.

    Examples
    --------
    >>> made = share_lifts([60, 0, 58], [400, 50, 400], [40, 0, 40], [400, 50, 400])
    >>> made.variance[1] = 0.0
    >>> [round(float(v), 3) for v in likely(made)]
    [0.047, 0.0, 0.047]
    """
    ok, found = lifts.variance > 0, lifts.lift.copy()
    if ok.any():
        found[ok] = expected(varied(lifts))
    return found
