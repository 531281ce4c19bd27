"""What every figure shares: light axes, left titles, panels, harmless text.

Text is set with ``parse_math=False`` one by one, because an Axes that the caller
passed lives outside our style and a name such as ``$x_1$`` must stay as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from segtools.languages import tr
from segtools.plots.colours import INK
from segtools.plots.fonts import OWN
from segtools.wording import rounded, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.text import Text

TITLE_WIDTH = 78
WIDTH = 7.2
HEIGHT = 3.6

_STYLE: Any = {
    "font.size": 10.0,
    "font.family": [OWN],
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlepad": 10.0,
    "axes.labelsize": 9.0,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 9.0,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.formatter.use_locale": False,
    "text.parse_math": False,
    "text.usetex": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "segtools",
}


@contextmanager
def style() -> Iterator[None]:
    """Apply the report's look to figures made inside the block, and only there.

    Examples
    --------
    >>> import matplotlib
    >>> with style():
    ...     matplotlib.rcParams["svg.fonttype"]
    'none'
    >>> matplotlib.rcParams["svg.fonttype"]
    'path'
    """
    import matplotlib

    with matplotlib.rc_context(_STYLE):
        yield


def axes_or_current(ax: Axes | None) -> Axes:
    """Return the Axes to draw on: the caller's, or pyplot's current one."""
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.gca()


def dress(
    ax: Axes, *, title: str = "", x: str = "", y: str = "", grid: str = "x"
) -> Axes:
    """Set title and labels, lighten spines and grid.

    Parameters
    ----------
    ax : Axes
        Changed in place.
    title : str
        The finding, set left and wrapped.
    x, y : str
        Axis labels with their unit.
    grid : {"x", "y", "both", ""}
        Axis that carries a light grid.

    Returns
    -------
    Axes
        The same one.
    """
    from segtools.plots.ticks import say_ticks

    if title:
        entitle(ax, title)
    ax.set_xlabel(x, loc="left", parse_math=False)
    ax.set_ylabel(y, parse_math=False)
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set(alpha=0.35, linewidth=0.8)
    ax.tick_params(length=0)
    say_ticks(ax)
    if grid:
        ax.grid(visible=True, axis=grid, color=INK, alpha=0.1, linewidth=0.7)  # type: ignore[arg-type]
    return ax


def entitle(ax: Axes, title: str) -> Axes:
    """Set the finding as the title: left, wrapped, never mathematics."""
    text = wrap(title, TITLE_WIDTH, lines=3)
    ax.set_title(text, loc="left", parse_math=False)
    return ax


def name_rows(
    ax: Axes, names: Iterable[object], *, width: int = 33, lines: int = 2, **text: Any
) -> None:
    """Name the rows of a horizontal figure, the first one on top."""
    labels = [wrap(name, width, lines) for name in names]
    text = {"fontsize": "small", "parse_math": False, **text}
    ax.set_yticks(range(len(labels)), labels=labels, **text)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.spines["left"].set_visible(False)


def write(ax: Axes, x: float, y: float, text: object, **options: Any) -> Text:
    """Write a direct label that is never read as mathematics."""
    common: dict[str, Any] = {"fontsize": "small", "va": "center", "parse_math": False}
    return ax.text(x, y, str(text), **(common | options))


def beside(ax: Axes, x: float, y: float, text: object, **options: Any) -> None:
    """Write a label a little to the right of a point (to its left if negative)."""
    side = -1 if options.pop("left", False) else 1
    common: dict[str, Any] = {
        "xytext": (4 * side, 0),
        "textcoords": "offset points",
        "ha": "left" if side > 0 else "right",
        "va": "center",
        "fontsize": "small",
        "annotation_clip": False,
        "parse_math": False,
    }
    ax.annotate(str(text), (x, y), **(common | options))


def asked_line(ax: Axes, at: float, *, last: float, upright: bool) -> None:
    """Draw the value that was asked for as a quiet line with its number.

    Parameters
    ----------
    ax : Axes
        Changed in place.
    at : float
        The value asked for.
    last : float
        Where, on the other axis, its number stands.
    upright : bool
        Whether values go up the figure, or across it.
    """
    line = ax.axhline if upright else ax.axvline
    line(at, color=INK, alpha=0.35, linewidth=0.9)
    text = tr("asked: {value}", value=rounded(at))
    if upright:
        write(ax, last, at, text, ha="right", va="bottom")
    else:
        beside(ax, at, last, text, va="bottom")


def panels(
    ax: Axes,
    count: int,
    *,
    columns: int,
    gap: tuple[float, float] = (0.06, 0.0),
    top: float = 0.0,
) -> list[Axes]:
    """Fill an Axes with small multiples, row by row.

    Parameters
    ----------
    ax : Axes
        Turned into an invisible frame; its title stays.
    count, columns : int
        How many panels, how many in a row.
    gap : tuple of (float, float), default=(0.06, 0.0)
        Between columns and between rows, as shares of the frame.
    top : float, default=0.0
        Share of the height kept for the titles of the first row.

    Returns
    -------
    list of Axes
        Also in ``ax.child_axes``.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> frame = Figure().add_subplot()
    >>> len(panels(frame, 3, columns=2)), len(frame.child_axes)
    (3, 3)
    """
    ax.set_axis_off()
    rows = -(-count // columns)
    wide = (1 - gap[0] * (columns - 1)) / columns
    high = (1 - top - gap[1] * (rows - 1)) / rows
    spots = [divmod(place, columns) for place in range(count)]
    return [
        ax.inset_axes(
            (c * (wide + gap[0]), 1 - top - high - r * (high + gap[1]), wide, high)
        )
        for r, c in spots
    ]


def name_panel(ax: Axes, name: str, *, width: int, lines: int = 2) -> None:
    """Name a small multiple, more quietly than the figure's finding."""
    quiet: dict[str, Any] = {"fontsize": "small", "fontweight": "normal", "pad": 4}
    text = wrap(name, width, lines)
    ax.set_title(text, loc="left", parse_math=False, **quiet)


