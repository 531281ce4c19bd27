"""Words that tell whether an answer is a motive, a trouble, or what somebody values."""

import pytest

from segtools.profiles.topics import ASPECTS, aspect_of, topic_of


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Why do you buy from us?", "motive"),
        ("Was ist Ihnen wichtig?", "motive"),
        ("What was the reason for your choice?", "motive"),
        ("What could we improve?", "pain"),
        ("Why did you leave?", "pain"),
        ("Was stört Sie?", "pain"),
        ("How often do you cook?", "opinion"),
        ("", "opinion"),
    ],
)
def test_questions_are_sorted_by_their_words_and_trouble_goes_first(question, topic):
    assert topic_of(question) == topic


@pytest.mark.parametrize(
    ("answer", "aspect"),
    [
        ("Fair prices", "price"),
        ("Günstig", "price"),
        ("High quality", "quality"),
        ("Friendly staff", "service"),
        ("A large selection", "features"),
        ("Always something new", "novelty"),
        ("It is near", ""),
        ("Newspaper", ""),
    ],
)
def test_answers_name_what_is_valued_only_by_whole_words(answer, aspect):
    assert aspect_of(answer) == aspect
    assert aspect in ("", *ASPECTS)
