"""The JSON schema takes what segtools takes, and refuses what it refuses."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from segtools.config import RunConfig, defaults, validate
from segtools.destinations.registry import SYSTEMS as DESTINATIONS
from segtools.report.json_schema import FILE, batch_schema, run_schema
from segtools.report.project import init_project
from segtools.report.schema_blocks import MODELS
from segtools.schema import ConfigError
from segtools.sources import SYSTEMS

ROOT = Path(__file__).parents[2] / "segtools"
BUNDLED = sorted((ROOT / "configurations").rglob("*.yaml"))
RUN, BATCH = Draft7Validator(run_schema()), Draft7Validator(batch_schema())
SHOP: dict[str, Any] = {"project": "shop", "source": {"system": "sample"}}


def as_editors_read(body: Any) -> Any:
    """Give what YAML holds in editors' eyes: dates are text, keys are text."""
    if isinstance(body, dict):
        return {str(k): as_editors_read(v) for k, v in body.items()}
    if isinstance(body, list):
        return [as_editors_read(v) for v in body]
    return body.isoformat() if isinstance(body, (dt.date, dt.datetime)) else body


def said(validator: Draft7Validator, body: dict[str, Any]) -> list[tuple[str, str]]:
    errors = validator.iter_errors(as_editors_read(body))
    return [(".".join(map(str, e.absolute_path)), e.message) for e in errors]


def test_both_schemas_are_schemas():
    for schema in (run_schema(), batch_schema()):
        Draft7Validator.check_schema(schema)
        assert json.loads(json.dumps(schema)) == schema


def test_every_key_has_its_meaning_and_its_default():
    keys = run_schema()["properties"]
    assert set(keys) == {*RunConfig.model_fields, "defaults"}
    for name, value in defaults().items():
        assert keys[name]["default"] == value, name
    for name, field in RunConfig.model_fields.items():
        assert keys[name]["description"] == field.description, name


def test_every_system_has_its_block():
    own = {"files", "sample", "complete_journey"}
    assert set(SYSTEMS) == {*MODELS, *own}
    found = run_schema()["$defs"]
    assert {f"source.{s}" for s in SYSTEMS} <= set(found)
    assert {f"destination.{d}" for d in DESTINATIONS} <= set(found)


@pytest.mark.parametrize("path", BUNDLED, ids=lambda path: path.stem)
def test_every_bundled_configuration_is_taken(path):
    body = yaml.safe_load(path.read_text(encoding="utf-8"))
    body = {"project": "shop"} | body if path.parent.name == "sources" else body
    assert said(RUN, body) == []


@pytest.mark.parametrize("system", ["sample", *MODELS])
def test_what_init_writes_is_taken_and_names_its_schema(system, tmp_path):
    path = init_project(tmp_path / "shop", system)
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={FILE}"
    schema = json.loads((path.parent / FILE).read_text(encoding="utf-8"))
    body = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert said(Draft7Validator(schema), body) == []


# Keys and values that both refuse: where, and what the schema says of them.
WRONG = {
    "a key": ({"windw_days": 30}, "", "'windw_days' was unexpected"),
    "a kind": ({"window_days": "soon"}, "window_days", "is not of type 'integer'"),
    "a low number": ({"window_days": 3}, "window_days", "less than the minimum of 7"),
    "a word": ({"returns": "nett"}, "returns", "'nett' is not one of"),
    "a date": ({"as_of": "October"}, "as_of", "not valid under any"),
    "a count": ({"n_segments": 13}, "n_segments", "not valid under any"),
    "a block's key": ({"refresh": {"moovd": 1}}, "refresh", "'moovd' was unexpected"),
    "a memory": ({"project": "a/b"}, "project", "does not match"),
    "a basis": ({"bases": ["loyalty"]}, "bases", "None of"),
    "a system": ({"source": {"system": "fils"}}, "source.system", "is not one of"),
    "no system": ({"source": {"orders": {}}}, "source", "'system' is a required"),
    "a file's key": (
        {"source": {"system": "files", "orders": {"path": "a", "delimeter": ";"}}},
        "source.orders",
        "'delimeter' was unexpected",
    ),
    "a table": (
        {"source": [{"system": "files", "ordres": {"path": "a"}}]},
        "source.0",
        "'ordres' was unexpected",
    ),
    "a decision": (
        {"decisions": [{"what": "merge", "segments": ["A", "B"]}]},
        "decisions.0",
        "'why' is a required",
    ),
    "a topic": (
        {
            "interviews": [
                {"segment": "S01", "topic": "motiv", "text": "x", "who": "y"}
                | {"date": "2024-01-01"}
            ]
        },
        "interviews.0.topic",
        "'motiv' is not one of",
    ),
    "an experiment": ({"experiment": {"holdout": 0.1}}, "experiment", "'name' is"),
    "a destination's name": (
        {"destinations": {"weekly": {"system": "googel_ads"}}},
        "destinations.weekly.system",
        "is not one of",
    ),
}


