"""What is written under ``experiment`` is checked before anything runs."""

import pytest

from segtools.config import validate
from segtools.config.experiment import experiment_block
from segtools.schema import ConfigError

BODY = {"project": "a", "timezone": "UTC", "source": {"system": "sample"}}


def wrong(block):
    with pytest.raises(ConfigError) as caught:
        validate(BODY | {"experiment": block})
    return str(caught.value)


@pytest.mark.parametrize("share", [0, 1, -0.2, 2])
def test_a_share_that_leaves_one_arm_is_refused_with_the_remedy(share):
    said = wrong({"name": "spring", "holdout": share})
    assert said.startswith("experiment.holdout must be above 0 and below 1, but it is")
    assert said.endswith("such as holdout: 0.2.")


def test_a_mistyped_key_is_named_with_the_right_one():
    said = wrong({"name": "spring", "holdot": 0.2})
    assert said == (
        "The configuration must use known keys, but 'experiment.holdot' is none. "
        "Did you mean 'holdout'?"
    )


def test_an_experiment_needs_a_name():
    assert "must hold 'experiment.name'" in wrong({"holdout": 0.2})


@pytest.mark.parametrize("name", ["", "../x", "a\nb", "=1+1", "a" * 81, "<b>", "x."])
def test_a_name_that_is_no_plain_name_is_refused(name):
    assert wrong({"name": name}).startswith("experiment.name must be a name of letters")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("effect", 0),
        ("effect", float("nan")),
        ("base", 1),
        ("days", 0),
        ("per_day", 0),
        ("margin", 0),
        ("margin", 1.5),
        ("holdout", "a fifth"),
    ],
)
def test_a_value_out_of_bounds_is_refused(key, value):
    assert wrong({"name": "spring", key: value}).startswith(f"experiment.{key} must be")


@pytest.mark.parametrize("block", ["spring", ["spring"], 3])
def test_what_is_no_block_is_refused(block):
    assert wrong(block).startswith("experiment must hold `key: value` lines, but it is")


def test_nothing_is_planned_without_one():
    assert validate(BODY).experiment == experiment_block(None) == {}


def test_a_block_gets_its_defaults():
    config = validate(BODY | {"experiment": {"name": "spring"}})
    assert config.experiment["holdout"] == 0.2
    assert validate(config.model_dump()).experiment == config.experiment
