"""When a row of the rule book is called for: which statement of a card it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from segtools.config import checked
from segtools.features.catalogue import registered
from segtools.schema import ConfigError, did_you_mean

Statement = Mapping[str, Any]
WHOLE = "The rule book"
ANYBODY = "any"
TOPICS = ("interest", "habit", "value", "trait", "opinion", "pain", "motive")
# Features that are named after what is in the data.
_DYNAMIC = ("attribute_", "category_share_", "basket_axis_")


class Condition(BaseModel, ABC):
    """What a statement must be about."""

    model_config = ConfigDict(extra="forbid")

    rare: float | None = Field(
        None, description="only if it holds for at most this share of all", gt=0, le=1
    )

    def met_by(self, statement: Statement) -> bool:
        """Say whether a statement is the one that is asked for."""
        asked = statement.get("computation")
        if not asked:
            return False
        base = statement.get("base_share")
        common = self.rare is not None and base is not None and base > self.rare
        return not common and self._about(statement, asked)

    @abstractmethod
    def _about(self, statement: Statement, asked: Mapping[str, Any]) -> bool:
        """Say whether what a statement computes is what is asked for."""


class OfFeature(Condition):
    """A feature is high, low, one word, or not there at all."""

    feature: str = Field(description="its name in the catalogue")
    op: Literal["ge", "le", "eq", "missing"] = Field(
        description="at least, at most, equal, or of nobody known"
    )
    value: str | None = Field(None, description="the word, with eq")

    def _about(self, statement: Statement, asked: Mapping[str, Any]) -> bool:
        same = (asked["table"], asked["column"]) == ("features", self.feature)
        word = self.value is None or _like(asked["value"], self.value)
        return same and asked["op"] == self.op and word


class OfCategory(Condition):
    """A category is bought by more than usual."""

    category: str = Field(description="its name; * is anything")

    def _about(self, statement: Statement, asked: Mapping[str, Any]) -> bool:
        return asked["op"] == "bought" and _like(asked["value"], self.category)


class OfEvent(Condition):
    """Something was done besides buying."""

    event: str = Field(description="what was done; * is anything")

    def _about(self, statement: Statement, asked: Mapping[str, Any]) -> bool:
        own = (asked["op"], asked["column"]) == ("did", "event")
        return own and _like(asked["value"], self.event)


class OfContact(Condition):
    """Tickets, chats or questions were about a topic."""

    about: str = Field(description="the topic; * is anything")

    def _about(self, statement: Statement, asked: Mapping[str, Any]) -> bool:
        own = (asked["op"], asked["column"]) == ("did", "topic")
        return own and _like(asked["value"], self.about)


class OfAnswer(Condition):
    """A question was answered in one way."""

    question: str = Field("*", description="the question; * is anything")
    answer: str = Field(description="the answer; * is anything")

    def _about(self, statement: Statement, asked: Mapping[str, Any]) -> bool:
        own = asked["op"] == "answered" and _like(asked["column"], self.question)
        return own and _like(asked["value"], self.answer)


class OfAttribute(Condition):
    """An attribute has a value."""

    attribute: str = Field(description="its name; * is anything")
    value: str = Field("*", description="its value; * is anything")

    def _about(self, statement: Statement, asked: Mapping[str, Any]) -> bool:
        own = (asked["op"], asked["table"]) == ("eq", "customers")
        named = own and _like(asked["column"], self.attribute)
        return named and _like(asked["value"], self.value)


class OfTopic(Condition):
    """Any statement of one topic."""

    topic: Literal[TOPICS] = Field(description="such as pain")  # type: ignore[valid-type]

    def _about(self, statement: Statement, asked: Mapping[str, Any]) -> bool:
        return bool(statement.get("topic") == self.topic)


# The key that tells what a condition is about.
SUBJECTS: dict[str, type[Condition]] = {
    "feature": OfFeature,
    "category": OfCategory,
    "event": OfEvent,
    "about": OfContact,
    "answer": OfAnswer,
    "attribute": OfAttribute,
    "topic": OfTopic,
}
# Ways of calling for a row: each is a list of conditions that must all be met.
When = list[list[Condition]]


def read_when(value: Any, where: str) -> When:
    """Read what stands under ``when``; no way at all means anybody.

    Parameters
    ----------
    value : object
        ``any``; a condition; or a list of them, one of which is enough. In place of a
        condition ``all: [...]`` asks for several at once.
    where : str
        Where it stands in the file, such as ``actions.0.when``.

    Returns
    -------
    list of list of Condition

    Raises
    ------
    ConfigError
        One sentence about the first thing that is wrong.

    Examples
    --------
    >>> read_when("any", "actions.0.when")
    []
    >>> read_when({"feature": "overdue_ration", "op": "ge"}, "actions.0.when")
    Traceback (most recent call last):
    segtools.schema.ConfigError: actions.0.when must name a known feature, but \