@pytest.mark.parametrize(("changes", "where", "what"), WRONG.values(), ids=list(WRONG))
def test_a_slip_is_refused_by_both(changes, where, what):
    found = said(RUN, SHOP | changes)
    assert any(place == where and what in text for place, text in found), found
    with pytest.raises(ConfigError):
        _open(SHOP | changes)


def _open(body: dict[str, Any]) -> None:
    """Validate as `segtools check` does before it reads any data."""
    from segtools.destinations.registry import check_destinations
    from segtools.sources import _reader

    config = validate(body)
    check_destinations(config)
    for block in config.sources:
        _reader(block.system)


def test_a_destination_is_checked_by_its_system():
    assert said(RUN, SHOP | {"destinations": {"google_ads": None}}) == []
    named = {"weekly": {"system": "google_ads", "default_region": "DE"}}
    assert said(RUN, SHOP | {"destinations": named}) == []
    found = said(RUN, SHOP | {"destinations": {"google_ads": {"regionn": "DE"}}})
    assert found[0][0] == "destinations.google_ads"
    assert "'regionn' was unexpected" in found[0][1]


def test_own_schemes_and_sources_are_allowed_beside_extensions():
    own = {"method": "two_halves", "source": {"system": "till"}}
    assert {place for place, _ in said(RUN, SHOP | own)} == {"method", "source.system"}
    assert said(RUN, SHOP | own | {"extensions": ["own.py"]}) == []


def test_a_file_that_builds_on_others_may_be_a_part():
    assert said(RUN, {"as_of": "2024-01-01"}) != []
    part = {"defaults": ["a.yaml"], "as_of": "2024-01-01"}
    assert said(RUN, part) == []
    assert said(RUN, part | {"source": {"orders": {"decimal": ","}}}) == []
    files = {"system": "files", "orders": {"decimal": ","}}
    assert said(RUN, part | {"source": files}) == []
    files["orders"]["decimel"] = ","
    assert said(RUN, part | {"source": files})[0][0] == "source.orders"


BATCHES = {
    "a list": {"runs": [{"name": "a", "config": "a.yaml", "source.orders.path": "b"}]},
    "over files": {"defaults": "shared.yaml", "runs": [{"name": 2024, "seed": 1}]},
    "over both": {"defaults": ["a.yaml", SHOP], "matrix": {"seed": [1, 2]}},
    "named values": {
        "matrix": {"market": {"de": {"project": "de"}}, "as_of": ["2024-01-01"]},
        "name": "{market}",
        "exclude": [{"market": "de"}],
        "include": [{"market": "de", "as_of": "2024-03-01"}],
    },
    "nested": {"defaults": SHOP, "matrix": {"structure.depth": [0.1, 0.2]}},
}
WRONG_BATCHES = {
    "neither": (SHOP, "", "'project', 'source' were unexpected"),
    "none": ({"runs": []}, "runs", "should be non-empty"),
    "nameless": ({"runs": [{"seed": 1}]}, "runs.0", "'name' is a required"),
    "a key": ({"runs": [{"name": "a", "sed": 1}]}, "runs.0", "'sed' does not match"),
    "an axis": ({"matrix": {"sead": [1]}}, "matrix.sead", "not of type 'object'"),
    "a named key": (
        {"matrix": {"market": {"de": {"projectt": "x"}}}},
        "matrix.market.de",
        "'projectt' does not match",
    ),
}


@pytest.mark.parametrize("body", BATCHES.values(), ids=list(BATCHES))
def test_batch_files_are_taken(body):
    assert said(BATCH, body) == []


@pytest.mark.parametrize(
    ("body", "where", "what"), WRONG_BATCHES.values(), ids=list(WRONG_BATCHES)
)
def test_batch_files_with_a_slip_are_refused(body, where, what):
    found = said(BATCH, body)
    assert any(place == where and what in text for place, text in found), found
