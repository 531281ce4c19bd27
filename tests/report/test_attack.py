"""All that two runs in a row publish, put together, gives no small cell away."""

import pandas as pd
import pytest
from attack import Knowledge, tell_pages, tell_profiles

from segtools.bundled import configuration
from segtools.config import load_config
from segtools.report.execution.run import run_stages
from segtools.report.execution.start import start_run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("attack")]

# More than the default, so that many cells are hidden.
SMALLEST = 25


@pytest.fixture(scope="module")
def months(tmp_path_factory):
    folder = tmp_path_factory.mktemp("months")
    runs = []
    for as_of in ("2024-07-29", "2024-09-29"):
        asked = {"as_of": as_of, "smallest_cell": SMALLEST, "project": "months"}
        config = load_config(configuration("sample")).model_copy(update=asked)
        runs.append(start_run(type(config)(**config.model_dump()), folder / as_of))
        run_stages(runs[-1])
    return runs


@pytest.mark.parametrize("which", [0, 1])
def test_no_cell_of_a_few_can_be_worked_out_from_a_whole_run(months, which):
    known = Knowledge()
    tell_profiles(known, pd.read_parquet(months[which] / "profiles.parquet"))
    tell_pages(known, months[which])
    kinds = {c[0] for c in known.cells if isinstance(c, tuple)}
    assert {"category", "stage", "rfm", "flow of stages", "assigned"} <= kinds
    assert ("flow" in kinds) == bool(which)
    assert len(known.hidden) > 20
    found = known.told(SMALLEST)
    assert found.empty, found.to_string()


def test_the_attack_sees_what_two_tables_say_together():
    known = Knowledge()
    for cell, count in {"a": 90, "b": None, "c": None, "d": 12}.items():
        known.tell(cell, count)
    known.add_up("all", ["a", "b", "c"])
    assert known.told(10).empty
    known.tell("all", 97)
    assert known.told(10)["cell"].tolist() == ["b", "c"]
    known.add_up("d", ["b", "e"])
    assert known.told(10)["cell"].tolist() == ["b", "c", "e"]
