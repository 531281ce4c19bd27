"""The language in which segtools writes: messages, plural forms and number signs.

English stands in the code. Every other language is one folder beside this file, or
anywhere else, with a Babel catalogue: ``LC_MESSAGES/messages.po``.
"""

from segtools.languages.catalogue import Coverage, coverage
from segtools.languages.choice import (
    available,
    current,
    in_language_of,
    known_language,
    set_language,
    use_language,
)
from segtools.languages.language import Language
from segtools.languages.messages import (
    header,
    mark,
    markc,
    markn,
    said_header,
    tr,
    trc,
    trn,
)

__all__ = [
    "Coverage",
    "Language",
    "available",
    "coverage",
    "current",
    "header",
    "in_language_of",
    "known_language",
    "mark",
    "markc",
    "markn",
    "said_header",
    "set_language",
    "tr",
    "trc",
    "trn",
    "use_language",
]
