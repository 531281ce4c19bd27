"""The previous run: found by project and date, and refused if it is not whole."""

import pytest

from segtools.history.previous import FILES, find_previous, refuse_incomplete
from segtools.records import write_record
from segtools.schema import DataError


def run(folder, name, **more):
    known = {"project": "shop", "state": "done", "as_of": name} | more
    write_record(folder / name / "run.json", known)
    return folder / name


def test_the_latest_finished_run_of_the_project_before_this_one_is_found(tmp_path):
    run(tmp_path, "2024-01-01")
    run(tmp_path, "2024-02-01")
    run(tmp_path, "2024-03-01", state="failed")
    run(tmp_path, "2024-03-02", state="running")
    run(tmp_path, "2024-03-03", project="another")
    run(tmp_path, "2024-05-01")
    (tmp_path / "no run").mkdir()
    (tmp_path / "README.md").write_text("a file")
    found = find_previous(tmp_path, "shop", "2024-04-01")
    assert found == tmp_path / "2024-02-01"
    assert find_previous(tmp_path, "shop", "2024-01-01") is None
    assert find_previous(tmp_path, "another", "2024-04-01").name == "2024-03-03"


def test_a_run_of_the_same_date_is_not_its_own_predecessor(tmp_path):
    run(tmp_path, "2024-01-01")
    assert find_previous(tmp_path, "shop", "2024-01-01") is None


def test_the_date_decides_and_not_the_folders_name(tmp_path):
    run(tmp_path, "a", as_of="2024-02-01")
    run(tmp_path, "b", as_of="2024-01-01")
    assert find_previous(tmp_path, "shop", "2024-04-01").name == "a"


def test_without_a_folder_there_is_no_previous_run(tmp_path):
    assert find_previous(tmp_path / "nowhere", "shop", "2024-01-01") is None
    assert find_previous(tmp_path, "shop", "2024-01-01") is None


@pytest.mark.parametrize("name", FILES)
def test_a_run_that_lacks_a_file_is_refused_in_one_sentence(tmp_path, name):
    for other in FILES:
        (tmp_path / other).touch()
    refuse_incomplete(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(DataError) as error:
        refuse_incomplete(tmp_path, "The previous run of this project")
    assert str(error.value) == (
        f"The previous run of this project must hold {name}, but {tmp_path} does not. "
        "Repeat that run with --again, or move its folder away."
    )
