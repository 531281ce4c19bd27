"""Keys that say how a run is carried out: they do not change what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Annotated, Any

from pydantic import Field

# Left out of `config_hash`, so that a run is the same run, and can be continued, with
# other values of them. A new key of this kind is added here and nowhere else.
WITHOUT_EFFECT = ("memory_limit", "stage_time_limit", "run_time_limit", "hooks")
# Stage of keys that no notebook reads.
WHOLE_RUN = "run"

Minutes = Annotated[float, Field(gt=0)]


def with_effect(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the result of a run rests on, wherever its files lie.

    Parameters
    ----------
    body : mapping
        A whole configuration, as ``RunConfig.model_dump()`` gives it and ``run.json``
        keeps it.

    Returns
    -------
    dict
        Without the keys that have no effect, and with the names of files in place of
        their paths: a project that was moved is still the same. What is in the files
        counts by itself (fingerprint of the data, text of extensions and rule book).

    Examples
    --------
    >>> with_effect({"seed": 1, "memory_limit": "2GB", "rule_book": "/a/book.yaml"})
    {'seed': 1, 'rule_book': 'book.yaml'}
    """
    found = {k: v for k, v in body.items() if k not in WITHOUT_EFFECT}
    for key in ("rule_book", "suppression_list"):
        if found.get(key):
            found[key] = PurePath(found[key]).name
    if found.get("language"):
        found["language"] = PurePath(found["language"]).name
    if found.get("extensions"):
        found["extensions"] = [PurePath(e).name for e in found["extensions"]]
    for key in ("source", "destinations"):
        if key in found:
            found[key] = _named(found[key])
    return found


def _named(value: Any) -> Any:
    """Give blocks with the name of each file in place of its path."""
    if isinstance(value, list):
        return [_named(v) for v in value]
    if not isinstance(value, Mapping):
        return value
    return {
        k: PurePath(v).name if k == "path" and isinstance(v, str) else _named(v)
        for k, v in value.items()
    }
