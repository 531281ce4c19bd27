"""Python and its packages: versions against the bounds that segtools declares."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterator

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from segtools.bundled import bundled
from segtools.doctor.finding import Finding, Mend, State, pip_install

NAME = "customer-segtools"
TESTED = ("3.11", "3.12", "3.13")
EXTRAS = {
    "azure": "files in Azure storage (abfs://...)",
    "complete-journey": "the households of `segtools run complete_journey`",
    "dev": "tests and style checks of segtools itself",
    "docs": "the documentation site (`make docs`)",
    "gcs": "files in Google Cloud Storage (gs://...)",
    "postgres": "data in a PostgreSQL database",
    "s3": "files in S3 and in stores like it (s3://...)",
    "spark": "features and assignment in Spark",
}
_PYTHON = Mend(
    debian="sudo apt-get install python3 python3-venv", macos="brew install python@3.13"
)


def python() -> Finding:
    """Look at the version of Python."""
    version = platform.python_version()
    asked = _metadata()["Requires-Python"] or ""
    if not SpecifierSet(asked).contains(version, prereleases=True):
        found = f"{version}, but segtools needs {asked}"
        return Finding("python", "wrong", found, True, "everything", _PYTHON)
    known = version.rpartition(".")[0] in TESTED
    note = "" if known else f"; tested are {', '.join(TESTED)}"
    return Finding("python", "ok", version + note, True)


def package() -> Finding:
    """Look at segtools itself: its version, and whether it is installed."""
    from segtools import __version__

    try:
        installed = _metadata()["Version"]
    except importlib.metadata.PackageNotFoundError:
        found = f"{__version__}, but not installed: it runs from its folder"
        mend = Mend(pip=pip_install(NAME))
        return Finding("segtools", "missing", found, True, "everything", mend)
    if installed != __version__:
        found = f"{__version__}, but installed as {installed}"
        mend = Mend(pip=pip_install("--force-reinstall", "--no-deps", NAME))
        return Finding("segtools", "wrong", found, False, "honest records", mend)
    return Finding("segtools", "ok", __version__, True)


def packages() -> Finding:
    """Look at the packages that every run needs."""
    needed = [r for r in _requirements() if not _extra_of(r)]
    off = [text for r in needed for text in _off(r)]
    if not off:
        found = f"{len(needed)} within their bounds"
        return Finding("packages", "ok", found, True)
    return Finding(
        "packages",
        "missing" if all(" is not" in text for text in off) else "wrong",
        "; ".join(off),
        True,
        "every run",
        Mend(pip=pip_install("--upgrade", NAME)),
    )


def lock() -> Finding:
    """Compare with the versions that segtools was tested with; others may do, too."""
    path = bundled("requirements.lock")
    if not path.is_file():
        found = "the list of tested versions is not here"
        mend = Mend(pip=pip_install("--force-reinstall", "--no-deps", NAME))
        return Finding("tested versions", "missing", found, False, "comparing", mend)
    core = _tree(_requirements())
    pinned = [Requirement(line) for line in path.read_text("utf-8").splitlines()]
    ours = [r for r in pinned if canonicalize_name(r.name) in core and _applies(r)]
    other = [text for r in ours for text in _off(r)]
    if not other:
        return Finding("tested versions", "ok", f"all {len(ours)} as tested")
    found = f"{len(other)} of {len(ours)} are others: {_some(other)}"
    return Finding(
        "tested versions",
        "wrong",
        found,
        False,
        "the same figures as others have; versions within their bounds do work",
        Mend(pip=pip_install("-c", str(path), NAME)),
    )


def extras() -> list[Finding]:
    """Look at each extra: what it is for, and whether all of it is there."""
    return [_extra(name) for name in _metadata().get_all("Provides-Extra") or ()]


def _extra(name: str) -> Finding:
    purpose = EXTRAS.get(name, f"what the extra `{name}` adds")
    off = [t for r in _requirements() if _extra_of(r) == name for t in _off(r)]
    if not off:
        return Finding(f"extra {name}", "ok", "there", purpose=purpose)
    mend = Mend(pip=pip_install(f"{NAME}[{name}]"))
    state: State = "missing" if any(" is not" in text for text in off) else "wrong"
    return Finding(f"extra {name}", state, _some(off), False, purpose, mend)


def _some(texts: list[str]) -> str:
    """Write three of many out; the command mends all of them anyway."""
    more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
    return "; ".join(texts[:3]) + more


def _metadata() -> importlib.metadata.PackageMetadata:
    return importlib.metadata.metadata(NAME)


def _requirements() -> list[Requirement]:
    return [Requirement(text) for text in importlib.metadata.requires(NAME) or ()]


def _extra_of(requirement: Requirement) -> str:
    """Give the extra that a requirement belongs to, or nothing."""
    for name in EXTRAS | dict.fromkeys(_metadata().get_all("Provides-Extra") or ()):
        asked = requirement.marker
        if asked and asked.evaluate({"extra": name}) and not asked.evaluate():
            return name
    return ""


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate()


def _off(requirement: Requirement) -> Iterator[str]:
    """Say what is wrong with a package, if anything is."""
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        yield f"{requirement.name} is not installed"
        return
    if not requirement.specifier.contains(version, prereleases=True):
        yield f"{requirement.name} {version} is outside {requirement.specifier}"


def _tree(first: list[Requirement]) -> set[str]:
    """Give the names of what a run needs, and of what that needs in turn."""
    known: set[tuple[str, str]] = set()
    waiting: list[tuple[str, str]] = [
        (canonicalize_name(r.name), extra)
        for r in first
        if not _extra_of(r)
        for extra in ("", *r.extras)
    ]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) not in known:
            known.add((name, extra))
            waiting += _needed_by(name, extra)
    return {name for name, _ in known}


def _needed_by(name: str, extra: str) -> Iterator[tuple[str, str]]:
    """Give what a package needs for one of its extras, or without any."""
    try:
        texts = importlib.metadata.requires(name) or ()
    except importlib.metadata.PackageNotFoundError:
        return
    for r in map(Requirement, texts):
        if r.marker is None or r.marker.evaluate({"extra": extra}):
            yield from ((canonicalize_name(r.name), e) for e in ("", *r.extras))
