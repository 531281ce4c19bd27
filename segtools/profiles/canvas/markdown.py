"""A canvas as Markdown that shows strings from data as they are, and runs none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from segtools.languages import tr
from segtools.wording import plain, shorten

_MARKS = re.compile(r"([\\`*_\[\]<>&|~$#{}])")
# What begins a list or a heading where it stands first.
_START = re.compile(r"^([-+=]|\d+(?=[.)](?:\s|$)))")
_TITLE_WIDTH = 120


def canvas_markdown(canvas: Mapping[str, Any]) -> str:
    r"""Write one segment's canvas as Markdown.

    Parameters
    ----------
    canvas : mapping
        One of the ``segments`` that `business_model_canvas` gives.

    Returns
    -------
    str
        A heading, and a section with a list for each block. Lines that somebody has to
        fill begin with *Ask*.

    Examples
    --------
    >>> block = {"title": "Channels", "lines": [{"text": "a_b", "source": "data"}]}
    >>> print(canvas_markdown({"segment": "[Big](x)", "blocks": {"channels": block}}))
    # Business model canvas: \[Big\](x)
    <BLANKLINE>
    ## Channels
    <BLANKLINE>
    - a\_b
    <BLANKLINE>
    """
    name = escape_markdown(shorten(canvas["segment"], _TITLE_WIDTH))
    parts = [f"# {tr('Business model canvas: {segment}', segment=name)}"]
    for block in canvas["blocks"].values():
        lines = [_line(row) for row in block["lines"]]
        parts += [f"## {block['title']}", "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


def _line(row: Mapping[str, str]) -> str:
    text = escape_markdown(row["text"])
    return f"- *{tr('Ask:')}* {text}" if row["source"] == "ask" else f"- {text}"


def escape_markdown(text: object) -> str:
    r"""Make one line in which no character is markup, nor an address a link.

    Examples
    --------
    >>> print(escape_markdown("<b>*x*</b> [a](javascript:y) http://z"))
    \<b\>\*x\*\</b\> \[a\](javascript:y) http\://z
    """
    marked = _MARKS.sub(r"\\\1", plain(text)).replace("://", r"\://")
    return _START.sub(lambda m: _first(m.group(1)), marked)


def _first(start: str) -> str:
    return f"{start}\\" if start[0].isdigit() else f"\\{start}"
