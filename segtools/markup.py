"""Markup with a plain-text twin, and text from data made harmless for markup."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

# JupyterLab typesets what stands between dollar signs, unless a class says not to.
NO_MATH = "mathjax_ignore tex2jax_ignore"


@dataclass(frozen=True, repr=False)
class Display:
    """Markup for a page, with a plain-text twin.

    Examples
    --------
    >>> Display(html="<p>Five segments.</p>", text="Five segments.")
    Five segments.
    """

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def guarded(text: str) -> str:
    """Escape a line of text; its dollar signs begin no mathematics either.

    Examples
    --------
    >>> guarded("a < $5")
    'a &lt; <span class="mathjax_ignore tex2jax_ignore">$</span>5'
    """
    return escape(text).replace("$", f'<span class="{NO_MATH}">$</span>')
