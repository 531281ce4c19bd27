"""The configuration that a run has recorded, and what older ones did not know yet."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from segtools.config.run import defaults
from segtools.formats import reads

# Keys that were called otherwise: old name to new one, of the top level. None has been
# renamed yet; a name that was published once is never used for anything else.
RENAMED: dict[str, str] = {}


@reads("segtools.run", 1)
def read_run(record: dict[str, Any], path: Path) -> dict[str, Any]:
    """Fill in what earlier versions did not write into ``run.json``.

    Keys of the configuration that were added later get their defaults, under which
    they do what was done before there were any; ``config_hash`` stays, since it says
    what ran. ``goals_hash`` of a finished run is read from its goals.
    """
    found = dict(record)
    if isinstance(held := record.get("config"), dict):
        found["config"] = with_defaults(renamed(held))
    if record.get("state") == "done" and "goals_hash" not in record:
        found["goals_hash"] = _goals_hash(path.parent / "goals.json")
    return found


def with_defaults(config: dict[str, Any]) -> dict[str, Any]:
    """Give a configuration with every key, in the order of the present version.

    Examples
    --------
    >>> with_defaults({"project": "shop", "seed": 7})["smallest_cell"]
    10
    """
    base = defaults()
    if all(key in config for key in base):
        return config
    return config | {k: v for k, v in base.items() if k not in config}


def renamed(config: dict[str, Any]) -> dict[str, Any]:
    """Give a configuration with keys by their present names.

    A key that is there under both names is left as it is, for the user to decide.
    """
    old = [k for k in config if k in RENAMED and RENAMED[k] not in config]
    if not old:
        return config
    return {RENAMED[k] if k in old else k: v for k, v in config.items()}


def _goals_hash(file: Path) -> str | None:
    with suppress(OSError, ValueError, TypeError, KeyError):
        return str(json.loads(file.read_text(encoding="utf-8"))["hash"])
    return None
