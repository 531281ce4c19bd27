"""The changelog against the version, and what wheel and sdist hold."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def script(name: str):
    """Load a script of the folder `release`."""
    path = ROOT / "release" / f"{name}.py"
    spec = spec_from_file_location(name, path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check = script("check_archives")


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """Wheel and sdist of this checkout."""
    pytest.importorskip("build")
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run([*build, str(ROOT)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_version_stands_in_one_place_only():
    import segtools

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert "version" not in project["project"]
    assert project["tool"]["hatch"]["version"]["path"] == "segtools/__init__.py"
    assert check.version() == segtools.__version__


def test_the_changelog_agrees_with_the_version():
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert list(check.wrong_in_changelog(text, check.version(), release=False)) == []


UNRELEASED = "# Changelog\n\n## Unreleased\n\n- new\n\n## 0.1.0 (2026-01-01)\n"
CHANGES = {
    "changes above the next version": (UNRELEASED, "0.2.0", False, None),
    "to be released without a number": (UNRELEASED, "0.2.0", True, "`## 0.2.0 (date)`"),
    "a version that is out": (UNRELEASED, "0.1.0", False, "Raise __version__."),
    "its own section": ("## 0.1.0 (2026-01-01)\n", "0.1.0", True, None),
    "a section of another": ("## 0.1.0 (x)\n", "0.2.0", True, "begins with 0.1.0, but"),
    "no section": ("# Changelog\n", "0.1.0", False, "has no section"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_changelog_that_does_not_fit_is_told(case):
    text, number, release, said = CHANGES[case]
    found = list(check.wrong_in_changelog(text, number, release=release))
    assert len(found) == (said is not None)
    assert all(said in sentence for sentence in found)


def test_wheel_and_sdist_hold_what_they_should_and_agree(dist):
    assert check.wrong(dist, release=False) == []


def test_the_wheel_offers_its_command_to_pipx(dist):
    wheel = zipfile.ZipFile(next(dist.glob("*.whl")))
    name = next(n for n in wheel.namelist() if n.endswith("entry_points.txt"))
    text = wheel.read(name).decode()
    assert "[console_scripts]\nsegtools = segtools.cli:main" in text
    assert "[pipx.run]\ncustomer-segtools = segtools.cli:main" in text


def packed(path):
    """Open an archive to be written as wheels are: compressed."""
    return zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)


def test_a_wheel_that_lacks_or_has_too_much_is_told(dist, tmp_path):
    good = next(dist.glob("*.whl"))
    bad = tmp_path / good.name
    with zipfile.ZipFile(good) as old, packed(bad) as new:
        for name in old.namelist():
            if not name.endswith("truth.parquet") and "css/" not in name:
                new.writestr(name, old.read(name))
        new.writestr("tests/test_x.py", "")
        new.writestr("segtools/reports/index.html", "")
    found = list(check.wrong_in_wheel(bad))
    assert f"{bad.name} has no segtools/report/templates/css/*.css." in found
    assert f"tests/test_x.py does not belong into {bad.name}." in found
    assert f"segtools/reports/index.html does not belong into {bad.name}." in found
    assert len(found) == 3
    told = list(check.differences(good, bad))
    assert "The sdist builds another segtools/bundled/sample/truth.parquet." in told


def test_archives_that_are_not_there_are_told(tmp_path):
    found = check.wrong(tmp_path, release=False)
    assert [s.endswith("is not there.") for s in found] == [True, True]


def test_what_is_published_is_readable(dist):
    twine = pytest.importorskip("twine.commands.check")
    archives = [str(p) for p in sorted(dist.iterdir())]
    assert twine.check(archives, strict=True) is False  # nothing failed
