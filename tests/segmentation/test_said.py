"""Segmenting in another language: words change, and figures and decisions do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segtools.languages import use_language
from segtools.segmentation.baselines import learn_quintiles
from segtools.segmentation.fairness import Look, fairness_table
from segtools.segmentation.far import far_meaning
from segtools.segmentation.hand_changes import CHANGES
from segtools.segmentation.hand_words import decision_sentence
from segtools.segmentation.how_many_words import how_many_sentences
from segtools.segmentation.model import SegmentModel

from .frozen_models import TIES, model_of
from .tasks import make_task

CATALOGUE = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
"n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

msgid "up to {value}"
msgstr "а до {value}"

msgid "above {value}"
msgstr "я выше {value}"

msgctxt "segment name"
msgid "Lowest fifth by spend"
msgstr "Последняя пятая часть"

msgid "{segment}, {feature} above {value}"
msgstr "{segment}: {feature} > {value}"

msgid "{one}; {other}"
msgstr "{one}, {other}"

msgid "By hand, {n} segment became {after}"
msgid_plural "By hand, {n} segments became {after}"
msgstr[0] "Вручную: был {n} сегмент, стало {after}"
msgstr[1] "Вручную: было {n} сегмента, стало {after}"
msgstr[2] "Вручную: было {n} сегментов, стало {after}"

msgid ""
"Customers farther than {threshold} from the nearest centre, as one in a hundred of "
"those learned from were, fit no segment well."
msgstr "Дальше {threshold} от ближайшего центра сегмента нет."
"""


@pytest.fixture
def russian(tmp_path):
    """A catalogue of a few messages whose words come in another order."""
    file = tmp_path / "ru" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(CATALOGUE, encoding="utf-8")
    return str(tmp_path / "ru")


def test_bands_of_an_attribute_are_said_and_figures_stay(rng, russian):
    ids = [f"c{i:03d}" for i in range(400)]
    ages = rng.integers(20, 70, 400) + 0.5
    bought = rng.poisson(4, 400) + (ages > 45)
    assigned = pd.DataFrame(
        {"customer_id": ids, "segment_id": np.where(bought > 4, "S01", "S02")}
    )
    people = pd.DataFrame({"customer_id": ids, "age": ages})
    variables = pd.DataFrame({"customer_id": ids, "n_orders": bought})
    look = Look(["S01"], n_draws=50)
    english = fairness_table(assigned, people, variables, look)
    with use_language(russian):
        said = fairness_table(assigned, people, variables, look)
    words = ["guessed", "least_favoured", "sentence"]
    pd.testing.assert_frame_equal(
        english.drop(columns=words), said.drop(columns=words), check_exact=True
    )
    before, after = english["least_favoured"][0], said["least_favoured"][0]
    assert before.startswith("up to ")
    assert after == before.replace("up to", "а до").replace(".", ",")


def test_what_is_learned_is_the_same_in_every_language(russian):
    task = make_task()
    english = learn_quintiles(task).payload
    with use_language(russian):
        assert learn_quintiles(task).payload == english


@pytest.mark.parametrize(
    ("before", "said"),
    [(3, "было 3 сегмента"), (5, "было 5 сегментов"), (21, "был 21 сегмент")],
)
def test_segments_that_became_others_are_counted_in_the_right_form(
    russian, before, said
):
    record = {"n_segments": {"before": before, "after": 2}, "figures": {}}
    record |= {"stability": {"after": None}, "over_random": None, "not_judged": ""}
    with use_language(russian):
        assert decision_sentence(record) == f"Вручную: {said}, стало 2."


def test_numbers_have_the_signs_of_the_language(russian):
    payload = {"kind": "centroids", "far_threshold": 3.612}
    with use_language(russian):
        assert far_meaning(payload).startswith("Дальше 3,61 от")


def test_a_part_that_was_split_off_is_named_in_the_language(russian):
    model: SegmentModel = model_of(TIES)
    segment = model.segments[0]
    with use_language(russian):
        changed = CHANGES["split"](model, str(segment["segment_id"]), "spend", 2.5)
    assert changed.segments[-1]["name"] == f"{segment['name']}: spend > 2,5"


def measured(moved: float) -> dict:
    """A record of two numbers of segments whose notes no English word begins."""
    rows = [{"k": k, "moved": moved, "strength": 0.9} for k in (2, 3)]
    segment = {"jaccard": 0.9, "dissolved": 0, "resamples": 20, "shadow": 0.4}
    return {
        "rows": {"fitted": 90, "of": 90},
        "sentence": "Два.",
        "starts": 10,
        "by_number": rows,
        "by_segment": [segment],
        "ambiguous_pairs": 0.1,
    }


def test_the_note_of_twice_the_starts_is_not_said_twice_in_any_language():
    notes = ["Половина строк одинакова.", "Вдвое больше начал: 2 из 2."]
    unsteady = how_many_sentences(measured(0.05) | {"notes": notes})
    assert unsteady[1].startswith("With twice the 10 starts")
    assert unsteady[5:] == notes[:1]
    steady = how_many_sentences(measured(0.0) | {"notes": notes[:1]})
    assert steady[5:] == notes[:1]
