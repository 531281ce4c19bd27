"""Runs survive what happens to processes: real kernels, tiny notebooks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from test_kernel import gone
from test_run import settings, write_lines
from tiny import states, tiny_notebooks, tiny_run, visits

from segtools.config import validate
from segtools.records import read_record
from segtools.report.execution import kernel as kernels
from segtools.report.execution import notebook as notebooks
from segtools.report.execution import run as runs
from segtools.report.execution.carry_out import carry_out
from segtools.report.execution.errors import StageError
from segtools.report.execution.log import read_log
from segtools.report.execution.run import run_stages
from segtools.schema import STAGES, ConfigError

pytestmark = pytest.mark.xdist_group("runs")
DONE = ["done"] * 6


def light_kernels(monkeypatch) -> None:
    """Spare kernels the imports of real notebooks; orphans they may not become."""
    light = "--IPKernelApp.exec_lines=__import__('segtools.report.execution.orphan')"
    monkeypatch.setattr(kernels, "_ARGUMENTS", [kernels._ARGUMENTS[0], light])


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """Make a run of tiny notebooks; give its folder."""

    def make(own: dict[str, str] | None = None, **config: object) -> Path:
        source = tmp_path / "notebooks"
        source.mkdir(exist_ok=True)
        tiny_notebooks(source, **(own or {}))
        monkeypatch.setattr(notebooks, "bundled", lambda name: source)
        return tiny_run(tmp_path / "run", **config)

    light_kernels(monkeypatch)
    return make


def hidden(path: Path) -> list[str]:
    return [p.name for p in path.rglob(".*")]


def test_a_run_is_executed_once_logged_and_let_go(tiny):
    path = tiny()
    page = run_stages(path)
    assert visits(path) == ["01", "02", "03", "04", "05", "06"]
    assert states(path) == DONE
    assert read_record(path / "run.json")["state"] == "done"
    assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert hidden(path) == []
    log = read_log(path)
    told = [e["event"] for e in log if e["event"] != "cell"]
    assert told == ["stage_started", "stage_done"] * 6 + ["run_done"]
    cells = [e for e in log if e["event"] == "cell" and e["stage"] == "01_goals"]
    assert [(e["cell"], e["cells"]) for e in cells] == [(i, 4) for i in range(1, 5)]
    done = [e for e in log if e["event"] == "stage_done"]
    assert all(e["seconds"] == 0.1 and e["peak_memory_mb"] == 9 for e in done)


def test_a_run_that_stops_on_purpose_goes_on_where_it_stopped(tiny):
    path = tiny()
    run_stages(path, until="02_data_prep")
    assert read_record(path / "run.json")["state"] == "running"
    assert states(path) == ["done", "done", *["pending"] * 4]
    assert (path / "index.html").exists()
    assert not (path / "03_segmentation.html").exists()
    run_stages(path)
    assert visits(path) == ["01", "02", "03", "04", "05", "06"]
    assert read_record(path / "run.json")["state"] == "done"


def test_a_finished_stage_without_its_page_gets_the_page_only(tiny):
    path = tiny()
    run_stages(path, until="02_data_prep")
    (path / "01_goals.html").unlink()
    run_stages(path, until="02_data_prep")
    assert visits(path) == ["01", "02"]
    assert "What is 01_goals?" in (path / "01_goals.html").read_text("utf-8")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: (path / "goals.json").write_text('{"format": "x", '),
        lambda path: (path / "goals.json").unlink(),
        lambda path: (path / "notebooks/01_goals.ipynb").write_text("[]"),
    ],
)
def test_a_stage_with_a_broken_file_is_repeated_with_all_later_ones(tiny, spoil):
    path = tiny()
    run_stages(path, until="02_data_prep")
    spoil(path)
    run_stages(path, until="02_data_prep")
    assert visits(path) == ["01", "02", "01", "02"]


def test_a_killed_kernel_is_told_in_words_and_not_waited_for(tiny):
    path = tiny({"s03": "os.kill(os.getpid(), signal.SIGKILL)"})
    with pytest.raises(StageError, match="03_segmentation must fit into memory, but"):
        run_stages(path)
    run = read_record(path / "run.json")
    assert run["state"] == "failed"
    assert run["error"]["code"] == 4
    assert run["error"]["stage"] == "03_segmentation"
    assert "a lower memory_limit than 1250MB" in run["error"]["remedy"]
    assert states(path) == ["done", "done", "failed", *["pending"] * 3]
    assert "must fit into memory" in (path / "index.html").read_text("utf-8")
    assert hidden(path) == []
    (last,) = [e for e in read_log(path) if e["event"] == "failed"]
    assert (last["stage"], last["code"]) == ("03_segmentation", 4)


def test_a_kernel_that_ends_by_itself_is_told_with_its_code(tiny):
    path = tiny({"s01": "os.write(2, b'out of luck\\n'); os._exit(7)"})
    with pytest.raises(StageError, match="its kernel ended with code 7"):
        run_stages(path)
    said = [e["text"] for e in read_log(path) if e["event"] == "kernel"]
    assert "out of luck" in said


KILL_THE_OTHER = """
me, other = os.getpid(), os.getppid()
with open(f"/proc/{other}/task/{other}/children") as listed:
    waiting = [int(p) for p in listed.read().split() if int(p) != me]
