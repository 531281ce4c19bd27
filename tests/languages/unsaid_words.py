"""Find English words that no message has said, on what a run in pseudo-language wrote.

The pseudo-language changes a letter of every English word, so a word that is all in
plain letters has gone round the catalogue: a value from data, a code, or a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
from babel import Locale
from unsaid import texts_of

from segtools.records import read_record

_WORD = re.compile(r"(?<![\w])[A-Za-z]{2,}(?![\w])")
# Files, and what somebody is to write in a configuration: `readiness: {act: ...}`.
_CODE = re.compile(r"\w+\.html\b|\w+: \{[^}]*\}")
_BETWEEN = re.compile("⟦[^⟦⟧\\w]*⟧")
# Models are called by the names of their distributions, in all languages.
_MODELS = {"BG", "NBD", "Gamma"}
_MOST_VALUES = 50


def unsaid_words(file: Path, data: set[str], codes: set[str]) -> dict[str, str]:
    """List the words of a file that no message has said, each with its text.

    Parameters
    ----------
    file : Path
        A page, or a Markdown file.
    data : set of str
        Words that may stand anywhere.
    codes : set of str
        Texts that may stand alone, in a list of such, or nowhere: a word of a code
        within a sentence is a mistake.
    """
    content = file.read_text(encoding="utf-8")
    texts = texts_of(content) if file.suffix == ".html" else content.splitlines()
    found = {}
    for text in texts:
        if all(part.strip() in codes for part in _BETWEEN.split(text)):
            continue
        for word in _WORD.findall(_CODE.sub(" ", text)):
            if not _is_data(word, data):
                found[word] = " ".join(text.split())[:200]
    return found


def _is_data(word: str, data: set[str]) -> bool:
    # A narrow panel cuts a long word of the data in two.
    return word in data or (len(word) > 5 and any(d.startswith(word) for d in data))


def words_of_data(run: Path) -> set[str]:
    """Give the words that a run's own data and project have, and the locale's dates."""
    record = read_record(run / "run.json")
    config = record["config"]
    texts = [config["project"], config["currency"], "spreadsheet"]
    texts += record["data"]["tables"]
    for table in sorted((run / "tables").glob("*.parquet")):
        texts += _texts_of(pd.read_parquet(table))
    people = pd.read_parquet(run / "tables" / "customers.parquet")
    texts += [c.replace("_", " ") for c in people.columns if c != "customer_id"]
    words = {word for text in texts for word in _WORD.findall(str(text))}
    return words | {word.capitalize() for word in words} | _of_locale("de") | _MODELS


def _texts_of(table: pd.DataFrame) -> list[str]:
    """Give the values of columns that name kinds: of products, channels, people."""
    few = (c for c in table.columns if table[c].nunique() <= _MOST_VALUES)
    return [str(value) for column in few for value in table[column].dropna().unique()]


def _of_locale(code: str) -> set[str]:
    """Give what the library of locales says: days, months, *and*."""
    locale = Locale.parse(code)
    ways = [locale.days["stand-alone"], locale.months["format"]]
    texts = [text for way in ways for width in way.values() for text in width.values()]
    texts += [str(pattern) for pattern in locale.list_patterns["standard"].values()]
    return {word for text in texts for word in _WORD.findall(text)}


def codes_of(run: Path) -> set[str]:
    """Give the keys of the run's configuration with their values, tables, versions."""
    record = read_record(run / "run.json")
    bases = read_record(run / "goals.json")["bases"]
    lacking = {name for row in bases for name in (*row["missing"], *row["features"])}
    codes = {*_flat(record["config"]), *record["versions"], *record["data"]["tables"]}
    people = pd.read_parquet(run / "tables" / "customers.parquet").columns
    return codes | lacking | {*people} | {"source.system", ""}


def _flat(config: dict[str, Any], head: str = "") -> Iterable[str]:
    for key, value in config.items():
        yield f"{head}{key}"
        if isinstance(value, dict):
            yield from _flat(value, f"{head}{key}.")
        elif isinstance(value, str):
            yield value
