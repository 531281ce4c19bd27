"""The JSON schema of a configuration: by it editors complete, explain and check."""

from __future__ import annotations

import json

from segtools.features.catalogue import registered
from segtools.report.execution.start import BUILT_IN, PLAIN
from segtools.report.schema_blocks import (
    TEXT,
    Schema,
    keys_and_definitions,
    reference,
)
from segtools.sources import SYSTEMS

__all__ = ["FILE", "batch_schema", "run_schema", "schema_text"]

DRAFT = "http://json-schema.org/draft-07/schema#"
FILE = "segtools.schema.json"
_PATHS: Schema = {
    "description": "YAML files that this one builds on; a later one wins",
    "anyOf": [TEXT, {"type": "array", "items": TEXT}],
}


def run_schema() -> Schema:
    """Give the schema of a run's configuration.

    Returns
    -------
    dict
        Every key with its meaning, kind and default; ``source`` by its system, which
        may be an unknown one only beside ``extensions``. A file with ``defaults`` may
        leave out what is required.

    Examples
    --------
    >>> run_schema()["properties"]["window_days"]["default"]
    180
    """
    keys, defs = keys_and_definitions()
    return {
        "$schema": DRAFT,
        "title": "A segtools run",
        "type": "object",
        "properties": {"defaults": _PATHS} | keys,
        "additionalProperties": False,
        "allOf": [
            {
                "if": {"required": ["defaults"]},
                "then": {"properties": {"source": _source("part")}},
                "else": {
                    "required": ["project", "source"],
                    "properties": {"source": _source("whole")},
                },
            },
            {"if": {"not": {"required": ["extensions"]}}, "then": _without_own()},
        ],
        "$defs": defs,
    }


def batch_schema() -> Schema:
    """Give the schema of a batch file: ``runs`` or ``matrix`` over ``defaults``.

    Examples
    --------
    >>> sorted(batch_schema()["properties"])[:3]
    ['defaults', 'exclude', 'hooks']
    """
    keys, defs = keys_and_definitions()
    part = keys | {"source": _source("part")}
    nested: Schema = {"patternProperties": {r"^[a-z_]+\.": {}}}
    own: Schema = {"type": "object", "properties": part, "additionalProperties": False}
    return {
        "$schema": DRAFT,
        "title": "A segtools batch",
        "type": "object",
        "properties": {
            "defaults": _shared(own),
            "runs": _runs(own | nested),
            "matrix": _matrix(keys, own | nested),
            "name": {
                "description": "of each run of the matrix, such as {market}-{as_of}",
                "type": "string",
            },
            "exclude": _listed("combinations of the matrix to leave out"),
            "include": _listed("runs beside those of the matrix"),
            "hooks": {
                "description": "programs and URLs that are told how the batch ended",
                "type": "array",
                "items": {"$ref": "#/$defs/hook"},
            },
        },
        "additionalProperties": False,
        "anyOf": [{"required": ["runs"]}, {"required": ["matrix"]}],
        "$defs": defs,
    }


def schema_text(schema: Schema) -> str:
    """Write a schema as the text of a file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _shared(own: Schema) -> Schema:
    one = [TEXT, own]
    return {
        "description": "keys of every run, or files with them; a later one wins",
        "anyOf": [*one, {"type": "array", "items": {"anyOf": one}}],
    }


def _runs(own: Schema) -> Schema:
    name = {"description": "of the run, and its folder", "type": ["string", "integer"]}
    config = {"description": "YAML file that it builds on", "type": "string"}
    keys = {"name": name, "config": config} | own["properties"]
    return {
        "description": "a list of runs: a name, perhaps a file, keys of their own",
        "type": "array",
        "minItems": 1,
        "items": own | {"properties": keys, "required": ["name"]},
    }


def _listed(meaning: str) -> Schema:
    block = {"type": "object", "minProperties": 1}
    return {"description": meaning, "type": "array", "items": block}


def _matrix(keys: Schema, own: Schema) -> Schema:
    """Values of a key in a list, or named; or an axis of the file's own, named."""

    def axis(value: Schema) -> Schema:
        some = {"type": "array", "minItems": 1, "items": value}
        named = {"type": "object", "minProperties": 1, "additionalProperties": value}
        return {"description": value.get("description", ""), "anyOf": [some, named]}

    return {
        "description": "key: its values; every combination is a run",
        "type": "object",
        "minProperties": 1,
        "properties": {key: axis(value) for key, value in keys.items()},
        "patternProperties": {r"^[a-z_]+\.": axis({})},
        "additionalProperties": {"type": "object", "additionalProperties": own},
    }


def _source(kind: str) -> Schema:
    one = reference(f"{kind}.source")
    several = {"minItems": 1, "items": one}
    return {"if": {"type": "array"}, "then": several, "else": one}


def _without_own() -> Schema:
    """Without ``extensions`` only what comes with segtools is known."""
    known: Schema = {"properties": {"system": {"enum": list(SYSTEMS)}}}
    bases = sorted({feature.basis for feature in registered()})
    return {
        "properties": {
            "source": {
                "if": {"type": "array"},
                "then": {"items": known},
                "else": known,
            },
            "method": {"enum": sorted({*BUILT_IN, *PLAIN, "tiers"})},
            "bases": {"items": {"enum": bases}},
        }
    }
