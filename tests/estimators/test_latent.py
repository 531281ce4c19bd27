"""Latent classes as an estimator: published figures, survey weights, bands."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder
from tasks import make_task

from segtools.estimators import LatentClassSegments
from segtools.schema import DataError
from segtools.segmentation.latent_class import latent_classes
from segtools.segmentation.place import place
from segtools.segmentation.validation import data


def test_published_answers_give_their_two_classes():
    answers = data.answers("values")
    model = LatentClassSegments(max_classes=3, n_init=20).fit(answers)
    assert model.n_classes_ == 2
    # Goodman (1974): -504.47, classes of 72 and 28 %.
    assert model.criteria_.loc[2, "log_likelihood"] == pytest.approx(
        -504.4677, abs=1e-3
    )
    assert model.class_weights_.round(2).tolist() == [0.72, 0.28]
    assert model.score(answers) * 216 == pytest.approx(-504.4677, abs=1e-3)
    shares = model.answer_shares_.groupby("question")[[0, 1]].sum()
    assert shares.to_numpy() == pytest.approx(np.ones((4, 2)))
    assert np.array_equal(model.predict_proba(answers).argmax(1), model.labels_)


def test_survey_weights_are_customers_counted_more_than_once(rng):
    answers = data.answers("cheating")
    times = rng.integers(0, 4, len(answers))
    weighted = LatentClassSegments(2, n_init=10).fit(answers, sample_weight=times)
    rows = answers.loc[answers.index.repeat(times)]
    repeated = LatentClassSegments(2, n_init=10).fit(rows)
    assert weighted.class_weights_ == pytest.approx(repeated.class_weights_)
    assert weighted.score_samples(answers) == pytest.approx(
        repeated.score_samples(answers)
    )
    for name in ("bic", "icl", "n_customers", "n_patterns", "smallest_share"):
        one, two = (float(m.criteria_[name].item()) for m in (weighted, repeated))
        assert one == pytest.approx(two), name


def test_a_function_with_weights_counts_them_too():
    answers = data.answers("values")
    double = latent_classes(
        answers, 2, n_starts=3, sample_weight=np.full(len(answers), 2.0)
    )
    single = latent_classes(answers, 2, n_starts=3)
    level = single.figures["log_likelihood"]
    assert double.figures["log_likelihood"] == pytest.approx(2 * level)
    assert double.figures["n_customers"] == 432


def test_columns_of_many_numbers_are_refused_or_cut_into_bands(rng):
    kind = rng.permutation(np.repeat([0, 1], 100))
    X = pd.DataFrame(kind[:, None] * 9 + rng.normal(size=(200, 3)), columns=list("abc"))
    with pytest.raises(
        DataError, match="at most 20 different answers, but 3 have more"
    ):
        LatentClassSegments(2).fit(X)
    model = LatentClassSegments(2, n_bins=4, n_init=5).fit(X)
    assert adjusted_rand_score(kind, model.labels_) == 1.0
    assert set(model.answer_shares_["answer"]) == {0.0, 1.0, 2.0, 3.0}
    assert np.array_equal(model.predict(X.head(7)), model.labels_[:7])


def test_words_are_encoded_in_a_pipeline_and_no_answer_counts_nothing():
    given = [["daily", "yes"]] * 30 + [["never", "no"]] * 20 + [["daily", None]] * 5
    answers = pd.DataFrame(given, columns=["visits", "card"])
    as_missing = {"unknown_value": np.nan, "encoded_missing_value": np.nan}
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", **as_missing)
    pipe = make_pipeline(encoder, LatentClassSegments(2, n_init=5))
    labels = pipe.fit_predict(answers)
    assert labels.tolist() == [0] * 30 + [1] * 20 + [0] * 5
    silent = pd.DataFrame({"visits": [np.nan], "card": [np.nan]}, dtype=object)
    shares = pipe.predict_proba(silent)[0]
    assert shares == pytest.approx(pipe[-1].class_weights_)


def test_one_class_is_the_shares_of_all_however_few_they_are():
    answers = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 1.0, 2.0]})
    model = LatentClassSegments(n_init=2).fit(answers)
    assert model.n_classes_ == 1
    assert model.answer_shares_[0].to_numpy() == pytest.approx(
        [1 / 3] * 3 + [2 / 3, 1 / 3]
    )
    nobody = pd.DataFrame({"a": [np.nan, np.nan], "b": [np.nan, np.nan]})
    with pytest.raises(DataError, match="two different answers"):
        LatentClassSegments(1).fit(nobody)


def test_only_numbers_of_classes_that_customers_can_carry_are_tried():
    answers = pd.DataFrame({"a": [1.0, 2.0, 1.0, 2.0, 1.0], "b": [1.0, 1.0, 2.0, 2, 2]})
    model = LatentClassSegments(max_classes=8, n_init=2).fit(answers)
    assert model.criteria_.index.tolist() == [1]  # two have five free parameters
    with pytest.raises(DataError, match="must have more customers than their 5 free"):
        LatentClassSegments(2).fit(answers)


def test_doubts_are_told_once_however_many_numbers_are_tried():
    answers = data.answers("values").assign(same=1.0)
    with pytest.warns(UserWarning, match="one answer or none") as said:
        LatentClassSegments(max_classes=3, n_init=2).fit(answers)
    assert len(said) == 1


def test_in_the_contest_it_is_frozen_as_a_mixture():
    task = make_task(200, n_segments=2, min_share=0.0)
    few = {
        c: (task.features[c] > task.features[c].median()) * 1.0 for c in task.features
    }
    X = pd.DataFrame(few)
    task = type(task)(X, task.outcome, X, 2, 0.0, task.goal, task.seed)
    learned = LatentClassSegments(n_init=5).learn_task(task)
    assert (learned.payload["kind"], learned.payload["form"]) == (
        "mixture",
        "categories",
    )
    assert np.array_equal(place(learned.payload, X).labels, learned.labels(X))
