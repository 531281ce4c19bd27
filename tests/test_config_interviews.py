"""What people told us, as the configuration takes it: every mistake one sentence."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml

from segtools.config import TOPICS, interview_blocks, load_config, validate
from segtools.schema import ConfigError

BASE = {"project": "shop", "timezone": "UTC", "source": {"system": "sample"}}
SAID = {
    "segment": "S01",
    "topic": "motive",
    "text": "They come because the shop is on their way.",
    "who": "4 of 6 interviewed",
    "date": "2024-05-12",
}


def refusal(**changes):
    with pytest.raises(ConfigError) as caught:
        validate(BASE | {"interviews": [SAID | changes]})
    return str(caught.value)


def test_interviews_are_read_as_they_are_written():
    assert validate(BASE | {"interviews": [SAID]}).interviews == [SAID]


def test_a_date_of_yaml_is_a_date():
    given = SAID | {"date": dt.date(2024, 5, 12)}
    assert interview_blocks([given]) == [SAID]


def test_a_file_beside_the_configuration_is_read_into_it(tmp_path):
    (tmp_path / "told.yaml").write_text(yaml.safe_dump([SAID]))
    path = tmp_path / "shop.yaml"
    path.write_text(yaml.safe_dump(BASE | {"interviews": "told.yaml"}))
    config = load_config(path)
    assert config.interviews == [SAID]
    # What was said belongs to the run: the file may change or go.
    assert validate(config.model_dump()).interviews == [SAID]


def test_all_topics_of_a_card_may_be_spoken_of():
    for topic in TOPICS:
        assert interview_blocks([SAID | {"topic": topic}])[0]["topic"] == topic


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"topic": "motives"}, "interviews.0.topic must be a topic of a card"),
        ({"topic": "motives"}, "Did you mean 'motive'?"),
        ({"sgment": "S01"}, "'interviews.0.sgment' is none. Did you mean 'segment'?"),
        ({"text": " "}, "interviews.0.text must say something, but it is empty"),
        ({"text": "x" * 501}, "must have 500 characters at most, but it has 501"),
        ({"date": "12.5.2024"}, "interviews.0.date must be an ISO date"),
        ({"who": 4}, "interviews.0.who must be a valid string"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(changes, sentence):
    assert sentence in refusal(**changes)


@pytest.mark.parametrize(
    "named", ["Ann, ann@example.org, likes it", "Call +49 30 1234567", "(555) 123-4567"]
)
@pytest.mark.parametrize("key", ["text", "who", "segment"])
def test_addresses_are_refused_at_reading_and_never_repeated(named, key):
    said = refusal(**{key: named})
    assert f"interviews.0.{key} must name nobody" in said
    assert named not in said
    assert "ann@" not in said


@pytest.mark.parametrize("key", ["segment", "topic", "text", "who", "date"])
def test_each_key_must_be_there(key):
    given = {k: v for k, v in SAID.items() if k != key}
    with pytest.raises(ConfigError, match=f"must hold 'interviews.0.{key}'"):
        interview_blocks([given])


def test_what_is_no_list_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="interviews must be a list"):
        interview_blocks({"segment": "S01"})
    with pytest.raises(ConfigError, match="must hold `key: value` lines"):
        interview_blocks(["They like it"])
    with pytest.raises(ConfigError, match="must name a YAML file, but there is no"):
        interview_blocks(str(tmp_path / "gone.yaml"))
    (tmp_path / "bad.yaml").write_text("- segment: [")
    with pytest.raises(ConfigError, match="must be YAML, but line"):
        interview_blocks(str(tmp_path / "bad.yaml"))
