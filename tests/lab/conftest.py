"""One JupyterLab for a module: its notebooks are copies, its home is its own."""

from __future__ import annotations

import shutil

import pytest
from lab_page import LabPage
from lab_server import Lab

from segtools.bundled import bundled, configuration
from segtools.config import load_config
from segtools.records import read_run
from segtools.report.execution.kernel import Kernels
from segtools.report.execution.run import execute_stage
from segtools.report.execution.start import start_run
from segtools.schema import STAGES


@pytest.fixture(scope="module")
def lab(chromium, tmp_path_factory):
    """A server whose root holds copies of all notebooks, lessons too."""
    root = tmp_path_factory.mktemp("root")
    shutil.copytree(bundled("notebooks"), root / "notebooks")
    server = Lab(root, tmp_path_factory.mktemp("home"))
    try:
        yield server.start()
    finally:
        server.end()


@pytest.fixture
def notebook(lab, chromium):
    """A function that opens a notebook; kernels and pages end with the test."""
    contexts = []

    def opened(path, *, width=1440, height=1000):
        size = {"width": width, "height": height}
        context = chromium.new_context(viewport=size, reduced_motion="reduce")
        contexts.append(context)
        return LabPage(lab, context.new_page(), path)

    yield opened
    for context in contexts:
        context.close()
    lab.end_kernels()


@pytest.fixture(scope="module")
def run_folder(lab):
    """A function that gives the module's run on the sample, done until a stage."""
    made = []

    def done_before(stage):
        if not made:
            config = load_config(configuration("sample"))
            made.append(start_run(config, lab.root / "run"))
        states = read_run(made[0])["stages"]
        earlier = STAGES[: STAGES.index(stage)]
        wanted = [s for s in earlier if states[s]["state"] != "done"]
        with Kernels(made[0]) as kernels:
            for s in wanted:
                execute_stage(made[0], s, kernels.next(last=s == wanted[-1]))
        return made[0]

    return done_before
