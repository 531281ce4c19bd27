"""The catalogues are those of the code, and each translation fits its message."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from segtools.languages import available, known_language
from segtools.languages.catalogue import TEMPLATE, key_of, load
from segtools.languages.extraction import messages

LANGUAGES = available()[1:]


def keys(path: Path) -> set[tuple[str, str]]:
    with path.open("rb") as file:
        return {key_of(m) for m in read_po(file) if m.id}


def test_the_template_is_that_of_the_code():
    now = {key_of(m) for m in messages() if m.id}
    assert keys(TEMPLATE) == now, "run `make catalogues`"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_has_every_message(code):
    assert keys(known_language(code).path) == keys(TEMPLATE), "run `make catalogues`"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_translation_has_the_places_of_its_message(code):
    path = known_language(code).path
    with path.open("rb") as file:
        given = {
            key_of(m)
            for m in read_po(file)
            if m.id and (m.string if isinstance(m.string, str) else any(m.string))
        }
    assert given == load(path).known
