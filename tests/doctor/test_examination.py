"""The examination as a whole, and the command: exit codes, JSON, no traceback."""

from __future__ import annotations

import json
import socket
import sys

import pytest

from segtools import cli
from segtools.doctor import CHECKS, Finding, Mend, examine
from segtools.doctor import finding as finding_of

GOOD = Finding("cores", "ok", "2", True)
OPTIONAL = Finding(
    "java", "missing", "not found", False, "Spark", Mend("apt-get x", "brew x")
)
NEEDED = Finding(
    "duckdb", "wrong", "[bold]broken", True, "every stage", Mend(pip="pip install y")
)


@pytest.fixture
def call(monkeypatch, capsys):
    """Run `segtools doctor` on made-up findings; give code, stdout and stderr."""

    def run(findings: list, *words: str) -> tuple[int, str, str]:
        checks = {f.name: (lambda f=f: f) for f in findings}
        monkeypatch.setattr("segtools.doctor.examination.CHECKS", checks)
        monkeypatch.setattr(sys, "argv", ["segtools", "doctor", *words])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        return int(stop.value.code or 0), out, err

    return run


def test_all_that_is_required_gives_0(call):
    code, out, err = call([GOOD, OPTIONAL])
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "ok      cores                     2"
    assert "All that a run needs is there; one thing that only some need is" in out


def test_something_required_that_is_wrong_gives_2(call):
    code, out, err = call([GOOD, NEEDED, OPTIONAL])
    assert (code, err) == (2, "")
    assert "wrong   duckdb                    [bold]broken" in out
    assert "        needed for every stage\n        mend it: pip install y\n" in out
    assert "not as they should be: duckdb. Run the commands" in out


@pytest.mark.parametrize(
    ("system", "said"),
    [
        ("debian", ["apt-get x"]),
        ("macos", ["brew x"]),
        ("linux", ["apt-get x", "brew x"]),
    ],
)
def test_the_command_is_that_of_the_system(call, monkeypatch, system, said):
    monkeypatch.setattr(finding_of, "system", lambda: system)
    _, out, _ = call([OPTIONAL])
    told = [x.split(": ")[1] for x in out.splitlines() if "mend it" in x]
    assert told == said


def test_json_is_one_object_with_every_command(call):
    code, out, _ = call([GOOD, OPTIONAL], "--json")
    found = json.loads(out)
    assert (code, found["well"], found["format"]) == (0, True, "segtools.doctor")
    assert "error" not in found
    assert found["findings"][1] == {
        "name": "java",
        "state": "missing",
        "found": "not found",
        "required": False,
        "purpose": "Spark",
        "mend": {"debian": "apt-get x", "macos": "brew x"},
    }


def test_json_has_the_same_error_as_other_commands(call):
    code, out, _ = call([NEEDED], "--json")
    error = json.loads(out)["error"]
    assert (code, error["code"], error["kind"]) == (2, 2, "ConfigError")
    assert error["sentence"].endswith("as they should be: duckdb.")
    assert error["remedy"] == "Run the commands that stand beside them."


@pytest.mark.parametrize(("name", "stops"), [("duckdb", True), ("java", False)])
def test_a_look_that_fails_is_a_finding(name, stops):
    def faints() -> Finding:
        raise KeyError("a surprise")

    found = examine({name: faints, "cores": lambda: GOOD})
    assert [f.state for f in found.findings] == ["wrong", "ok"]
    assert found.findings[0].found == (
        "it cannot be looked at (KeyError: 'a surprise')"
    )
    assert found.well is not stops


def test_findings_are_told_as_they_come():
    told: list[str] = []
    checks = {"a": lambda: [GOOD, OPTIONAL], "b": lambda: NEEDED}
    examine(checks, lambda f: told.append(f.name))
    assert told == ["cores", "java", "duckdb"]


def test_nothing_is_asked_of_a_network(monkeypatch):
    true = socket.socket.connect

    def only_here(self: socket.socket, address: object) -> None:
        assert self.family == socket.AF_UNIX, address
        true(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)
    found = examine()
    looked_at = {f.name for f in found.findings}
    assert {"kernel", "duckdb", "java", "chromium", "font CJK"} <= looked_at
    assert not any("cannot be looked at" in f.found for f in found.findings)
    assert not any("AssertionError" in f.found for f in found.findings)


def test_every_finding_that_is_not_ok_has_a_remedy(bin_of, one_version):
    bin_of()
    one_version(duckdb=None, psycopg=None)
    quick = {n: c for n, c in CHECKS.items() if n not in ("kernel", "duckdb")}
    found = [f for f in examine(quick).findings if f.state != "ok"]
    assert {"packages", "java", "chromium", "extra postgres"} <= {f.name for f in found}
    for finding in found:
        assert finding.purpose, finding.name
        assert any(finding.mend.here("debian")), finding.name
        assert any(finding.mend.here("macos")), finding.name


RELEASES = {
    'ID=debian\nVERSION="12"': "debian",
    'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian': "debian",
    'ID="linuxmint"\nID_LIKE="ubuntu debian"': "debian",
    "ID=fedora": "linux",
    "": "linux",
}


@pytest.mark.parametrize("release", RELEASES)
def test_a_system_is_known_by_its_family(monkeypatch, tmp_path, release):
    (tmp_path / "os-release").write_text(release)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(finding_of, "Path", lambda _: tmp_path / "os-release")
    assert finding_of.system() == RELEASES[release]


@pytest.mark.parametrize(
    ("platform", "system"), [("darwin", "macos"), ("win32", "windows")]
)
def test_other_systems_are_known_by_their_platform(monkeypatch, platform, system):
    monkeypatch.setattr(sys, "platform", platform)
    assert finding_of.system() == system


def test_an_environment_without_pip_is_served_by_uv(monkeypatch):
    import importlib.util
    import shutil

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    ours = sys.executable
    assert finding_of.pip_install("a[b]") == f"uv pip install --python {ours} 'a[b]'"
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert finding_of.pip_install("a[b]") == f"{ours} -m pip install 'a[b]'"
