"""HubSpot: an import of contacts, each with their segment as a property."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd
from pydantic import Field, ValidationInfo, field_validator

from segtools.destinations.audience import Audience
from segtools.destinations.fields import any_dangerous, machine_fields, with_none
from segtools.destinations.identifiers import mapped
from segtools.destinations.membership import (
    NOBODY,
    PrefixBlock,
    foreign_tags,
    leavers,
    plain_labels,
)
from segtools.destinations.parts import Limits, Part, csv_part
from segtools.destinations.registry import Written, destination
from segtools.joining import sentences
from segtools.languages import mark, tr
from segtools.schema import ConfigError

# What every plan of HubSpot takes of a file, and of rows a day.
LIMITS = Limits(rows=500_000, size=20_000_000)
_KEYS = {"record_id": "Record ID", "email": "Email"}
_NEXT = mark(
    "In HubSpot, create the property {property} (a dropdown with the values under "
    "`values` of the manifest, and {nobody}). Then import the leavers files first and "
    "the contacts files after them, as contacts, one file at a time, and let existing "
    "records be updated."
)
_NEXT_BOXES = mark(
    "In HubSpot, create the property {property} (a dropdown with the values under "
    "`values` of the manifest, and {nobody}), and the multiple checkboxes {boxes} with "
    "the same values after {prefix}. Then import the leavers files first and the "
    "contacts files after them, as contacts, one file at a time, and let existing "
    "records be updated."
)
_APPENDED = mark(
    "The present checkboxes were not read, so a value is added and none is taken "
    "away: of who has moved or left, untick the old one, whom the list of contacts "
    "finds by the other property. Or read HubSpot's export of contacts and name its "
    "column under `fields: checkboxes`."
)
_RESET = mark(
    "Last of all import the reset files: they set the property of before, {property}, "
    "to {nobody}."
)
_BOXES_RESET = mark(
    "And import the reset-checkboxes files: they take our values out of {label}, the "
    "checkboxes of before, and leave those of others."
)
_BOXES_LEFT = mark(
    "The checkboxes of before, {label}, were not read, so that our values, which "
    "begin with {prefix}, are still ticked there: untick them, or name the column "
    "under `fields: former_checkboxes` and export again."
)
_WHAT = {
    "contacts": mark("contacts by {key}"),
    "leavers": mark("leavers by {key}"),
    "reset": mark("reset by {key}"),
    "reset-checkboxes": mark("reset-checkboxes by {key}"),
}
_PAGES = (
    "https://knowledge.hubspot.com/import-and-export/set-up-your-import-file",
    "https://knowledge.hubspot.com/crm-setup/import-data-to-checkbox-properties",
)


class HubSpotBlock(PrefixBlock):
    """What ``destinations.hubspot`` takes beside the rest."""

    property: str = Field("Segment", description="the property that names the segment")
    checkboxes: str = Field(
        "", description="multiple checkboxes to write the segment into, too"
    )

    @field_validator("property", "checkboxes")
    @classmethod
    def _label(cls, value: str, info: ValidationInfo) -> str:
        given = value or info.field_name == "property"
        if given and (
            value in _KEYS.values() or not re.fullmatch(r"\w[\w ]*\w", value)
        ):
            raise ValueError(
                "must be the label of a property, of letters, digits and blanks, and "
                f"none of the keys, but it is {value!r}. Write it like Segment"
            )
        return value


def _normal(frame: pd.DataFrame, block: Any) -> pd.DataFrame:
    """Write e-mails in lower case; a record's id is digits and nothing else."""

    def digits(text: str | None) -> str | None:
        return text if re.fullmatch("[0-9]{1,20}", text or "") else None

    made = machine_fields(frame, block)
    return made.assign(record_id=mapped(frame["record_id"], digits))


def _refused(frame: pd.DataFrame, block: Any) -> pd.Series:
    """Refuse addresses that are hashed: HubSpot would make new contacts of them."""
    found = pd.Series(None, frame.index, dtype=object)
    if "email" in block.hashed:
        found[frame["email"].notna()] = "email"
    return found


@destination(
    "hubspot",
    fields=("email", "record_id", "checkboxes", "former_checkboxes"),
    reach=("email", "record_id"),
    channels={"email": ("email", "record_id")},
    distinct=("email", "record_id"),
    remember=("email", "record_id"),
    normalise=_normal,
    refuse=_refused,
    formulas="refuse",
    block=HubSpotBlock,
)
def write(audience: Audience, block: HubSpotBlock) -> Written:
    """Write each contact's segment, by the record's id where it is known.

    A property of one value is replaced; of checkboxes those that are not ours stay.
    Consent to e-mail is asked for: an import makes contacts of those it does not know.

    Raises
    ------
    ConfigError
        If both properties have the same label.
    """
    if block.checkboxes.casefold() == block.property.casefold():
        raise ConfigError(
            "destinations.hubspot.checkboxes must be another property than `property`, "
            f"but both are {block.property!r}. Name another."
        )
    own = plain_labels(audience, block)
    known = "checkboxes" in audience.known
    former = _former(audience, block)
    now = audience.members.assign(value=audience.members["segment_id"].map(own))
    now["checkboxes"] = now["checkboxes"].fillna("")
    parts = [*_parts("contacts", now, block, known)]
    parts += _parts("leavers", _gone(audience), block, known)
    steps = _steps(block, known)
    then = audience.passed_on.get("property", block.property)
    if then != block.property:
        parts += _reset(audience, then)
        steps.append(tr(_RESET, property=repr(then), nobody=NOBODY))
    keep: dict[str, Any] = {"property": block.property}
    if block.checkboxes:
        keep["boxes"] = {"label": block.checkboxes, "prefix": block.prefix}
    if former and "former_checkboxes" in audience.known:
        parts += _boxes_reset(audience, former)
        steps.append(tr(_BOXES_RESET, label=repr(former["label"])))
    elif former:
        shown = {key: repr(value) for key, value in former.items()}
        steps.append(tr(_BOXES_LEFT, **shown))
        keep["former"] = former  # said again until it is done
    step = sentences(steps)
    return Written(parts, step, _PAGES, {"values": own}, passed_on=keep)


