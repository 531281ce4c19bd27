"""Turn a matplotlib figure into SVG that can stand inside a page.

The page's own font, colours and ids are respected: text stays text, ink becomes
``currentColor``, the style sheet that matplotlib adds (it would reach the whole page)
goes, and what is left of the ids is prefixed by a hash of the content.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from segtools.languages import current
from segtools.plots.canvas import style
from segtools.plots.colours import INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SVG_LIMIT = 200_000
POINT = 4 / 3  # CSS pixels

_NAMESPACE = "http://www.w3.org/2000/svg"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TRANSLATE = re.compile(r"translate\([-\d.]+ ([-\d.]+)\)")
_REFERENCE = re.compile(r"#([\w.-]+)")
_FONT = re.compile(r"font-family:[^;]*;?\s*|font:[^;]*;?\s*")
# Text that matplotlib was told nothing about is plain black; it is ink as well.
_INKS = re.compile(rf"{INK}\b|#000000\b")


def svg_of(fig: Figure, *, alt: str) -> str:
    """Render a figure as one ``<svg>`` element for an HTML page.

    Parameters
    ----------
    fig : Figure
        Drawn with the report's style for fonts; it is not changed otherwise.
    alt : str
        What a screen reader says instead; any text, escaped here.

    Returns
    -------
    str
        The element, the same for the same figure: no date, stable ids.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> fig = Figure(); _ = fig.add_subplot().set_xlabel("Orders")
    >>> markup = svg_of(fig, alt="Nothing <yet>")
    >>> markup.startswith("<svg "), "&lt;yet&gt;" in markup, ">Orders</text>" in markup
    (True, True, True)
    """
    with _marked(fig) as anchors:
        text = _NO_XML.sub("", _savefig(fig, "svg").decode())
    root = ElementTree.fromstring(text)
    _anchor_lines(root, anchors)
    _drop(root, {"metadata", "style"})
    used = {m for e in root.iter() for m in _references(e)}
    for element in root.iter():
        _tidy(element, used)
    width, height = (float(root.attrib[k].removesuffix("pt")) for k in _SIZE)
    root.attrib |= {
        "width": f"{width * POINT:.0f}",
        "height": f"{height * POINT:.0f}",
        "role": "img",
        "aria-label": alt,
        # JupyterLab would typeset dollar signs in the labels.
        "class": "mathjax_ignore tex2jax_ignore",
        "fill": "currentColor",
        "stroke-linejoin": "round",
        "overflow": "visible",
        "xmlns": _NAMESPACE,
    }
    if not current().is_english:  # which shapes of its signs are meant
        root.attrib["lang"] = current().tag
    _flatten(root)
    _prefix_ids(root)
    return ElementTree.tostring(root, encoding="unicode")


def png_of(fig: Figure, *, alt: str) -> str:
    """Render a figure as an ``<img>`` at twice its size, on white.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> png_of(Figure(figsize=(1, 1)), alt="Empty")[:40]
    '<img class="st-png" width="96" alt="Empt'
    """
    from html import escape

    data = base64.b64encode(_savefig(fig, "png")).decode()
    width = f"{fig.get_figwidth() * 72 * POINT:.0f}"
    return (
        f'<img class="st-png" width="{width}" alt="{escape(alt)}" '
        f'src="data:image/png;base64,{data}">'
    )


@contextmanager
def quiet_glyphs() -> Iterator[None]:
    """Silence the warning about glyphs our font lacks: a browser sets that text."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from")
        warnings.filterwarnings("ignore", message=r"Matplotlib currently does not")
        yield


_SIZE = ("width", "height")


def _savefig(fig: Figure, kind: str) -> bytes:
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    with style(), quiet_glyphs():
        if kind == "svg":
            fig.savefig(buffer, format=kind, metadata=metadata, transparent=True)
        else:
            fig.savefig(
                buffer, format=kind, metadata=metadata, facecolor="white", dpi=192
            )
    return buffer.getvalue()


@contextmanager
def _marked(fig: Figure) -> Iterator[dict[str, tuple[str, float]]]:
    """Mark texts of several lines that do not stand left, and give their anchors.

    matplotlib places such lines one by one by the widths of its own font; the page
    has another one, so each line must be told at which point to end or to centre.
    """
    from matplotlib.text import Text

    marked: list[Any] = []
    anchors: dict[str, tuple[str, float]] = {}
    lines: list[Any] = fig.findobj(Text, include_self=False)
    for text in lines:
        align = text.get_horizontalalignment()
        if align == "left" or not _upright_lines(text):
            continue
        box = text.get_window_extent()
        end = box.x1 if align == "right" else (box.x0 + box.x1) / 2
        name = f"st-lines-{len(marked)}"
        anchors[name] = ("end" if align == "right" else "middle", end * 72 / fig.dpi)
        text.set_gid(name)
        marked.append(text)
    try:
        yield anchors
    finally:
        for text in marked:
            text.set_gid(None)


def _upright_lines(text: Any) -> bool:
    return "\n" in text.get_text() and text.get_visible() and not text.get_rotation()


def _anchor_lines(
    root: ElementTree.Element, anchors: dict[str, tuple[str, float]]
) -> None:
    for group in root.iter():
        anchor, x = anchors.get(group.get("id", ""), ("", 0.0))
        for line in group.iter(f"{{{_NAMESPACE}}}text") if anchor else ():
            found = _TRANSLATE.match(line.get("transform", ""))
            if found:
                line.set("transform", f"translate({x:.2f} {found.group(1)})")
                line.set("text-anchor", anchor)


def _drop(root: ElementTree.Element, names: set[str]) -> None:
    for parent in root.iter():
        for child in list(parent):
            if child.tag.rpartition("}")[2] in names:
                parent.remove(child)


def _references(element: ElementTree.Element) -> list[str]:
    return [
        found
        for name, value in element.attrib.items()
        if "url(" in value or name.endswith("href")
        for found in _REFERENCE.findall(value)
    ]


def _tidy(element: ElementTree.Element, used: set[str]) -> None:
    """Strip namespaces, ids that nothing refers to, fonts, and needless bytes."""
    element.tag = element.tag.rpartition("}")[2]
    for name in list(element.attrib):
        value = element.attrib.pop(name)
        key = name.rpartition("}")[2]
        if key == "id" and value not in used:
            continue
        if key == "transform":
            value = re.sub(r"^rotate\(-0 .*?\)$", "", value)
        if key == "style":
            value = _INKS.sub("currentColor", _FONT.sub("", value))
        if key == "d":
            value = " ".join(re.sub(r"(\.\d\d)\d+", r"\1", value).split())
        if value:
            element.attrib[key] = value
    if element.tag != "text":
        element.text = None
    element.tail = None


def _flatten(parent: ElementTree.Element) -> None:
    """Drop empty groups and definitions, and unwrap groups that say nothing."""
    kept: list[ElementTree.Element] = []
    for child in parent:
        _flatten(child)
        if child.tag == "g" and not child.attrib:
            kept.extend(child)
        elif len(child) or child.tag not in {"g", "defs"}:
            kept.append(child)
    parent[:] = kept


def _prefix_ids(root: ElementTree.Element) -> None:
    """Make ids differ from those of every other figure of the page."""
    prefix = "st" + hashlib.sha256(ElementTree.tostring(root)).hexdigest()[:10]
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.attrib[name] = f"{prefix}-{value}"
            elif name == "href" or value.startswith("url(#"):
                element.attrib[name] = value.replace("#", f"#{prefix}-", 1)
