"""Versions: what is missing or out of bounds is named with what mends it."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
import tomllib
from pathlib import Path

import pytest

from segtools.doctor import packages

ROOT = Path(__file__).parents[2]


def test_python_within_its_bounds_is_ok(monkeypatch):
    monkeypatch.setattr(platform, "python_version", lambda: "3.12.4")
    found = packages.python()
    assert (found.state, found.found, found.required) == ("ok", "3.12.4", True)


def test_an_old_python_is_wrong(monkeypatch):
    monkeypatch.setattr(platform, "python_version", lambda: "3.9.2")
    found = packages.python()
    assert found.stops
    assert found.found == "3.9.2, but segtools needs >=3.11"
    assert "apt-get install python3" in found.mend.debian
    assert "brew install python" in found.mend.macos


def test_a_python_that_nobody_tested_is_said(monkeypatch):
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.0")
    found = packages.python()
    assert found.state == "ok"
    assert found.found == "3.99.0; tested are 3.11, 3.12, 3.13"


def test_tested_pythons_are_those_that_the_package_names():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    of = "Programming Language :: Python :: "
    named = [c.removeprefix(of) for c in project["classifiers"] if c.startswith(of)]
    assert list(packages.TESTED) == named


def test_every_extra_says_what_it_is_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(project["optional-dependencies"]) <= set(packages.EXTRAS)


def test_a_missing_package_is_named_with_the_command(one_version):
    one_version(duckdb=None)
    found = packages.packages()
    assert found.stops
    assert (found.state, found.found) == ("missing", "duckdb is not installed")
    assert found.mend.pip.endswith(" install --upgrade customer-segtools")
    assert sys.executable in found.mend.pip


def test_a_package_out_of_bounds_is_wrong(one_version):
    one_version(duckdb="2.0.0", typer="0.1")
    found = packages.packages()
    assert (found.state, found.required) == ("wrong", True)
    assert "duckdb 2.0.0 is outside <2,>=1.1" in found.found
    assert "typer 0.1 is outside >=0.15" in found.found


def test_packages_here_are_within_their_bounds():
    found = packages.packages()
    assert found.state == "ok"
    needed = [
        text
        for text in importlib.metadata.requires(packages.NAME)
        if "extra ==" not in text
    ]
    assert found.found == f"{len(needed)} within their bounds"


@pytest.fixture
def as_locked(monkeypatch, tmp_path):
    """A lock that names the versions which are here, and what does not count."""
    names = ("duckdb", "numpy", "rich", "scipy", "pyarrow", "ruff", "psycopg")
    here = [f"{name}=={importlib.metadata.version(name)}" for name in names]
    here.append("duckdb==0.0 ; sys_platform == 'nowhere'")
    (tmp_path / "requirements.lock").write_text("\n".join(here))
    monkeypatch.setattr(packages, "bundled", lambda name: tmp_path / name)


def test_versions_as_tested_are_ok(as_locked):
    found = packages.lock()
    assert (found.state, found.found) == ("ok", "all 5 as tested")


def test_other_versions_than_tested_are_told_but_stop_nothing(as_locked, one_version):
    one_version(duckdb="1.1.0", rich="13.9.1", scipy="1.14.0", numpy="2.0.0")
    found = packages.lock()
    assert (found.state, found.required) == ("wrong", False)
    assert found.found.startswith("4 of 5 are others: duckdb 1.1.0 is outside ==")
    assert found.found.endswith(" and 1 more")
    assert "-c " in found.mend.pip
    assert "requirements.lock" in found.mend.pip


def test_what_only_tests_need_is_not_compared(as_locked, one_version):
    one_version(ruff="0.0.1", psycopg="0.1")
    assert packages.lock().state == "ok"


def test_what_an_extra_of_a_package_needs_is_compared(one_version):
    # ibis-framework[duckdb] needs pyarrow-hotfix, which ibis-framework alone does not.
    assert "pyarrow-hotfix" in packages._tree(packages._requirements())
    assert "psycopg" not in packages._tree(packages._requirements())


def test_a_missing_lock_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(packages, "bundled", lambda name: tmp_path / name)
    found = packages.lock()
    assert (found.state, found.required) == ("missing", False)


@pytest.mark.parametrize(
    ("name", "package"), [("postgres", "psycopg"), ("spark", "pyspark")]
)
def test_a_missing_extra_says_what_for_and_how(name, package, one_version):
    one_version(**{package: None})
    found = {f.name: f for f in packages.extras()}[f"extra {name}"]
    assert (found.state, found.required) == ("missing", False)
    assert found.found == f"{package} is not installed"
    assert found.purpose == packages.EXTRAS[name]
    assert f"customer-segtools[{name}]" in found.mend.pip


def test_an_extra_out_of_bounds_is_wrong(one_version):
    one_version(pyspark="3.5.1")
    found = {f.name: f for f in packages.extras()}["extra spark"]
    assert found.state == "wrong"
    assert found.found == "pyspark 3.5.1 is outside <4.1,>=4.0"


def test_an_extra_of_later_is_known_by_its_name(monkeypatch):
    lines = [*importlib.metadata.requires(packages.NAME), "nowhere>=1; extra == 'new'"]
    extras = importlib.metadata.metadata(packages.NAME)
    extras.add_header("Provides-Extra", "new")
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: lines)
    monkeypatch.setattr(packages, "_metadata", lambda: extras)
    found = {f.name: f for f in packages.extras()}["extra new"]
    assert (found.state, found.found) == ("missing", "nowhere is not installed")
    assert found.purpose == "what the extra `new` adds"


def test_a_folder_that_is_not_installed_is_told(monkeypatch):
    def missing(name: str = "") -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(packages, "_metadata", missing)
    found = packages.package()
    assert found.stops
    assert found.state == "missing"
    assert "install customer-segtools" in found.mend.pip


def test_an_old_installation_beside_a_new_folder_is_told(monkeypatch):
    monkeypatch.setattr("segtools.__version__", "9.9.9")
    found = packages.package()
    assert (found.state, found.required) == ("wrong", False)
    assert found.found.startswith("9.9.9, but installed as ")
