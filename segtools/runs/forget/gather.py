"""Gather what tells of a customer from the tables and ledgers of all runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segtools.destinations.fields import ALIASES
from segtools.destinations.identifiers import (
    HEX64,
    country_code,
    e164,
    google_email,
    google_name,
    google_zip,
    meta_email,
    meta_letters,
    meta_name,
    meta_phone,
    meta_zip,
    plain_email,
    sha256,
)
from segtools.disclosure import EMAIL
from segtools.runs.forget.traces import Traces, says_whose, with_hashes

_PHONE = re.compile(r"phone|mobile|telephone|handy|fax")
_KEPT = {"segment_id", "segment"}
Row = dict[str, str]


@dataclass
class _Found:
    """What has been found so far."""

    marks: set[str] = field(default_factory=set)
    together: set[frozenset[str]] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)


def find_traces(
    customer_id: str, runs: Iterable[tuple[Path, Mapping[str, Any]]]
) -> Traces:
    """Gather addresses, other ids and hashes of a customer.

    Parameters
    ----------
    customer_id : str
    runs : iterable of (Path, mapping)
        Folders of runs, each with the content of its ``run.json``.

    Returns
    -------
    Traces
        From ``tables/customers.parquet`` and the ledgers of exports. What another
        customer of the same table has, too, is that one's as well and is left out.
    """
    found = _Found()
    for path, run in runs:
        config = run.get("config")
        settings = _Settings.of(config if isinstance(config, Mapping) else {})
        files = [path / "tables" / "customers.parquet"]
        files += sorted((path / "exports").glob("*.parquet"))
        for file in files:
            if not file.is_file():
                continue
            # One that cannot be read is named when all files are walked through.
            with suppress(pa.ArrowException, OSError):
                _look(file, customer_id, settings, found)
    marks = found.marks - {customer_id.lower()} - found.shared
    together = tuple(sorted(found.together, key=sorted))
    return Traces(customer_id, frozenset(marks), together, len(found.shared))


@dataclass(frozen=True)
class _Settings:
    """What a configuration says of addresses: regions, and columns by field."""

    regions: tuple[str, ...]
    columns: Mapping[str, str]

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> _Settings:
        blocks = config.get("destinations")
        blocks = list(blocks.values()) if isinstance(blocks, Mapping) else []
        blocks = [b for b in blocks if isinstance(b, Mapping)]
        regions = {str(b.get("default_region") or "") for b in blocks}
        columns = {
            str(column): str(name)
            for b in blocks
            for name, column in (b.get("fields") or {}).items()
        }
        return cls(tuple(sorted(regions | {""})), columns)

    def field_of(self, column: str) -> str:
        """Say what a column holds: email, phone, a name, an id, or nothing known."""
        plain = re.sub(r"\W+", "_", column.casefold()).strip("_")
        known = self.columns.get(column, "")
        for name in (*ALIASES, known):
            if name and (name == known or plain in ALIASES.get(name, (name,))):
                return name
        if _PHONE.search(plain):
            return "phone"
        return "id" if says_whose(column) else ""


def _look(file: Path, customer_id: str, settings: _Settings, found: _Found) -> None:
    """Read one table; only the columns of text, and only as far as they are needed."""
    parquet = pq.ParquetFile(file)
    names = [f.name for f in parquet.schema_arrow if _is_texty(f.type)]
    if "customer_id" not in names:
        return
    table = parquet.read(columns=names)
    ids = table.column("customer_id").cast(pa.string())
    own = table.filter(pc.equal(ids, customer_id))
    if not own.num_rows:
        return
    others = table.filter(pc.not_equal(ids, customer_id))
    for row in own.to_pylist():
        texts = {c: str(v).strip() for c, v in row.items() if v not in (None, "")}
        texts = {c: v for c, v in texts.items() if c not in _KEPT}
        _marks_of(texts, others, settings, found)
        _names_of(texts, settings, found)


def _is_texty(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return (
        pa.types.is_string(inner)
        or pa.types.is_large_string(inner)
        or pa.types.is_integer(inner)
    )


def _marks_of(row: Row, others: pa.Table, settings: _Settings, found: _Found) -> None:
    regions = {*settings.regions, *filter(None, _countries(row, settings))}
    for column, value in row.items():
        name = settings.field_of(column)
        if column == "customer_id":
            continue
        if EMAIL.fullmatch(value) or name == "email":
            made = _emails(value)
        elif "phone" in name:
            made = _phones(value, regions)
        elif name.endswith("id"):
            made = {value.lower()}
        else:
            continue
        if _is_shared(value, others.column(column)):
            found.shared |= made
        else:
            found.marks |= made


def _is_shared(value: str, column: pa.ChunkedArray) -> bool:
    """Tell whether another customer has the value, however it is written."""
    digits = re.sub(r"\D", "", value)
    wanted = digits if len(digits) >= 7 and "@" not in value else value.casefold()
    texts = (str(v) for v in column.unique().to_pylist() if v is not None)
    if wanted == digits:
        return any(re.sub(r"\D", "", text) == digits for text in texts)
    return any(text.strip().casefold() == wanted for text in texts)


def _emails(value: str) -> set[str]:
    if HEX64.fullmatch(value):
        return {value.lower()}
    ways = (plain_email(value), google_email(value), meta_email(value))
    return with_hashes([value, *ways])


def _phones(value: str, regions: Iterable[str]) -> set[str]:
    if HEX64.fullmatch(value):
        return {value.lower()}
    ways: list[str | None] = [value]
    for region in regions:
        ways += [e164(value, region), meta_phone(value, region)]
    return with_hashes(w for w in ways if w and len(re.sub(r"\D", "", w)) >= 7)


def _countries(row: Row, settings: _Settings) -> Iterator[str | None]:
    for column, value in row.items():
        if settings.field_of(column) == "country":
            yield country_code(value)


def _names_of(row: Row, settings: _Settings, found: _Found) -> None:
    """Give sets of hashes that only together mean somebody: a name and a postcode."""
    by = {settings.field_of(column): value for column, value in row.items()}
    first, last, code = (by.get(n, "") for n in ("first_name", "last_name", "zip"))
    if not (first and last and code):
        return
    country = country_code(by.get("country")) or ""
    rules = (
        (google_name, google_name, lambda z: google_zip(z, country)),
        (meta_name, meta_name, meta_zip),
        (meta_letters, meta_letters, meta_zip),
    )
    for of_first, of_last, of_zip in rules:
        made = of_first(first), of_last(last), of_zip(code)
        if not all(made):
            continue
        # Google's lists hash names but not postcodes; Meta's hash all of them.
        one, two, three = (str(m) for m in made)
        hashed = {str(sha256(one)), str(sha256(two))}
        found.together.add(frozenset(hashed | {three.lower()}))
        found.together.add(frozenset(hashed | {str(sha256(three))}))
        found.together.add(frozenset({one.lower(), two.lower(), three.lower()}))
