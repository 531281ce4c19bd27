"""What `segtools init` writes, and what the pages say: both are what the code reads."""

from __future__ import annotations

import importlib
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from segtools.config import DataFile, checked, validate
from segtools.schema import TABLES
from segtools.sources import SYSTEMS

ROOT = Path(__file__).parents[2]
WRITTEN = sorted((ROOT / "segtools" / "configurations" / "sources").glob("*.yaml"))
DOCS = ROOT / "docs" / "sources"
OWN = [s for s in SYSTEMS if s not in ("sample", "complete_journey")]
# The tables of any shop have their page beside the bundled data.
PAGES = {"files": ROOT / "data" / "README.md"}


def page(system: str) -> Path:
    return PAGES.get(system, DOCS / f"{system}.md")


def block_of(system: str) -> type[BaseModel]:
    """Find the model of a system's block: the one that stands in no other model."""
    if find_spec(f"segtools.sources.{system}") is None:
        pytest.skip(f"segtools/sources/{system}.py is not there yet")
    module = importlib.import_module(f"segtools.sources.{system}")
    models = [
        m
        for m in vars(module).values()
        if isinstance(m, type)
        and issubclass(m, BaseModel)
        and not issubclass(m, DataFile)
        and m.__module__ == module.__name__
    ]
    inner = " ".join(str(f.annotation) for m in models for f in m.model_fields.values())
    (root,) = [m for m in models if f"{m.__module__}.{m.__name__}" not in inner]
    return root


def documented(text: str) -> set[str]:
    """List the keys of a page's tables `| key | default | meaning |`."""
    keys: set[str] = set()
    for table in text.split("| key | default | meaning |\n")[1:]:
        rows = table.partition("\n\n")[0].splitlines()[1:]
        first = " ".join(row.split("|")[1] for row in rows)
        keys |= set(re.findall(r"`([^`]+)`", first))
    return keys


def written(system: str) -> str:
    return next(p for p in WRITTEN if p.stem == system).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", WRITTEN, ids=lambda p: p.stem)
def test_what_init_writes_is_one_source_block_that_its_reader_takes(path):
    body = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert list(body) == ["source"]
    options = dict(body["source"])
    assert options.pop("system") == path.stem
    if path.stem == "files":
        validate({"project": "shop", **body})
    else:
        checked(block_of(path.stem), options, "source")


@pytest.mark.parametrize("path", WRITTEN, ids=lambda p: p.stem)
def test_lines_of_what_init_writes_are_short(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 100 or "\t" in line] == []


@pytest.mark.parametrize("system", OWN)
def test_every_system_has_a_block_to_start_from_a_page_and_a_link(system):
    assert system in [p.stem for p in WRITTEN]
    assert page(system).is_file()
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    (target,) = re.findall(rf"^\| \[`{system}`\]\((\S+)\) \|", index, re.MULTILINE)
    assert (DOCS / target).resolve() == page(system).resolve()


def test_the_index_lists_every_system_and_no_other():
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    rows = index.partition("| system |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| \[?`(\w+)`", rows, re.MULTILINE)) == set(SYSTEMS)


@pytest.mark.parametrize("system", [s for s in OWN if s != "files"])
def test_a_page_documents_the_keys_that_the_block_has(system):
    model = block_of(system)
    keys = documented(page(system).read_text(encoding="utf-8"))
    assert {k for k in keys if "." not in k} == set(model.model_fields)
    assert {k.partition(".")[0] for k in keys} == set(model.model_fields)


@pytest.mark.parametrize("system", OWN)
def test_what_init_writes_names_every_key(system):
    names = TABLES if system == "files" else block_of(system).model_fields
    text = written(system)
    lost = [n for n in names if not re.search(rf"^ *(# *)?{n}:", text, re.MULTILINE)]
    assert lost == []


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda p: p.stem)
def test_lines_of_a_page_are_short(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    long = [line for line in lines if len(line) > 100 and not line.startswith("|")]
    assert long == []
