"""The stage notebooks: written by the house's rules, and runnable by anybody."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import nbformat
import papermill
import pytest

from segtools.bundled import bundled
from segtools.config import RunConfig, defaults, stage_of
from segtools.records import read_record
from segtools.schema import STAGES

NOTEBOOKS = sorted(bundled("notebooks").glob("*.ipynb"))
LESSONS = sorted((bundled("notebooks") / "lessons").glob("*.ipynb"))
TAUGHT = [p for p in LESSONS if p.stem[0].isdigit()]  # more in tests/lessons
PROOFS = [p for p in LESSONS if p not in TAUGHT]
MAX_LINES, MAX_CELLS = 12, 45

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
every = pytest.mark.parametrize("path", NOTEBOOKS + LESSONS, ids=lambda p: p.stem)
reports = pytest.mark.parametrize("path", NOTEBOOKS + PROOFS, ids=lambda p: p.stem)
proof = pytest.mark.parametrize("path", PROOFS, ids=lambda p: p.stem)
taught = pytest.mark.parametrize("path", TAUGHT, ids=lambda p: p.stem)


def cells(path: Path, kind: str) -> list:
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == kind]


def tagged(path: Path, tag: str) -> list:
    found = nbformat.read(path, as_version=4).cells
    return [c for c in found if tag in c.metadata.get("tags", [])]


def declared(path: Path) -> dict[str, object]:
    """Read the parameters cell: names and literal values."""
    tree = ast.parse(tagged(path, "parameters")[0].source)
    assert all(isinstance(node, ast.AnnAssign) for node in tree.body)
    return {n.target.id: ast.literal_eval(n.value) for n in tree.body}


def _solves(cell: dict) -> bool:
    """Tell what is no part of a student's copy."""
    return "solution" in cell.metadata.get("tags", [])


def opens_with_prose_imports_parameters(found: list) -> bool:
    """Tell whether a title that asks comes first, then imports, then parameters."""
    title = found[0].source.splitlines()[0]
    imports = ast.parse(found[1].source).body
    return (
        title.startswith("# ")
        and title.endswith("?")
        and all(isinstance(n, (ast.Import, ast.ImportFrom)) for n in imports)
        and "parameters" in found[2].metadata.tags
    )


def test_there_is_one_notebook_a_stage():
    assert [p.stem for p in NOTEBOOKS] == list(STAGES)