for pid in waiting:
    if b"ipykernel" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
        os.kill(pid, signal.SIGKILL)
"""


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="it looks into /proc")
def test_a_kernel_that_was_killed_while_it_waited_is_replaced(tiny):
    path = tiny({"s01": KILL_THE_OTHER})
    run_stages(path)
    assert states(path) == DONE


def test_a_stage_that_takes_too_long_is_stopped_with_its_limit(tiny):
    path = tiny({"s01": "time.sleep(3600)"}, stage_time_limit=0.05)
    sentence = r"end within stage_time_limit, but it was not done after 0\.05 minutes"
    with pytest.raises(StageError, match=sentence):
        run_stages(path)
    assert read_record(path / "run.json")["error"]["code"] == 4
    assert states(path)[0] == "failed"


def test_a_run_that_takes_too_long_is_stopped_in_the_stage_at_work(tiny):
    path = tiny({"s02": "time.sleep(3600)"}, run_time_limit=1 / 3)
    with pytest.raises(StageError, match="must end within run_time_limit"):
        run_stages(path)
    assert read_record(path / "run.json")["state"] == "failed"


STOP = """
if not (path / "pid").exists():
    (path / "pid").write_text(str(os.getpid()))
    os.kill(os.getppid(), {signum})
    time.sleep(3600)
