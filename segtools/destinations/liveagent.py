"""LiveAgent: the groups of each contact, those of others kept, and ours put right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import Field

from segtools.config import DataFile
from segtools.destinations.audience import Audience
from segtools.destinations.fields import any_dangerous, plain_fields
from segtools.destinations.membership import PrefixBlock, plain_labels
from segtools.destinations.one_row import claimed_by, in_turn, joined
from segtools.destinations.parts import Part, csv_part, json_line
from segtools.destinations.registry import Written, destination
from segtools.languages import mark, tr
from segtools.schema import ConfigError
from segtools.sources import connect
from segtools.sources.liveagent import names_of

# Rows that LiveAgent could not find, or whose groups are not known whole.
_UNFIT = ("refused", "no_address")
_NEXT = mark(
    "Send each line of contacts.jsonl as PATCH /contacts/{contactId} of LiveAgent's "
    "API with its body, soon after the contacts and groups that were read: what was "
    "changed since would be set back. Nobody documents whether PATCH takes groups "
    "away: look up one contact of removals.csv, and take them out by hand if its group "
    "is still there. contacts.csv is for an import by hand instead, with the columns "
    "mapped; it adds only."
)
_PAGES = ("https://github.com/QualityUnit/LiveAgent-api-python",)


class LiveAgentBlock(PrefixBlock):
    """What ``destinations.liveagent`` takes beside the rest."""

    groups: DataFile = Field(description="/groups of the API, saved: `{path: ...}`")


@dataclass(frozen=True)
class Groups:
    """The groups of contacts that LiveAgent has.

    Attributes
    ----------
    names : dict
        Id to name.
    ids : dict
        Name to id, of names that only one group has and that no comma divides.
    divided : tuple of str
        Names with a comma, which a list of names cannot tell from two groups.
    """

    names: Mapping[str, str]
    ids: Mapping[str, str]
    divided: tuple[str, ...] = ()

    def listed(self, text: str | None) -> list[str] | None:
        """Give the ids of a list of ids or names; None where one is not known.

        Examples
        --------
        >>> groups = groups_of({"v1": "VIP", "n1": "News", "x1": "A, B"})
        >>> groups.listed("VIP, n1"), groups.listed("gone"), groups.listed("A, B")
        (['v1', 'n1'], None, None)
        """
        if any(name in (text or "") for name in self.divided):
            return None
        said = [word.strip() for word in (text or "").split(",")]
        found = [w if w in self.names else self.ids.get(w) for w in said if w]
        known = [one for one in found if one is not None]
        return list(dict.fromkeys(known)) if len(known) == len(found) else None


def groups_of(names: Mapping[str, str]) -> Groups:
    """Turn ids and names round, where that can be done.

    Parameters
    ----------
    names : mapping
        Id to name.
    """
    every = list(names.values())
    once = {n: one for one, n in names.items() if every.count(n) == 1 and "," not in n}
    return Groups(names, once, tuple(n for n in every if "," in n))


def _read(block: LiveAgentBlock) -> Groups:
    if not Path(block.groups.path).is_file():
        raise ConfigError(
            "destinations.liveagent.groups.path must be a file, but there is no "
            f"{Path(block.groups.path).name!r}. Save /groups of LiveAgent's API there; "
            "the path is relative to the configuration."
        )
    return groups_of(names_of(connect(), block.groups, "groups"))


def _refused(frame: pd.DataFrame, block: LiveAgentBlock) -> pd.Series:
    """Refuse contacts with a group that is not among the groups: they could lose it."""
    groups = _read(block)
    known = {t: groups.listed(t) is not None for t in frame["groups"].unique()}
    bad = [None if known[text] else "groups" for text in frame["groups"]]
    return pd.Series(bad, frame.index, dtype=object)


@destination(
    "liveagent",
    fields=("contact_id", "email", "groups"),
    reach=("contact_id",),
    distinct=("contact_id",),
    normalise=plain_fields,
    refuse=_refused,
    formulas="refuse",
    block=LiveAgentBlock,
)
def write(audience: Audience, block: LiveAgentBlock) -> Written:
    """Write contacts whose groups must change, each with all that it shall have.

    Nobody is asked for consent: the help desk is told of its own contacts what segment
    they are in. Who is left out loses our group.

    Raises
    ------
    ConfigError
        If contacts' ids or present groups were not read, or a segment has no group.
    """
    for field, what in (
        ("contact_id", "ids of contacts"),
        ("groups", "present groups"),
    ):
        if field not in audience.known:
            raise ConfigError(
                f"An export to liveagent must know the {what}, but customers has no "
                f"column {field!r}. Read LiveAgent's contacts as a source, or name the "
                f"column under `fields`."
            )
    groups = _read(block)
    own = _own(audience, block, groups)
    everybody, shared = _everybody(audience, groups)
    rows = _changed(everybody, groups, own, block.prefix)
    barred = audience.left_out.loc[audience.left_out["barred"], "email"]
    by_hand, alike = _by_hand(everybody, set(barred.dropna()), groups, own)
    about = {"changed": len(rows)} | shared
    about |= {"left_out_of_contacts_csv": alike} if alike else {}
    parts = [
        Part("contacts.jsonl", _lines(rows), what=tr("contacts whose groups change")),
        csv_part(
            "removals.csv", _removals(rows, groups), what=tr("groups that must go")
        ),
        csv_part("contacts.csv", by_hand, what=tr("for an import by hand instead")),
    ]
    return Written(parts, tr(_NEXT), _PAGES, {"groups": own, "rows": about})


def _own(audience: Audience, block: LiveAgentBlock, groups: Groups) -> dict[str, str]:
    """Give the group of each segment that somebody is in."""
    there = set(audience.members["segment_id"])
    by_name = {name.casefold(): one for name, one in groups.ids.items()}
    found = {}
    for one, label in plain_labels(audience, block).items():
        name = block.prefix + label
        if one in there and name.casefold() not in by_name:
            raise ConfigError(
                f"LiveAgent must have one group for each segment, but none, or more "
                f"than one, is named {name!r}. Make it there, then save /groups again."
            )
        if one in there:
            found[one] = by_name[name.casefold()]
    return found


def _everybody(
    audience: Audience, groups: Groups
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Give each contact once, with the groups that it has now."""
    out = audience.left_out
    listed = out["groups"].map(groups.listed)
    unfit = out["reason"].isin(_UNFIT) | any_dangerous(out, ["contact_id"])
    unfit |= out["contact_id"].isna() | listed.isna()
    rows = in_turn(audience.members, out, unfit)
    rows = rows.assign(present=rows["groups"].map(groups.listed))
    return joined(rows, claimed_by(rows, ["contact_id"]), "present")


