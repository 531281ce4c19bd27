"""A language of the user's own is a file like others that a run rests on."""

from pathlib import Path

import pytest

from segtools.config.load import validate
from segtools.config.recorded import read_run
from segtools.report.execution.marks import changed_settings, settings_marks
from segtools.report.execution.moved import moved
from segtools.report.translated import coverage_warning
from segtools.schema import ConfigError

SHOP = {"project": "shop", "timezone": "UTC", "source": {"system": "sample"}}


@pytest.fixture
def own(tmp_path):
    """Write a catalogue that is not in UTF-8; give the folder of the language."""
    file = tmp_path / "old" / "uk" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=cp1251\\n"\n\n'
    file.write_text(head + 'msgid "Share"\nmsgstr "Частка"\n', encoding="cp1251")
    return tmp_path / "old" / "uk"


def run_of(config):
    return {"config": config.model_dump(), **settings_marks(config)}


def test_a_changed_catalogue_or_list_of_terms_is_another_setting(own):
    config = validate(SHOP | {"language": str(own)})
    run = run_of(config)
    assert changed_settings(run, config) == []
    (own / "terms.yaml").write_text("gini: {words: [Джині]}", encoding="utf-8")
    assert changed_settings(run, config) == ["language"]
    run = run_of(config)
    (own / "LC_MESSAGES" / "messages.po").write_text('msgid ""\nmsgstr ""\n')
    assert changed_settings(run, config) == ["language"]


def test_a_project_that_was_moved_with_its_language_is_the_same(own, tmp_path):
    run = run_of(validate(SHOP | {"language": str(own)}))
    (tmp_path / "old" / "reports").mkdir()
    (tmp_path / "old").rename(tmp_path / "new")
    with pytest.raises(ConfigError, match="language must be"):
        validate(run["config"])
    then, now = str(tmp_path / "old" / "reports"), tmp_path / "new" / "reports"
    config = validate(moved(run["config"], then, now))
    assert Path(config.language) == tmp_path / "new" / "uk"
    assert changed_settings(run, config) == []
    assert settings_marks(config)["config_hash"] == run["config_hash"]


def test_a_run_from_before_there_was_the_key_is_still_the_same(tmp_path):
    config = validate(SHOP)
    run = run_of(config)
    del run["config"]["language"]
    assert changed_settings(read_run(run, tmp_path / "run.json"), config) == []
    russian = validate(SHOP | {"language": "ru"})
    assert changed_settings(read_run(run, tmp_path / "run.json"), russian) == [
        "language"
    ]


def test_a_list_of_terms_that_is_none_is_told_before_a_run_starts(own):
    (own / "terms.yaml").write_text("- gini\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"terms\.yaml of a language must"):
        coverage_warning(str(own))
