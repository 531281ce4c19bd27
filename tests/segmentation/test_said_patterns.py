"""What segmentation says in another language: whole patterns, forms, same figures."""

import numpy as np
import pandas as pd
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from segtools.languages import use_language
from segtools.segmentation import why
from segtools.segmentation.names import _own, describe_segments
from segtools.segmentation.review import candidates_sentence, candidates_table
from segtools.segmentation.stability.candidates import merge_candidates
from segtools.segmentation.tiers import cut_payload


@pytest.fixture
def russian(tmp_path):
    """Write a Russian catalogue; give the folder of the language."""

    def write(*messages) -> str:
        catalogue = Catalog(locale="ru")
        for text, said, *context in messages:
            catalogue.add(text, said, context=context[0] if context else None)
        path = tmp_path / "ru" / "LC_MESSAGES" / "messages.po"
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            write_po(file, catalogue)
        return str(tmp_path / "ru")

    return write


NAME = "segment name"
WORDS = (
    ("{rhythm} buyers", "покупатели: {rhythm}", NAME),
    ("{rhythm} {trait} buyers", "покупатели: {rhythm}, {trait}", NAME),
    ("{name} {number}", "{name} № {number}", NAME),
    ("weekly", "еженедельно", NAME),
    ("big-basket", "большая корзина", NAME),
    ("at risk", "под угрозой", "RFM cell"),
    ("Top fifth by spend", "верхняя пятая часть", NAME),
)


def test_a_name_is_a_pattern_whose_words_stand_where_the_language_wants(russian):
    rows = {"n_orders": 9.0, "interval_days": 7.0, "basket_mean": [90.0, 30.0, 30.0]}
    frame, labels = pd.DataFrame(rows), np.arange(3)
    english = describe_segments(frame, labels, [0, 1, 2])
    with use_language(russian(*WORDS)):
        names = describe_segments(frame, labels, [0, 1, 2])
    assert english[1:] == ["Weekly buyers", "Weekly buyers 2"]
    assert names == [
        "Покупатели: еженедельно, большая корзина",
        "Покупатели: еженедельно",
        "Покупатели: еженедельно № 2",
    ]


def test_names_that_a_payload_keeps_in_english_are_said(russian):
    with use_language(russian(*WORDS)):
        assert _own("At risk") == "Под угрозой"
        assert _own("Top fifth by spend") == "верхняя пятая часть"
        assert _own("Spend up to 100") == "Spend up to 100"


def test_a_cut_is_written_as_the_language_writes_numbers(russian):
    text = "{feature} up to {high}"
    with use_language(russian((text, "{feature}: до {high}"))):
        names = cut_payload({"discount_share": [0.25]})["label_names"]
    assert names[0].endswith(": до 0,25")


_TIMES = ("раз", "раза", "раз")


def test_the_odds_that_are_written_decide_the_form(russian):
    forms = [f"в {{n}} {word} вероятнее, чем {{segment}}" for word in _TIMES]
    with use_language(russian((why._LIKELY, forms))):
        assert why._likely(np.log(5.0001), "B") == "в 5 раз вероятнее, чем B"
        assert why._likely(np.log(2.5), "B") == "в 2,5 раза вероятнее, чем B"


def test_a_candidate_is_found_by_its_id_whatever_is_said_of_it(russian):
    X, labels = np.array([[0.0]] * 3 + [[5.0]] * 60), np.repeat([0, 1], [3, 60])
    given = {"names": ["S02 twins", "Often"], "ids": ["S01", "S02"]}
    pair = (
        "{segment} has {n} customer, {least} asked.",
        "{segment} has {n} customers, {least} asked.",
    )
    words = ("покупатель", "покупателя", "покупателей")
    forms = [f"Нужно {{least}}, а в {{segment}} {{n}} {word}" for word in words]
    with use_language(russian((pair, forms))):
        found = merge_candidates(X, labels, **given).iloc[0]
    assert found["segments"] == ("S01", "S02")
    assert found["reason"] == "Нужно 100, а в S02 twins 3 покупателя"


def test_what_could_be_done_is_told_by_the_kind_and_said(russian):
    rows = [{"kind": "split", "names": ["Often"], "reason": "Why."}]
    messages = (("Split", "Разделить", "candidate"), ("{n} to split", "разделить: {n}"))
    with use_language(russian(*messages)):
        assert candidates_table(rows).iloc[0].tolist() == ["Разделить", "Often", "Why."]
        assert "разделить: 1" in candidates_sentence(rows)
    assert list(candidates_table(rows)) == ["Could be", "Segment", "Because"]