@every
def test_a_notebook_is_valid_stripped_and_names_its_kernel(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in cells(path, "code"):
        assert cell.outputs == []
        assert cell.execution_count is None


@every
def test_cells_are_short_and_define_nothing(path):
    shown = [c for c in nbformat.read(path, as_version=4).cells if not _solves(c)]
    assert len(shown) <= MAX_CELLS
    for cell in cells(path, "code"):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if "parameters" not in cell.metadata.get("tags", []):
            assert len(lines) <= MAX_LINES, cell.source
        assert not re.search(r"^\s*(def|class)\s|^[%!]", cell.source, re.MULTILINE)


@proof
def test_a_lesson_opens_like_a_stage_and_ends_with_something_to_try(path):
    found = nbformat.read(path, as_version=4).cells
    assert opens_with_prose_imports_parameters(found)
    assert found[-1].metadata.tags == ["lesson"]
    assert "run_dir" not in declared(path)


@taught
def test_a_lesson_opens_with_prose_imports_and_parameters(path):
    found = nbformat.read(path, as_version=4).cells
    assert opens_with_prose_imports_parameters(found)
    assert "run_dir" not in declared(path)
    heads = re.findall(r"^## (.+)$", "\n".join(c.source for c in found), re.MULTILINE)
    assert sum(h.endswith("?") for h in heads) >= 1


@each
def test_the_order_is_prose_imports_parameters_opening(path):
    found = nbformat.read(path, as_version=4).cells
    assert opens_with_prose_imports_parameters(found)
    assert found[3].source.startswith("stage = open_stage(")
    assert "stage.finish()" in found[-2].source
    assert found[-1].metadata.tags == ["lesson"]


@reports
def test_sections_ask_a_question_or_state_a_decision(path):
    prose = "\n".join(c.source for c in cells(path, "markdown"))
    heads = re.findall(r"^## (.+)$", prose, re.MULTILINE)
    assert len(heads) >= 3
    assert "What was decided" in heads
    assert sum(h.endswith("?") for h in heads) >= 1


@every
def test_findings_are_computed_not_typed(path):
    asks = {"lesson", "exercise", "quiz", "solution", "question", "further-reading"}
    for cell in cells(path, "markdown"):
        if asks & set(cell.metadata.get("tags", [])):
            continue
        text = re.sub(r"\b(100|95 %|70 %|60 %|40 %|R²|eta²|0:)", "", cell.source)
        assert not re.search(r"\d+(\.\d+)? ?%", text), cell.source


@each
def test_parameters_are_the_stages_own_keys_with_their_defaults(path):
    own = declared(path)
    base = defaults()
    assert own.pop("run_dir") == ""
    for name, value in own.items():
        assert stage_of(name) == path.stem
        assert value == base[name]
    scalars = {
        name
        for name in RunConfig.model_fields
        if stage_of(name) == path.stem
        and name in base
        and not isinstance(base[name], dict)
    }
    assert set(own) == scalars


@every
def test_each_parameter_says_what_it_means(path):
    lines = tagged(path, "parameters")[0].source.splitlines()
    assert all("  # " in line for line in lines)


@pytest.mark.xdist_group("runs")
def test_a_notebook_runs_alone_on_the_sample_with_other_parameters(tmp_path):
    out = tmp_path / "02.ipynb"
    papermill.execute_notebook(
        str(bundled("notebooks") / "02_data_prep.ipynb"),
        str(out),
        parameters={"window_days": 90, "returns": "drop"},
        progress_bar=False,
        cwd=str(tmp_path),
    )
    text = json.dumps(nbformat.read(out, as_version=4))
    assert "Returned goods are left out" in text
    assert "st-light-" in text


@pytest.mark.slow
@pytest.mark.xdist_group("runs")
@each
def test_every_notebook_runs_alone_with_its_defaults(path, tmp_path):
    out = tmp_path / path.name
    papermill.execute_notebook(
        str(path), str(out), progress_bar=False, cwd=str(tmp_path)
    )
    outputs = [
        o for c in nbformat.read(out, as_version=4).cells for o in c.get("outputs", [])
    ]
    assert outputs
    assert not [o for o in outputs if o.output_type == "error"]


@pytest.mark.slow
@proof
def test_every_lesson_runs_with_its_defaults(path, tmp_path):
    out = tmp_path / path.name
    papermill.execute_notebook(
        str(path), str(out), progress_bar=False, cwd=str(tmp_path)
    )
    outputs = [o for c in cells(out, "code") for o in c.outputs]
    assert not [o for o in outputs if o.output_type in ("error", "stream")]
    # The sentence that counts the figures names those that do not agree.
    assert "figures agree" in json.dumps(outputs)
    assert "Not these" not in json.dumps(outputs)


@pytest.mark.xdist_group("runs")
def test_an_override_that_would_change_an_earlier_stage_is_refused(tmp_path):
    from segtools import open_stage
    from segtools.bundled import configuration
    from segtools.config import load_config
    from segtools.report.execution.start import start_run
    from segtools.schema import ConfigError

    path = start_run(load_config(configuration("sample")), tmp_path / "run")
    stage = open_stage("03_segmentation", str(path), n_segments=3)
    assert stage.config.n_segments == 3
    assert read_record(path / "run.json")["config"]["n_segments"] == 3
    with pytest.raises(ConfigError, match="must take window_days from the run"):
        open_stage("03_segmentation", str(path), window_days=30)
    with pytest.raises(ConfigError, match="Did you mean 'window_days'"):
        open_stage("02_data_prep", str(path), windw_days=30)
