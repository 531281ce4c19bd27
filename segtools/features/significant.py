"""Rounding to significant digits inside an engine, bit by bit as NumPy does it."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np

DIGITS = 9
# Sizes beyond these powers of ten keep the places of the last one.
_LEAST, _MOST = -14, 18


def exact(value: float) -> ir.FloatingValue:
    """Give a float as a literal that every engine reads to the last bit.

    Some engines take a written number for a decimal and lose its end.
    """
    return ibis.literal(repr(float(value))).cast("float64")


def rounded(value: ir.NumericValue, digits: int = DIGITS) -> ir.FloatingValue:
    """Round to significant digits, as `collect` does in pandas.

    Only comparisons, products and quotients of floats are used, which all engines
    work out alike; their own functions for logarithms and rounding differ.

    Parameters
    ----------
    value : ibis numeric value
        Finite or null; a column rather than a long expression, which is repeated.
    digits : int, default=9
        How many digits stay.

    Examples
    --------
    >>> import ibis
    >>> found = rounded(ibis.literal(0.123456789012)).to_pandas()
    >>> float(found)
    0.123456789
    """
    plain = value.cast("float64")
    scale = _scale(plain.abs(), digits)
    return half_even(plain * scale) / scale


def half_even(value: ir.FloatingValue) -> ir.FloatingValue:
    """Round to a whole number, a half to the even one; sizes below 2**51.

    Next to so large a number floats have no places, so that adding it rounds; taking
    it away again is exact. Two sums cost a tenth of taking floors and comparing.
    """
    large = exact(1.5 * 2.0**52)
    return (value + large) - large


def _scale(size: ir.FloatingValue, digits: int) -> ir.Value:
    """Give the power of ten that leaves `digits` places before the point."""
    powers = np.arange(_LEAST, _MOST + 1).astype(float)
    # NumPy's own powers, not all of which are the nearest floats.
    steps = [float(s) for s in 10.0 ** (digits - 1 - powers)]
    starts = [float(s) for s in 10.0**powers]
    return stepwise(size, starts[1:], [exact(s) for s in steps], strict=True)


def stepwise(
    value: ir.NumericValue,
    upper: Sequence[float],
    results: Sequence[ir.Value],
    *,
    strict: bool = False,
) -> ir.Value:
    """Look a value up in ascending steps by halving them.

    Parameters
    ----------
    value : ibis numeric value
    upper : sequence of float or int
        Upper edges of all steps but the last; they belong to the step that they end
        or, if `strict`, to the next one.
    results : sequence of ibis values
        One more than edges.
    strict : bool, default=False

    Examples
    --------
    >>> import ibis
    >>> names = [ibis.literal(n) for n in ("low", "middle", "high")]
    >>> [stepwise(ibis.literal(v), [1, 2], names).to_pandas() for v in (1, 1.5, 9)]
    ['low', 'middle', 'high']
    """
    if not upper:
        return results[0]
    middle = len(upper) // 2
    edge = _edge(upper[middle])
    early = value < edge if strict else value <= edge
    return ibis.ifelse(
        early,
        stepwise(value, upper[:middle], results[: middle + 1], strict=strict),
        stepwise(value, upper[middle + 1 :], results[middle + 1 :], strict=strict),
    )


def _edge(edge: float) -> ir.Value:
    return ibis.literal(edge) if isinstance(edge, int) else exact(edge)
