"""Shopify's segment filters, read and run on orders as the documentation has it.

A reader of its own for tests: clauses of `attribute operator value` with AND before OR,
whole days of the store, BETWEEN with both ends, NULL that no comparison holds for, and
MATCHES over a customer's orders, in which no parameter stands twice.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

TOKEN = re.compile(
    r"\s*(?:(?P<word>[a-z_]+|AND|OR|NOT|MATCHES|BETWEEN|IS|NULL|CONTAINS|today)"
    r"|(?P<offset>-\d+d)\b|(?P<number>-?\d+(?:\.\d+)?)(?![\d.eE])"
    r"|(?P<text>'[^']*')|(?P<sign>>=|<=|!=|[=<>(),]))"
)
COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
PARAMETERS = {"date", "count", "sum_amount", "amount"}


@dataclass
class Customer:
    """What a store knows: orders as (local day, amount), and tags."""

    orders: list[tuple[date, Decimal]]
    tags: frozenset[str] = frozenset()

    def value(self, attribute: str):
        if attribute == "number_of_orders":
            return len(self.orders)
        if attribute == "amount_spent":
            return sum((a for _, a in self.orders), Decimal(0))
        if attribute == "last_order_date":
            return max((d for d, _ in self.orders), default=None)
        raise AssertionError(f"no such attribute: {attribute}")


class Query:
    """A query, ready to be asked of customers on a day."""

    def __init__(self, text: str, today: date):
        self.tokens = self._cut(text)
        self.today = today
        self.test = self._either()
        assert not self.tokens, f"left over: {self.tokens}"

    def selects(self, customer: Customer) -> bool:
        return self.test(customer)

    @staticmethod
    def _cut(text: str) -> list[tuple[str, str]]:
        found, place = [], 0
        while place < len(text):
            hit = TOKEN.match(text, place)
            assert hit, f"cannot be read from here: {text[place:]!r}"
            found.append((hit.lastgroup, hit[hit.lastgroup]))
            place = hit.end()
        return found

    def _next(self, *wanted: str) -> str:
        _, word = self.tokens.pop(0)
        assert not wanted or word in wanted, f"{word!r} where {wanted} was due"
        return word

    def _sees(self, word: str) -> bool:
        return bool(self.tokens) and self.tokens[0][1] == word

    def _either(self):
        parts = [self._both()]
        while self._sees("OR"):
            self._next()
            parts.append(self._both())
        return lambda c: any(p(c) for p in parts)

    def _both(self):
        parts = [self._one()]
        while self._sees("AND"):
            self._next()
            parts.append(self._one())
        return lambda c: all(p(c) for p in parts)

    def _one(self):
        if self._sees("("):
            self._next()
            inner = self._either()
            self._next(")")
            return inner
        attribute = self._next()
        if attribute == "orders_placed":
            return self._matches()
        if attribute == "customer_tags":
            self._next("CONTAINS")
            tag = self._next()[1:-1].lower()
            return lambda c: tag in {t.lower() for t in c.tags}
        return self._clause(attribute)

    def _clause(self, attribute: str):
        sign = self._next()
        if sign == "IS":
            wanted = self._next("NOT", "NULL") == "NULL"
            if not wanted:
                self._next("NULL")
            return lambda c: (c.value(attribute) is None) == wanted
        if sign == "BETWEEN":
            low = self._value()
            self._next("AND")
            high = self._value()
            return lambda c: (v := c.value(attribute)) is not None and low <= v <= high
        compare, value = COMPARE[sign], self._value()

        def compared(customer: Customer) -> bool:
            own = customer.value(attribute)
            # Only these keep customers who have no value.
            return sign == "!=" if own is None else compare(own, value)

        return compared

    def _matches(self):
        wanted = self._next("NOT", "MATCHES") == "MATCHES"
        if not wanted:
            self._next("MATCHES")
        self._next("(")
        asked = {}
        while not self._sees(")"):
            name = self._next()
            assert name in PARAMETERS, f"no such parameter: {name}"
            assert name not in asked, f"{name} stands twice"
            asked[name] = (COMPARE[self._next(*COMPARE)], self._value())
            if not self._sees(")"):
                self._next(",")
        self._next(")")
        return lambda c: self._found(c, asked) == wanted

    @staticmethod
    def _found(customer: Customer, asked: dict) -> bool:
        def holds(name: str, value) -> bool:
            compare, bound = asked.get(name, (lambda *_: True, None))
            return compare(value, bound)

        own = [
            (d, a)
            for d, a in customer.orders
            if holds("date", d) and holds("amount", a)
        ]
        if not own:
            return False
        total = sum((a for _, a in own), Decimal(0))
        return holds("count", len(own)) and holds("sum_amount", total)

    def _value(self):
        kind, word = self.tokens.pop(0)
        if word == "today":
            return self.today
        if kind == "offset":
            return self.today - timedelta(days=int(word[1:-1]))
        assert kind == "number", f"{word!r} is no value"
        return Decimal(word)
