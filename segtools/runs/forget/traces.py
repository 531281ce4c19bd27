"""What tells of one customer: the id, addresses, and hashes made from them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from segtools.destinations.identifiers import sha256

GONE = "[forgotten]"
# Columns and keys that say whose a row is, however they are written.
_WHOSE = re.compile(
    r"(?:customer|user|external|extern|contact|record|person|profile|client|account"
    r"|subscriber)_?id"
)
# As long as what the report takes for an id in running text (`report.scan`).
_SHORTEST, _SHORTEST_NUMBER = 6, 9


def says_whose(column: str) -> bool:
    """Tell whether a column or a key names the customer that a row is about.

    Examples
    --------
    >>> [says_whose(c) for c in ("customer_id", "userId", "External ID", "order_id")]
    [True, True, True, False]
    """
    plain = re.sub(r"\W+", "_", column.casefold()).strip("_")
    return _WHOSE.fullmatch(plain) is not None


def is_telling(text: str) -> bool:
    """Tell whether a text is long enough to mean one customer wherever it stands.

    Examples
    --------
    >>> is_telling("C00017"), is_telling("17"), is_telling("170000001")
    (True, False, True)
    """
    if text.isdigit():
        return len(text) >= _SHORTEST_NUMBER
    return len(text) >= _SHORTEST and any(c.isalpha() for c in text)


def _loosely(needle: str) -> re.Pattern[str]:
    """Find a needle unless letters or digits beside it make it another one.

    Examples
    --------
    >>> [bool(_loosely("C00017").search(t)) for t in ("id_C00017.csv", "C000171")]
    [True, False]
    """
    joins = "[.+_-]" if "@" in needle else "[+-]"
    escape = r"(?<=\\[bfnrtv])|(?<=\\u[0-9a-f]{4})|(?<=%[0-9a-f]{2})"
    before = rf"(?:(?<![a-z0-9])(?<![a-z0-9]{joins})|{escape})"
    after = rf"(?![a-z0-9]|{joins}[a-z0-9])"
    return re.compile(f"{before}{re.escape(needle)}{after}", re.IGNORECASE)


@dataclass(frozen=True)
class Traces:
    """All by which one customer may be found in a project.

    Attributes
    ----------
    customer_id : str
    marks : frozenset of str
        Addresses, ids of other systems, and SHA-256 of addresses, in lower case.
    together : tuple of frozenset of str
        Values that many have, such as a hashed first name: only a row that holds
        all of one set is the customer's.
    shared : int
        Addresses that another customer has as well: they stay with that one.
    """

    customer_id: str
    marks: frozenset[str] = frozenset()
    together: tuple[frozenset[str], ...] = ()
    shared: int = field(default=0, compare=False)

    def is_id(self, text: str) -> bool:
        """Tell whether a cell is the id, with or without a spreadsheet's apostrophe."""
        own = text.strip()
        return self.customer_id in (text, own, own.removeprefix("'"))

    def is_mark(self, text: str) -> bool:
        """Tell whether a cell is an address, another id or a hash of the customer."""
        return text.strip().removeprefix("'").lower() in self.marks

    def is_hit(self, text: str) -> bool:
        """Tell whether a cell means the customer, whatever column it stands in."""
        return self.is_mark(text) or (self.telling and self.is_id(text))

    @cached_property
    def telling(self) -> bool:
        """Whether the id means the customer wherever it stands."""
        return is_telling(self.customer_id)

    @cached_property
    def needles(self) -> tuple[str, ...]:
        """What is looked for in running text and in unknown files, longest first."""
        whole = {m for m in self.marks if is_telling(m)}
        whole |= {self.customer_id} if self.telling else set()
        return tuple(sorted(whole, key=lambda w: (-len(w), w)))

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """What finds a needle as a whole word, escaped for JSON or HTML or plain."""
        ways = {
            way
            for n in self.needles
            for way in (n, html.escape(n), json.dumps(n)[1:-1])
        }
        if not ways:
            return None
        one = "|".join(re.escape(w) for w in sorted(ways, key=lambda w: (-len(w), w)))
        # C00017 is no part of C00017-b, but it is one of "see C00017."
        before, after = r"(?<![\w@])(?<!\w[.+-])", r"(?![\w@]|[.+-]\w)"
        return re.compile(f"{before}(?:{one}){after}", re.IGNORECASE)

    @cached_property
    def _loose(self) -> tuple[re.Pattern[str], ...]:
        """What finds needles also beside an underscore, a file's ending, an escape."""
        ways = {w for n in self.needles for w in (n, html.escape(n))}
        return tuple(_loosely(way) for way in sorted(ways))

    def may_be_in(self, text: str) -> bool:
        """Tell whether a text names the customer, if only within a longer word."""
        hits = (hit for one in self._loose for hit in one.finditer(text))
        return any(self._unless_other(hit) == GONE for hit in hits)

    def scrub(self, text: str) -> tuple[str, int]:
        """Replace every needle in a text; give the text and how many there were."""
        if self.pattern is None:
            return text, 0
        return self.pattern.subn(self._unless_other, text)

    def blotted(self, path: str) -> str:
        """Give a path without the customer, also where other letters stand beside."""
        for needle in self.needles:
            path = re.sub(re.escape(needle), GONE, path, flags=re.IGNORECASE)
        return path

    def _unless_other(self, found: re.Match[str]) -> str:
        # Ids keep their case: C00017 and c00017 may be two customers.
        own = found.group().casefold() == self.customer_id.casefold()
        if own and found.group() != self.customer_id and not self.is_mark(found[0]):
            return found.group()
        return GONE

    def owns(self, row: Mapping[str, str]) -> bool:
        """Tell whether a row is the customer's.

        Parameters
        ----------
        row : mapping of str to str
            Column to text; empty cells may be left out.

        Examples
        --------
        A row that names another customer is that one's, whatever else it holds.

        >>> ann = Traces("17", frozenset({"ann@example.org"}))
        >>> ann.owns({"customer_id": "17"}), ann.owns({"orders": "17"})
        (True, False)
        >>> ann.owns({"mail": "Ann@example.org"})
        True
        >>> ann.owns({"customer_id": "18", "mail": "ann@example.org"})
        False
        """
        whose = {c: v for c, v in row.items() if v.strip() and says_whose(c)}
        if "customer_id" in whose:  # ours; another system may use the same number
            return self.is_id(whose["customer_id"])
        if any(self.is_id(v) or self.is_mark(v) for v in whose.values()):
            return True
        if whose:
            return False
        values = {v.strip().removeprefix("'").lower() for v in row.values()}
        if values & self.marks or any(group <= values for group in self.together):
            return True
        return self.telling and any(self.is_id(v) for v in row.values())


def with_hashes(values: Iterable[str | None]) -> set[str]:
    """Give values in lower case, and the SHA-256 of each as it stands and in lower.

    Examples
    --------
    >>> sorted(len(v) for v in with_hashes(["ann@example.org", None]))
    [15, 64]
    """
    found: set[str] = set()
    for value in values:
        if value:
            hashes = {sha256(value), sha256(value.lower())}
            found |= {value.lower()} | {h for h in hashes if h}
    return found