'overdue_ration' is none. Did you mean 'overdue_ratio'?
    """
    if value == ANYBODY:
        return []
    ways = value if isinstance(value, list) else [value]
    if not ways:
        raise ConfigError(
            f"{where} must hold a condition, but it is empty. Write `when: any` for a "
            "row that suits anybody."
        )
    many = isinstance(value, list)
    return [_way(w, f"{where}.{i}" if many else where) for i, w in enumerate(ways)]


def _way(value: Any, where: str) -> list[Condition]:
    if not isinstance(value, dict) or set(value) != {"all"}:
        return [_condition(value, where)]
    parts = value["all"]
    if not isinstance(parts, list) or not parts:
        raise ConfigError(
            f"{where}.all must be a list of conditions, but it is {parts!r}. "
            "Write each as `- {feature: n_orders, op: ge}`."
        )
    return [_condition(p, f"{where}.all.{i}") for i, p in enumerate(parts)]


def _condition(value: Any, where: str) -> Condition:
    named = [k for k in SUBJECTS if isinstance(value, dict) and k in value]
    if not named:
        words = list(value) if isinstance(value, dict) else [value]
        raise ConfigError(
            f"{where} must name one of {', '.join(SUBJECTS)}, but it is {value!r}. "
            f"{did_you_mean(str(next(iter(words), '')), SUBJECTS)}"
        )
    read: Condition = checked(SUBJECTS[named[0]], value, where, WHOLE)
    if isinstance(read, OfFeature):
        _refuse_unknown(read.feature, where, {f.name for f in registered()})
    return read


def _refuse_unknown(name: str, where: str, known: Collection[str]) -> None:
    if name not in known and not name.startswith(_DYNAMIC):
        raise ConfigError(
            f"{where} must name a known feature, but {name!r} is none. "
            f"{did_you_mean(name, known)}"
        )


def called_for(
    when: When, statements: Sequence[Statement]
) -> tuple[int, list[Statement]] | None:
    """Find the statements that call for a row, and the place of the first one.

    Parameters
    ----------
    when : list of list of Condition
    statements : sequence of mapping
        Of a card, the most telling first.

    Returns
    -------
    tuple of (int, list of mapping) or None
        None where no way is met. A row for anybody comes after all statements.
    """
    if not when:
        return len(statements), []
    met = [found for way in when if (found := _all_of(way, statements))]
    return min(met, key=lambda m: (m[0], -len(m[1])), default=None)


def _all_of(
    way: Sequence[Condition], statements: Sequence[Statement]
) -> tuple[int, list[Statement]] | None:
    places = []
    for condition in way:
        place = next((i for i, s in enumerate(statements) if condition.met_by(s)), None)
        if place is None:
            return None
        places.append(place)
    return min(places), [statements[i] for i in sorted(set(places))]


def _like(value: object, pattern: str) -> bool:
    return fnmatchcase(str(value).casefold(), pattern.casefold())
