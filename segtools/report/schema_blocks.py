"""What every key and block of a configuration may hold, as JSON schema."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from segtools.attributes import KINDS
from segtools.config import TOPICS, RunConfig, TableFile
from segtools.config.by_hand import BLOCKS
from segtools.config.experiment import ExperimentBlock
from segtools.config.hooks import HookBlock
from segtools.config.interviews import InterviewBlock
from segtools.destinations.registry import SYSTEMS as DESTINATIONS
from segtools.destinations.registry import destination_of
from segtools.schema import TABLES
from segtools.sources import SYSTEMS

__all__ = ["MODELS", "TEXT", "Schema", "keys_and_definitions", "reference"]

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
# The model of each system's block, in its own file.
MODELS = {
    "chatbot": "ChatBot",
    "crm": "CrmBlock",
    "database": "Block",
    "ga4": "GA4",
    "liveagent": "LiveAgent",
    "shopify": "ShopifyBlock",
    "stripe": "StripeBlock",
    "survey": "SurveyBlock",
    "twilio_segment": "TwilioSegment",
    "woocommerce": "WooCommerceBlock",
}
_DAY = r"^\d{4}-\d{2}-\d{2}"


def keys_and_definitions() -> tuple[Schema, Schema]:
    """Give the schema of every key, and the definitions that these refer to.

    Returns
    -------
    keys, definitions : dict
        ``source`` is left open: see the definitions ``whole.source`` and, for a file
        that is laid over another, ``part.source``.

    Examples
    --------
    >>> keys, definitions = keys_and_definitions()
    >>> keys["n_segments"]["default"], sorted(definitions)[0]
    ('auto', 'CrmFile')
    """
    made = RunConfig.model_json_schema()
    defs: Schema = {}
    keys = {name: _plain(value) for name, value in made["properties"].items()}
    for name in ("StructureThresholds", "RefreshThresholds"):
        defs[name] = _plain(made["$defs"][name])
    keys["source"] = {"description": keys["source"]["description"]}
    keys["as_of"] |= {"anyOf": [{"type": "string", "pattern": _DAY}, {"type": "null"}]}
    keys["n_segments"]["anyOf"] = [
        {"type": "integer", "minimum": 2, "maximum": 12},
        {"const": "auto"},
    ]
    keys["bases"]["contains"] = {"const": "value"}
    keys["attribute_kinds"]["additionalProperties"] = {"enum": list(KINDS)}
    keys["project"]["pattern"] = r"^[^/\\:*?\"<>|]{1,80}$"
    defs |= _by_hand(keys) | _destinations(keys) | _sources()
    return keys, defs


def _by_hand(keys: Schema) -> Schema:
    """Fill in the blocks that the model itself checks one by one."""
    defs: Schema = {}
    for what, model in BLOCKS.items():
        block = _model(model, f"decision.{what}", defs)
        block["properties"]["what"] = {"const": what, "description": what}
    kinds = [reference(f"decision.{what}") for what in BLOCKS]
    keys["decisions"]["items"] = _cases("what", dict(zip(BLOCKS, kinds, strict=True)))
    said = _model(InterviewBlock, "interview", defs)
    said["properties"]["topic"]["enum"] = list(TOPICS)
    listed = {"type": "array", "items": reference("interview")}
    keys["interviews"].pop("items", None)
    keys["interviews"].pop("type", None)
    keys["interviews"] |= _unless("string", listed)
    _model(HookBlock, "hook", defs)
    keys["hooks"]["items"] = reference("hook")
    _model(ExperimentBlock, "experiment", defs)
    planned = {"if": {"maxProperties": 0}, "else": reference("experiment")}
    keys["experiment"] = _but(keys["experiment"], "type", "additionalProperties")
    keys["experiment"] |= _unless("null", {"type": "object"} | planned)
    return defs


def _destinations(keys: Schema) -> Schema:
    defs: Schema = {}
    for name in DESTINATIONS:
        _model(destination_of(name).block, f"destination.{name}", defs)
    by_system = _cases(
        "system", {n: reference(f"destination.{n}") for n in DESTINATIONS}
    )
    blocks = {
        name: {
            "if": {"type": "object", "required": ["system"]},
            "then": by_system,
            "else": _unless("null", reference(f"destination.{name}")),
        }
        for name in DESTINATIONS
    }
    keys["destinations"] |= {"properties": blocks, "additionalProperties": by_system}
    return defs


def _sources() -> Schema:
    """Define each system's block twice: whole, and as a part laid over another."""
    defs: Schema = {}
    for system in SYSTEMS:
        _source_block(system, defs)
    _patch_survey(defs)
    for name in list(defs):
        defs[f"part.{name}"] = _partial(defs[name])
    for kind in ("whole", "part"):
        head = "part." if kind == "part" else ""
        blocks = {s: reference(f"{head}source.{s}") for s in SYSTEMS}
        defs[f"{kind}.source"] = _cases("system", blocks, known=False, strict=not head)
    return defs


