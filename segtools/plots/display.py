"""What a notebook shows: sentences, lights, tables and figures as finished markup.

Each object carries its HTML for JupyterLab and the report, and plain text for the rest.
Whatever came from data is escaped here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.joining import bracketed, gap, sentences
from segtools.languages import mark, tr
from segtools.markup import Display, guarded
from segtools.plots.cells import Format, cell_strings, is_numeric, table_markup
from segtools.plots.fonts import lend_glyphs, missing
from segtools.plots.live_table import enlivened, wanted
from segtools.plots.rows import mark_rows
from segtools.plots.sentences import column_said, text_said
from segtools.plots.svg import SVG_LIMIT, png_of, svg_of
from segtools.wording import plain, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LIGHTS = {"green": mark("green"), "amber": mark("amber"), "red": mark("red")}
LONGEST_CAPTION = 600  # characters; names from data may be of any length


def finding(text: object) -> Display:
    """Show one computed sentence.

    Parameters
    ----------
    text : str
        The sentence; any text, escaped here.

    Returns
    -------
    Display
        A paragraph of class ``st-finding``.

    Examples
    --------
    >>> finding("Buyers of <b> spend $5").html
    '<p class="st-finding">Buyers of &lt;b&gt; spend <span class="mathjax_ignore \
tex2jax_ignore">$</span>5</p>'
    """
    sentence = plain(text)
    return Display(f'<p class="st-finding">{guarded(sentence)}</p>', sentence)


def findings(sentences: Iterable[object]) -> Display:
    """Show several computed sentences as a list.

    Examples
    --------
    >>> findings(["One.", "Two."]).html
    '<ul class="st-findings"><li>One.</li><li>Two.</li></ul>'
    """
    lines = [plain(s) for s in sentences]
    items = "".join(f"<li>{guarded(line)}</li>" for line in lines)
    text = "\n".join(f"- {line}" for line in lines)
    return Display(f'<ul class="st-findings">{items}</ul>', text)


def light(name: str, colour: str, sentence: object) -> Display:
    """Show a light: its name, its colour as a word, and why.

    Parameters
    ----------
    name : str
        What is judged, for example ``"Data adequacy"``; said if it is one of ours.
    colour : {"green", "amber", "red"}
        The judgement.
    sentence : str
        The reason; any text, escaped here.

    Returns
    -------
    Display
        A paragraph of class ``st-light``.

    Raises
    ------
    ValueError
        If `colour` is none of the three.

    Examples
    --------
    >>> light("Data adequacy", "amber", "74 customers a variable.")
    Data adequacy: amber. 74 customers a variable.
    """
    if colour not in LIGHTS:
        raise ValueError(
            f"colour must be one of {list(LIGHTS)}, but it is {colour!r}. "
            "Pass the light's own word."
        )
    word = tr(LIGHTS[colour])
    head = tr("{what}: {colour}.", what=plain(text_said(name)), colour=word)
    reason = plain(sentence)
    markup = (
        f'<p class="st-light st-light-{colour}">'
        '<span class="st-dot" aria-hidden="true"></span>'
        f"<b>{guarded(head)}</b>{gap()}{guarded(reason)}</p>"
    )
    return Display(markup, sentences([head, reason]))


def table(
    frame: pd.DataFrame,
    *,
    caption: object,
    units: Mapping[str, str] | None = None,
    formats: Mapping[str, Format] | None = None,
    interactive: bool | None = None,
) -> Display:
    """Show a DataFrame as a table that a page and a screen reader can use.

    Parameters
    ----------
    frame : DataFrame
        One row a line; a named index is shown first, an unnamed one is left out.
        Without rows the caption is followed by ``frame.attrs["none"]``, or *none*.
        ``frame.attrs["said"]`` heads columns whose names mean something else elsewhere.
    caption : str
        What the table shows; any text, escaped here, and said if it is one of ours.
        So are the names of columns.
    units : mapping of str to str, default=None
        Column to unit, added to the header in brackets.
    formats : mapping of str to str or callable, default=None
        Column to ``"percent"``, ``"count"``, ``"rounded"``, ``"text"``, ``".2f"`` or a
        function. None takes ``frame.attrs["formats"]`` if there is one, and else the
        type of each column decides.
    interactive : bool, default=None
        Whether a reader can sort, search and page through it. None does so for more
        than 15 rows in a live notebook (see `segtools.live`); reports never do. It
        needs itables, without which the table stays as it is.

    Returns
    -------
    Display
        Numbers right-aligned with thin-space thousands, missing cells as a dash.

    Examples
    --------
    >>> table(pd.DataFrame({"Segment": ["New"], "Spend": [12.34]}), caption="Spend")
    Spend
    Segment Spend
        New  12.3
    """
    formats = frame.attrs.get("formats", {}) if formats is None else formats
    caption = text_said(caption)
    if frame.empty:  # a head without a body looks as if something were missing
        nothing = text_said(frame.attrs.get("none", mark("none")))
        none = tr("{caption}: {none}.", caption=plain(caption), none=nothing)
        return Display(f"<p>{escape(none)}</p>", none)
    shown = _with_index(frame)
    strings = cell_strings(shown, formats)
    said = frame.attrs.get("said", {})
    headers = [_header(str(c), units or {}, said) for c in shown.columns]
    right = [is_numeric(shown.iloc[:, i]) for i in range(shown.shape[1])]
    title = shorten(caption, LONGEST_CAPTION)
    live = wanted(len(shown), interactive)
    made = table_markup(strings, headers, right, title, [str(c) for c in shown.columns])
    made = mark_rows(made, shown, strings, live=live)
    markup = (
        '<div class="st-table" tabindex="0" role="region" '
        f'aria-label="{escape(title)}">{made}</div>'
    )
    text = _text_table(strings, headers, title)
    return Display(enlivened(markup) if live else markup, text)


def figure(
    drawn: Axes | Figure, *, alt: object, table: pd.DataFrame | Display
) -> Display:
    """Show a figure with its alt text and its table twin, then close it.

    Parameters
    ----------
    drawn : Axes or Figure
        What a figure function returned.
    alt : str
        The finding that the figure shows; any text, escaped here.
    table : DataFrame or Display
        The same numbers as a table.

    Returns
    -------
    Display
        An SVG, or a PNG where the SVG would exceed 200 kB and every character can be
        drawn with a font of this machine; else the browser's fonts are needed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> ax = Figure().add_subplot()
    >>> figure(ax, alt="No orders yet.", table=pd.DataFrame({"Orders": [0]}))
    No orders yet.
    """
    fig: Any = drawn
    while not hasattr(fig, "savefig"):
        fig = fig.figure
    sentence = plain(alt)
    _forbid_math(fig)
    picture = svg_of(fig, alt=sentence)
    if len(picture.encode()) > SVG_LIMIT and _can_be_drawn(fig):
        picture = png_of(fig, alt=sentence)
    _close(fig)
    twin = table if isinstance(table, Display) else _twin(table, sentence)
    markup = (
        f'<figure class="st-figure"><div class="st-picture">{picture}</div>'
        '<details class="st-twin">'
        f"<summary>{escape(tr('Show as table'))}</summary>{twin.html}"
        "</details></figure>"
    )
    return Display(markup, sentence)


def together(*shown: Display) -> Display:
    """Show sentences, tables and figures of one question below each other.

    Examples
    --------
    >>> together(finding("One."), finding("Two."))
    One.
    Two.
    """
    return Display("".join(d.html for d in shown), "\n".join(d.text for d in shown))


def _header(column: str, units: Mapping[str, str], said: Mapping[str, str]) -> str:
    name = plain(said.get(column) or column_said(column))
    return bracketed(name[:1].upper() + name[1:], plain(units.get(column, "")))


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    named = [name for name in frame.index.names if name is not None]
    return frame.reset_index(named) if named else frame


def _text_table(strings: pd.DataFrame, headers: list[str], title: str) -> str:
    return f"{title}\n{strings.to_string(index=False, header=headers)}"


def _twin(rows: pd.DataFrame, caption: str) -> Display:
    # It is folded, and what is not seen cannot be measured for its columns.
    caption = tr("Numbers of the figure: {finding}", finding=caption)
    return table(rows, caption=caption, interactive=False)


def _forbid_math(fig: Figure) -> None:
    from matplotlib.text import Text

    for text in fig.findobj(Text):
        text.set_parse_math(False)  # type: ignore[attr-defined]


def _can_be_drawn(fig: Figure) -> bool:
    lend_glyphs(fig)
    return not missing(fig)


def _close(fig: Figure) -> None:
    """Close a figure of pyplot; one of our own has nothing to close."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(fig)
