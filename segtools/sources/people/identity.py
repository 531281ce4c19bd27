"""Who is the same customer? Same id, else the same e-mail, else the same phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
import ibis.expr.types as ir

from segtools.schema import ORDER_TABLES, contract_of
from segtools.sources import Tables
from segtools.sources.people.keys import email_key, phone_key

_KEYS = ("by_email", "by_phone")
# Tables whose rows each name somebody.
_NAMED_IN = (*ORDER_TABLES, "events", "answers", "campaigns", "conversions")
Keep = Callable[[ir.Table], ir.Table]


def resolve(
    blocks: Sequence[tuple[str, Tables]], origin: int, keep: Keep = lambda table: table
) -> Tables:
    """Give every row of every source its customer.

    The first source is the shop: whoever its customers table or its orders before the
    origin name is a customer. In its own rows an id stands as it is; without one, the
    customer with that e-mail is meant, else the one with that phone, else the e-mail
    or the phone is the id. A person of another source is a customer by the same id
    (unless the e-mail is another customer's), else e-mail, else phone. An address that
    two customers share means neither.

    Parameters
    ----------
    blocks : sequence of (label, tables)
        The shop's label is empty; the others' tables get it behind a colon.
    origin : int
        UTC seconds; no row from then on makes anybody known.
    keep : callable, optional
        Computes a small table once, where it would be computed at every use.

    Returns
    -------
    dict of ibis Tables
        Tables of other sources with ``matched`` (id, email, phone or none) and
        ``person``, who it was in that source.
    """
    (_, shop), *others = blocks
    shop = {name: _with_keys(table, name) for name, table in shop.items()}
    registered = keep(_people(shop, origin))
    half = {n: _own(t, registered, ("by_email",)) for n, t in shop.items()}
    # Only now is it known whose phone it is that stands in an order without e-mail.
    known = keep(_people(half, origin))
    found = {n: _own(t, known, ("by_email", "by_phone")) for n, t in half.items()}
    if not others:
        return found
    known = keep(_people(found, origin))
    for label, tables in others:
        own = {name: _with_keys(table, name) for name, table in tables.items()}
        book = keep(_book(own["customers"], known)) if "customers" in own else None
        for name, table in own.items():
            found[f"{name}:{label}"] = _matched(table, known, book)
    return found


def _with_keys(table: ir.Table, name: str) -> ir.Table:
    """Take the attributes `email` and `phone` of customers for keys, too."""
    if name != "customers":
        return table
    made = {"by_email": ("email", email_key), "by_phone": ("phone", phone_key)}
    return table.mutate(
        **{
            key: write(table[column])
            for key, (column, write) in made.items()
            if key not in table.columns and column in table.columns
        }
    )


def _people(tables: Tables, origin: int) -> ir.Table:
    """List who is known before the origin, with each address on its own row."""
    parts = []
    for name, table in tables.items():
        contract = contract_of(name)
        if contract.time and contract.time in table.columns:
            second = table[contract.time].epoch_seconds()
            table = table.filter(second < origin)
        table = table.filter(table.customer_id.notnull())
        keys = {k: _text(table, k) for k in _KEYS}
        parts.append(table.select(customer_id=table.customer_id, **keys).distinct())
    return ibis.union(*parts, distinct=True) if len(parts) > 1 else parts[0]


def _text(table: ir.Table, column: str) -> ir.Value:
    return table[column] if column in table.columns else ibis.null("string")


def _index(people: ir.Table, key: str) -> ir.Table:
    """Give the one customer behind each address; two of them are none."""
    known = people.filter(people[key].notnull())
    grouped = known.group_by(key).aggregate(
        who=known.customer_id.min(), several=known.customer_id.nunique()
    )
    return grouped.filter(grouped.several == 1).drop("several")


def _looked_up(table: ir.Table, people: ir.Table) -> ir.Table:
    """Add who is meant by the e-mail and by the phone: ``of_email``, ``of_phone``."""
    for key, name in zip(_KEYS, ("of_email", "of_phone"), strict=True):
        if key not in table.columns:
            table = table.mutate(**{name: ibis.null("string")})
            continue
        index = _index(people, key).rename({name: "who", f"{name}_key": key})
        joined = table.left_join(index, table[key] == index[f"{name}_key"])
        table = joined.drop(f"{name}_key")
    return table


def _own(table: ir.Table, people: ir.Table, last: tuple[str, ...]) -> ir.Table:
    """Resolve a row of the shop itself; `last` are the keys that may be the id."""
    if not set(_KEYS) & set(table.columns):
        return table
    wide = _looked_up(table, people)
    addresses = [wide[k] for k in last if k in wide.columns]
    who = ibis.coalesce(wide.customer_id, wide.of_email, wide.of_phone, *addresses)
    return wide.mutate(customer_id=who).drop("of_email", "of_phone")


def _matched(
    table: ir.Table, known: ir.Table, book: ir.Table | None = None
) -> ir.Table:
    """Resolve a row of another source, and say by which key it is a customer's.

    Ids of two systems may be equal by chance: an e-mail that is another customer's
    counts for more, whether the row has it or the source's own customers table.
    """
    wide = _looked_up(table, known)
    wide = _in_book(wide, book)
    own = wide.customer_id.isin(known.customer_id).fill_null(False)
    addresses = [wide[k] for k in _KEYS if k in wide.columns]
    person = ibis.coalesce(wide.customer_id, *addresses, ibis.null("string"))
    who = ibis.coalesce(
        wide.of_email,
        wide.book_who,
        own.ifelse(wide.customer_id, ibis.null("string")),
        wide.of_phone,
    )
    matched = ibis.cases(
        (who.isnull(), "none"),
        ((who == wide.customer_id).fill_null(False), "id"),
        (wide.of_email.notnull(), "email"),
        (wide.book_who.notnull(), wide.book_how),
        else_="phone",
    )
    done = wide.mutate(matched=matched, person=person, customer_id=who.coalesce(person))
    return done.drop("of_email", "of_phone", "book_who", "book_how")


def _book(customers: ir.Table, known: ir.Table) -> ir.Table:
    """Say of each person in a source's own customers table which customer it is."""
    matched = _matched(customers, known)
    sure = matched.filter(matched.matched != "none", matched.person.notnull())
    return sure.group_by(book_id=sure.person).aggregate(
        book_who=sure.customer_id.min(), book_how=sure.matched.min()
    )


def _in_book(table: ir.Table, book: ir.Table | None) -> ir.Table:
    if book is None:
        return table.mutate(book_who=ibis.null("string"), book_how=ibis.null("string"))
    joined = table.left_join(book, table.customer_id == book.book_id)
    return joined.drop("book_id")


def named_by_id(tables: Tables) -> bool:
    """Tell whether a single source's rows name their customers by id alone."""
    rows = [t for n, t in tables.items() if n in _NAMED_IN]
    return not any(set(_KEYS) & set(t.columns) for t in rows)
