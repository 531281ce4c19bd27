"""Shopify: its import of customers, with each segment as a tag of ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pandas as pd
from pydantic import Field

from segtools.destinations.audience import Audience, labels
from segtools.destinations.fields import any_dangerous, as_it_stands
from segtools.destinations.membership import PrefixBlock, foreign_tags
from segtools.destinations.one_row import claimed_by, in_turn, joined
from segtools.destinations.parts import Limits, Part, csv_part
from segtools.destinations.registry import Written, destination
from segtools.destinations.shopify_query import (
    ShopifyQuery,
    shopify_query,
    tag_query,
)
from segtools.languages import mark, tr
from segtools.schema import ConfigError
from segtools.segmentation.segment_rules import rules_of_record

# The import's own head, in its order; names are case-sensitive there.
HEADER = {
    "First Name": "first_name",
    "Last Name": "last_name",
    "Email": "email",
    "Accepts Email Marketing": "accepts_email_marketing",
    "Default Address Company": "company",
    "Default Address Address1": "address1",
    "Default Address Address2": "address2",
    "Default Address City": "city",
    "Default Address Province Code": "province_code",
    "Default Address Country Code": "country_code",
    "Default Address Zip": "zip",
    "Default Address Phone": "address_phone",
    "Phone": "phone",
    "Accepts SMS Marketing": "accepts_sms_marketing",
    "Tags": "tags",
    "Note": "note",
    "Tax Exempt": "tax_exempt",
}
_CONSENT = ("accepts_email_marketing", "accepts_sms_marketing")
MOST_TAGS, LONGEST_TAG = 250, 255
LARGEST_FILE = 15_000_000
# Rows that Shopify would match with nobody, or that it would not take.
_UNFIT = ("refused", "no_address")
_NEXT = mark(
    "In Shopify's admin, under Customers, import customers.csv and tick the option "
    "that overwrites existing customers, soon after the customers export that the run "
    "has read: what was changed since would be set back. Each line of "
    "segment_queries.txt is then a segment of Shopify's own; a tag stays as it is "
    "until the next import. Lines of rule_queries.txt, if there is one, are worked out "
    "anew every day; where somebody is suppressed, or held back by an experiment, they "
    "ask for our tag as well, so that nobody of these comes in."
)


TAGGED = mark(
    "It asks for the tag, too, since some customers are suppressed or held back by an "
    "experiment: customers leave it from day to day, but none come in before the next "
    "import."
)


class ShopifyBlock(PrefixBlock):
    """What ``destinations.shopify`` takes beside the rest."""

    approximate: list[Literal["spend_total"]] = Field(
        [], description="features that Shopify counts a little otherwise, yet may"
    )


def _refused(frame: pd.DataFrame, block: ShopifyBlock) -> pd.Series:
    """Refuse rows with more or longer tags than Shopify takes."""
    tags = [foreign_tags(text, block.prefix) for text in frame["tags"]]
    bad = [
        len(own) >= MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in own)
        for own in tags
    ]
    return pd.Series(["tags" if b else None for b in bad], frame.index, dtype=object)


@destination(
    "shopify",
    fields=tuple(HEADER.values()),
    reach=("email", "phone"),
    distinct=("email", "phone"),
    normalise=as_it_stands,
    refuse=_refused,
    formulas="refuse",
    block=ShopifyBlock,
)
def write(audience: Audience, block: ShopifyBlock) -> Written:
    """Write customers whose tags must change: present tags, and ours put right.

    Whether an import replaces a customer's tags is not documented, so a row always
    has them all. Nobody is asked for consent: the shop is told of its own customers
    what segment they are in, and what they agreed to is written as it was read, or not
    at all. Who is left out loses our tag.

    Raises
    ------
    ConfigError
        If the present tags were not read: they could be lost.
    """
    if "tags" not in audience.known:
        raise ConfigError(
            "An export to shopify must know the present tags, but customers has no "
            "column of tags: they could be lost. Read Shopify's customers export as "
            "`source.customers`, or name the column under `fields`."
        )
    own = {k: block.prefix + v for k, v in labels(audience.names, block.names).items()}
    _refuse_long(own)
    rows, shared = _tagged(audience, block.prefix, own)
    changed = rows[_sets(rows["tags"]) != _sets(rows["present"])]
    right = len(rows) - len(changed)
    more: dict[str, Any] = {
        "tags": own,
        "rows": {"changed": len(changed), "right_already": right} | shared,
    }
    parts = [
        csv_part(
            "customers.csv",
            _table(changed, audience.known),
            limits=Limits(size=LARGEST_FILE),
            what=tr("customers whose tags change"),
        ),
        _queries(audience, own),
    ]
    rules, more["rule_queries"] = _rule_queries(audience, block, own)
    parts += [rules] if rules.rows else []
    return Written(
        parts, tr(_NEXT), ["https://help.shopify.com/manual/customers"], more
    )


def _sets(tags: pd.Series) -> pd.Series:
    """Give tags as Shopify compares them: neither their order nor their case counts."""
    return tags.map(lambda text: frozenset(text.casefold().split(", ")))


def _table(changed: pd.DataFrame, known: frozenset[str]) -> pd.DataFrame:
    """Give rows the import's own head, without consents that nobody has read."""
    columns = {h: f for h, f in HEADER.items() if f in known or f not in _CONSENT}
    return changed[list(columns.values())].set_axis(list(columns), axis=1)


