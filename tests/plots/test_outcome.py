import numpy as np
import pandas as pd
import pytest

from segtools.plots import present
from segtools.plots.outcome import (
    outcome_by_segment,
    outcome_by_segment_alt,
    outcome_by_segment_table,
    outcome_by_segment_title,
)


@pytest.fixture
def spend():
    return pd.DataFrame(
        {
            "segment": ["Loyal", "New", "Dormant"],
            "mean": [310.0, 120.0, 8.0],
            "low": [295.0, 110.0, np.nan],
            "high": [325.0, 131.0, np.nan],
        }
    )


def test_bars_are_means_and_lines_intervals(spend, ax):
    assert outcome_by_segment(spend, outcome="Spend", unit="USD", ax=ax) is ax
    assert [b.get_width() for b in ax.patches] == [310, 120, 8]
    lines = ax.collections[0].get_segments()
    assert lines[0][:, 0].tolist() == [295, 325]
    assert ax.get_xlabel() == "Spend (USD), mean and interval"
    assert ax.get_xlim()[0] == 0


def test_everyone_is_a_line_with_its_number(spend, ax):
    outcome_by_segment(spend, unit="USD", everyone=150.0, ax=ax)
    assert ax.lines[0].get_xdata()[0] == 150
    assert "everyone 150 USD" in [t.get_text() for t in ax.texts]


def test_shares_are_written_in_per_cent(ax):
    rows = pd.DataFrame({"segment": ["a"], "mean": [0.4], "low": [0.3], "high": [0.5]})
    outcome_by_segment(rows, outcome="Bought again", unit="share", ax=ax)
    assert ax.get_xlabel() == "Bought again (%), mean and interval"
    assert ax.texts[0].get_text() == "40\u202f%"
    assert outcome_by_segment_table(rows, unit="share").attrs["formats"] == {
        "Mean": "percent",
        "Low": "percent",
        "High": "percent",
    }


def test_title_alt_and_twin(spend):
    title = outcome_by_segment_title(spend, outcome="Spend", unit="USD")
    assert title == "Spend is highest in Loyal (310 USD) and lowest in Dormant (8 USD)"
    alt = outcome_by_segment_alt(spend, outcome="Spend", unit="USD")
    assert alt.startswith(title)
    assert alt.endswith("New 120 USD (110 to 131); Dormant 8 USD.")
    assert outcome_by_segment_table(spend)["Mean"].tolist() == [310, 120, 8]


def test_nothing_measured_is_said():
    rows = pd.DataFrame(columns=["segment", "mean", "low", "high"])
    assert repr(present(outcome_by_segment, rows)) == "Outcome was not measured."


def test_options_reach_the_sisters(spend):
    shown = present(outcome_by_segment, spend, outcome="Spend", unit="$", everyone=9.0)
    assert "(310 $)" in repr(shown)


def test_a_missing_column_is_named(spend, ax):
    with pytest.raises(ValueError, match=r"outcomes must have .*\['mean'\] are"):
        outcome_by_segment(spend.drop(columns="mean"), ax=ax)
