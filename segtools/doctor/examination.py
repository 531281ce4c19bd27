"""Examine the machine: every look in turn, none of which may fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from segtools.doctor import machine, packages, programs, working
from segtools.doctor.finding import Finding

Check = Callable[[], Finding | list[Finding]]
CHECKS: dict[str, Check] = {
    "python": packages.python,
    "segtools": packages.package,
    "packages": packages.packages,
    "tested versions": packages.lock,
    "kernel": working.kernel,
    "duckdb": working.engine,
    "memory": machine.memory,
    "disk": machine.disk,
    "writing": machine.rights,
    "cores": machine.cores,
    "characters": machine.characters,
    "extras": packages.extras,
    "java": programs.java,
    "postgresql driver": programs.driver,
    "chromium": programs.chromium,
    "font sans-serif": programs.sans,
    "font CJK": programs.cjk,
}
# Where nothing can be known of these, no run may be promised.
_NEEDED = ("python", "segtools", "packages", "kernel", "duckdb", "memory", "writing")


@dataclass(frozen=True)
class Examination:
    """All findings, in the order of the looks."""

    findings: tuple[Finding, ...]

    @property
    def stops(self) -> list[Finding]:
        """What a run cannot do without, and is not as it should be."""
        return [f for f in self.findings if f.stops]

    @property
    def well(self) -> bool:
        """Whether all that is required is there."""
        return not self.stops

    @property
    def sentence(self) -> str:
        """What was found, in one sentence and a remedy."""
        if self.stops:
            names = ", ".join(f.name for f in self.stops)
            return (
                "All that a run needs must be there, but these are not as they should "
                f"be: {names}. Run the commands that stand beside them."
            )
        other = sum(f.state != "ok" for f in self.findings)
        more = "one thing that only some need is" if other == 1 else None
        more = more or f"{other} things that only some need are"
        rest = f"; {more} not" if other else ""
        return f"All that a run needs is there{rest}."

    def record(self) -> dict[str, Any]:
        """Give the examination as JSON can hold it."""
        found = [f.record() for f in self.findings]
        body = {"format": "segtools.doctor", "version": 1, "well": self.well}
        return body | {"sentence": self.sentence, "findings": found}


def examine(
    checks: dict[str, Check] | None = None,
    progress: Callable[[Finding], None] | None = None,
) -> Examination:
    """Look at everything; what a look itself dies of becomes its finding.

    Parameters
    ----------
    checks : dict, optional
        The looks by name; default `CHECKS`.
    progress : callable, optional
        Called with each finding as soon as it is there.

    Returns
    -------
    Examination

    Examples
    --------
    >>> from segtools.doctor.machine import cores
    >>> examine({"cores": cores}).sentence
    'All that a run needs is there.'
    """
    found: list[Finding] = []
    for finding in _looked(CHECKS if checks is None else checks):
        found.append(finding)
        if progress:
            progress(finding)
    return Examination(tuple(found))


def _looked(checks: dict[str, Check]) -> Iterator[Finding]:
    for name, check in checks.items():
        try:
            found: Sequence[Finding] | Finding = check()
        except Exception as error:  # a doctor who faints helps nobody
            said = f"it cannot be looked at ({type(error).__name__}: {error})"
            found = Finding(name, "wrong", said[:200], name in _NEEDED, "a run")
        yield from [found] if isinstance(found, Finding) else found
