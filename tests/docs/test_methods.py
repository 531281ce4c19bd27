"""The method reference: complete pages, names that exist, examples that are right."""

from __future__ import annotations

import doctest
import importlib
import re
from functools import reduce

import pytest
from docs_reading import METHODS, blocks, prose

PARTS = ["The question", "Definition", "Traps", "In the code", "Sources"]
NAME = re.compile(r"`(segtools(?:\.\w+)+)`")
SOURCE = re.compile(r"- [^\d]+ \((1[89]|20)\d\d\)\. \*[^*]+\*")


def named(dotted: str) -> object:
    """Find what a dotted name means: a module, or something in one."""
    words = dotted.split(".")
    for end in range(len(words), 0, -1):
        try:
            module = importlib.import_module(".".join(words[:end]))
        except ModuleNotFoundError:
            continue
        return reduce(getattr, words[end:], module)
    raise AttributeError(dotted)


@pytest.mark.parametrize("page", METHODS, ids=lambda p: p.stem)
def test_every_page_has_question_definition_traps_code_and_sources(page):
    heads = re.findall(r"^## (.+)$", page.read_text("utf-8"), re.M)
    assert heads == PARTS


@pytest.mark.parametrize("page", METHODS, ids=lambda p: p.stem)
def test_every_name_of_code_exists(page):
    names = NAME.findall(prose(page))
    assert names
    for name in names:
        assert named(name) is not None


@pytest.mark.parametrize("page", METHODS, ids=lambda p: p.stem)
def test_every_source_has_author_year_and_title(page):
    listed = page.read_text("utf-8").partition("## Sources\n")[2]
    entries = re.split(r"\n(?=- )", listed.strip())
    assert len(entries) >= 2
    for entry in entries:
        assert SOURCE.match(entry.replace("\n ", "")), entry


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("page", METHODS, ids=lambda p: p.stem)
def test_every_example_gives_what_is_printed(page):
    examples = "".join(blocks(page, "pycon"))
    test = doctest.DocTestParser().get_doctest(examples, {}, page.stem, str(page), 0)
    assert test.examples
    said: list[str] = []
    doctest.DocTestRunner().run(test, out=said.append)
    assert said == []


def test_the_contents_list_every_page_once():
    index = METHODS[0].with_name("index.md").read_text("utf-8")
    table = re.findall(r"^\| .+ \| \[.+\]\((\w+)\.md\) \|$", index, re.M)
    tree = index.partition(":hidden:")[2].replace("`", "").split()
    assert table == tree
    assert sorted(table) == [page.stem for page in METHODS]


def test_a_wrong_name_would_be_found():
    with pytest.raises(AttributeError):
        named("segtools.segmentation.valleys.no_such_function")
    with pytest.raises(AttributeError):
        named("segtools.no_such_function")