def grid_of(count: int, *, most: int) -> tuple[int, int]:
    """Choose rows and columns so that no row of panels is nearly empty.

    Examples
    --------
    >>> grid_of(10, most=5), grid_of(6, most=5), grid_of(3, most=5)
    ((2, 5), (2, 3), (1, 3))
    """
    rows = max(1, -(-count // most))
    return rows, max(1, -(-count // rows))


def per_cent_axis(axis: Axis) -> None:
    """Write the ticks of an axis of shares in per cent."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    from segtools.plots.ticks import signed

    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda share, _: signed(f"{100 * share:g}")))


def number_axis(axis: Axis, *, whole: bool = False) -> None:
    """Write the ticks of an axis as the texts write numbers."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(7, integer=whole, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: rounded(value)))


def empty_note(ax: Axes, sentence: str) -> Axes:
    """Say in the middle of an Axes why nothing is drawn."""
    ax.set_axis_off()
    write(ax, 0.0, 0.5, wrap(sentence, TITLE_WIDTH, 3), transform=ax.transAxes)
    return ax


def align_title(ax: Axes) -> None:
    """Move the title to the figure's left edge, once the layout is known."""
    title = ax.get_title(loc="left")
    box = ax.get_position()
    if title and box.width > 0:
        start = (0.008 - box.x0) / box.width
        ax.set_title(title, loc="left", x=start, parse_math=False)


def pull_labels(ax: Axes) -> None:
    """Pull labels of x axes to the left as far as they would leave the figure."""
    edge = ax.get_figure(root=True).bbox.x1  # type: ignore[union-attr]
    for one in [ax, *ax.child_axes]:
        label = one.xaxis.label
        beyond = label.get_window_extent().x1 - edge if label.get_text() else 0.0
        if beyond > 0:
            label.set_x(label.get_position()[0] - beyond / one.bbox.width)
