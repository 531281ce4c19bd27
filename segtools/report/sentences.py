"""Make sentences of clauses, and find words in texts, in the language in use."""

from __future__ import annotations

import re
import unicodedata

from segtools.joining import ended
from segtools.wording import plain

__all__ = ["sentence", "unended", "whole_word"]

_WIDE = "WF"


def sentence(text: object) -> str:
    """Give a clause from a record its capital and its full stop.

    Examples
    --------
    >>> sentence("812 customers are few"), sentence("fine!"), sentence(None)
    ('812 customers are few.', 'Fine!', '')
    """
    words = plain(text or "")
    return words[:1].upper() + ended(words[1:]) if words else ""


def unended(text: str) -> str:
    """Take the full stop from a sentence that goes on.

    Examples
    --------
    >>> unended("The groups are chance.")
    'The groups are chance'
    """
    return text.rstrip(".。")


def whole_word(word: str) -> str:
    r"""Give the pattern that finds a word, and not as a part of another one.

    A Chinese word stands between others without a blank, so it is found anywhere.

    Examples
    --------
    >>> bool(re.search(whole_word("gini"), "The gini-like")), whole_word("基尼")
    (False, '基尼')
    """
    pattern = r"\s+".join(re.escape(part) for part in word.split())
    before = "" if _is_wide(word[:1]) else r"(?<![\w-])"
    after = "" if _is_wide(word[-1:]) else r"(?![\w-])"
    return f"{before}{pattern}{after}"


def _is_wide(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in _WIDE
