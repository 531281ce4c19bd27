"""A DataFrame's cells as strings, and the strings as a table's markup."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from numbers import Number
from typing import Any

import pandas as pd

from segtools.joining import commas
from segtools.languages import current, tr
from segtools.wording import (
    MISSING,
    is_missing,
    number,
    percent,
    plain,
    rounded,
    shorten,
)

Format = str | Callable[[Any], str]

_NAMED: dict[str, Callable[[Any], str]] = {
    "percent": percent,
    "count": number,
    "rounded": rounded,
    "text": plain,
}
_STUB = "st-stub"
LONGEST_WORD = 16  # letters of a header that are not broken
LONGEST_CELL = 400  # characters shown before a reader asks for more


def cell_strings(frame: pd.DataFrame, formats: Mapping[str, Format]) -> pd.DataFrame:
    """Write every cell as a string; missing values become a dash.

    Parameters
    ----------
    frame : DataFrame
        Any frame with unique column names.
    formats : mapping of str to str or callable
        Column to ``"percent"`` (of a share), ``"count"``, ``"rounded"`` (three
        digits), ``"text"``, a format such as ``".2f"``, or a function.

    Returns
    -------
    DataFrame
        Of the same shape, strings only, not yet escaped.

    Raises
    ------
    ValueError
        If `formats` names a column that is not there, or an unknown format.

    Examples
    --------
    >>> cell_strings(pd.DataFrame({"n": [1.25, None]}), {"n": ".1f"})
         n
    0  1.2
    1    –
    """
    unknown = [c for c in formats if c not in frame.columns]
    if unknown:
        raise ValueError(
            f"formats must name columns of the table, but {unknown} are not among "
            f"{list(frame.columns)}. Remove or rename them."
        )
    columns = {}
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place]
        write = _writer(column, formats.get(name))
        columns[place] = [MISSING if is_missing(v) else write(v) for v in column]
    strings = pd.DataFrame(columns, index=frame.index, dtype=object)
    strings.columns = frame.columns
    return strings


def is_numeric(column: pd.Series) -> bool:
    """Tell whether a column holds numbers, ``Decimal`` included.

    Examples
    --------
    >>> is_numeric(pd.Series([1, None])), is_numeric(pd.Series([True]))
    (True, False)
    """
    if pd.api.types.is_bool_dtype(column):
        return False
    if pd.api.types.is_numeric_dtype(column):
        return True
    known = [v for v in column if not is_missing(v)]
    return bool(known) and all(
        isinstance(v, Number) and not isinstance(v, bool) for v in known
    )


def table_markup(
    strings: pd.DataFrame,
    headers: list[str],
    right: list[bool],
    caption: str,
    names: Sequence[str] = (),
) -> str:
    """Let great_tables lay out cells that are escaped here, and only here.

    great_tables escapes some parts and reads others as units or Markdown, and which
    ones depends on its version; so it gets column names of ours and finished markup.

    Parameters
    ----------
    strings : DataFrame
        Cells, not yet escaped.
    headers : list of str
        One header a column, not yet escaped.
    right : list of bool
        Which columns are numbers; the first column names the rows if it is none.
    caption : str
        Visible caption, not yet escaped.
    names : sequence of str, default=()
        The columns as the code calls them; a header that says one in another language
        keeps its name in ``data-column``, by which the glossary finds it.

    Returns
    -------
    str
        One ``<table>`` element without any style block.
    """
    from great_tables import GT, html

    own = [f"c{place}" for place in range(strings.shape[1])]
    markup = strings.map(_cell).set_axis(own, axis=1)
    heads = map(_named, map(_markup, headers), headers, names or headers)
    labels = dict(zip(own, heads, strict=True))
    stub = own[0] if len(own) > 1 and not right[0] else None
    made = GT(markup, id=f"st{_key(strings, headers, caption)}", rowname_col=stub)
    made = made.cols_label({n: html(v) for n, v in labels.items() if n != stub})
    made = made.cols_align("left", columns=own).cols_align(
        "right", columns=[n for n, r in zip(own, right, strict=True) if r]
    )
    # Formatting by identity tells every version that the cells are finished.
    made = made.fmt(str, columns=own)
    made = made.tab_stubhead(_STUB) if stub else made
    found = re.search(r"<table.*</table>", made.as_raw_html(), re.DOTALL)
    assert found is not None
    text = re.sub(r' data-quarto-[\w-]+="\w+"', "", found.group())
    text = text.replace(f">{_STUB}</th>", f">{labels[own[0]]}</th>", 1)
    opening = '<table class="gt_table mathjax_ignore tex2jax_ignore">'
    return f"{opening}<caption>{escape(caption)}</caption>" + text.partition(">")[2]


def _writer(column: pd.Series, chosen: Format | None) -> Callable[[Any], str]:
    if callable(chosen):
        return chosen
    if chosen in _NAMED:
        return _NAMED[chosen]
    if chosen is not None:
        return _by_spec(chosen)
    if is_numeric(column):
        decimals = _decimals(column)
        return lambda value: number(value, decimals)
    if pd.api.types.is_datetime64_any_dtype(column):
        return _date
    return _word


def _by_spec(spec: str) -> Callable[[Any], str]:
    decimals = re.fullmatch(r",?\.(\d)f", spec)
    if decimals is None:
        raise ValueError(
            f"formats must be one of {list(_NAMED)}, '.0f' to '.9f' or a function, "
            f"but {spec!r} is neither. Choose one of them."
        )
    return lambda value: number(value, int(decimals.group(1)))


def _decimals(column: pd.Series) -> int:
    """Choose decimals so that the largest number of a column shows three digits."""
    known = [abs(float(v)) for v in column if not is_missing(v)]
    finite = [v for v in known if v != float("inf")]
    if all(v == round(v) for v in finite):
        return 0
    largest = max(finite)
    return next((d for d, limit in ((0, 1000), (1, 10), (2, 1)) if largest >= limit), 3)


def _date(value: Any) -> str:
    midnight = value == value.normalize()
    return value.strftime("%Y-%m-%d" if midnight else "%Y-%m-%d %H:%M")


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, (list, tuple)):
        return commas(map(plain, value)) or MISSING
    return plain(value) or MISSING


def _cell(text: str) -> str:
    """Escape a cell; one that would fill a page is shortened and can be opened."""
    if len(text) <= LONGEST_CELL:
        return escape(text)
    short = escape(shorten(text, LONGEST_CELL // 2))
    return f"<details><summary>{short}</summary>{escape(text)}</details>"


def _markup(header: str) -> str:
    # Double braces would be read as units, even in finished markup.
    text = escape(shorten(header, LONGEST_CELL // 2)).replace("{", "&#123;")
    if max(map(len, header.split()), default=0) <= LONGEST_WORD:
        return text
    return f'<span class="st-break">{text}</span>'


def _named(markup: str, header: str, name: str) -> str:
    """Keep the name of a column beside the words that head it, where they differ."""
    if current().is_english or header.casefold() == name.casefold():
        return markup
    kept = escape(plain(name)).replace("{", "&#123;")
    return f'<span data-column="{kept}">{markup}</span>'


def _key(strings: pd.DataFrame, headers: list[str], caption: str) -> str:
    content = repr((caption, headers, strings.to_numpy().tolist()))
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:10]
