"""Look through finished pages and records for what must not leave the house."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from segtools.disclosure import EMAIL, PHONE
from segtools.schema import DisclosureError

# What a person reads or is read to: the text, and these attributes.
_READ_ALOUD = {"alt", "title", "aria-label", "aria-description", "href", "content"}
_UNREAD = {"style", "script"}
_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{30,}"
    r"|\b[rs]k_(?:live|test)_\w{12,}|\bxox[abprs]-[\w-]{10,}"
    r"|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.|[a-z][a-z0-9+]*://[^\s/:@]+:[^\s/@]+@"
    r"|(?i:password|passwd|secret|api_?key)=[^\s&]{6,}"
)
_TOKEN = re.compile(r"[^\s\"'<>()\[\]{}|,;]+")
_MARKS = ".:!?…·–—“”„’‘«»№/\\"
# Chinese, Japanese and Korean are written without blanks: an id between such characters
# and marks ends where they begin.
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]+"
)
_LONG_NUMBER = 9
_SHORTEST_ID = 6
_BATCH = 200_000


@dataclass(frozen=True)
class Hit:
    """Something on a page that could tell who somebody is: what it is, and where."""

    kind: str
    near: str


def refuse_disclosure(
    page: str, name: str, folder: Path, run: Mapping[str, Any]
) -> None:
    """Refuse a page that shows an address, a secret or a customer's id.

    Parameters
    ----------
    page : str
        The finished HTML.
    name : str
        The file's name, for the sentence.
    folder : Path
        The run's folder; ids are those of ``features.parquet``, once it is there.
    run : mapping
        ``run.json``; values of the variables that its configuration names count as
        secrets.

    Raises
    ------
    DisclosureError
        Naming kind, count and section, never the finding itself.
    """
    _refuse(_readable(page), name, folder, run)


def refuse_record(
    record: Mapping[str, Any], name: str, folder: Path, run: Mapping[str, Any]
) -> None:
    """Refuse a record or a table whose texts show an address, a secret or an id.

    Parameters
    ----------
    record : mapping
        What is to be written: texts at any depth, keys among them.
    name : str
        The file's name, for the sentence.
    folder, run
        As for `refuse_disclosure`.

    Raises
    ------
    DisclosureError
        Naming kind, count and key, never the finding itself.

    Examples
    --------
    >>> refuse_record({"lines": [{"text": "ask ann@example.org"}]}, "canvas.json",
    ...               Path("none"), {})
    Traceback (most recent call last):
    ...
    segtools.schema.DisclosureError: A page must show nothing that tells who somebody \
