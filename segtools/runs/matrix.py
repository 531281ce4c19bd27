"""A matrix of runs: every combination of its axes, without some and with others."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from segtools.config import RunConfig
from segtools.schema import ConfigError, did_you_mean

_FIELD = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Entry:
    """One run as a batch file has it.

    Attributes
    ----------
    name : str
    keys : dict
        Dotted key to value: what it lays over what it builds on.
    config : str or None
        The file that it builds on, as it was written.
    """

    name: str
    keys: dict[str, Any] = field(default_factory=dict)
    config: str | None = None


@dataclass(frozen=True)
class Axis:
    """One axis: what each of its values is called, and which keys it sets."""

    name: str
    values: dict[str, dict[str, Any]]


def expand(body: Mapping[str, Any], picked: Mapping[str, Any]) -> list[Entry]:
    """Give every run of a matrix, the last axis changing fastest.

    Parameters
    ----------
    body : mapping
        A batch file: ``matrix``, and perhaps ``name``, ``exclude`` and ``include``.
    picked : mapping
        What ``-p`` says of axes: a value or a list of them in the place of theirs.

    Returns
    -------
    list of Entry

    Raises
    ------
    ConfigError
        If an axis is neither a key nor a block of named ones, has no values or two of
        one name, or a template, an exclusion or an inclusion names no axis.

    Examples
    --------
    >>> body = {"matrix": {"as_of": ["2024-01-01", "2024-02-01"], "n_segments": [4]}}
    >>> [(run.name, run.keys["as_of"]) for run in expand(body, {})]
    [('2024-01-01-4', '2024-01-01'), ('2024-02-01-4', '2024-02-01')]
    """
    matrix = body["matrix"]
    if not isinstance(matrix, dict) or not matrix:
        raise ConfigError(
            f"matrix must hold `key: [value, ...]` lines, but it is {matrix!r}. "
            "Write it like `matrix: {as_of: [2024-08-01, 2024-09-01]}`."
        )
    axes = [_axis(str(k), v, picked) for k, v in matrix.items()]
    template = str(body.get("name") or "-".join(f"{{{a.name}}}" for a in axes))
    left_out = [_partial(x, axes) for x in _listed(body, "exclude")]
    found = []
    for labels in itertools.product(*(a.values for a in axes)):
        labelled = dict(zip((a.name for a in axes), labels, strict=True))
        if not any(x.items() <= labelled.items() for x in left_out):
            found.append(_entry(template, axes, labelled, {}))
    extra = [dict(x) for x in _listed(body, "include")]
    return found + [_included(template, axes, x) for x in extra]


def label(value: Any) -> str:
    """Call a value by a short name.

    Examples
    --------
    >>> label(True), label(["value", "loyalty"]), label(None), label(4)
    ('true', 'value-loyalty', 'none', '4')
    """
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "-".join(label(v) for v in value)
    return str(value)


def _axis(name: str, given: Any, picked: Mapping[str, Any]) -> Axis:
    key = name.partition(".")[0] in RunConfig.model_fields
    values: dict[str, dict[str, Any]] = {}
    for called, keys in _values(name, given, picked, key=key):
        if called in values:
            raise ConfigError(
                f"matrix.{name} must hold each value once, but {called!r} stands in "
                "it twice. Take one out."
            )
        values[called] = keys
    return Axis(name, values)


def _values(
    name: str, given: Any, picked: Mapping[str, Any], *, key: bool
) -> Iterable[tuple[str, dict[str, Any]]]:
    if isinstance(given, dict) and given:
        named = {label(k): v for k, v in given.items()}
        for called in _wanted(name, named, picked):
            yield called, {name: named[called]} if key else _keys(name, called, named)
        return
    if not key:
        raise ConfigError(
            f"matrix must use known keys, but {name!r} is none. "
            f"{did_you_mean(name, RunConfig.model_fields).rstrip('.')} Or name its "
            f"values: `{name}: {{one: {{project: one}}, ...}}`."
        )
    chosen = picked.get(name, given)
    chosen = chosen if isinstance(chosen, list) or name not in picked else [chosen]
    if not isinstance(chosen, list) or not chosen:
        raise ConfigError(
            f"matrix.{name} must be a list of values, but it is {chosen!r}. "
            f"Write it like `{name}: [first, second]`."
        )
    yield from ((label(v), {name: v}) for v in chosen)


def _wanted(name: str, named: dict[str, Any], picked: Mapping[str, Any]) -> list[str]:
    if name not in picked:
        return list(named)
    asked = picked[name] if isinstance(picked[name], list) else [picked[name]]
    for one in map(label, asked):
        if one not in named:
            raise ConfigError(
                f"-p {name} must name values of the matrix, but {one!r} is none. "
                f"{did_you_mean(one, named)}"
            )
    return [label(one) for one in asked]


def _keys(name: str, called: str, named: dict[str, Any]) -> dict[str, Any]:
    keys = named[called]
    if not isinstance(keys, dict):
        raise ConfigError(
            f"matrix.{name}.{called} must hold the keys that it sets, but it is "
            f"{keys!r}. {did_you_mean(name, RunConfig.model_fields).rstrip('.')} "
            f"Or write it like `{called}: {{project: {called}}}`."
        )
    return {str(k): v for k, v in keys.items()}


def _listed(body: Mapping[str, Any], what: str) -> list[dict[str, Any]]:
    rows = body.get(what) or []
    if not isinstance(rows, list) or not all(isinstance(r, dict) and r for r in rows):
        raise ConfigError(
            f"{what} must be a list of `key: value` blocks, but it is {rows!r}. "
            f"Write each as `- {{as_of: 2024-08-01}}`."
        )
    return rows


def _partial(row: dict[str, Any], axes: list[Axis]) -> dict[str, str]:
    """Read an exclusion; one that excludes nothing is a slip of the pen."""
    found = {}
    for name, value in row.items():
        axis = _axis_of(str(name), axes, "exclude")
        if label(value) not in axis.values:
            raise ConfigError(
                f"exclude must name values of the matrix, but {label(value)!r} is none "
                f"of {name}. {did_you_mean(label(value), axis.values)}"
            )
        found[axis.name] = label(value)
    return found


def _axis_of(name: str, axes: list[Axis], where: str) -> Axis:
    for axis in axes:
        if axis.name == name:
            return axis
    raise ConfigError(
        f"{where} must name keys of the matrix, but {name!r} is none. "
        f"{did_you_mean(name, [a.name for a in axes])}"
    )


def _included(template: str, axes: list[Axis], row: dict[str, Any]) -> Entry:
    """Make a run beside the matrix: its own keys, and values of axes by their name."""
    called = {a.name: label(row[a.name]) for a in axes if a.name in row}
    known = {a.name: v for a in axes if (v := called.get(a.name)) and v in a.values}
    own = {k: v for k, v in row.items() if k not in (*known, "name")}
    return _entry(str(row.get("name") or template), axes, known, own, called)


def _entry(
    template: str,
    axes: list[Axis],
    known: dict[str, str],
    own: dict[str, Any],
    called: dict[str, str] | None = None,
) -> Entry:
    keys: dict[str, Any] = {}
    for axis in axes:
        keys |= axis.values[known[axis.name]] if axis.name in known else {}
    labels = {str(k): label(v) for k, v in own.items()} | (called or known)
    return Entry(_named(template, labels), keys | {str(k): v for k, v in own.items()})


def _named(template: str, labels: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in labels:
            raise ConfigError(
                f"name must be made of what the matrix holds, but {match[0]!r} is none "
                f"of it. {did_you_mean(match[1], labels)}"
            )
        return labels[match[1]]

    return _FIELD.sub(value, template)
