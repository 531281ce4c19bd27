"""Every notebook in a real JupyterLab: opened, Run All, looked at."""

from __future__ import annotations

import subprocess
import sys

import pytest
from lab_books import with_parameter

from segtools.bundled import bundled
from segtools.palette import PALETTE
from segtools.schema import STAGES

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lab")]

LESSONS = sorted((bundled("notebooks") / "lessons").glob("*.ipynb"))
BLUE = tuple(int(PALETTE[0][i : i + 2], 16) // 16 for i in (1, 3, 5))


def run_and_look(opened):
    """Run all cells, save, and hold what the page shows against what was saved."""
    state = opened.run_all()
    assert state["errors"] == []
    assert state["done"] == state["code"] > 0
    book = opened.save()
    code = [c for c in book["cells"] if c["cell_type"] == "code"]
    counts = [c["execution_count"] for c in code if "".join(c["source"]).strip()]
    assert counts == list(range(1, len(counts) + 1))
    outputs = [o for c in code for o in c["outputs"]]
    assert not [o for o in outputs if o["output_type"] == "error"]
    assert "Traceback" not in str([o for o in outputs if "text" in o])
    figures = 0
    for cell in opened.outputs():
        seen = opened.look(cell)
        saved = str(book["cells"][cell]["outputs"])
        assert seen["wide"] == [], f"cell {cell} is wider than its notebook"
        assert seen["named"], f"a figure of cell {cell} says nothing to a screen reader"
        assert all(w > 100 and h > 40 for w, h in seen["figures"]), cell
        assert len(seen["figures"]) == saved.count('role="img"') + saved.count("st-png")
        if "st-finding" in saved:
            assert len(seen["text"].split()) > 3, f"cell {cell} shows no sentence"
        figures += len(seen["figures"])
    assert opened.complaints == []
    assert opened.outside() == []
    return figures


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_runs_in_the_lab(lab, notebook, run_folder, stage):
    folder = run_folder(stage)
    name = f"notebooks/{stage}.ipynb"
    with_parameter(lab.root / name, "run_dir", str(folder))
    opened = notebook(name)
    figures = run_and_look(opened)
    assert figures > 0 or stage in ("01_goals", "05_activation")
    if stage == "03_segmentation":
        # Drawn, and in the colours of the segments: a blank picture has no blue.
        assert BLUE in opened.colours(".jp-OutputArea svg[role=img]")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda p: p.stem)
def test_a_lesson_runs_in_the_lab(notebook, lesson):
    opened = notebook(f"notebooks/lessons/{lesson.name}")
    run_and_look(opened)
    assert opened.outputs()


def test_a_new_project_opens_and_works(lab, notebook):
    """What `segtools init` leaves: with no run named, a stage makes what it needs."""
    made = subprocess.run(
        [sys.executable, "-m", "segtools.cli", "init", "project"],
        cwd=lab.root,
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    names = sorted(p.name for p in (lab.root / "project").iterdir())
    assert {"segtools.yaml", "notebooks", "data"} <= set(names)
    opened = notebook("project/notebooks/02_data_prep.ipynb")
    assert run_and_look(opened) > 0


def test_a_wrong_parameter_is_one_sentence_in_the_lab(lab, notebook):
    import shutil

    name = "notebooks/wrong.ipynb"
    shutil.copyfile(bundled("notebooks") / "01_goals.ipynb", lab.root / name)
    with_parameter(lab.root / name, "goal", "grow_spent")
    opened = notebook(name)
    state = opened.run_all()
    assert len(state["errors"]) == 1
    assert state["errors"][0].startswith("ConfigError: goal must be")
