"""Names in a column beside a figure, each with a line to what it names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from segtools.plots.colours import INK
from segtools.wording import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

LINE = 0.26  # inches a label needs


def name_beside(
    ax: Axes,
    points: Sequence[tuple[float, float]],
    names: Sequence[object],
    *,
    step: float,
    width: int = 30,
    colours: Sequence[str] | None = None,
) -> None:
    """Write names in a column to the right, each with a line to its point.

    Parameters
    ----------
    ax : Axes
        Changed in place; its limits must be final.
    points : sequence of (float, float)
        What is named, in the units of the axes.
    names : sequence
    step : float
        Room that a name needs, as a share of the height of the axes.
    width : int, default=30
        Columns that a name has at most.
    colours : sequence of str, optional
        Of the lines, where these have to say what a name belongs to; default quiet.
    """
    if not len(points):
        return
    low, high = ax.get_ylim()
    wanted = (np.array([y for _, y in points], float) - low) / (high - low)
    ends: dict[str, Any] = {"arrowstyle": "-", "relpos": (0, 0.5)}
    ends |= {"shrinkA": 2, "shrinkB": 0}
    quiet: dict[str, Any] = {"color": INK, "alpha": 0.35, "linewidth": 0.7}
    paint = [quiet] * len(points)
    if colours is not None:
        paint = [{"color": colour, "linewidth": 1.8} for colour in colours]
    text: dict[str, Any] = {"parse_math": False, "annotation_clip": False}
    places = apart(wanted, step)
    for point, name, at, line in zip(points, names, places, paint, strict=True):
        ax.annotate(
            shorten(name, width),
            (float(point[0]), float(point[1])),
            xytext=(1.03, at),
            textcoords="axes fraction",
            va="center",
            fontsize="small",
            arrowprops=ends | line,
            **text,
        )


def apart(wanted: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Move places apart until each has its room, as little as may be, within 0 to 1.

    Examples
    --------
    >>> apart(np.array([0.5, 0.5, 0.9]), 0.2).round(2).tolist()
    [0.4, 0.6, 0.9]
    """
    order = np.argsort(wanted, kind="stable")
    steps = step * np.arange(len(wanted))
    # Least squares under a fixed order: isotonic regression of what is left over.
    from scipy.optimize import isotonic_regression

    fitted = isotonic_regression(wanted[order] - steps).x
    room = max(1.0 - steps[-1], 0.0)
    placed = np.empty_like(wanted)
    placed[order] = np.clip(fitted, 0.0, room) + steps
    return placed
