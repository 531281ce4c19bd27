"""Files of JSON objects beside delimited text: one column a key, all as text."""

from __future__ import annotations

import glob
from collections.abc import Sequence

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from pydantic import Field

from segtools.config import DataFile
from segtools.schema import ConfigError, DataError, did_you_mean
from segtools.sources import land
from segtools.sources.formats.raw import data_files, raw_table

_JSON = {".json", ".jsonl", ".ndjson", ".log"}


class MappedFile(DataFile):
    """A file whose headers nobody has written down."""

    columns: dict[str, str] = Field({}, description="ours: theirs")


def mapped(
    raw: ir.Table, known: dict[str, list[str]], columns: dict[str, str], key: str
) -> dict[str, list[str]]:
    """Put the user's own column names before those that we know.

    Parameters
    ----------
    raw : ibis Table
        The file.
    known : dict
        Our key to the headers that it may stand under.
    columns : dict
        Ours to theirs, from the configuration.
    key : str
        The key of the file in the block, such as ``tickets``.

    Raises
    ------
    ConfigError
        If the mapping names a column that we do not know.
    DataError
        If the file does not have a mapped column.
    """
    for ours, theirs in columns.items():
        if ours not in known:
            raise ConfigError(
                f"source.{key}.columns must map our columns, but {ours!r} is none. "
                f"{did_you_mean(ours, known)}"
            )
        if theirs not in raw.columns:
            raise DataError(
                f"{key} must have the column {theirs!r} (mapped to {ours}), but the "
                f"file has {list(raw.columns)}. {did_you_mean(theirs, raw.columns)}"
            )
    return known | {ours: [theirs] for ours, theirs in columns.items()}


@ibis.udf.scalar.builtin
def json_keys(json: dt.JSON) -> dt.Array(dt.string):  # type: ignore[valid-type,empty-body]
    """List the keys of an object (DuckDB's own function)."""


@ibis.udf.scalar.builtin
def json_type(json: dt.JSON) -> str:  # type: ignore[empty-body]
    """Say what a JSON value is (DuckDB's own function)."""


@ibis.udf.scalar.builtin
def json_extract(json: dt.JSON, path: str) -> dt.Array(dt.json):  # type: ignore[valid-type,empty-body]
    """Give what lies at a path with wildcards (DuckDB's own function)."""


@ibis.udf.scalar.builtin
def json_extract_string(json: dt.JSON, path: str) -> str:  # type: ignore[empty-body]
    """Give the text of what lies at a path (DuckDB's own function)."""


def opened_text(con: ibis.BaseBackend, file: DataFile, key: str) -> ir.Table:
    """Land JSON objects or delimited text alike: one column a key, all text.

    Parameters
    ----------
    con : ibis backend
        A DuckDB.
    file : DataFile
        JSON (an array, or one object a line), CSV, TSV or Parquet.
    key : str
        The key of the file in the block, such as ``tickets``.

    Returns
    -------
    ibis Table
        Landed. Lists and objects are their JSON; a key that only some objects have
        is null in the others.

    Raises
    ------
    ConfigError, DataError
        If there is nothing at the path, or it cannot be read.
    """
    paths = data_files(file, key)
    if not all(_JSON & set(p.suffixes[-2:]) for p in paths):
        return land(con, raw_table(con, file, key), key)
    # The engine would take t[1].json for a glob and read t1.json instead.
    texts = [glob.escape(str(p)) for p in paths]
    lines = con.read_json(  # type: ignore[attr-defined]
        texts, format="auto", columns={"json": "JSON"}, records="false"
    )
    # A byte-order mark before an array hides from the engine that it is one.
    whole = json_type(lines.json) == "ARRAY"
    inner = whole.ifelse(json_extract(lines.json, "$[*]"), ibis.array([lines.json]))
    objects = land(con, lines.select(json=inner.unnest()), key)
    keys = _keys(objects)
    if not keys:
        raise DataError(
            f"{key} must hold JSON objects, but {paths[0].name} holds none. "
            "Export it again, or name another file."
        )
    columns = {k: json_extract_string(objects.json, _pointer(k)) for k in keys}
    return land(con, objects.select(**columns), key)


def _keys(objects: ir.Table) -> Sequence[str]:
    """List all keys of all objects; of two that differ in case only, the first."""
    keys = objects.select(key=json_keys(objects.json).unnest()).distinct()
    found = sorted(k for k in keys.to_pandas()["key"] if k.strip())
    return list({k.casefold(): k for k in reversed(found)}.values())[::-1]


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")


def listed(text: ir.Value) -> ir.Value:
    """Split a list that is JSON or separated by commas, semicolons or bars.

    Examples
    --------
    >>> listed(ibis.literal('["vip1","trade"]')).execute()
    ['vip1', 'trade']
    """
    bare = text.re_replace(r'[\[\]"]', "").strip()
    parts = bare.re_split(r"\s*[,;|]\s*")
    return parts.filter(lambda part: (part != "") & (part != "null"))


def plain(text: ir.Value) -> ir.Value:
    """Take tags out of a text, so that nothing of it can be rendered.

    Examples
    --------
    >>> plain(ibis.literal("I <3 <b>it</b> <script>x()</script><img src=x ")).execute()
    'I <3 it'
    """
    bare = text.re_replace(r"(?is)<(script|style)\b.*?(</(script|style)\s*>|$)", " ")
    bare = bare.re_replace(r"<[/!?a-zA-Z][^>]*(>|$)", " ")
    return bare.re_replace(r"\s+", " ").strip().nullif("")
