import pandas as pd
import pytest

from segtools.plots import present
from segtools.plots.points import (
    scorecard_points,
    scorecard_points_alt,
    scorecard_points_table,
    scorecard_points_title,
)


@pytest.fixture
def card():
    rows = [
        ("orders", "Orders", "0 to 1", 0),
        ("orders", "Orders", "2 and more", 60),
        ("gap", "Days since last order", "up to 30", 420),
        ("gap", "Days since last order", "over 30", 0),
        ("gap", "Days since last order", "missing", -40),
    ]
    return pd.DataFrame(rows, columns=["feature", "label", "bin", "points"])


def test_the_widest_feature_comes_first_on_one_scale(card, ax):
    assert scorecard_points(card, ax=ax) is ax
    gap, orders = ax.child_axes
    assert [b.get_width() for b in gap.patches] == [420, 0, -40]
    assert [b.get_width() for b in orders.patches] == [0, 60]
    assert gap.get_xlim() == orders.get_xlim()
    assert [t.get_text() for t in gap.texts] == ["420", "0", "−40"]
    assert [t.get_text() for t in orders.get_yticklabels()] == ["0 to 1", "2 and more"]


def test_words_and_twin(card):
    title = "Days since last order moves the score most: by up to 460 points"
    assert scorecard_points_title(card) == title
    assert scorecard_points_alt(card).endswith(
        "Days since last order −40 to 420; Orders 0 to 60."
    )
    rows = scorecard_points_table(card)
    assert rows.columns.tolist() == ["Feature", "Bin", "Points"]
    assert rows["Points"].tolist() == [420, 0, -40, 0, 60]


def test_features_can_be_limited(card):
    assert set(scorecard_points_table(card, features=1)["Feature"]) == {
        "Days since last order"
    }


def test_a_card_without_features_is_a_sentence(card):
    shown = present(scorecard_points, card.head(0))
    assert repr(shown) == "The scorecard has no features."


def test_one_feature_of_one_bin_is_drawn(card):
    assert "<svg" in present(scorecard_points, card.head(1)).html