def _refuse_long(own: dict[str, str]) -> None:
    long = [tag for tag in own.values() if len(tag) > LONGEST_TAG]
    if long:
        raise ConfigError(
            f"A tag must have at most {LONGEST_TAG} characters, but one of ours has "
            f"{len(long[0])}. Give the segment a shorter name under `names`."
        )


def _tagged(
    audience: Audience, prefix: str, own: dict[str, str]
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Give everybody whom Shopify can find, with present tags and those to be.

    Who shares an e-mail or a phone is one customer there, and one row here.
    """
    out = audience.left_out
    # They only lose a tag; who never had one is not written at all.
    unfit = out["reason"].isin(_UNFIT) | any_dangerous(out, HEADER.values())
    unfit |= out["email"].isna() & out["phone"].isna()
    rows = in_turn(audience.members, out, unfit)
    there = [[t.strip() for t in (text or "").split(",")] for text in rows["tags"]]
    present = [", ".join(t for t in tags if t) for tags in there]
    foreign = [foreign_tags(text, prefix) for text in rows["tags"]]
    rows = rows.assign(
        present=present, foreign=pd.Series(foreign, rows.index, dtype=object)
    )
    consents = [c for c in _CONSENT if c in audience.known]
    by = claimed_by(rows, ["email", "phone"])
    rows, shared = joined(rows, by, "foreign", consents)
    be = [
        [*tags, *([own[one]] if one in own else [])]
        for tags, one in zip(rows["foreign"], rows["wanted"], strict=True)
    ]
    rows = rows.assign(tags=[", ".join(tags) for tags in be])
    return rows.sort_values("customer_id"), shared


def _queries(audience: Audience, own: dict[str, str]) -> Part:
    """Write each segment as a query in Shopify's language of customer filters."""
    names = [one for one in audience.names if one in set(audience.members.segment_id)]
    return Part(
        "segment_queries.txt",
        [f"{tag_query(own[one])}\n" for one in names],
        what=tr("a query a segment, by its tag"),
    )


def _rule_queries(
    audience: Audience, block: ShopifyBlock, own: dict[str, str]
) -> tuple[Part, dict[str, Any]]:
    """Write segments as queries of what customers did, where the language can say it.

    Such a query is worked out anew every day, while a tag stays as it was exported.
    Only of segments that are exported; and where somebody must be in none, only of
    those who have the segment's tag.
    """
    there = set(audience.members["segment_id"])
    barred = audience.left_out["barred"].any()
    told = audience.about.get("rules") or {"rules": []}
    run = audience.about.get("run") or {}
    rows, said = [], {}
    for rule in rules_of_record(told):
        if rule.segment_id not in there:
            continue
        try:
            query = shopify_query(
                rule,
                as_of=str(run["as_of"]),
                timezone=str(run["timezone"]),
                window_days=int(run["window_days"]),
                approximate=block.approximate,
            )
        except ConfigError as error:
            said[rule.segment_id] = {"exact": False, "why_not": str(error)}
            continue
        if barred:
            query = _tagged_query(query, own[rule.segment_id])
        rows.append(f"{query.text}\n")
        said[rule.segment_id] = {
            "query": query.text,
            "exact": query.exact,
            "notes": list(query.notes),
        }
    what = tr("a query a segment, by what customers did")
    return Part("rule_queries.txt", rows, what=what), said or told.get("why_not") or {}


def _tagged_query(query: ShopifyQuery, tag: str) -> ShopifyQuery:
    """Narrow a query to those who were exported: who must not be written to was not."""
    text = f"({query.text})" if " OR " in query.text else query.text
    return replace(
        query,
        text=f"{text} AND {tag_query(tag)}",
        exact=False,
        notes=(*query.notes, tr(TAGGED)),
    )
