"""Formulas as MathML, made when the site is built.

MathJax would be a script of a megabyte on every page, and from a network by default.
Browsers draw MathML themselves and screen readers read it, so a formula is text in the
page and needs nothing. latex2mathml (MIT, pure Python, without dependencies) converts.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

# One letter by itself would be set in italics, whatever the command says.
UPRIGHT = re.compile(r"\\mathrm\{(\w)\}")
ONE = "\N{MATHEMATICAL DOUBLE-STRUCK DIGIT ONE}"
CAPITALS = re.compile(r"<mi>(&#x003(?:9\d|A[0-9A]|9[A-F]);)</mi>")


def markup(latex: str, *, display: str) -> str:
    r"""Convert a formula.

    Parameters
    ----------
    latex : str
        Without dollar signs.
    display : {"inline", "block"}

    Returns
    -------
    str
        One ``<math>`` element.

    Raises
    ------
    ExtensionError
        If a command is unknown: it would stand in the page as it is.

    Examples
    --------
    >>> "<mfrac>" in markup(r"\frac{x}{n}", display="inline")
    True
    >>> "<mtext>P</mtext>" in markup(r"\mathrm{P}", display="inline")
    True
    """
    plain = UPRIGHT.sub(r"\\text{\1}", latex).replace(r"\mathbb{1}", ONE)
    try:
        found = convert(plain, display=display)
    except Exception as error:
        raise ExtensionError(
            f"A formula must be LaTeX that can be converted, but {latex!r} is not: "
            f"{type(error).__name__}. Write it with fewer commands."
        ) from error
    if "\\" in found.replace("\\\\", ""):
        raise ExtensionError(
            f"A formula must be of known commands, but {latex!r} has another. "
            "Write it with the commands of latex2mathml."
        )
    return CAPITALS.sub(r'<mi mathvariant="normal">\1</mi>', found)


def visit_inline(self: Any, node: nodes.math) -> None:
    """Write a formula within a sentence."""
    self.body.append(markup(node.astext(), display="inline"))
    raise nodes.SkipNode


def visit_block(self: Any, node: nodes.math_block) -> None:
    """Write a formula of its own; a long one scrolls instead of the page."""
    anchors = "".join(f'<span id="{i}"></span>' for i in node.get("ids", []))
    made = markup(node.astext(), display="block")
    self.body.append(
        f'{anchors}<div class="math-block" data-scrolls="Formula">{made}</div>'
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
