"""Registering a scheme enters it in the contest, and it can be taken out again."""

import pytest

from segtools.schema import ConfigError
from segtools.segmentation import latent_class, mixed
from segtools.segmentation.scheme import (
    add,
    known_scheme,
    remove_scheme,
    scheme,
    schemes,
    varies,
)

from .tasks import make_task


@pytest.fixture
def halves():
    @scheme("halves", label="Two halves")
    def two_halves(features, n_segments, seed):
        return (features["spend_total"] > features["spend_total"].median()).astype(int)

    yield two_halves
    remove_scheme("halves")


def test_the_built_in_schemes_and_baselines_are_there():
    assert {s.name for s in schemes("scheme")} >= {
        *("rules", "clusters", "goal"),
        *("ward", "mixture"),
    }
    baselines = {"random", "spend_quintiles", "rfm_grid", "kmeans_rfm"}
    assert {s.name for s in schemes("baseline")} == baselines


def test_schemes_are_listed_simplest_first():
    found = [(s.simplicity, s.name) for s in schemes()]
    assert found == sorted(found)
    order = [s.name for s in schemes("scheme")]
    assert order.index("rules") < order.index("goal") < order.index("clusters")


def test_a_registered_scheme_enters_and_the_function_stays_callable(halves):
    entered = known_scheme("halves")
    assert (entered.label, entered.role) == ("Two halves", "scheme")
    task = make_task()
    assert set(halves(task.features, 2, 1)) == {0, 1}
    assert set(entered.learn(task).labels(task.at)) == {0, 1}


@pytest.mark.parametrize("method", [latent_class, mixed])
def test_methods_for_categories_enter_where_they_are_asked_for(method):
    name = method.SCHEME.name
    assert name not in {s.name for s in schemes()}
    add(method.SCHEME)
    assert known_scheme(name) is method.SCHEME
    remove_scheme(name)


def test_a_scheme_without_a_label_is_called_by_its_name():
    scheme("by_my_rule")(lambda features, n_segments, seed: features["n_orders"])
    assert known_scheme("by_my_rule").label == "by my rule"
    remove_scheme("by_my_rule")


def test_a_removed_scheme_is_gone_and_may_be_removed_twice(halves):
    remove_scheme("halves")
    remove_scheme("halves")
    assert "halves" not in {s.name for s in schemes()}


@pytest.mark.parametrize("name", ["", "two words", "1st", "<script>"])
def test_a_name_that_is_no_identifier_is_refused(name):
    sentence = r"A scheme's name must be an identifier, but it is '.*'\. Use letters"
    with pytest.raises(ConfigError, match=sentence):
        scheme(name)


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        ("cluster", r"Did you mean 'clusters'\?"),
        ("goals", r"Did you mean 'goal'\?"),
        ("auto_", r"Did you mean 'auto'\?"),
        (
            "zzz",
            r"Known are \['auto', 'clusters', 'goal', 'mixture', 'rfm_grid', 'rules', "
            r"'spend_quintiles', 'ward'\]",
        ),
        ("random", r"Known are"),
    ],
)
def test_an_unknown_method_is_refused_with_a_suggestion(wrong, remedy):
    sentence = rf"method must be auto or a known scheme, but it is '{wrong}'\. {remedy}"
    with pytest.raises(ConfigError, match=sentence):
        known_scheme(wrong)


def test_refunds_alone_teach_nothing():
    outcome = make_task().outcome
    assert varies(outcome)
    assert not varies(outcome * 0)
    assert not varies(-outcome)
    assert not varies(outcome.iloc[:0].astype(object))
