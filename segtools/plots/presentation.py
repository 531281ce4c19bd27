"""One line a figure: fresh axes, drawn, with its alt text and its table."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from segtools.plots.canvas import HEIGHT, WIDTH, align_title, pull_labels, style
from segtools.plots.display import Display, figure, finding
from segtools.plots.fonts import lend_glyphs
from segtools.plots.svg import quiet_glyphs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def present(
    draw: Callable[..., Axes],
    data: Any,
    *,
    size: tuple[float, float] | None = None,
    **options: Any,
) -> Display:
    """Draw a figure function on a fresh figure and show it with alt text and table.

    Parameters
    ----------
    draw : function
        A figure function, ``draw(data, *, ax, **options)``. Beside it, in the same
        module, its sisters ``<name>_alt`` and ``<name>_table``, and if it needs
        another height ``<name>_height``, take the same data and options.
    data : DataFrame or mapping
        Handed to all of them.
    size : tuple of (float, float), default=None
        Width and height in inches; None means 7.2 by what the figure needs.
    **options
        Handed on, to a sister only what it accepts.

    Returns
    -------
    Display
        The alt text alone, as a finding, if there is nothing to draw.

    Examples
    --------
    >>> from segtools.plots.structure import gap_curve
    >>> gap = {"k": [1, 2], "gap": [0.3, 0.5], "se": [0.01, 0.01], "n_clusters": 2}
    >>> present(gap_curve, {"evidence": {"gap": gap}})
    The gap statistic finds 2 clusters. Gap by number of clusters: 1: 0.3, 2: 0.5.
    """
    alt = _sister(draw, "alt")(data, **_accepted(_sister(draw, "alt"), options))
    rows = _sister(draw, "table")(data, **_accepted(_sister(draw, "table"), options))
    if rows.empty:
        return finding(alt)
    return figure(laid_out(draw, data, size, options), alt=alt, table=rows)


def laid_out(
    draw: Callable[..., Axes],
    data: Any,
    size: tuple[float, float] | None,
    options: Mapping[str, Any],
) -> Figure:
    """Draw on a fresh figure as high as it must be, and put its texts in place."""
    with style(), quiet_glyphs():
        fig = _fresh(size or (WIDTH, _height(draw, data, options)))
        ax = draw(data, ax=fig.add_subplot(), **options)
        fig.draw_without_rendering()
        if lend_glyphs(fig):
            fig.draw_without_rendering()
        fig.set_layout_engine("none")
        align_title(ax)
        pull_labels(ax)
    return fig


def _fresh(size: tuple[float, float]) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=size, layout="constrained")


def _sister(draw: Callable[..., Any], kind: str) -> Callable[..., Any]:
    name = f"{draw.__name__}_{kind}"
    sister = getattr(sys.modules[draw.__module__], name, None)
    if sister is None:
        raise ValueError(
            f"draw must have a sister {name} in {draw.__module__}, but there is none. "
            f"Define {name}(data), or call figure(ax, alt=..., table=...) yourself."
        )
    return sister


def _height(draw: Callable[..., Any], data: Any, options: Mapping[str, Any]) -> float:
    name = f"{draw.__name__}_height"
    sister = getattr(sys.modules[draw.__module__], name, None)
    return sister(data, **_accepted(sister, options)) if sister else HEIGHT


def _accepted(
    function: Callable[..., Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    known = inspect.signature(function).parameters
    return {name: value for name, value in options.items() if name in known}
