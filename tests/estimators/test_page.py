"""The page on estimators says what they do, and its example runs."""

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.utils import get_tags
from sklearn.utils.validation import has_fit_parameter

from segtools import estimators
from segtools.segmentation.scheme import known_scheme, remove_scheme

PAGE = Path(__file__).parents[2] / "docs" / "estimators.md"
TEXT = PAGE.read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in TEXT.splitlines()
    if re.match(r"\| `[A-Z]", line)
]


def test_every_estimator_has_its_row():
    assert {row[0].strip("`") for row in ROWS} == set(estimators.__all__)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_says_what_the_tags_say(row):
    name, kinds, _, missing, weighed = row
    model = getattr(estimators, name.strip("`"))()
    tags = get_tags(model)
    assert ("transformer" in kinds) == hasattr(model, "transform")
    if tags.estimator_type:
        assert kinds.startswith(tags.estimator_type)
    if not missing.startswith("as"):
        assert missing.startswith("yes") == tags.input_tags.allow_nan
    assert (weighed == "yes") == has_fit_parameter(model, "sample_weight")


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_example_runs_and_the_goal_decides():
    names: dict = {}
    for code in re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE):
        exec(compile(code, PAGE.name, "exec"), names)
    try:
        judged = names["judged"]
        assert len(judged) == 8
        assert judged["gini"].is_monotonic_decreasing
        assert judged["gini"].iloc[0] > 0.2
        # Segments made for the goal predict it better, whatever their number.
        made = judged["segmenter"].str.contains("Scorecard")
        assert made.sum() == 3
        assert judged.loc[made, "r2"].min() > judged.loc[~made, "r2"].max()
        assert names["segment"].notna().all()
        assert len(np.unique(names["segment"])) > 1
        assert known_scheme("mine").label == "Stable k-means"
    finally:
        remove_scheme("mine")


def test_prose_fits_on_a_screen():
    plain = re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL).splitlines()
    assert [x for x in plain if len(x) > 104 and not x.startswith("|")] == []