def _source_block(system: str, defs: Schema) -> None:
    """Define what a block of a system may hold, besides what all of them may."""
    name = f"source.{system}"
    if system in MODELS:
        module = importlib.import_module(f"segtools.sources.{system}")
        _model(getattr(module, MODELS[system]), name, defs)
    else:
        defs[name] = {"type": "object", "properties": {}, "additionalProperties": False}
    if system == "files":
        _model(TableFile, "TableFile", defs)
        defs[name]["properties"] |= {t: reference("TableFile") for t in TABLES}
    defs[name]["properties"] |= {
        "system": {"const": system, "description": "where the data comes from"},
        "tables": {
            "description": "take only these of its tables",
            "type": "array",
            "items": {"enum": list(TABLES)},
        },
    }


def _patch_survey(defs: Schema) -> None:
    """Say what the survey's block takes besides what its model keeps."""
    keys = defs["source.survey"]["properties"]
    named = keys["questions"]["additionalProperties"]
    keys["questions"] = _but(keys["questions"], "type", "additionalProperties") | {
        "anyOf": [
            {"type": "array", "items": TEXT},
            {
                "type": "object",
                "additionalProperties": {"anyOf": [named, {"type": "null"}]},
            },
        ]
    }
    scale = defs["Question"]["properties"]["scale"]
    defs["Question"]["properties"]["scale"] = _but(
        scale, "type", "additionalProperties"
    ) | {"anyOf": [{"type": "array"}, {"type": "object"}]}


def _cases(
    key: str, blocks: Mapping[str, Schema], *, known: bool = True, strict: bool = True
) -> Schema:
    """Choose a block by one of its keys, so that errors are about that block alone."""
    chosen = [
        {
            "if": {"properties": {key: {"const": value}}, "required": [key]},
            "then": block,
        }
        for value, block in blocks.items()
    ]
    head: Schema = {"type": "object", "allOf": chosen}
    if known:
        head["properties"] = {key: {"enum": list(blocks)}}
    if strict:
        head["required"] = [key]
    return head


def _model(model: type[BaseModel], name: str, defs: Schema) -> Schema:
    """Define a model under a name, and what it is made of."""
    made = model.model_json_schema()
    for inner, part in made.pop("$defs", {}).items():
        defs[inner] = _plain(part)
    block: Schema = _plain(made)
    defs[name] = block
    return block


def _plain(value: Any) -> Any:
    """Drop what editors do not know, and keep words beside a reference."""
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if not isinstance(value, dict):
        return value
    made = {
        k: {n: _plain(v) for n, v in w.items()} if k == "properties" else _plain(w)
        for k, w in value.items()
        if k not in ("stage", "title") or not isinstance(w, str)
    }
    if "$ref" in made and len(made) > 1:
        made["allOf"] = [{"$ref": made.pop("$ref")}]
    return made


def _partial(value: Any) -> Any:
    """Ask for nothing, in a block and in what it is made of."""
    if isinstance(value, list):
        return [_partial(v) for v in value]
    if not isinstance(value, dict):
        return value
    made: Schema = {
        k: {n: _partial(v) for n, v in w.items()} if k == "properties" else _partial(w)
        for k, w in value.items()
        if k != "required"
    }
    if "$ref" in made:
        made["$ref"] = str(value["$ref"]).replace("#/$defs/", "#/$defs/part.")
    return made


def _unless(kind: str, block: Schema) -> Schema:
    """Ask for a block where something is not of a kind; errors are then about it."""
    return {"if": {"type": kind}, "else": block}


def reference(name: str) -> Schema:
    """Refer to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def _but(value: Schema, *keys: str) -> Schema:
    return {k: v for k, v in value.items() if k not in keys}
