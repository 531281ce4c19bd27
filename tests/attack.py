"""What somebody could work out from all that a run publishes, by linear programmes.

Everything that pages and tables say of numbers of customers is put into one system:
cells that are shown, cells that are hidden, and how they add up. Tables that share a
number, such as a stage's customers, are attacked together.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from segtools.records import read_record

# Kinds of which a customer is in one level only, so that the levels add up.
ADD_UP = ("attribute", "stage")
TABLES = ("category", "attribute", "stage", "channel", "event", "answer")
Cell = Hashable


class Knowledge:
    """Numbers of customers, known or not, and sums of them."""

    def __init__(self) -> None:
        self.cells: dict[Cell, float | None] = {}
        self.hidden: set[Cell] = set()
        self.sums: list[dict[Cell, float]] = []

    def tell(self, cell: Cell, count: float | None = None) -> None:
        """Add a cell; where its count is told anywhere it is known everywhere."""
        known = self.cells.get(cell)
        told = None if count is None or pd.isna(count) else float(count)
        if told is None:
            self.hidden.add(cell)
        if known is not None and told is not None:
            assert round(known) == round(told), f"{cell}: {known} and {told}"
        self.cells[cell] = known if told is None else told

    def add_up(self, total: Cell, parts: Iterable[Cell]) -> None:
        """Say that some cells add up to another; all may be hidden or shown."""
        own = [*parts]
        for cell in (total, *own):
            self.cells.setdefault(cell, None)
        self.sums.append({total: -1.0} | dict.fromkeys(own, 1.0))

    def told(self, limit: int) -> pd.DataFrame:
        """Give what must not be known: hidden cells, and any of a few, that are.

        A cell that is hidden somewhere must stay open by `limit`. One that is nowhere
        printed, such as who does not buy, may follow from others unless it is small.
        """
        found = self.narrowed()
        narrow = found["high"] - found["low"] < limit - 1e-6
        few = (found["low"] < limit) & (found["high"] > 0)
        return found[narrow & (found["cell"].isin(self.hidden) | few)]

    def narrowed(self) -> pd.DataFrame:
        """Give the least and most that each cell can be that is not shown."""
        open_ = [c for c, count in self.cells.items() if count is None]
        place = {c: i for i, c in enumerate(open_)}
        rows, right = [], []
        for line in self.sums:
            own = {place[c]: sign for c, sign in line.items() if c in place}
            if own:
                known = [(s, self.cells[c]) for c, s in line.items() if c not in place]
                rows.append(own)
                right.append(-round(sum(s * (n or 0.0) for s, n in known)))
        low, high = _ends(len(open_), rows, right)
        elsewhere = [c for c in self.hidden if self.cells[c] is not None]
        counts = [self.cells[c] for c in elsewhere]
        return pd.DataFrame(
            {
                "cell": pd.Series([*open_, *elsewhere], dtype=object),
                "low": [*low, *counts],
                "high": [*high, *counts],
            }
        )


def _ends(n: int, rows: list[dict[int, float]], right: list[int]) -> np.ndarray:
    data = [
        (s, i, j) for i, line in enumerate(rows) for j, s in line.items()
    ]  # fmt: skip
    ends = np.array([np.zeros(n), np.full(n, np.inf)])
    if not data:
        return ends
    values, i, j = (np.array(x) for x in zip(*data, strict=True))
    matrix = csr_array((values, (i, j)), shape=(len(rows), n))
    group = connected_components(abs(matrix.T) @ abs(matrix), directed=False)[1]
    for g in np.unique(group[j]):
        own = np.flatnonzero(group == g)
        lines = np.unique(i[np.isin(j, own)])
        part, told = matrix[lines][:, own], np.array(right)[lines]
        for at, column in enumerate(own):
            for end, sign in ((0, 1.0), (1, -1.0)):
                wanted = np.zeros(len(own))
                wanted[at] = sign
                found = linprog(wanted, A_eq=part, b_eq=told)
                assert found.status in (0, 3), f"{found.message} {told}"
                ends[end, column] = np.inf if found.fun is None else sign * found.fun
    return ends


def hidden_cells(profiles: pd.DataFrame) -> pd.DataFrame:
    """Attack ``profiles.parquet`` alone: cells by kind, name, label and segment."""
    known = Knowledge()
    tell_profiles(known, profiles)
    found = known.narrowed()
    cells = [c if len(c) == 4 else None for c in found.pop("cell")]
    names = ["kind", "name", "label", "segment_id"]
    own = [i for i, c in enumerate(cells) if c and c[0] in TABLES and c[3]]
    frame = pd.DataFrame([cells[i] for i in own], columns=names)
    return frame.join(found.iloc[own].reset_index(drop=True))


def tell_profiles(known: Knowledge, profiles: pd.DataFrame) -> None:
    """Tell the shares of ``profiles.parquet``: who has what, and who has not."""
    rows = profiles[profiles["kind"].isin(TABLES)].copy()
    rows["table"] = rows["name"].where(~rows["kind"].isin(("category", "channel")), "")
    for (kind, table), own in rows.groupby(["kind", "table"]):
        if kind in ADD_UP:
            _tell_question(known, own, str(kind), str(table))
        else:
            for label, level in own.groupby("label"):
                _tell_level(known, level, (str(kind), str(table), str(label)))


def _tell_question(known: Knowledge, own: pd.DataFrame, kind: str, table: str) -> None:
    n = own.groupby("segment_id")["n"].first().astype(float)
    everyone = n.sum() if n.notna().all() else np.nan
    for label, level in own.groupby("label"):
        cells = [(kind, table, label, s) for s in level["segment_id"]]
        for cell, share, of in zip(cells, level["value"], level["n"], strict=True):
            known.tell(cell, None if pd.isna(share) else share * of)
        total = (kind, table, label, None)
        known.tell(total, level["base_value"].iloc[0] * everyone)
        known.add_up(total, cells)
    for segment, level in own.groupby("segment_id"):
        whole = ("n", kind, table, segment)
        known.tell(whole, n[segment])
        known.add_up(whole, [(kind, table, x, segment) for x in level["label"]])


def _tell_level(known: Knowledge, level: pd.DataFrame, name: tuple[str, ...]) -> None:
    n = level["n"].astype(float)
    has = [(*name, s) for s in level["segment_id"]]
    has_not = [("not", *name, s) for s in level["segment_id"]]
    each = zip(has, has_not, level["value"], n, strict=True)
    for yes, no, share, of in each:
        known.tell(yes, share * of)
        if not np.isnan(of):
            size = ("n", *yes)
            known.tell(size, of)
            known.add_up(size, [yes, no])
    known.tell((*name, None), level["base_value"].iloc[0] * n.sum(skipna=False))
    known.add_up((*name, None), has)
    if n.notna().all():
        known.tell(("n", *name, None), n.sum())
        known.add_up(("not", *name, None), has_not)
        known.add_up(("n", *name, None), [(*name, None), ("not", *name, None)])


def tell_pages(known: Knowledge, run: Path) -> None:
    """Tell what tables of the pages say: scores, stages, lists and flows."""
    _tell_scores(known, run)
    _tell_stages(known, run)
    _tell_lists(known, run)
    _tell_flows(known, run)


def _tell_scores(known: Knowledge, run: Path) -> None:
    for rows in _tables(run / "04_personas.html", ["Recency", None, "Customers"]):
        for row in rows.itertuples(index=False):
            known.tell(("rfm", row[0], row[1]), _count(row[2]))
        known.add_up("have ordered", [("rfm", r[0], r[1]) for r in rows.to_numpy()])


def _tell_stages(known: Knowledge, run: Path) -> None:
    for rows in _tables(run / "06_follow_up.html", ["Then", "Now", "Customers"]):
        cells = [("flow of stages", then, now) for then, now in rows.to_numpy()[:, :2]]
        for cell, count in zip(cells, rows["Customers"], strict=True):
            known.tell(cell, _count(count))
        for now in rows["Now"].unique():
            total = ("stage", "lifecycle_stage", now, None)
            known.add_up(total, [c for c in cells if c[2] == now])
        for then in rows["Then"].unique():
            known.add_up(("stage then", then), [c for c in cells if c[1] == then])
        known.add_up("have ordered", cells)


def _tell_lists(known: Knowledge, run: Path) -> None:
    for rows in _tables(run / "05_activation.html", ["Segment", "Model"]):
        ways = [c for c in rows.columns if c not in ("Segment", "All")]
        for row in rows.to_dict("records"):
            cells = [("assigned", row["Segment"], way) for way in ways]
            for cell in cells:
                known.tell(cell, _count(row[cell[2]]))
            size = ("size", row["Segment"])
            known.tell(size, _count(row["All"]))
            known.add_up(size, cells)
        for way in ways:
            own = [("assigned", s, way) for s in rows["Segment"]]
            known.add_up(("assigned", None, way), own)
        # Who has never ordered is assigned by rule, and who has is not.
        if "Rule" in ways:
            known.add_up("everyone", ["have ordered", ("assigned", None, "Rule")])
        known.add_up("everyone", [("size", s) for s in rows["Segment"]])


def _tell_flows(known: Knowledge, run: Path) -> None:
    changes = read_record(run / "changes.json")
    if not changes["flows"]:
        return
    flows = pd.DataFrame(changes["flows"])
    cells = [("flow", a, b) for a, b in zip(flows["from"], flows["to"], strict=True)]
    for cell, count in zip(cells, flows["customers"], strict=True):
        known.tell(cell, count)
    for segment in set(flows["to"]) - {"Gone"}:
        known.add_up(("size", segment), [c for c in cells if c[2] == segment])
    before = pd.read_parquet(
        run / read_record(run / "run.json")["previous_run"] / "segments.parquet"
    )["segment"].value_counts()
    for segment, size in before.items():
        if segment in set(flows["from"]):
            known.tell(("size before", segment), size)
            known.add_up(
                ("size before", segment), [c for c in cells if c[1] == segment]
            )
    outer = {"New", "Gone"}
    sets = {
        "stayed": [c for c in cells if c[1] == c[2]],
        "moved": [c for c in cells if c[1] != c[2] and not outer & {c[1], c[2]}],
        "new": [c for c in cells if c[1] == "New"],
        "gone": [c for c in cells if c[2] == "Gone"],
    }
    for name, own in sets.items():
        known.tell(("total", name), changes["totals"][name])
        known.add_up(("total", name), own)
    _tell_reasons(known, changes, sets["moved"])


def _tell_reasons(known: Knowledge, changes: dict, moved: list[Cell]) -> None:
    """Tell why customers moved, in all and by the segment that they left."""
    reasons = [r["label"] for r in changes["reasons"]]
    for row in changes["reasons"]:
        known.tell(("reason", row["label"]), row["customers"])
    if reasons:
        known.add_up(("total", "moved"), [("reason", r) for r in reasons])
    for line in changes["leavers"]:
        left = line["segment"]
        own = [("reason", r, left) for r in reasons]
        for reason, cell in zip(reasons, own, strict=True):
            known.tell(cell, line[reason])
        known.tell(("left", left), line["moved"])
        known.add_up(("left", left), own)
        known.add_up(("left", left), [c for c in moved if c[1] == left])
    for reason in reasons if changes["leavers"] else ():
        cells = [("reason", reason, line["segment"]) for line in changes["leavers"]]
        known.add_up(("reason", reason), cells)


def _count(text: str) -> float | None:
    digits = text.replace("\u202f", "")
    return float(digits) if digits.isdigit() else None


def _tables(page: Path, head: list[str | None]) -> list[pd.DataFrame]:
    """Read the tables of a page whose first columns are called so."""
    reader = _Reader()
    reader.feed(page.read_text("utf-8"))
    found = []
    for rows in reader.tables:
        names = rows[0][: len(head)] if rows else []
        same = zip(names, head, strict=False)
        if len(names) == len(head) and all(b is None or a == b for a, b in same):
            found.append(pd.DataFrame(rows[1:], columns=rows[0]))
    return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._cell: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None and self.tables:
            self.tables[-1][-1].append(self._cell.strip())
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell += data
