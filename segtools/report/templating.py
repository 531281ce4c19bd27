"""The environment of the report's templates: escaping, strict, with our filters.

Every string that came from data passes Jinja's autoescape; only the style sheet, the
script and markup that our display objects or nbconvert made are trusted as HTML.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
from babel import Locale
from babel.numbers import format_compact_decimal
from markupsafe import Markup, escape

from segtools.joining import gap
from segtools.languages import current, tr, trc, trn
from segtools.plots.colours import OTHER, is_colour, text_on
from segtools.wording import MINUS, THIN, day, is_missing, number, percent, plain

__all__ = ["anchor", "colour", "day", "money", "number", "percent", "tame", "templates"]

TEMPLATES = Path(__file__).with_name("templates")
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "CNY": "¥", "INR": "₹"}
SHORT = 1e4  # amounts from here on are shortened
# From which amount on, divided by what, with which letter and how many decimals.
SCALES = (
    (1e9, 1e9, "bn", 2),
    (1e6, 1e6, "M", 2),
    (1e4, 1e3, "k", 0),
    (100, 1, "", 0),
    (0, 1, "", 2),
)
# In the order of the page: later sheets refine earlier ones, and print comes last.
SHEETS = (
    "base.css",
    "front.css",
    "stage.css",
    "tables.css",
    "terms.css",
    "cards.css",
    "narrow.css",
    "print.css",
)
SCRIPTS = ("contents.js", "filter.js", "sort.js", "terms.js", "figures.js")
LONGEST = 600  # characters of one string from data on a page


def money(value: float | str | None, unit: str | None = None) -> str:
    """Write an amount short, with the symbol of its currency or the unit behind it.

    Parameters
    ----------
    value : float, str or None
        The amount; records write money as a decimal string.
    unit : str, default=None
        A currency's code, or any other unit.

    Returns
    -------
    str
        ``"–"`` for a missing amount.

    Examples
    --------
    >>> money("1923456.1000", "USD").replace(THIN, "_"), money(54.25, "EUR")
    ('$1.92_M', '€54.25')
    >>> money(-81_240, "points").replace(THIN, "_"), money(None), money(-0.001)
    ('−81_k_points', '–', '0.00')
    """
    amount = math.nan if value is None or is_missing(value) else float(value)
    if not math.isfinite(amount):
        return number(None)
    if not current().is_english:
        return _money_abroad(amount, unit)
    _, scale, letter, digits = next(row for row in SCALES if abs(amount) >= row[0])
    text = number(abs(amount) / scale, digits)
    sign = _sign(amount, text)
    known = unit in SYMBOLS.values()
    symbol = str(unit) if known else SYMBOLS.get(unit or "", "")
    words = [sign + symbol + text, letter, "" if symbol else unit or ""]
    return THIN.join(word for word in words if word)


def _money_abroad(amount: float, unit: str | None) -> str:
    """Write an amount short, its letters and symbol as Babel knows them."""
    digits = next(row[3] for row in SCALES if abs(amount) >= row[0])
    locale = current().locale
    text = number(abs(amount), digits)
    if abs(amount) >= SHORT:
        short = _three_digits(abs(amount), locale)
        # Some languages have no letter for thousands.
        if re.search(r"[^\d.,\s]", short):
            text = short.replace("\u00a0", THIN)
        else:
            text = number(abs(amount))
    codes = {symbol: code for code, symbol in SYMBOLS.items()}
    code = codes.get(unit or "", unit or "")
    known = code in locale.currencies
    symbol = locale.currency_symbols.get(code, code) if known else code
    pattern = locale.currency_formats["standard"].pattern
    before = known and pattern.startswith("¤")
    space = "" if before and not pattern.startswith("¤\u00a0") else THIN
    said = (symbol, text) if before else (text, symbol)
    return _sign(amount, text) + space.join(word for word in said if word)


def _sign(amount: float, text: str) -> str:
    """Give the minus of an amount, unless nothing of it is left in its text."""
    return MINUS if amount < 0 and re.search("[1-9]", text) else ""


def _three_digits(amount: float, locale: Locale) -> str:
    """Write an amount with its letter; how far that goes is the language's matter."""
    whole = re.sub(r"\D", "", format_compact_decimal(amount, locale=locale))
    digits = max(0, 3 - len(whole))
    return format_compact_decimal(amount, locale=locale, fraction_digits=digits)


def colour(value: object) -> str:
    """Give a segment's colour back if it is one, else grey; it goes into CSS.

    Examples
    --------
    >>> colour("#0072B2"), colour("red;background:url(//x)")
    ('#0072B2', '#8A8A8A')
    """
    return str(value) if is_colour(value) else OTHER


def anchor(segment_id: object) -> str:
    """Give the id of a segment's card, safe in an address and in HTML.

    Examples
    --------
    >>> anchor("S03"), anchor('"><b>')
    ('card-S03', 'card-b')
    """
    return "card-" + re.sub(r"[^A-Za-z0-9]+", "-", str(segment_id)).strip("-")


@functools.cache
def templates() -> jinja2.Environment:
    """Give the environment, with the style sheet and the script that all pages share.

    Examples
    --------
    >>> templates().from_string("{{ name }}").render(name="<b>")
    '&lt;b&gt;'
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=tame,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "money": money,
        "number": number,
        "percent": percent,
        "quoted": quoted,
        "text_on": text_on,
    }
    environment.globals |= {"tr": _said(tr), "trc": _said(trc), "trn": _said(trn)}
    environment.globals |= {"language": current, "gap": _said(gap)}
    environment.globals |= carried(SHEETS, SCRIPTS)
    return environment


def carried(sheets: tuple[str, ...], scripts: tuple[str, ...]) -> dict[str, Markup]:
    """Give what a page carries with it, for its template.

    Parameters
    ----------
    sheets, scripts : tuple of str
        Files of the folders ``css`` and ``js``, in the order of the page.

    Returns
    -------
    dict
        ``css``, ``script`` and ``script_hash``, by which the page's policy knows it.
    """
    script = "\n" + _together("js", scripts)
    mark = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return {
        "css": Markup(_together("css", sheets)),
        "script": Markup(script),
        "script_hash": Markup(f"sha256-{mark}"),
    }


def _said(say: Callable[..., str]) -> Callable[..., Markup]:
    """Let a template say messages: they may hold markup, and what fills them not."""

    def said(*message: Any, **values: Any) -> Markup:
        safe = {name: escape(tame(value)) for name, value in values.items()}
        return Markup(say(*message, **safe))

    return said


def quoted(message: str) -> Markup:
    """Let a message stand in an attribute, whatever its translation holds.

    Examples
    --------
    >>> quoted(Markup('The "best" of A &amp; B'))
    Markup('The &#34;best&#34; of A &amp; B')
    """
    return Markup(str(message).replace('"', "&#34;").replace("<", "&lt;"))


def _together(folder: str, files: tuple[str, ...]) -> str:
    """Read sheets or scripts as one: each page carries them all."""
    texts = [(TEMPLATES / folder / f).read_text(encoding="utf-8") for f in files]
    return "\n".join(texts)


def tame(value: Any) -> Any:
    r"""Make strings from data one line of bearable length without control characters.

    Examples
    --------
    >>> tame("Loyal\n\x00 spenders"), tame(3)
    ('Loyal spenders', 3)
    """
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    text = re.sub(r"(?<=\d) (?=%)", THIN, plain(value))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
