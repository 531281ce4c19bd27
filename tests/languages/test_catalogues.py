"""The catalogues are those of the code, and each translation fits its message."""

from pathlib import Path

import pytest
import yaml
from babel.messages.pofile import read_po

from segtools.languages import available, known_language
from segtools.languages.catalogue import TEMPLATE, key_of, load
from segtools.languages.extraction import messages
from segtools.report.glossary import terms

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


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_message_is_translated(code):
    known = load(known_language(code).path).known
    assert sorted(keys(TEMPLATE) - known) == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_terms_are_those_of_the_glossary(code):
    path = known_language(code).path.parents[1] / "terms.yaml"
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    asked = {key for key, term in terms().items() if term.words}
    assert asked <= set(given) - {"glossary"} <= set(terms())
    assert len(given["glossary"]) > 50
