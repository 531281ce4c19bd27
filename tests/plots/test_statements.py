import pytest

from segtools.plots import present
from segtools.plots.statements import (
    paired_statements,
    paired_statements_alt,
    paired_statements_table,
    paired_statements_title,
)


def said(text, share, base, topic="habit"):
    low, high = (None, None) if share is None else (share - 0.05, share + 0.05)
    keys = ["text", "share", "low", "high", "base_share", "n", "topic"]
    return dict(zip(keys, [text, share, low, high, base, 90, topic], strict=True))


@pytest.fixture
def persona():
    return {
        "segment": "Late",
        "colour": "#E69F00",
        "statements": [
            said("Buy on Sundays.", 0.6, 0.5),
            said("Use coupons", 0.4, 0.1, "pain"),
            said("Perhaps have children", None, None),
        ],
    }


def test_pairs_of_bars_with_the_interval(persona, ax):
    assert paired_statements(persona, ax=ax) is ax
    assert [b.get_width() for b in ax.patches] == [0.6, 0.4, 0.5, 0.1]
    ends = [s[:, 0].tolist() for s in ax.collections[0].get_segments()]
    assert ends[0] == pytest.approx([0.55, 0.65])
    assert [t.get_text().replace("\u202f", " ") for t in ax.texts] == [
        "60 %",
        "50 %",
        "40 %",
        "10 %",
    ]
    assert ax.get_xlim()[0] == 0


def test_assumptions_have_no_bar(persona):
    rows = paired_statements_table(persona)
    assert rows["Statement"].tolist() == ["Buy on Sundays.", "Use coupons"]
    assert rows["Customers"].tolist() == [90, 90]


def test_words_state_the_widest_difference(persona):
    title = paired_statements_title(persona).replace("\u202f", " ")
    assert title == "Late: Use coupons (40 %, everyone 10 %)"
    alt = paired_statements_alt(persona).replace("\u202f", " ")
    assert "Buy on Sundays: 60 % (55 % to 65 %) against 50 % of everyone" in alt


def test_topic_and_number_can_be_chosen(persona):
    assert len(paired_statements_table(persona, topic="pain")) == 1
    assert len(paired_statements_table(persona, statements=1)) == 1
    assert "Use coupons" in repr(present(paired_statements, persona, topic="pain"))


def test_a_statement_without_everyone_has_one_label(persona, ax):
    persona["statements"] = [said("Answered yes", 0.6, None)]
    paired_statements(persona, ax=ax)
    assert len(ax.texts) == 1


def test_a_hostile_colour_is_not_used(persona):
    persona["colour"] = "red;background:url(https://x)"
    html = present(paired_statements, persona).html
    assert "background" not in html
    assert "#0072b2" in html


def test_no_evidence_is_said():
    shown = present(paired_statements, {"segment": "Late", "statements": []})
    assert repr(shown) == "Late: no statement is evidenced by a share."
