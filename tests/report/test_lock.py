"""One process a folder, and one log for all who look at it."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from segtools import cli
from segtools.records import write_record
from segtools.report.execution.lock import is_locked, locked
from segtools.report.execution.log import LOG, log_event, read_log
from segtools.schema import ConfigError

HOLD = """
import pathlib, sys
from segtools.report.execution.lock import locked
with locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the folder."""
    folder = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"held\n"
    yield folder, process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


def test_a_second_process_is_told_which_one_works_there_and_since_when(holder):
    folder, process = holder
    sentence = rf"process {process.pid} has worked since 20\d\d-.* in {folder}\. Wait"
    with pytest.raises(ConfigError, match=sentence), locked(folder):
        pass
    assert is_locked(folder)
    assert [e["event"] for e in read_log(folder)] == ["locked"]


def test_the_system_lets_go_of_the_folder_of_a_killed_process(holder):
    folder, process = holder
    process.kill()
    process.wait()
    assert not is_locked(folder)
    with locked(folder):
        assert is_locked(folder)
    assert [p.name for p in folder.iterdir()] == []


def test_a_thread_holds_its_folder_again_but_another_one_does_not(tmp_path):
    said = []

    def other():
        try:
            with locked(tmp_path):
                said.append("held")
        except ConfigError as error:
            said.append(str(error))

    with locked(tmp_path), locked(tmp_path / "."):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert is_locked(tmp_path)
    assert "A run needs its folder for itself" in said[0]
    other()
    assert said[1] == "held"


def test_a_folder_that_was_made_for_nothing_is_gone_again(tmp_path):
    with locked(tmp_path / "new"):
        pass
    assert not (tmp_path / "new").exists()
    with locked(tmp_path / "new"):
        (tmp_path / "new" / "kept").touch()
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["kept"]


def test_a_file_is_no_folder_of_a_run(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(ConfigError, match=r"is a file\. Choose another with --out"),
        locked(tmp_path / "file"),
    ):
        pass


def test_a_line_that_was_cut_does_not_spoil_the_next_one(tmp_path):
    log_event(tmp_path, "run_started")
    with (tmp_path / LOG).open("ab") as log:
        log.write(b'{"time": "2024-01-01T00:0')
    log_event(tmp_path, "resumed", **{"from": "03_segmentation"})
    found = read_log(tmp_path)
    assert [e["event"] for e in found] == ["run_started", "resumed"]
    assert all(e["time"].endswith("+00:00") for e in found)


def test_a_log_that_cannot_be_written_stops_nothing_and_none_is_no_lines(tmp_path):
    log_event(tmp_path / "gone", "cell")
    assert read_log(tmp_path / "gone") == []


def test_an_approval_waits_for_whoever_works_in_the_run(holder, monkeypatch, capsys):
    folder, process = holder
    write_record(folder / "run.json", {"state": "done"})
    words = ["segtools", "approve", str(folder), "--name", "Ann", "--reason", "seen"]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    assert f"process {process.pid} has worked since" in capsys.readouterr().err
    assert not (folder / "approval.json").exists()
