"""Mailchimp: contacts with a tag for their segment, and tags to be taken away."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pandas as pd
from pydantic import Field, field_validator

from segtools.destinations.ad_lists import unwilling
from segtools.destinations.audience import Audience, lacking, slug
from segtools.destinations.fields import plain_fields
from segtools.destinations.formulas import would_run
from segtools.destinations.identifiers import mapped
from segtools.destinations.membership import PrefixBlock, labelled, plain_labels
from segtools.destinations.parts import Limits, Part, csv_part, json_line
from segtools.destinations.registry import Written, destination
from segtools.languages import mark, tr

NAMES = ("first_name", "last_name")
HEADER = {
    "email": "Email Address",
    "first_name": "First Name",
    "last_name": "Last Name",
    "label": "Tags",
}
LONGEST_TAG, LONGEST_TEXT = 100, 255
PER_CALL = 500
LARGEST_FILE = 50_000_000
_NEXT = mark(
    "Import members.csv (later changes.csv will do) into your audience as "
    "subscribed, update existing contacts, and match the column Tags. An import takes "
    "no tag away: take those in removals.csv from their contacts by hand, or post each "
    "line of an untag file to {path} of the interface. Last of "
    "all import unsubscribed.csv as unsubscribed."
)
_UNTAG = "/lists/{list}/segments/{tag}"
_PAGES = (
    "https://mailchimp.com/help/format-guidelines-for-your-import-file/",
    "https://mailchimp.com/developer/marketing/api/list-segments/",
)


class MailchimpBlock(PrefixBlock):
    """What ``destinations.mailchimp`` takes beside the rest."""

    prefix: str = Field("seg-", description="how our tags begin")
    tags: list[str] = Field([], description="more tags for everybody who is written")
    person: bool = Field(False, description="also first and last name")

    @field_validator("tags")
    @classmethod
    def _tags(cls, value: list[str]) -> list[str]:
        for tag in value:
            fits = tag.strip() == tag and tag.isprintable() and not would_run(tag)
            if not (fits and 0 < len(tag) <= LONGEST_TAG):
                raise ValueError(
                    f"must have 1 to {LONGEST_TAG} printable characters, begin with "
                    f"no sign and end with no blank, but one is {tag[:40]!r}. Mend it"
                )
        return value


def tag_cell(tags: list[str]) -> str:
    """Write tags as one cell: separated by commas, one with a comma in quotes.

    Examples
    --------
    >>> tag_cell(["seg-new", "autumn, 2024"])
    'seg-new,"autumn, 2024"'
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(tags)
    return text.getvalue()


def _email(text: str | None) -> str | None:
    return text if text and text.partition("@")[0].isascii() else None


def _short(text: str | None) -> str | None:
    return text if text and len(text.encode()) <= LONGEST_TEXT else None


def mailchimp_fields(frame: pd.DataFrame, block: Any) -> pd.DataFrame:
    """Blank what Mailchimp would refuse, or cut: an é before the @, 256 bytes of name.

    Parameters
    ----------
    frame : DataFrame
        Fields as they stand in the data.
    block : MailchimpBlock
    """
    made = plain_fields(frame, block)
    rules = {"email": _email} | dict.fromkeys(NAMES, _short)
    return made.assign(**{f: mapped(made[f], rules[f]) for f in made})


def _fewer(block: MailchimpBlock) -> dict[str, Any]:
    return {} if block.person else {"fields": ("email",)}


@destination(
    "mailchimp",
    fields=("email", *NAMES),
    reach=("email",),
    channels={"email": ("email",)},
    distinct=("email",),
    remember=("email",),
    normalise=mailchimp_fields,
    given=_fewer,
    block=MailchimpBlock,
)
def write(audience: Audience, block: MailchimpBlock) -> Written:
    """Write contacts with our tag, and whose tag of ours must go.

    Only our own tags are ever taken away, and only those that an export of ours has
    given. Contacts are written by e-mail alone: those with nothing but a phone are not.
    """
    room = LONGEST_TAG - len(block.prefix)
    names = plain_labels(audience, block, room)
    own = {one: block.prefix + name for one, name in names.items()}
    now, was = labelled(audience, own)
    key = ["email", "label"]
    more_tags = audience.passed_on.get("tags", block.tags) != block.tags
    changed = now if more_tags else lacking(now, was, key)
    gone = lacking(was, now, key)
    no = unwilling(audience, ["email"])[["email"]].drop_duplicates()
    parts = [
        _contacts("members", now, block, tr("everybody")),
        _contacts(
            "changes", changed, block, tr("who is new, moved or has a new address")
        ),
        _part("removals", gone[key], tr("tags to be taken away")),
        *_untag(gone),
        _part("unsubscribed", no, tr("who must get no e-mail")),
    ]
    spelled = {"labels": own, "tags": block.tags}
    return Written(
        parts, tr(_NEXT, path=_UNTAG), _PAGES, {"tags": own}, passed_on=spelled
    )


def _contacts(name: str, frame: pd.DataFrame, block: MailchimpBlock, what: str) -> Part:
    cells = {tag: tag_cell([tag, *block.tags]) for tag in frame["label"].unique()}
    fields = ["email", *(NAMES if block.person else ()), "label"]
    return _part(name, frame.assign(label=frame["label"].map(cells))[fields], what)


def _part(name: str, frame: pd.DataFrame, what: str) -> Part:
    table = frame.rename(columns=HEADER)
    return csv_part(f"{name}.csv", table, limits=Limits(size=LARGEST_FILE), what=what)


def _untag(gone: pd.DataFrame) -> Iterator[Part]:
    """Write calls that take a tag away, each of as many contacts as one may name."""
    for one, rows in gone.groupby("segment_id"):
        emails = rows["email"].tolist()
        calls = [
            json_line({"members_to_remove": emails[i : i + PER_CALL]}) + "\n"
            for i in range(0, len(emails), PER_CALL)
        ]
        name = f"untag-{slug(str(one))}.jsonl"
        yield Part(name, calls, what=tr("takes {tag} away", tag=rows["label"].iloc[0]))
