"""Latent classes: published figures, many starts, missing answers and refusals."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segtools.schema import DataError
from segtools.segmentation.latent_class import (
    SCHEME,
    compare_latent_classes,
    latent_classes,
    learn_latent_classes,
    replicate_classes,
)
from segtools.segmentation.place import place
from segtools.segmentation.validation import data

from .tasks import make_task


@pytest.fixture
def values():
    return data.answers("values")


@pytest.fixture
def two_kinds(rng):
    """Two kinds of customer who answer six questions quite differently."""
    kind = np.repeat([0, 1], [120, 80])
    agree = np.where(kind[:, None] == 0, 0.9, 0.15)
    answers = (rng.random((200, 6)) < agree).astype(float)
    frame = pd.DataFrame(answers, columns=list("abcdef"))
    return frame.set_axis([f"c{i:03d}" for i in range(200)]), kind


@pytest.mark.parametrize(
    ("k", "log_likelihood"), [(1, -543.6498), (2, -504.4677), (3, -503.3011)]
)
def test_the_published_log_likelihoods_of_values_come_out(values, k, log_likelihood):
    found = latent_classes(values, k).figures["log_likelihood"]
    assert found == pytest.approx(log_likelihood, abs=5e-5)


def test_the_published_criteria_of_values_come_out(values):
    found = latent_classes(values, 2)
    assert found.figures["aic"] == pytest.approx(1026.935, abs=5e-4)
    assert found.figures["bic"] == pytest.approx(1057.313, abs=5e-4)
    assert found.payload["weights"] == pytest.approx([0.721, 0.279], abs=5e-4)
    assert found.figures["n_parameters"] == 9


def test_the_best_of_the_published_optima_of_gss82_is_found():
    found = latent_classes(data.answers("gss82"), 3, n_starts=60)
    assert found.figures["log_likelihood"] == pytest.approx(-2754.545, abs=1e-3)
    assert found.payload["weights"] == pytest.approx([0.621, 0.207, 0.172], abs=2e-3)
    # A single start may end in another optimum, so the count of starts is told.
    assert 1 < found.figures["n_best"] < 60
    assert (
        "of 60 starts reached the best log-likelihood (-2,754.545)." in found.sentence
    )


@pytest.mark.filterwarnings("ignore:118 customers are fewer than the 128 patterns")
@pytest.mark.parametrize(
    ("k", "log_likelihood"),
    [(1, -524.4648), (2, -317.2568), (3, -293.7050), (4, -289.2858)],
)
def test_the_published_log_likelihoods_of_carcinoma_come_out(k, log_likelihood):
    found = latent_classes(data.answers("carcinoma"), k).figures["log_likelihood"]
    assert found == pytest.approx(log_likelihood, abs=5e-5)


def test_shares_stand_still_and_not_the_log_likelihood_alone():
    # On this flat top the log-likelihood is right long before the shares are; EM
    # without an end, written apart, comes to 0.83943 and 0.16057.
    found = latent_classes(data.answers("cheating"), 2)
    assert found.figures["log_likelihood"] == pytest.approx(-440.0271, abs=5e-5)
    assert found.payload["weights"] == pytest.approx([0.839433, 0.160567], abs=2e-6)
    other = latent_classes(data.answers("cheating"), 2, random_state=9)
    assert found.payload["weights"] == pytest.approx(other.payload["weights"], abs=2e-6)


def test_one_class_is_the_product_of_shares(values):
    share = values.eq(1).mean().to_numpy()
    by_hand = 216 * (share * np.log(share) + (1 - share) * np.log(1 - share)).sum()
    assert latent_classes(values, 1).figures["log_likelihood"] == pytest.approx(by_hand)


def test_planted_classes_are_recommended_and_found(two_kinds):
    answers, kind = two_kinds
    compared = compare_latent_classes(answers, range(1, 5), n_starts=20)
    assert compared["bic"].idxmin() == compared["icl"].idxmin() == 2
    found = latent_classes(answers, 2)
    assert (found.labels(answers) == kind).mean() > 0.97
    assert found.figures["entropy"] > 0.9


def test_posteriors_add_to_one_and_the_highest_decides(two_kinds):
    answers, _ = two_kinds
    found = latent_classes(answers, 3)
    own = found.posterior(answers)
    assert own.sum(axis=1) == pytest.approx(1)
    assert np.array_equal(own.argmax(axis=1), found.labels(answers))


def test_missing_answers_count_nothing_and_everybody_gets_a_class(two_kinds):
    answers, kind = two_kinds
    gaps = answers.copy()
    gaps.iloc[::3, 0] = np.nan
    gaps.iloc[5] = np.nan
    found = latent_classes(gaps, 2)
    assert found.figures["n_customers"] == 199
    assert found.payload["seen_missing"] == list("abcdef")
    labels = found.labels(gaps)
    assert labels[5] == 0  # the larger class: nothing speaks for the other
    assert (labels == kind).mean() > 0.95


def test_an_answer_nobody_gave_counts_nothing_and_is_flagged(two_kinds):
    answers, _ = two_kinds
    found = latent_classes(answers, 2)
    odd = answers.iloc[:1].assign(a=7.0)
    at = place(found.payload, odd)
    assert at.reduced.tolist() == [True]
    assert at.labels.tolist() == found.labels(answers.iloc[:1]).tolist()


def test_the_order_of_rows_and_columns_changes_nothing(two_kinds, rng):
    answers, _ = two_kinds
    turned = answers.iloc[rng.permutation(len(answers)), ::-1]
    assert latent_classes(turned, 3).payload == latent_classes(answers, 3).payload


def test_doubling_every_customer_doubles_the_log_likelihood(values):
    twice = pd.concat([values, values], ignore_index=True)
    one, two = latent_classes(values, 2).figures, latent_classes(twice, 2).figures
    assert two["n_patterns"] == one["n_patterns"] == 16
    assert two["log_likelihood"] == pytest.approx(2 * one["log_likelihood"])


def test_a_payload_survives_json(two_kinds):
    answers, _ = two_kinds
    found = latent_classes(answers, 3)
    again = json.loads(json.dumps(found.payload, allow_nan=False))
    assert again == found.payload
    assert np.array_equal(place(again, answers).labels, found.labels(answers))


def test_few_customers_are_refused_or_warned_of(values):
    with pytest.raises(DataError, match="9 free parameters, but 9 customers answered"):
        latent_classes(values.iloc[::25], 2)
    with pytest.raises(DataError, match="n_classes must be 1 or more, but it is 0"):
        latent_classes(values, 0)
    sentence = r"15 customers are fewer than the 16 patterns .*Formann 1984"
    with pytest.warns(UserWarning, match=sentence):
        latent_classes(values.iloc[::15], 2)


def test_what_is_no_code_is_refused():
    with pytest.raises(DataError, match="column 'town' holds text"):
        latent_classes(pd.DataFrame({"town": ["a", "b"]}), 1)
    with pytest.raises(DataError, match=r"1 have more \('age' has 30\)"):
        latent_classes(pd.DataFrame({"age": range(30), "b": [1, 2] * 15}), 1)
    with pytest.raises(DataError, match="none of 1 has"):
        latent_classes(pd.DataFrame({"same": [1.0] * 9}), 1)


def test_questions_that_say_nothing_new_are_left_out_with_their_count(values):
    more = values.assign(same=1.0, none=np.nan, z=values["q1"])
    with pytest.warns(UserWarning, match="questions have") as said:
        found = latent_classes(more, 2)
    assert found.payload["uses"] == list(values)
    assert [str(w.message) for w in said] == [
        "2 of 7 questions have one answer or none: ['none', 'same']. They are left "
        "out.",
        "1 of 7 questions have the same answers twice: ['z']. They are left out.",
    ]
    assert {Path(w.filename).name for w in said} == {"test_latent_class.py"}


def as_task(answers, n=2, min_share=0.05):
    return replace(
        make_task(10), features=answers, at=answers, n_segments=n, min_share=min_share
    )


def test_as_a_scheme_it_learns_on_features_of_few_values(two_kinds, rng):
    answers, kind = two_kinds
    task = as_task(answers.assign(spend=rng.random(200)))
    learned = SCHEME.learn(task)
    assert learned.payload["uses"] == list("abcdef")
    assert (learned.labels(task.at) == kind).mean() > 0.97
    alone = learn_latent_classes(as_task(answers[["a"]]))
    assert set(alone.labels(answers)) == {0}


def test_a_class_below_the_smallest_share_is_taken_out(two_kinds):
    answers, _ = two_kinds
    learned = learn_latent_classes(as_task(answers, 5, min_share=0.25))
    sizes = np.bincount(learned.labels(answers))
    assert sizes.min() >= 0.25 * 200
    assert "too small" in learned.note
    assert sum(learned.payload["weights"]) == pytest.approx(1)


def test_a_replicate_keeps_each_class_in_its_place(two_kinds, rng):
    answers, _ = two_kinds
    task = as_task(answers)
    learned = learn_latent_classes(task)
    rows = np.sort(rng.integers(200, size=200))
    copy = replicate_classes(task, learned.payload, rows)
    assert copy["weights"] != learned.payload["weights"]
    again = place(learned.payload | copy, answers).labels
    assert (again == learned.labels(answers)).mean() > 0.97