def _by_hand(
    rows: pd.DataFrame, barred: set[str], groups: Groups, own: Mapping[str, str]
) -> tuple[pd.DataFrame, int]:
    """Give addresses and groups for an import that knows contacts by address alone.

    An address that two contacts share would get the groups of both: it stands there
    only if they are in one segment, and never if one of them must be in none.
    """
    there = rows[rows["email"].notna()]
    wanted = there["wanted"].fillna("").groupby(there["email"])
    alike = there["email"].map(wanted.nunique()) == 1
    alike &= ~there["email"].isin(barred)
    some = there[there["wanted"].notna()]
    kept = some[alike[some.index]].drop_duplicates("email")
    group = kept["wanted"].map(own).map(groups.names)
    found = kept[["email"]].assign(group=group).dropna()
    return found.sort_values("email"), int((~alike[some.index]).sum())


def _changed(
    rows: pd.DataFrame, groups: Groups, own: Mapping[str, str], prefix: str
) -> pd.DataFrame:
    """Give the contacts whose groups are not what they shall be."""
    rows = rows.sort_values("contact_id")
    ours = {i for i, n in groups.names.items() if _begins(n, prefix)}
    be = [
        [g for g in there if g not in ours] + ([own[one]] if one in own else [])
        for there, one in zip(rows["present"], rows["wanted"], strict=True)
    ]
    rows = rows.assign(be=be)
    same = [set(a) == set(b) for a, b in zip(rows["present"], be, strict=True)]
    # As a Series: an empty list would choose columns.
    changes = ~pd.Series(same, rows.index, dtype=bool)
    return rows[changes.to_numpy()]


def _begins(name: str, prefix: str) -> bool:
    return name.casefold().startswith(prefix.casefold())


def _lines(rows: pd.DataFrame) -> Iterator[str]:
    for contact, be in zip(rows["contact_id"], rows["be"], strict=True):
        yield json_line({"contactId": contact, "body": {"groups": be}}) + "\n"


def _removals(rows: pd.DataFrame, groups: Groups) -> pd.DataFrame:
    columns = ["contact_id", "present", "be"]
    gone = [
        (contact, one, groups.names[one])
        for contact, there, be in rows[columns].itertuples(index=False)
        for one in there
        if one not in be
    ]
    return pd.DataFrame(gone, columns=["contact_id", "group_id", "group"])
