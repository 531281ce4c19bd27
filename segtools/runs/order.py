"""In which order runs of a batch may start: what a run builds on comes before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from graphlib import TopologicalSorter
from itertools import pairwise

from segtools.runs.plan import Planned

# Later than any date: a run without `as_of` stands behind its data's last order.
_LAST = "~"


def builds_on(planned: Sequence[Planned]) -> dict[str, set[str]]:
    """Say for which runs each run must wait.

    A run compares itself with the latest finished run of its project that stands
    earlier. Started before that one is done, it would compare with another, and the
    result would depend on how many run at once.

    Parameters
    ----------
    planned : sequence of Planned

    Returns
    -------
    dict of str to set of str
        Name to the names of its project's runs that stand just before it; empty for
        the first ones, and for those whose configuration is refused.
    """
    waits: dict[str, set[str]] = {run.name: set() for run in planned}
    for moments in _projects(planned).values():
        ordered = [moments[key] for key in sorted(moments)]
        for before, after in pairwise(ordered):
            for name in after:
                waits[name] = set(before)
    return waits


def _projects(
    planned: Sequence[Planned],
) -> dict[str, dict[tuple[str, int], list[str]]]:
    """Group names by project, and within it by the instant at which they stand."""
    found: dict[str, dict[tuple[str, int], list[str]]] = {}
    for place, run in enumerate(planned):
        if run.config is None:
            continue
        as_of = run.config.as_of
        # Without an as_of nobody knows which is earlier: they go one by one.
        key = (as_of, 0) if as_of else (_LAST, place)
        moments = found.setdefault(run.config.project, {})
        moments.setdefault(key, []).append(run.name)
    return found


def chain_lengths(waits: dict[str, set[str]]) -> dict[str, int]:
    """Count how many runs in a row begin with each run, itself among them.

    Examples
    --------
    >>> chain_lengths({"may": set(), "june": {"may"}, "july": {"june"}})
    {'may': 3, 'june': 2, 'july': 1}
    """
    order = list(TopologicalSorter(waits).static_order())
    found = dict.fromkeys(waits, 1)
    for name in reversed(order):
        for before in waits[name]:
            found[before] = max(found[before], 1 + found[name])
    return found


def next_run(
    pending: Sequence[str],
    waits: dict[str, set[str]],
    unfinished: Collection[str],
    lengths: dict[str, int],
) -> str | None:
    """Choose what to start next: of those that may, the head of the longest chain.

    Parameters
    ----------
    pending : sequence of str
        Names that have not started, in the order of the file.
    waits : dict
        As `builds_on` gives it.
    unfinished : collection of str
        Names that have not ended, whichever way, running ones among them.
    lengths : dict of str to int
        As `chain_lengths` gives it: a long chain that starts late ends alone.

    Returns
    -------
    str or None
        None where all have to wait.

    Examples
    --------
    >>> waits = {"a": set(), "b": set(), "c": {"b"}}
    >>> next_run(["a", "b", "c"], waits, {"a", "b", "c"}, chain_lengths(waits))
    'b'
    >>> next_run(["c"], waits, {"a", "b", "c"}, {"c": 1}) is None
    True
    """
    ready = [n for n in pending if not waits[n] & set(unfinished)]
    return max(ready, key=lambda n: lengths[n], default=None)
