"""One page that sets any two runs of a project beside each other."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segtools.config.blocks import RefreshThresholds
from segtools.disclosure import LIMIT
from segtools.history.follow_up import FollowUp, follow_up
from segtools.history.previous import refuse_incomplete
from segtools.history.snapshot import read_snapshot
from segtools.languages import in_language_of
from segtools.records import read_record, write_text
from segtools.report.assign import finished_run
from segtools.report.compare_page import comparison_page
from segtools.report.scan import refuse_disclosure
from segtools.schema import ConfigError

__all__ = ["Comparison", "compare_runs"]


@dataclass(frozen=True)
class Comparison:
    """What came of comparing two runs.

    Attributes
    ----------
    page : Path
        The page that was written.
    found : FollowUp
        Everything on it, as figures.
    """

    page: Path
    found: FollowUp

    @property
    def sentence(self) -> str:
        """Who moved, in one sentence."""
        return str(self.found.changes["sentence"])

    @property
    def record(self) -> dict[str, Any]:
        """The same for other programs; nothing in it tells of a few customers."""
        with in_language_of(self.found.new.records["run"]):
            drift = self.found.record()
        return {
            "state": "done",
            "page": str(self.page),
            "changes": self.found.changes,
            "drift": drift,
        }


def compare_runs(
    old: Path | str, new: Path | str, out: Path | str | None = None
) -> Comparison:
    """Compare two finished runs of one project and write the page.

    It is written in the language of the later run; what the earlier one recorded as
    text stays as it is.

    Parameters
    ----------
    old, new : path
        Their folders, the earlier one first; they need not follow each other. Where
        the later run did not carry names on from the earlier one, segments are matched
        by their overlap.
    out : path, optional
        The page; default ``compare_<as_of of OLD>.html`` in the folder of NEW.

    Returns
    -------
    Comparison

    Raises
    ------
    ConfigError
        If a folder holds no finished run, or the two are of different projects, in the
        wrong order, or one and the same.
    DataError
        If a run was written by a newer version, or a file of it is missing.
    DisclosureError
        If the page would tell who somebody is; then it is not written.
    """
    paths = (Path(old), Path(new))
    runs = [finished_run(p, n) for p, n in zip(paths, ("OLD", "NEW"), strict=True)]
    _refuse_pair(paths, runs)
    for path, called in zip(paths, ("OLD", "NEW"), strict=True):
        refuse_incomplete(path, called)
    with in_language_of(runs[1]):
        return _compared(paths, runs, None if out is None else Path(out))


def _compared(
    paths: tuple[Path, Path], runs: list[dict[str, Any]], out: Path | None
) -> Comparison:
    before, now = (read_snapshot(path) for path in paths)
    cell = max(int(r["config"].get("smallest_cell", LIMIT)) for r in runs)
    found = follow_up(
        before,
        now,
        thresholds=RefreshThresholds.model_validate(now.config.get("refresh", {})),
        smallest_cell=cell,
        related=descends(*paths),
    )
    page = out or paths[1] / f"compare_{_name(before.as_of)}.html"
    text = comparison_page(found, smallest_cell=cell)
    for path, run in zip(paths, runs, strict=True):
        refuse_disclosure(text, page.name, path, run)
    write_text(page, text)
    return Comparison(page, found)


def descends(old: Path, new: Path) -> bool:
    """Tell whether a run carried its names on from another one, over any others.

    Parameters
    ----------
    old, new : Path
    """
    goal, seen, at = old.resolve(), set(), new.resolve()
    while at not in seen and (at / "run.json").is_file():
        seen.add(at)
        before = read_record(at / "run.json").get("previous_run")
        if not before:
            return False
        at = Path(os.path.normpath(at / str(before)))
        if at.resolve() == goal:
            return True
    return False


def _refuse_pair(paths: tuple[Path, Path], runs: list[dict[str, Any]]) -> None:
    if paths[0].resolve() == paths[1].resolve():
        raise ConfigError(
            f"OLD and NEW must be two runs, but both are {paths[0]}. Name another one."
        )
    projects = [str(r["project"]) for r in runs]
    if projects[0] != projects[1]:
        raise ConfigError(
            f"OLD and NEW must be runs of one project, but they are of {projects[0]!r} "
            f"and {projects[1]!r}. Compare runs of the same project."
        )
    dates = [str(r["as_of"]) for r in runs]
    if dates[0] > dates[1]:
        raise ConfigError(
            f"OLD must not be later than NEW, but it stands at {dates[0]} and NEW at "
            f"{dates[1]}. Give them in the other order."
        )
    money = [str(r["config"].get("currency", "")) for r in runs]
    if money[0] != money[1]:
        raise ConfigError(
            f"OLD and NEW must count money in one currency, but they do in "
            f"{money[0]!r} and {money[1]!r}. Run one of them again with the "
            "other's currency."
        )


def _name(as_of: str) -> str:
    return as_of.replace(":", "")
