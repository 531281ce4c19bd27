"""Memory, disk, rights and characters: too little, refused, or another encoding."""

from __future__ import annotations

import locale
import os
import shlex
import shutil
import sys
import tempfile
from types import SimpleNamespace

import psutil
import pytest

from segtools.doctor import machine

GB = 10**9


@pytest.fixture
def free(monkeypatch, tmp_path):
    """A function that says how much memory the machine has free."""
    monkeypatch.setattr(machine, "_CGROUP", tmp_path)

    def has(amount: int) -> None:
        seen = SimpleNamespace(available=amount)
        monkeypatch.setattr(psutil, "virtual_memory", lambda: seen)

    return has


@pytest.mark.parametrize(
    ("amount", "state", "stops"),
    [(3 * GB, "ok", False), (1.5 * GB, "wrong", False), (0.4 * GB, "wrong", True)],
)
def test_memory_is_judged_by_what_is_free(free, amount, state, stops):
    free(amount)
    found = machine.memory()
    assert (found.state, found.stops) == (state, stops)
    assert found.found.startswith(f"{amount / GB:.1f} GB free")
    if state != "ok":
        assert "memory_limit=500MB" in found.mend.shell


def test_a_container_may_take_less_than_the_machine_has(free, tmp_path):
    free(64 * GB)
    (tmp_path / "memory.max").write_text(f"{2 * GB}\n")
    (tmp_path / "memory.current").write_text(f"{1.8 * GB:.0f}\n")
    (tmp_path / "memory.stat").write_text(f"anon 1\ninactive_file {GB // 10}\n")
    found = machine.memory()
    assert found.stops
    assert found.found == (
        "0.3 GB free of what this container may take, but 1.0 GB are needed"
    )


def test_a_container_without_a_limit_is_no_container(free, tmp_path):
    free(64 * GB)
    (tmp_path / "memory.max").write_text("max\n")
    assert machine.memory().found == "64.0 GB free"


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (2 * GB, "0.3 GB free of what this container may take, but 1.0 GB are needed"),
        (9223372036854771712, "64.0 GB free"),  # how version 1 says "none"
    ],
)
def test_a_container_of_older_control_groups_is_known(free, tmp_path, limit, said):
    free(64 * GB)
    folder = tmp_path / "memory"
    folder.mkdir()
    (folder / "memory.limit_in_bytes").write_text(f"{limit}\n")
    (folder / "memory.usage_in_bytes").write_text(f"{1.8 * GB:.0f}\n")
    (folder / "memory.stat").write_text(
        f"inactive_file 5\ntotal_inactive_file {GB // 10}\n"
    )
    assert machine.memory().found == said


def test_a_folder_with_a_quote_is_one_word_of_the_command(monkeypatch, tmp_path):
    odd = tmp_path / "it's; touch x"
    odd.mkdir()
    monkeypatch.chdir(odd)

    def refused(**options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refused)
    command = machine.rights()[0].mend.shell
    words = ["chmod", "u+w", str(odd)]
    assert shlex.split(command, comments=True) == words


@pytest.mark.parametrize(
    ("amount", "state", "stops"),
    [(2 * GB, "ok", False), (GB // 2, "wrong", False), (GB // 100, "wrong", True)],
)
def test_a_full_disk_is_told(monkeypatch, amount, state, stops):
    monkeypatch.setattr(
        shutil, "disk_usage", lambda place: SimpleNamespace(free=amount)
    )
    found = machine.disk()
    assert [f.name for f in found] == ["disk here", "disk for temporary files"]
    assert {f.state for f in found} == {state}
    assert {f.stops for f in found} == {stops}
    assert ("TMPDIR" in found[1].mend.shell) is (state != "ok")


def test_a_folder_that_refuses_is_told(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reports").mkdir()

    def refused(**options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refused)
    here, there = machine.rights()
    assert here.stops
    assert there.stops
    assert here.found == f"{tmp_path / 'reports'} refuses: Permission denied"
    assert "--out DIR" in here.mend.shell
    assert "TMPDIR" in there.mend.shell


def test_trying_to_write_leaves_nothing_behind(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert [f.state for f in machine.rights()] == ["ok", "ok"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_a_read_only_folder_is_found_by_whoever_is_not_root(tmp_path, monkeypatch):
    if os.geteuid() == 0:
        place = "/proc/self"  # where root may not write, either
    else:
        tmp_path.chmod(0o500)
        place = str(tmp_path)
    monkeypatch.chdir(place)
    assert machine.rights()[0].stops


def test_no_temporary_folder_at_all_is_told(monkeypatch, tmp_path):
    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "gone"))
    assert machine.rights()[1].stops
    assert str(tmp_path / "gone") in machine.rights()[1].found


def test_cores_are_those_that_the_process_may_use(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 5}, raising=False)
    assert machine.cores().found == "3"
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert machine.cores().found == "8"


def test_another_encoding_is_told_and_stops_nothing(monkeypatch):
    monkeypatch.setattr(locale, "getpreferredencoding", lambda setting: "ISO-8859-1")
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "ascii")
    found = machine.characters()
    assert (found.state, found.required) == ("wrong", False)
    assert "file names are in ascii, files are in ISO-8859-1" in found.found
    assert found.mend.shell == "export PYTHONUTF8=1"


def test_utf_8_by_any_of_its_names_is_ok(monkeypatch):
    monkeypatch.setattr(locale, "getpreferredencoding", lambda setting: "utf8")
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "UTF-8")
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding=None))
    assert machine.characters().state == "ok"