"""


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_its_kernels_and_can_go_on(tiny, signum):
    path = tiny({"s02": STOP.format(signum=int(signum))})
    before = signal.signal(signum, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_stages(path)
    finally:
        signal.signal(signum, before)
    assert gone([int((path / "pid").read_text())])
    run = read_record(path / "run.json")
    assert (run["state"], run["error"]["code"]) == ("failed", 130)
    assert "Continue with --resume" in (path / "index.html").read_text("utf-8")
    assert states(path) == ["done", "failed", *["pending"] * 4]
    assert hidden(path) == []
    assert [e["event"] for e in read_log(path)][-1] == "interrupted"
    run_stages(path)
    assert states(path) == DONE
    assert visits(path) == ["01", "02", "02", "03", "04", "05", "06"]


def test_an_interrupted_page_does_not_cost_its_stage(tiny, monkeypatch):
    path = tiny()

    def stopped(path, stage):
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "write_page", stopped)
    with pytest.raises(KeyboardInterrupt):
        run_stages(path)
    assert states(path) == ["done", *["pending"] * 5]
    monkeypatch.undo()
    assert read_record(path / "run.json")["error"]["code"] == 130


FULL = 'raise OSError(28, "No space left on device")'
DUCK = "raise RuntimeError('IO Error: Could not write file: No space left on device')"


@pytest.mark.parametrize("code", [FULL, DUCK])
def test_a_full_disk_in_a_stage_is_one_sentence(tiny, code):
    path = tiny({"s01": code})
    with pytest.raises(StageError, match=r"the disk of .* is full\. Free some"):
        run_stages(path)
    assert read_record(path / "run.json")["error"]["code"] == 4


def test_a_full_disk_outside_of_the_stages_leaves_the_record_whole(tiny, monkeypatch):
    path = tiny()

    def full(self, *args, **more):
        raise OSError(28, os.strerror(28), str(self))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(StageError, match=r"the disk of .* is full\."):
        run_stages(path)
    monkeypatch.undo()
    assert json.loads((path / "run.json").read_text())["state"] == "running"
    assert hidden(path) == []


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own with next to no room; only root may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "none", str(place)]
    if os.getuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a file system")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_disk_that_is_full_tears_nothing_and_the_run_goes_on_later(
    tiny, small_disk, tmp_path
):
    fill = "if not (path / 'once').exists():\n    (path / 'once').touch()\n"
    fill += "    (path / 'filler').write_bytes(bytes(10**6))"
    tiny({"s02": fill})
    path = tiny_run(small_disk / "run")
    with pytest.raises(StageError, match=r"the disk of .* is full\."):
        run_stages(path)
    for file in path.rglob("*.json"):
        json.loads(file.read_text())
    for page in path.glob("*.html"):
        assert page.read_text("utf-8").rstrip().endswith("</html>")
    (path / "filler").unlink()
    run_stages(path, until="02_data_prep")
    assert visits(path) == ["01", "02", "02"]


def test_a_read_only_folder_is_one_sentence(small_disk, tmp_path):
    write_lines(tmp_path / "lines.csv")
    config = validate(settings(tmp_path / "lines.csv"))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(ConfigError, match=r"is read-only\. Make it writable"):
        carry_out(config, small_disk / "run")


def test_a_folder_that_refuses_is_one_sentence(tmp_path, monkeypatch):
    write_lines(tmp_path / "lines.csv")
    config = validate(settings(tmp_path / "lines.csv"))

    def refused(self, *args, **more):
        raise PermissionError(13, os.strerror(13), str(self))

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(ConfigError, match=r"run refuses it \(Permission denied\)\. Ch"):
        carry_out(config, tmp_path / "run")


def test_a_page_that_fails_is_of_a_failed_stage(tiny, monkeypatch):
    path = tiny()

    def broken(path, stage):
        raise ConfigError("A page must be nice, but it is not. Mend it.")

    monkeypatch.setattr(runs, "write_page", broken)
    with pytest.raises(ConfigError, match="must be nice"):
        run_stages(path)
    assert states(path)[0] == "failed"


PARENT = """
import sys, pathlib
from segtools.report.execution.kernel import Kernels
from segtools.report.execution.kernel import run_sync
with Kernels(pathlib.Path(sys.argv[1])) as kernels:
    first = kernels.next()
    client = first.client()
    client.start_channels()
    run_sync(client.wait_for_ready)(timeout=120)
    print(first._process.pid, kernels._spare._process.pid, flush=True)
    client.execute("import time\\nwhile True: time.sleep(1)")
    sys.stdin.read()
"""


def test_kernels_do_not_outlive_a_process_that_was_killed(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    pids = [int(p) for p in parent.stdout.readline().split()]
    assert len(pids) == 2
    parent.kill()
    parent.wait()
    parent.stdout.close()
    parent.stdin.close()
    assert gone(pids)


def test_all_stages_have_files_of_their_own():
    from segtools.report.execution.files import FILES, MORE

    names = [n for s in STAGES for n in (*FILES[s], *MORE.get(s, ()))]
    assert len(names) == len(set(names))
