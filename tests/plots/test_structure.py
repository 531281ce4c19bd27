import pytest

from segtools.plots import present
from segtools.plots.structure import (
    agreement_by_k,
    agreement_by_k_alt,
    agreement_by_k_table,
    agreement_by_k_title,
    gap_curve,
    gap_curve_alt,
    gap_curve_table,
    gap_curve_title,
)


@pytest.fixture
def verdict():
    return {
        "evidence": {
            "gap": {
                "k": [1, 2, 3],
                "gap": [0.3, 0.5, 0.49],
                "se": [0.01, 0.02, 0.01],
                "n_clusters": 2,
            },
            "agreement": {
                "k": [2, 3, 4],
                "median": [0.8, 0.94, None],
                "low": [0.7, 0.9, None],
                "high": [0.9, 0.97, None],
                "pairs": 100,
            },
        }
    }


def test_the_gap_is_drawn_with_its_errors_and_its_choice(verdict, ax):
    assert gap_curve(verdict, ax=ax) is ax
    assert ax.lines[0].get_ydata().tolist() == [0.3, 0.5, 0.49]
    bars = [s[:, 1].tolist() for s in ax.collections[0].get_segments()]
    assert bars[1] == pytest.approx([0.48, 0.52])
    assert (ax.lines[-1].get_xdata()[0], ax.lines[-1].get_ydata()[0]) == (2, 0.5)
    assert [t.get_text() for t in ax.texts] == ["2"]
    assert ax.get_xticks().tolist() == [1, 2, 3]


def test_the_gap_in_words(verdict):
    assert gap_curve_title(verdict) == "The gap statistic finds 2 clusters"
    assert gap_curve_alt(verdict).endswith("1: 0.3, 2: 0.5, 3: 0.49.")
    verdict["evidence"]["gap"]["n_clusters"] = 1
    assert gap_curve_title(verdict) == "The gap statistic finds no clusters"


def test_the_twin_of_the_gap(verdict):
    rows = gap_curve_table(verdict)
    assert rows.columns.tolist() == ["Clusters", "Gap", "Standard error"]
    assert rows.iloc[1].tolist() == [2, 0.5, 0.02]


def test_agreement_is_a_line_in_a_band(verdict, ax):
    assert agreement_by_k(verdict, ax=ax) is ax
    assert ax.lines[0].get_ydata()[:2].tolist() == [0.8, 0.94]
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (0.7, 0.97)
    assert ax.get_ylim()[0] == 0
    assert "100 pairs" in ax.get_xlabel()


def test_agreement_in_words(verdict):
    title = "Resamples agree most on 3 segments: 0.94 (0.9 to 0.97)"
    assert agreement_by_k_title(verdict) == title
    assert agreement_by_k_alt(verdict).endswith("2: 0.8, 3: 0.94, 4: –.")
    assert agreement_by_k_table(verdict)["Low"].tolist()[:2] == [0.7, 0.9]


@pytest.mark.parametrize("draw", [gap_curve, agreement_by_k])
def test_what_was_not_computed_is_said(draw, ax):
    record = {"evidence": {"gap": {}, "agreement": {}}}
    assert draw(record, ax=ax) is ax
    assert "not computed" in repr(present(draw, record))
    with pytest.raises(ValueError, match=r"verdict\.json"):
        draw({}, ax=ax)
