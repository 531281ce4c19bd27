"""Sentences and lists, put together by the marks of the language in use."""

import pytest

from segtools.joining import colon, commas, ended, one_sentence, semicolons, sentences
from segtools.languages import use_language
from segtools.wording import series

MARKS = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgctxt "between sentences"
msgid "{one} {next}"
msgstr "{one}{next}"

msgctxt "between long parts of a list"
msgid "; "
msgstr "；"

msgctxt "between short parts of a list"
msgid ", "
msgstr "、"

msgctxt "a name and its value"
msgid "{name}: {value}"
msgstr "{name}：{value}"

msgctxt "full stop"
msgid "."
msgstr "。"
"""


@pytest.fixture
def chinese(tmp_path):
    file = tmp_path / "zh" / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(MARKS, encoding="utf-8")
    with use_language(str(tmp_path / "zh")):
        yield


def test_a_language_has_marks_of_its_own(chinese):
    assert sentences(["甲。", "乙。", "丙。"]) == "甲。乙。丙。"
    assert semicolons(["甲", "乙"]) == "甲；乙"
    assert commas(["甲", "乙"]) == "甲、乙"
    assert colon("甲", "乙") == "甲：乙"
    assert one_sentence(["甲", "乙"]) == "甲；乙。"
    assert series(["甲", "乙"], [1, 2]) == "甲：1、乙：2"


def test_a_phrase_that_has_ended_is_not_ended_again(chinese):
    assert ended("好。") == "好。"
    assert ended("好") == "好。"


def test_sentences_that_are_empty_leave_no_space():
    assert sentences(["One.", "", "Two."]) == "One. Two."
    assert sentences(["", ""]) == ""
    assert sentences(["", "Two."]) == "Two."
