"""Check what is to be released: version, changelog, contents of wheel and sdist.

    python release/check_archives.py dist [--release]

It builds the wheel again from the sdist and compares both. With ``--release`` the
changelog's top section must be that of the version; without, it may still be
*Unreleased*. Exit code 0, or 1 with one line for each thing that is wrong.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAME = "customer_segtools"
LARGEST = 4_000_000  # bytes of a wheel; it is sent over networks time and again
WANTED = (
    *(f"segtools/bundled/notebooks/0{n}_*.ipynb" for n in range(1, 7)),
    "segtools/bundled/notebooks/lessons/validation.ipynb",
    "segtools/bundled/sample/*.parquet",
    "segtools/bundled/requirements.lock",
    "segtools/configurations/sample.yaml",
    "segtools/configurations/sources/*.yaml",
    "segtools/languages/messages.pot",
    *(f"segtools/languages/{code}/terms.yaml" for code in ("ro", "ru", "zh")),
    *(
        f"segtools/languages/{code}/LC_MESSAGES/messages.po"
        for code in ("ro", "ru", "zh")
    ),
    "segtools/profiles/rule_book.yaml",
    "segtools/report/glossary.yaml",
    "segtools/report/templates/*.j2",
    "segtools/report/templates/css/*.css",
    "segtools/report/templates/js/*.js",
    "segtools/report/templates/nbconvert/segtools/*",
    "*.dist-info/licenses/LICENSE",
)
FOREIGN = ("tests/", "reports/", "benchmarks/", "docs/", ".ci/", "release/")
SOURCES = (
    *("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "Makefile"),
    *("requirements.lock", "notebooks/01_goals.ipynb", "tests/conftest.py"),
    *("data/sample/order_lines.parquet", "segtools/__init__.py"),
)


def version() -> str:
    """Read the version from the only place where it stands."""
    text = (ROOT / "segtools" / "__init__.py").read_text("utf-8")
    return re.findall(r'^__version__ = "(.+)"$', text, re.MULTILINE)[0]


def wrong_in_changelog(text: str, number: str, *, release: bool) -> Iterator[str]:
    """Say where the changelog and the version do not agree."""
    heads = re.findall(r"^## (\S+)(.*)$", text, re.MULTILINE)
    if not heads:
        yield "CHANGELOG.md has no section. Begin it with `## Unreleased`."
        return
    top, *below = [head for head, _ in heads]
    if top == "Unreleased" and release:
        yield (
            f"CHANGELOG.md must begin with {number} to be released, but it begins with "
            f"Unreleased. Write `## {number} (date)` in its place."
        )
    if top == "Unreleased" and number in below:
        yield (
            f"{number} is released already, and CHANGELOG.md has changes above it. "
            "Raise __version__."
        )
    if top not in ("Unreleased", number):
        yield f"CHANGELOG.md begins with {top}, but the version is {number}."


def wrong_in_wheel(wheel: Path) -> Iterator[str]:
    """Say what a wheel lacks, what does not belong into it, and whether it is large."""
    names = zipfile.ZipFile(wheel).namelist()
    for pattern in WANTED:
        if not any(Path(name).match(pattern) for name in names):
            yield f"{wheel.name} has no {pattern}."
    ours = ("segtools/", f"{NAME}-{version()}.dist-info/")
    for name in names:
        inner = name.startswith(tuple(f"segtools/{part}" for part in FOREIGN))
        if inner or not name.startswith(ours) or "__pycache__" in name:
            yield f"{name} does not belong into {wheel.name}."
    if wheel.stat().st_size > LARGEST:
        yield f"{wheel.name} has over {LARGEST / 1e6:g} MB."


def wrong_in_sdist(sdist: Path) -> Iterator[str]:
    """Say what an sdist lacks to build and test the package, and what is too much."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in SOURCES:
        if name not in names:
            yield f"{sdist.name} has no {name}."
    for name in sorted(names):
        if name.startswith("reports/") and name != "reports/README.md":
            yield f"{name} does not belong into {sdist.name}."


def wheel_of(sdist: Path, folder: Path) -> Path:
    """Build the wheel from an sdist, as an installer would."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    unpacked = folder / sdist.name.removesuffix(".tar.gz")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    done = subprocess.run(
        [*build, "--outdir", str(folder), str(unpacked)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"The sdist builds no wheel: {done.stderr or done.stdout}")
    return next(folder.glob("*.whl"))


def differences(one: Path, other: Path) -> Iterator[str]:
    """Say which files two wheels do not have alike."""
    first, second = map(_digests, (one, other))
    for name in sorted(set(first) | set(second)):
        if first.get(name) != second.get(name):
            yield f"The sdist builds another {name}."


def _digests(wheel: Path) -> dict[str, str]:
    archive = zipfile.ZipFile(wheel)
    return {
        name: hashlib.sha256(archive.read(name)).hexdigest()
        for name in archive.namelist()
    }


def wrong(dist: Path, *, release: bool) -> list[str]:
    """Say all that is wrong with what lies in a folder."""
    number = version()
    wheel = dist / f"{NAME}-{number}-py3-none-any.whl"
    sdist = dist / f"{NAME}-{number}.tar.gz"
    missing = [f"{p} is not there." for p in (wheel, sdist) if not p.is_file()]
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    said = [*missing, *wrong_in_changelog(changes, number, release=release)]
    if not missing:
        said += [*wrong_in_wheel(wheel), *wrong_in_sdist(sdist)]
        with tempfile.TemporaryDirectory() as folder:
            said += differences(wheel, wheel_of(sdist, Path(folder)))
    return said


def main() -> None:
    """Print what is wrong, or that nothing is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dist", type=Path, help="folder with one wheel and one sdist")
    parser.add_argument("--release", action="store_true", help="it is to be published")
    asked = parser.parse_args()
    said = wrong(asked.dist, release=asked.release)
    print("\n".join(said) or f"{version()}: wheel and sdist are as they should be")
    sys.exit(bool(said))


if __name__ == "__main__":
    main()
