"""Which column of a frame is which of ours: by name, never by place, and told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from segtools.frames.names import ALIASES, ARGUMENTS, DECIDING, HINTS
from segtools.joining import commas
from segtools.languages import tr, trn
from segtools.schema import TABLES, ConfigError, DataError, did_you_mean
from segtools.sources.formats.headers import looks_like, normal
from segtools.wording import listed, quoted_name, shorten

_WHAT = {
    "customer_id": "says who bought",
    "ordered_at": "says when",
    "amount": "says how much was paid",
    "order_id": "tells orders apart",
    "product_id": "says what was bought",
}
_LONGEST = 60
_MOST = 12  # headers and candidates that a sentence lists


@dataclass(frozen=True)
class Found:
    """What was taken for what.

    Attributes
    ----------
    table : {"orders", "order_lines", "customers"}
        What a row is.
    chosen : dict
        Our columns to theirs.
    told : tuple of str
        What a reader should know of the choice, a sentence each.
    """

    table: str
    chosen: dict[str, str]
    told: tuple[str, ...] = field(default=())


def named_columns(said: Mapping[str, object], columns: object) -> dict[str, str | None]:
    """Put together which columns a caller names.

    Parameters
    ----------
    said : mapping
        The arguments that name a column each; None where one does not.
    columns : mapping or None
        More of our columns to the frame's.

    Raises
    ------
    ConfigError
        If something is not a column's name; a Series is data, and is not repeated.

    Examples
    --------
    >>> named_columns({"customer": 0, "time": None}, {"product_id": "SKU"})
    {'product_id': 'SKU', 'customer_id': '0'}
    """
    if columns is not None and not isinstance(columns, Mapping):
        raise ConfigError(
            "columns must map our columns to those of the frame, but it is of type "
            f"{type(columns).__name__}. Pass such as columns={{'product_id': 'SKU'}}."
        )
    more = dict(columns or {})
    named = {str(o): _label(t, f"columns[{o!r}]") for o, t in more.items()}
    own = {ours: said.get(argument) for ours, argument in ARGUMENTS.items()}
    direct = {o: _label(t, ARGUMENTS[o]) for o, t in own.items() if t is not None}
    return named | direct


def _label(theirs: object, argument: str) -> str | None:
    if theirs is None or isinstance(theirs, (str, int, float, tuple, dt.date)):
        return None if theirs is None else str(theirs)
    raise ConfigError(
        f"{argument} must be the name of a column, but it is of type "
        f"{type(theirs).__name__}. Pass the name alone."
    )


def find_columns(headers: Sequence[str], named: Mapping[str, str | None]) -> Found:
    """Decide what each column of a frame of orders is.

    Parameters
    ----------
    headers : sequence of str
        The frame's columns, each once.
    named : mapping
        Our column to theirs, as the caller says; None leaves ours out. All others are
        found by name: the contract's own first, then what the world calls it. Case,
        blanks and punctuation do not count.

    Returns
    -------
    Found
        ``order_lines`` where a column says what was bought, else ``orders``.

    Raises
    ------
    ConfigError
        If `named` has a column that we do not know.
    DataError
        If a named column is not there, a needed one is not found, or two columns might
        be it.

    Examples
    --------
    >>> found = find_columns(["Kunde", "Datum", "Betrag", "Stadt"], {})
    >>> found.table, found.chosen
    ('orders', {'customer_id': 'Kunde', 'ordered_at': 'Datum', 'amount': 'Betrag'})
    """
    _refuse_unknown(headers, named)
    chosen = {ours: theirs for ours, theirs in named.items() if theirs is not None}
    told: list[str] = []
    for ours in ("customer_id", "ordered_at", "order_id", "amount", *_OTHERS):
        if ours not in named:
            _find(ours, headers, chosen, told)
    _price_as_amount(headers, named, chosen)
    table = "order_lines" if "product_id" in chosen else "orders"
    contract = TABLES[table].columns
    kept = {o: t for o, t in chosen.items() if o in {*contract, *_OF_AMOUNT}}
    if "amount" in kept and table == "orders":
        kept = {o: t for o, t in kept.items() if o not in _OF_AMOUNT}
    for ours in TABLES[table].required:
        if ours not in kept and not (ours == "amount" and set(_OF_AMOUNT) <= set(kept)):
            raise DataError(_missing(ours, headers))
    return Found(table, kept, (*told, *_said(table, kept, headers)))


_OTHERS = (
    *("product_id", "quantity", "unit_price", "category"),
    *sorted(
        set(TABLES["order_lines"].columns)
        - {"customer_id", "ordered_at", "order_id", "amount"}
        - {"product_id", "quantity", "unit_price", "category"}
    ),
)
# Of these two an amount can be made.
_OF_AMOUNT = ("quantity", "unit_price")


def is_named(ours: str, headers: Sequence[str]) -> bool:
    """Tell whether any column is named like one of ours.

    Examples
    --------
    >>> is_named("ordered_at", ["Order Date", "Paid"]), is_named("amount", ["City"])
    (True, False)
    """
    names = {normal(n) for rank in _ranks(ours) for n in rank}
    return any(normal(h) in names for h in headers)


def _ranks(ours: str) -> list[tuple[str, ...]]:
    """List the names of one of our columns, the surest first."""
    return [(ours,), *ALIASES.get(ours, ())]


def find_customer(headers: Sequence[str], named: str | None) -> str:
    """Find the column that says who somebody is, in a frame of customers.

    Raises
    ------
    DataError
        If it is not there, or two might be it.
    """
    if named is not None and named in headers:
        return named
    chosen: dict[str, str] = {}
    _find("customer_id", headers, chosen, [])
    if "customer_id" not in chosen:
        raise DataError(_missing("customer_id", headers, "customers"))
    return chosen["customer_id"]


def _find(
    ours: str, headers: Sequence[str], chosen: dict[str, str], told: list[str]
) -> None:
    """Find one of our columns among those that nothing else was taken from."""
    free = [h for h in headers if h not in chosen.values()]
    for rank in _ranks(ours):
        names = {normal(name) for name in rank}
        found = [h for h in free if normal(h) in names]
        if len(found) == 1:
            chosen[ours] = found[0]
        elif found and ours in DECIDING:
            raise DataError(_ambiguous(ours, found))
        elif found:
            text = tr(
                "{columns} might each be {ours}, so none is. Say which with {remedy}.",
                columns=_shown(found),
                ours=ours,
                remedy=f"columns={{{ours!r}: ...}}",
            )
            told.append(text)
        if found:
            return


def _price_as_amount(
    headers: Sequence[str], named: Mapping[str, str | None], chosen: dict[str, str]
) -> None:
    """Take a price for the amount where no quantity says how many were bought."""
    if "amount" in {*named, *chosen} or "quantity" in chosen:
        return
    if "unit_price" in chosen and "unit_price" not in named:
        chosen["amount"] = chosen.pop("unit_price")


def _refuse_unknown(headers: Sequence[str], named: Mapping[str, str | None]) -> None:
    known = TABLES["order_lines"].columns
    for ours, theirs in named.items():
        if ours not in known:
            raise ConfigError(
                f"columns must map our columns, but {ours!r} is none. "
                f"{did_you_mean(ours, known)}"
            )
        if theirs is not None and theirs not in headers:
            how = f"{_argument(ours)}" if ours in ARGUMENTS else f"columns[{ours!r}]"
            raise DataError(
                f"{how} must name a column of the frame, but {theirs!r} is none of "
                f"{_listed(headers)}. {_near(theirs, headers)}"
            )
    given = [t for t in named.values() if t is not None]
    for theirs in given:
        if given.count(theirs) > 1:
            twice = [o for o, t in named.items() if t == theirs]
            raise ConfigError(
                f"A column must be one thing, but {theirs!r} is named for "
                f"{listed(twice)}. Name another column for one of them."
            )


def _near(wrong: str, headers: Sequence[str]) -> str:
    hint = did_you_mean(wrong, headers)
    return hint if hint.startswith("Did") else "Check its spelling."


def _argument(ours: str) -> str:
    return ARGUMENTS.get(ours, ours)


def _ambiguous(ours: str, found: Sequence[str]) -> str:
    return (
        f"orders must have one column that {_WHAT[ours]}, but {_listed(found)} might "
        f"each be it. Say which: {_remedy(ours, found[0])}."
    )


def _missing(ours: str, headers: Sequence[str], what: str = "orders") -> str:
    could = _candidates(ours, headers)
    hint = f" It could be {_listed(could, 'or')}." if could else ""
    like = looks_like(headers)
    like = f" This looks like {like}." if like else ""
    example = could[0] if could else "its name"
    remedy = f"Name it: {_remedy(ours, example)}"
    if ours == "amount":
        remedy += (
            ", or where nothing says it add a column of ones (amount=1) and pass "
            "goal='keep_customers'"
        )
    return (
        f"{what} must have a column that {_WHAT[ours]}, but none of {_listed(headers)} "
        f"is named like one.{hint}{like} {remedy}."
    )


def _remedy(ours: str, theirs: str) -> str:
    if ours in ARGUMENTS:
        return f"{ARGUMENTS[ours]}={theirs!r}"
    return f"columns={{{ours!r}: {theirs!r}}}"


def _candidates(ours: str, headers: Sequence[str]) -> list[str]:
    """List columns whose names have something of what is missing; never taken."""
    hints = HINTS.get(ours, ())
    scored = [
        (min(i for i, hint in enumerate(hints) if hint in h.casefold()), h)
        for h in headers
        if any(hint in h.casefold() for hint in hints)
    ]
    return [h for _, h in sorted(scored, key=lambda pair: pair[0])][:3]


def _said(table: str, chosen: Mapping[str, str], headers: Sequence[str]) -> list[str]:
    """Say what a row is, and which columns nothing was made of."""
    said = []
    if "order_id" not in chosen:
        text = tr(
            "No column tells orders apart, so what a customer buys at one instant is "
            "one order. Name one with order=... if there is one."
        )
        said.append(text)
    elif table == "orders":
        name = quoted_name(chosen["order_id"])
        said.append(tr("Rows with the same {column} are one order.", column=name))
    if "amount" not in chosen:
        pair = {n: quoted_name(chosen[n]) for n in _OF_AMOUNT}
        said.append(tr("What was paid is {quantity} times {unit_price}.", **pair))
    unused = [h for h in headers if h not in chosen.values()]
    if unused:
        said.append(tr("Not used: {columns}.", columns=_shown(unused)))
    return said


def _shown(names: Sequence[str]) -> str:
    """List names for a reader, in the language in use."""
    first, more = _first(names)
    shown = list(map(quoted_name, first))
    shown += [trn("{n} more", "{n} more", more)] if more else []
    if len(shown) < 2:
        return "".join(shown)
    return tr("{names} and {last}", names=commas(shown[:-1]), last=shown[-1])


def _first(names: Sequence[str]) -> tuple[list[str], int]:
    """Give the first names, and count the others."""
    # A blank at an end tells two names apart, and is needed to name one.
    cut = [n if len(n) <= _LONGEST else shorten(n, _LONGEST) for n in names[:_MOST]]
    return cut, len(names) - len(cut)


def _listed(names: Sequence[str], word: str = "and") -> str:
    first, more = _first(names)
    shown = list(map(repr, first))
    shown += [f"{more} more"] if more else []
    if len(shown) < 2:
        return "".join(shown) or "no column"
    return f"{', '.join(shown[:-1])} {word} {shown[-1]}"
