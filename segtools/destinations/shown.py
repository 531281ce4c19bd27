"""What a page may show of exports: counts, but none of a few customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from segtools.destinations.order import REASONS
from segtools.disclosure import LIMIT, Published, hide
from segtools.languages import header, markn, tr, trc, trn
from segtools.wording import number

_COUNTS = ("members", "written", "added", "changed", "removed")


def shown_counts(
    manifest: Mapping[str, Any], smallest_cell: int = LIMIT
) -> dict[str, int | None]:
    """Give a manifest's counts, None where they, or a difference, are of a few.

    Parameters
    ----------
    manifest : mapping
        As `write_export` gives it.
    smallest_cell : int, default=10

    Returns
    -------
    dict
        ``members``, ``written``, ``added``, ``changed``, ``removed`` and each reason
        of `REASONS` for which somebody was left out.

    Examples
    --------
    Three who said no would be forty-three less forty.

    >>> out = {"denied": 3}
    >>> counts = {"members": 43, "written": 40, "left_out": out, "added": 0}
    >>> shown = shown_counts({"counts": counts | {"changed": 0, "removed": 0}})
    >>> shown["members"], shown["written"], shown["denied"]
    (43, None, None)
    """
    counts = manifest["counts"]
    out = counts["left_out"]
    same = counts["written"] - counts["added"] - counts["changed"]
    before = same + counts["changed"] + counts["removed"]
    named = {c: counts[c] for c in _COUNTS} | {**out, "_same": same, "_before": before}
    place = {name: i for i, name in enumerate(named)}
    sums = [
        (place["members"], [place["written"], *(place[r] for r in out)]),
        (place["written"], [place[c] for c in ("added", "changed", "_same")]),
        (place["_before"], [place[c] for c in ("_same", "changed", "removed")]),
    ]
    # How many customers there are stands on every page.
    fixed = np.array([name == "members" for name in named])
    numbers = np.array([*named.values()], dtype=float)
    hidden = hide(Published(numbers, sums, fixed=fixed), smallest_cell)
    return {
        name: None if hidden[i] else int(named[name])
        for name, i in place.items()
        if not name.startswith("_")
    }


def exports_table(
    exports: Sequence[Mapping[str, Any]], *, smallest_cell: int = LIMIT
) -> pd.DataFrame:
    """Tabulate what was written for each destination.

    Parameters
    ----------
    exports : sequence of mapping
        Manifests, or what was not written and why, as `export_all` gives them.
    smallest_cell : int, default=10
        Counts of fewer customers are missing, and what would give them away.
    """
    rows = []
    for one in exports:
        waits = "not_yet" in one
        shown = {} if waits else shown_counts(one, smallest_cell)
        rows.append([one["destination"], *(shown.get(c) for c in _COUNTS), _state(one)])
    heads = [header("Destination"), header("Customers"), header("Written")]
    heads += [header("Added"), header("Changed"), header("Removed"), header("State")]
    table = pd.DataFrame(rows, columns=heads)
    return table.astype(dict.fromkeys(heads[1:-1], "Int64"))


def _state(one: Mapping[str, Any]) -> str:
    if "not_yet" in one:
        return tr("not written: {why}", why=one["not_yet"])
    return trn("written, {n} file", "written, {n} files", len(one["files"]))


def left_out_table(
    exports: Sequence[Mapping[str, Any]], *, smallest_cell: int = LIMIT
) -> pd.DataFrame:
    """Tabulate for each destination who is left out and why, or that nobody is.

    Parameters
    ----------
    exports : sequence of mapping
        As for `exports_table`.
    smallest_cell : int, default=10
    """
    rows = [
        (one["destination"], tr(REASONS[reason]), count)
        for one in exports
        if "not_yet" not in one
        for reason, count in shown_counts(one, smallest_cell).items()
        if reason in REASONS
    ]
    nobody = (trc("destination", "all"), tr("nobody is left out"), 0)
    heads = [header("Destination"), header("Left out because"), header("Customers")]
    table = pd.DataFrame(rows or [nobody], columns=heads)
    return table.astype({"Customers": "Int64"})


def next_steps_table(exports: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Tabulate what somebody does next with each destination's files."""
    return pd.DataFrame(
        {
            header("Destination"): [one["destination"] for one in exports],
            header("Next step"): [one["next_step"] for one in exports],
        }
    )


def export_sentence(manifest: Mapping[str, Any], smallest_cell: int = 1) -> str:
    """Say how many customers are written, came, went and were left out.

    Parameters
    ----------
    manifest : mapping
        Or what was not written and why, as `export_all` gives it.
    smallest_cell : int, default=1
        What a page hides; whoever writes an export sees it whole.
    """
    if "not_yet" in manifest:
        return tr(
            "Nothing is written to {destination}: {why}",
            destination=manifest["destination"],
            why=manifest["not_yet"],
        )
    shown = shown_counts(manifest, smallest_cell)
    few = trc("count", "a few")
    told = {k: few if n is None else number(n) for k, n in shown.items()}
    before = manifest["relative_to"]
    return trn(
        *(_SINCE if before else _FIRST),
        2 if shown["members"] is None else shown["members"],
        n=told["members"],
        written=told["written"],
        added=told["added"],
        changed=told["changed"],
        removed=told["removed"],
        destination=manifest["destination"],
        export=before["number"] if before else "",
    )


_SINCE = markn(
    "{written} of {n} customers are written to {destination}; {added} were added, "
    "{changed} changed and {removed} removed since export {export}.",
    "{written} of {n} customers are written to {destination}; {added} were added, "
    "{changed} changed and {removed} removed since export {export}.",
)
_FIRST = markn(
    "{written} of {n} customers are written to {destination}; {added} were added, "
    "{changed} changed and {removed} removed with this first export.",
    "{written} of {n} customers are written to {destination}; {added} were added, "
    "{changed} changed and {removed} removed with this first export.",
)