def _steps(block: HubSpotBlock, known: bool) -> list[str]:
    """Say what somebody does with the files."""
    about = {"property": repr(block.property), "nobody": repr(NOBODY)}
    if not block.checkboxes:
        return [tr(_NEXT, **about)]
    boxes, prefix = repr(block.checkboxes), repr(block.prefix)
    step = tr(_NEXT_BOXES, boxes=boxes, prefix=prefix, **about)
    return [step] if known else [step, tr(_APPENDED)]


def _former(audience: Audience, block: HubSpotBlock) -> dict[str, str]:
    """Give label and prefix of checkboxes that still hold our values of before."""
    then = audience.passed_on.get("boxes") or {}
    if then and then["label"] != block.checkboxes:
        return dict(then)
    left = audience.passed_on.get("former") or {}
    return dict(left) if left and left["label"] != block.checkboxes else {}


def _boxes_reset(audience: Audience, former: dict[str, str]) -> Iterator[Part]:
    """Take our values out of the checkboxes that held them, where there are any."""
    column = "former_checkboxes"
    there = pd.concat([audience.members, with_none(audience.left_out)])
    there = there[~any_dangerous(there, [column])]
    boxes = dict(zip(_contact(there), there[column], strict=True))
    rows = audience.before.drop_duplicates(["email", "record_id"])
    texts = [boxes.get(one) for one in _contact(rows)]
    ours = [
        len(_split(t)) != len(foreign_tags(t, former["prefix"], ";")) for t in texts
    ]
    rows = rows.assign(value=NOBODY, checkboxes=pd.Series(texts, rows.index, object))
    block = HubSpotBlock(
        property=former["label"], checkboxes=former["label"], prefix=former["prefix"]
    )
    return _parts("reset-checkboxes", rows[ours], block, known=True, boxes_only=True)


def _split(text: str | None) -> list[str]:
    return list(dict.fromkeys(t.strip() for t in (text or "").split(";") if t.strip()))


def _reset(audience: Audience, then: str) -> Iterator[Part]:
    """Take the segment back from the property that held it until now."""
    block = HubSpotBlock(property=then)
    return _parts("reset", audience.before.assign(value=NOBODY), block, known=False)


def _gone(audience: Audience) -> pd.DataFrame:
    """Give the contacts who have left, with the checkboxes that they have now.

    Where those were not read, as of an address that nobody has any more, or are such
    that a spreadsheet could run them, they are None.
    """
    out = with_none(audience.left_out)
    out = out[~any_dangerous(out, ["checkboxes"])]
    boxes = dict(zip(_contact(out), out["checkboxes"].fillna(""), strict=True))
    gone = with_none(leavers(audience, ["email", "record_id"])).assign(value=NOBODY)
    found = [boxes.get(one) for one in _contact(gone)]
    return gone.assign(checkboxes=pd.Series(found, gone.index, dtype=object))


def _contact(rows: pd.DataFrame) -> list[str | None]:
    """Give what the file will name each contact by."""
    return list(rows["record_id"].where(rows["record_id"].notna(), rows["email"]))


def _parts(
    name: str,
    rows: pd.DataFrame,
    block: HubSpotBlock,
    known: bool,
    *,
    boxes_only: bool = False,
) -> Iterator[Part]:
    """Give a file of those whose record's id is known, and one of all others."""
    by_id = rows["record_id"].notna()
    for key, some in (("record_id", rows[by_id]), ("email", rows[~by_id])):
        if not len(some):
            continue
        table = some.drop_duplicates(key).sort_values(key)
        columns: dict[str, pd.Series] = {_KEYS[key]: table[key]}
        if not boxes_only:
            columns |= {block.property: table["value"]}
        if block.checkboxes:
            columns |= {block.checkboxes: _boxes(table, block, known)}
        stem = f"{name}-by-id" if key == "record_id" else name
        what = tr(_WHAT[name], key=_KEYS[key])
        yield csv_part(f"{stem}.csv", pd.DataFrame(columns), limits=LIMITS, what=what)


def _boxes(rows: pd.DataFrame, block: HubSpotBlock, known: bool) -> pd.Series:
    """Write the checkboxes: all of them, or what is to be added to who knows what.

    A list that begins with a semicolon is added to what is ticked.
    """
    ours = block.prefix + rows["value"]
    if not known:
        return (";" + ours).mask(rows["value"] == NOBODY, "")
    whole = [
        "" if text is None else ";".join([*foreign_tags(text, block.prefix, ";"), box])
        for text, box in zip(rows["checkboxes"], ours, strict=True)
    ]
    return pd.Series(whole, rows.index, dtype=object)
