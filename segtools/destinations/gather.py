"""From a run's customers to those who are written, everybody else with a reason."""

from __future__ import annotations

import pandas as pd

from segtools.destinations.consent import (
    NO,
    YES,
    consent,
    consent_columns,
    suppressed,
)
from segtools.destinations.fields import (
    dangerous,
    find_fields,
    refuse_hashes,
    texts,
    with_none,
)
from segtools.destinations.notes import (
    FORMULA,
    NOT_AGREED,
    SOMEBODYS,
    UNREADABLE,
    small_segment,
)
from segtools.destinations.order import ADDRESSES, Gathered, Order
from segtools.languages import tr
from segtools.schema import ConfigError, did_you_mean


def gather(order: Order) -> Gathered:
    """Choose who is written: consent, suppressions, addresses and sizes.

    Everybody left out has exactly one reason, the first that holds in the order of
    `REASONS`. Equal customers get equal answers, whatever the order of the rows.

    Raises
    ------
    ConfigError
        If a segment or a column that was named is not there.
    DataError
        If a column is neither plain nor hashed throughout.
    """
    frame = _joined(order)
    raw, known = _fields(order, frame)
    out = _Sorting(order, frame, raw)
    out.leave(~_chosen(order, frame), "not_chosen")
    if order.destination.needs_approval:
        out.suppress(_reachable(order, frame, raw))
    if order.destination.min_size is not None:  # a table in the house reaches nobody
        out.hold(frame["customer_id"].isin(order.held_back))
    out.ask(frame)
    out.normalise()
    out.disarm()
    out.bar()
    out.reach()
    out.sizes()
    return out.done(known)


def _joined(order: Order) -> pd.DataFrame:
    own = order.segments.sort_values("customer_id", ignore_index=True)
    if order.customers is None:
        return own
    taken = [c for c in own if c != "customer_id"]
    people = order.customers.drop(columns=taken, errors="ignore")
    return own.merge(people, on="customer_id", how="left", validate="one_to_one")


def _fields(order: Order, frame: pd.DataFrame) -> tuple[pd.DataFrame, frozenset[str]]:
    """Give each field that the destination asks for, empty where nothing is known."""
    where = f"destinations.{order.name}"
    columns = [] if order.customers is None else list(order.customers.columns)
    asked = order.destination.fields
    found = find_fields(columns, asked, order.block.fields, where)
    nothing = pd.Series(None, index=frame.index, dtype=object)
    made = {f: texts(frame[found[f]]) if f in found else nothing for f in asked}
    if "external_id" in made:
        made["external_id"] = made["external_id"].fillna(frame["customer_id"])
    raw = with_none(pd.DataFrame(made, index=frame.index))
    refuse_hashes(raw, order.block.hashed)
    return raw, frozenset(found)


def _reachable(order: Order, frame: pd.DataFrame, raw: pd.DataFrame) -> pd.DataFrame:
    """Give all that a suppression list knows people by, also what is never written."""
    columns = [] if order.customers is None else list(order.customers.columns)
    asked = [f for f in (*ADDRESSES, "country") if f not in raw and order.suppressions]
    given = order.block.fields
    found = find_fields(columns, asked, given, f"destinations.{order.name}")
    more = {f: texts(frame[column]) for f, column in found.items()}
    return raw.assign(customer_id=frame["customer_id"], **more)


def _chosen(order: Order, frame: pd.DataFrame) -> pd.Series:
    ids = {name: one for one, name in order.names.items()}
    ids |= {one: one for one in order.names}
    for asked in [*order.block.segments, *order.block.names]:
        if asked not in ids:
            raise ConfigError(
                f"destinations.{order.name} must name segments of the run, but "
                f"{asked!r} is none. {did_you_mean(asked, ids)}"
            )
    if not order.block.segments:
        return pd.Series(True, index=frame.index)
    return frame["segment_id"].isin({ids[s] for s in order.block.segments})


