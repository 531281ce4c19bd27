"""One kernel a notebook, the next one warm already, and none left behind."""

import os
import tempfile
import time
from pathlib import Path

import pandas as pd
import pytest
from jupyter_core.utils import run_sync
from sessions import executed, pages

from segtools import private_folder
from segtools.live import SESSION
from segtools.plots.display import table
from segtools.report.execution.kernel import Kernels
from segtools.report.execution.log import LOG


@pytest.fixture
def sockets(monkeypatch):
    """Where kernels of this test keep their sockets, whose paths must be short."""
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        monkeypatch.setattr(private_folder.tempfile, "tempdir", place)
        yield Path(place)


def process(kernel):
    return kernel.provisioner.process.pid


def answered(kernel):
    """Wait for a kernel as papermill does; what is ended before may complain."""
    client = kernel.client()
    client.start_channels()
    run_sync(client.wait_for_ready)(timeout=120)
    return kernel


def runs(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone(pids):
    """Wait for processes to end: they are ours, and asked to."""
    for _ in range(300):
        if not any(map(runs, pids)):
            return True
        time.sleep(0.1)
    return False


def test_the_next_kernel_waits_and_none_is_left(tmp_path, sockets):
    with Kernels(tmp_path) as kernels:
        first = process(answered(kernels.next()))
        second = answered(kernels.next(last=True))
        pids = [first, process(second)]
        assert len(set(pids)) == 2
        assert gone([first])
        assert run_sync(second.is_alive)()
    assert gone(pids)
    assert list(sockets.iterdir()) == []
    assert not (tmp_path / LOG).exists()


def test_a_run_that_stops_takes_the_waiting_kernel_with_it(tmp_path, sockets):
    def broken():
        with Kernels(tmp_path) as kernels:
            pids.append(process(kernels.next()))
            pids.append(process(kernels._spare))
            raise KeyboardInterrupt

    pids = []
    with pytest.raises(KeyboardInterrupt):
        broken()
    assert gone(pids)
    assert list(sockets.iterdir()) == []


CELLS = {
    "session": "import os\n[os.environ.get(n) for n in ('JPY_SESSION_NAME', "
    "'SEGTOOLS_LIVE')]",
    "table": "import pandas as pd\nfrom segtools import plots\n"
    "plots.table(pd.DataFrame({'n': range(40)}), caption='Forty')",
    "work": "from segtools.progress import progress\nlist(progress('ab', 'Work'))",
}


def test_a_run_that_is_started_from_a_notebook_makes_the_same_pages(
    tmp_path, sockets, monkeypatch
):
    monkeypatch.setenv(SESSION, "first look.ipynb")
    monkeypatch.setenv("SEGTOOLS_LIVE", "1")
    with Kernels(tmp_path) as kernels:
        found = executed(CELLS, km=kernels.next(last=True))
    assert found["session"][0].data["text/plain"] == "[None, '0']"
    expected = table(pd.DataFrame({"n": range(40)}), caption="Forty").html
    assert pages(found["table"]) == [expected]
    assert [o.output_type for o in found["work"]] == ["execute_result"]
    assert os.environ[SESSION] == "first look.ipynb"
