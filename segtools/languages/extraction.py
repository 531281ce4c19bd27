"""Collect the messages of code, templates, notebooks and word lists for translation.

``make catalogues`` runs it: it writes ``messages.pot`` anew and brings each language's
``messages.po`` up to date, which keeps every translation whose message is unchanged.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from segtools.languages.catalogue import TEMPLATE
from segtools.languages.language import CATALOGUE, FOLDER

Found = tuple[int, str, Any, list[str]]

ROOT = FOLDER.parents[1]
# What a function's literal arguments are: a message, one with its plural, or with a
# context before it.
KEYWORDS: dict[str, Any] = {
    "tr": None,
    "mark": None,
    "trn": (1, 2),
    "markn": (1, 2),
    "trc": ((1, "c"), 2),
    "markc": ((1, "c"), 2),
}
# Arguments by these names are messages wherever a feature is defined, and in cells.
FEATURE_WORDS = ("label", "definition")
CELL_WORDS = ("caption", "outcome", "title")
# Keys of word lists whose values are messages.
YAML_WORDS = {
    "glossary.yaml": ("term", "means", "read"),
    "rule_book.yaml": ("owner", "channel", "text", "message", "offer", "measure"),
}


def messages() -> Catalog:
    """Collect all messages, in the order of files.

    Returns
    -------
    Catalog
        Without a translation.
    """
    found = Catalog(
        project="segtools",
        version=_VERSION,
        header_comment=_HEAD,
        creation_date=_NO_DATE,
        revision_date=_NO_DATE,
        charset="utf-8",
        fuzzy=False,
        msgid_bugs_address="the issues of segtools",
        last_translator="nobody",
        language_team="none",
    )
    for folder, ways in _WAYS.items():
        # What matches none of the patterns is not read.
        for file, _, text, _, context in extract_from_dir(
            ROOT / folder, list(ways.items()), keywords=KEYWORDS
        ):
            found.add(text, locations=[(f"{folder}/{file}", 0)], context=context)
    return found


def update() -> list[Path]:
    """Write the template, and each language's catalogue by it.

    Returns
    -------
    list of Path
        What was written.
    """
    template = messages()
    _write(TEMPLATE, template)
    written = [TEMPLATE]
    for path in sorted(FOLDER.glob(f"*/{CATALOGUE}")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parent.parent.name)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.creation_date = catalogue.revision_date = _NO_DATE
        _write(path, catalogue)
        written.append(path)
    return written


_VERSION = "1"
_HEAD = "# What segtools writes. Made by `make catalogues`; do not edit by hand."
# A date in the head would change the file whenever the target is made.
_NO_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def _write(path: Path, catalogue: Catalog) -> None:
    with path.open("wb") as file:
        write_po(file, catalogue, width=88, ignore_obsolete=True, include_lineno=False)


def _python(
    file: IO[bytes], keywords: Any, comments: Any, options: Any
) -> Iterator[Found]:
    """Find calls of the functions above, and labels and definitions of features."""
    yield from _calls(ast.parse(file.read()), FEATURE_WORDS)


def _notebook(
    file: IO[bytes], keywords: Any, comments: Any, options: Any
) -> Iterator[Found]:
    """Find captions in the code cells of a notebook."""
    for cell in json.load(file)["cells"]:
        if cell["cell_type"] == "code":
            yield from _calls(ast.parse("".join(cell["source"])), CELL_WORDS)


def _yaml(
    file: IO[bytes], keywords: Any, comments: Any, options: Any
) -> Iterator[Found]:
    """Find the values of a word list that are read by people."""
    words = YAML_WORDS[Path(file.name).name]
    yield from ((0, "tr", text, []) for text in _values(yaml.safe_load(file), words))


def _values(node: Any, words: tuple[str, ...]) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in words and isinstance(value, str):
                yield value
            else:
                yield from _values(value, words)
    elif isinstance(node, list):
        for value in node:
            yield from _values(value, words)


def _calls(tree: ast.AST, words: tuple[str, ...]) -> Iterator[Found]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name == "header":
            yield from _said(node, "markc", ["column", *_literals(node)])
        elif name in KEYWORDS:
            yield from _said(node, name, _literals(node))
        else:
            for argument in node.keywords:
                text = getattr(argument.value, "value", None)
                if argument.arg in words and isinstance(text, str) and text:
                    yield node.lineno, "tr", text, []


def _said(node: ast.Call, name: str, literals: list[str]) -> Iterator[Found]:
    wanted = 1 if name in ("tr", "mark") else 2
    if len(literals) >= wanted:
        found: Any = literals[0] if wanted == 1 else tuple(literals[:2])
        yield node.lineno, name, found, []


def _literals(node: ast.Call) -> list[str]:
    """Give the arguments that stand there as text; one that is put together is none."""
    texts = []
    for argument in node.args:
        if isinstance(argument, ast.JoinedStr):
            raise ValueError(
                f"A message must be literal, but line {node.lineno} has an f-string. "
                "Give its values as named arguments."
            )
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            break
        texts.append(argument.value)
    return texts


_WAYS: dict[str, dict[str, Any]] = {
    "segtools": {
        "languages/**.py": "ignore",
        "bundled/**": "ignore",
        "lessons/**": "ignore",
        "**.py": _python,
        "**.j2": "jinja2",
        "**/glossary.yaml": _yaml,
        "**/rule_book.yaml": _yaml,
    },
    "notebooks": {"lessons/**": "ignore", "**.ipynb": _notebook},
}


if __name__ == "__main__":
    for path in update():
        print(path.relative_to(ROOT))