class _Sorting:
    """Everybody, with the reason why they are left out, if they are."""

    def __init__(self, order: Order, frame: pd.DataFrame, raw: pd.DataFrame) -> None:
        self.order, self.raw, self.fields = order, raw, raw
        own = [c for c in order.segments.columns if c not in raw]
        self.frame = frame[own]
        self.reason = pd.Series(None, index=frame.index, dtype=object)
        self.at = self.reason.copy()
        self.closed: dict[str, pd.Series] = {}
        # Who said no to the channel of a field, and who to all, or is on the list.
        self.said_no: dict[str, pd.Series] = {}
        self.no = pd.Series(False, index=frame.index)
        self.held, self.barred = self.no, dict[str, pd.Series]()
        self.blanked: list[pd.DataFrame] = []
        self.notes: list[str] = []
        self.shown: list[str] = []

    def note(self, text: str, shown: str = "") -> None:
        self.notes.append(text)
        self.shown.append(shown or text)

    def leave(self, which: pd.Series, why: str) -> None:
        self.reason[which & self.reason.isna()] = why

    def suppress(self, people: pd.DataFrame) -> None:
        """Leave out who is on the list; say so where it cannot be known."""
        listed = self.order.suppressions
        region = self.order.block.default_region
        self.no = suppressed(people, listed, region)
        self.leave(self.no, "suppressed")
        for one in ADDRESSES:
            if listed.get(one) and (one not in people or people[one].isna().all()):
                said = tr(
                    "The suppression list names people by {field}, but customers has "
                    "none: nobody could be left out by it.",
                    field=one,
                )
                self.note(said)

    def hold(self, which: pd.Series) -> None:
        """Leave out whom a running experiment lets nobody write to."""
        self.held = which
        self.leave(which, "held_back")

    def ask(self, frame: pd.DataFrame) -> None:
        """Leave out whom no channel may reach; note what the others must not reach."""
        channels = self.order.destination.channels
        if not channels or self.order.block.without_consent:
            return
        said = {c: self._said(frame, c) for c in channels}
        heard = pd.DataFrame(said)
        nobody = ~(heard == YES).any(axis=1)
        denied = nobody & (heard == NO).any(axis=1)
        self.no = self.no | denied
        self.leave(denied, "denied")
        self.leave(nobody, "not_asked")
        for channel, fields in channels.items():
            for one in (f for f in fields if f in self.raw):
                self.closed[one] = said[channel] != YES
                self.said_no[one] = said[channel] == NO

    def _said(self, frame: pd.DataFrame, channel: str) -> pd.Series:
        people = self.order.customers
        columns = [] if people is None else list(people.columns)
        where = f"destinations.{self.order.name}"
        given = self.order.block.consent
        chosen = consent_columns(columns, channel, given, where)
        if not chosen:
            said = tr(
                "No column of customers says who agreed to {channel}: name it under "
                "{key}. Until then nobody has.",
                channel=channel,
                key=f"{where}.consent",
            )
            self.note(said)
        return consent(frame, chosen)

    def normalise(self) -> None:
        """Write the fields as the system wants them; note what it cannot use."""
        asked = self.order.destination
        made = with_none(asked.normalise(self.raw, self.order.block))
        for name in made:
            lost = self.raw[name].notna() & made[name].isna()
            self._note(lost, name, UNREADABLE)
        self.fields = made

    def disarm(self) -> None:
        """Blank, or refuse, what a spreadsheet could run, and what else cannot go."""
        asked = self.order.destination
        made = {}
        for name in self.fields if asked.formulas != "allow" else ():
            runs = dangerous(self.fields[name], name)
            if asked.formulas == "refuse" or name == "external_id":
                self._refuse(runs, name)
            else:
                self._note(runs, name, FORMULA)
                made[name] = self.fields[name].mask(runs, None)
        self.fields = with_none(self.fields.assign(**made))
        if asked.refuse is not None:
            whole = self.frame.join(self.fields)
            where = asked.refuse(whole, self.order.block)
            for name in sorted(where.dropna().unique()):
                self._refuse(where == name, name)

    def _refuse(self, which: pd.Series, name: str) -> None:
        self.at[which & self.reason.isna()] = name
        self.leave(which, "refused")

    def bar(self) -> None:
        """Close addresses that somebody has, too, who must not be written to.

        The system knows an address and not whose record it was, so that to write it
        for another customer reaches both.
        """
        asked = self.order.destination
        for name in asked.reach if asked.channels else ():
            own = self.fields[name]
            theirs = own[self._refuses(name) | self.held].dropna()
            self.barred[name] = own.isin(theirs)

    def _refuses(self, name: str) -> pd.Series:
        """Mark who must not be written to by a field."""
        return self.no | self.said_no.get(name, False)

    def reach(self) -> None:
        """Leave out whom the system could not find, or would take for another."""
        asked = self.order.destination
        open_ = self._open()
        if asked.reach:
            reach = list(asked.reach)
            none = open_[reach].isna().all(axis=1)
            agreed = self._agreed()[reach].notna().any(axis=1)
            self.leave(none & agreed, "shared_address")
            self.leave(none, "no_address")
        for name in asked.distinct:
            self.leave(self._shared(open_[name]), "shared_address")

    def _shared(self, values: pd.Series) -> pd.Series:
        """Mark all but the first of one segment who share an address, else them all."""
        inside = self.reason.isna() & values.notna()
        own = pd.DataFrame({"at": values, "segment": self.frame["segment_id"]})[inside]
        several = own.groupby("at")["segment"].transform("nunique") > 1
        later = own.duplicated("at", keep="first")
        return (several | later).reindex(values.index, fill_value=False)

    def sizes(self) -> None:
        """Leave out segments that are too small there, or too small to be safe."""
        least = least_size(self.order)
        if least is None:
            return
        inside = self.frame["segment_id"].where(self.reason.isna())
        n = inside.value_counts()
        for one, name in self.order.names.items():
            if 0 < n.get(one, 0) < least:
                # Of a segment's size on a page, what is left could be taken.
                shown = small_segment(name, least, self.order)
                self.note(small_segment(name, least, self.order, int(n[one])), shown)
        self.leave(inside.map(n).lt(least).fillna(False), "too_small")

    def _agreed(self) -> pd.DataFrame:
        """Give the fields whose channel each has agreed to."""
        made = {n: self.fields[n].mask(m, None) for n, m in self.closed.items()}
        return with_none(self.fields.assign(**made))

    def _open(self) -> pd.DataFrame:
        """Give the fields that may be written."""
        agreed = self._agreed()
        made = {n: agreed[n].mask(m, None) for n, m in self.barred.items()}
        return with_none(agreed.assign(**made))

    def _refusals(self) -> pd.DataFrame:
        """Give each field of who must not be written to by it, whoever they are."""
        own = {n: self._refuses(n) for n in self.fields}
        mine = pd.DataFrame(own, index=self.frame.index).astype(bool)
        some = self.frame[mine.any(axis=1) | self.no]
        return some.join(with_none(self.fields.where(mine))).reset_index(drop=True)

    def _note(self, which: pd.Series, name: str, why: str) -> None:
        noted = self.frame.loc[which, ["customer_id"]].assign(field=name, why=why)
        self.blanked.append(noted)

    def done(self, known: frozenset[str]) -> Gathered:
        open_, inside = self._open(), self.reason.isna()
        agreed = self._agreed()
        for name in self.fields:
            shut = self.fields[name].notna() & agreed[name].isna()
            self._note(shut, name, NOT_AGREED)
            barred = agreed[name].notna() & open_[name].isna()
            self._note(barred, name, SOMEBODYS)
        members = self.frame[inside].join(open_[inside]).reset_index(drop=True)
        out = self.frame[~inside].join(self.fields[~inside])
        why = {"reason": self.reason, "at": self.at, "barred": self.no | self.held}
        out = out.assign(**{name: said[~inside] for name, said in why.items()})
        nothing = pd.DataFrame(columns=["customer_id", "field", "why"], dtype=object)
        noted = pd.concat([nothing, *self.blanked]).sort_values(
            ["customer_id", "field", "why"], ignore_index=True
        )
        noted = noted[noted["customer_id"].isin(members["customer_id"])]
        return Gathered(
            members,
            out.reset_index(drop=True),
            self._refusals(),
            noted,
            known,
            self.notes,
            self.shown,
        )


def least_size(order: Order) -> int | None:
    """Say how many customers a segment must have to be written."""
    asked, own = order.destination.min_size, order.block.min_size
    if asked is None and own is None:
        return None
    return max(own or asked or 1, order.smallest_cell)