is, but canvas.json shows 1 e-mail address, first under “text”. Give the column that \
it comes from the kind contact (`attribute_kinds`), or take it out of the source.
    """
    _refuse(list(_texts(record, "the top")), name, folder, run)


def _refuse(
    texts: list[tuple[str, str]], name: str, folder: Path, run: Mapping[str, Any]
) -> None:
    hits = [*_patterns(texts, run), *_ids(texts, folder / "features.parquet")]
    if not hits:
        return
    kinds = sorted({h.kind for h in hits})
    counted = ", ".join(_counted(k, sum(h.kind == k for h in hits)) for k in kinds)
    raise DisclosureError(
        f"A page must show nothing that tells who somebody is, but {name} shows "
        f"{counted}, first under “{hits[0].near}”. Give the column that it comes from "
        "the kind contact (`attribute_kinds`), or take it out of the source."
    )


def _texts(record: Any, near: str) -> Iterator[tuple[str, str]]:
    """List every text of a record with the key that it stands under."""
    if isinstance(record, str):
        yield near, record
    elif isinstance(record, Mapping):
        for key, value in record.items():
            # A key may itself be what must not be shown: it names no place then.
            safe = not (EMAIL.search(str(key)) or PHONE.search(str(key)))
            yield near, str(key)
            yield from _texts(value, str(key)[:60] if safe else near)
    elif isinstance(record, Iterable):
        for value in record:
            yield from _texts(value, near)


def _counted(kind: str, n: int) -> str:
    return f"{n} {kind}" + ("es" if kind.endswith("s") else "s") * (n > 1)


def find_patterns(page: str, run: Mapping[str, Any] | None = None) -> list[Hit]:
    """Find e-mail addresses, phone numbers and secrets in what can be read of a page.

    Examples
    --------
    >>> [h.kind for h in find_patterns("<h2>Who</h2><p>ann@example.org</p>")]
    ['e-mail address']
    >>> find_patterns("<p>2\u2009446 customers since 2017-10-01</p>")
    []
    """
    return _patterns(_readable(page), run or {})


def _patterns(texts: list[tuple[str, str]], run: Mapping[str, Any]) -> list[Hit]:
    values = list(_variables(run))
    hits = []
    for near, text in texts:
        found = {
            "e-mail address": EMAIL.findall(text),
            "phone number": PHONE.findall(text),
            "secret": _SECRETS.findall(text) + [v for v in values if v in text],
        }
        hits += [Hit(kind, near) for kind, each in found.items() for _ in each]
    return hits


def find_ids(page: str, table: Path) -> list[Hit]:
    """Find ids of customers: of six characters with a letter, or nine digits.

    Parameters
    ----------
    page : str
    table : Path
        A Parquet file with ``customer_id``; read in batches. Nothing is found where
        it does not exist yet.
    """
    return _ids(_readable(page), table)


def _ids(texts: list[tuple[str, str]], table: Path) -> list[Hit]:
    if not table.exists():
        return []
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    where: dict[str, str] = {}
    for near, text in texts:
        for token in _tokens(text):
            where.setdefault(token, near)
    wanted = pa.array(sorted(where), pa.string())
    hits = []
    file = pq.ParquetFile(table)
    for batch in file.iter_batches(_BATCH, columns=["customer_id"]):
        ids = batch.column(0).cast(pa.string())
        shown = ids.filter(pc.is_in(ids, value_set=wanted)).to_pylist()
        hits += [Hit("customer id", where[i]) for i in shown]
    return hits


def _tokens(text: str) -> Iterator[str]:
    """Cut text into what may be an id: as it stands, and without marks around it."""
    for token in _TOKEN.findall(text):
        parts = {token, *re.findall(r"\w+", token)}
        for piece in (token, *_WIDE.split(token)):
            parts |= {piece.strip(_MARKS), *re.findall(r"\w+", piece)}
        yield from filter(_like_an_id, parts)


def _like_an_id(token: str) -> bool:
    if token.isdigit():
        return len(token) >= _LONG_NUMBER
    return len(token) >= _SHORTEST_ID and any(c.isalpha() for c in token)


def _variables(config: Any) -> Iterator[str]:
    """Give the values of variables that a configuration names, wherever it does."""
    if isinstance(config, Mapping):
        config = config.values()
    if isinstance(config, str):
        value = os.environ.get(config.removeprefix("env:"), "")
        if config.startswith("env:") and value:
            yield value
    elif isinstance(config, Iterable):
        for each in config:
            yield from _variables(each)


def _readable(page: str) -> list[tuple[str, str]]:
    """List what can be read of a page, each with the heading that it stands under."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._inside: list[str] = []
        self._heading = "the head of the page"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD or tag in {"h1", "h2", "h3"}:
            self._inside.append(tag)
        for name, value in attrs:
            if name in _READ_ALOUD and value and not value.startswith("data:"):
                self.found.append((self._heading, value))

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        inside = self._inside[-1] if self._inside else ""
        if inside in _UNREAD or not data.strip():
            return
        # A heading may itself hold what must not be shown: it names no place then.
        safe = not (EMAIL.search(data) or PHONE.search(data))
        if inside and safe:
            self._heading = data.strip()[:60]
        self.found.append((self._heading, data))
