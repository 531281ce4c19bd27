"""The page about the explorer: its lines run, and it says what the code does."""

import re
from pathlib import Path

from explorer_runs import write_run

from segtools.explorer.controls import VIEWS
from segtools.segmentation.redrawn import MOST, N_DRAWS

PAGE = Path(__file__).parents[2] / "docs" / "explore.md"
TEXT = PAGE.read_text("utf-8")


def test_its_lines_run_in_their_order(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_run(tmp_path / "reports" / "my-shop" / "2024-09-29")
    names = {}
    for block in re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE):
        exec(block, names)
    assert "to: 5" in capsys.readouterr().out
    assert names["explorer"].decisions() == []


def test_its_numbers_and_names_are_the_codes():
    assert f"| {VIEWS[0]} |" in TEXT
    assert all(f"| {view} | " in TEXT for view in VIEWS)
    assert f"sample of {MOST:,} is compared" in TEXT
    assert N_DRAWS == 50
    assert "fifty bootstrap samples" in TEXT
