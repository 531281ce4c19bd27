"""Settings of a call as the configuration of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segtools.config import RunConfig, override, validate
from segtools.frames.orders import Accepted
from segtools.frames.speaking import language_in_use
from segtools.schema import ConfigError, did_you_mean

_PROJECT = "customers"
# Keys that have a meaning for runs on files alone.
_SOURCE = (
    "source must be left out, since the frame is the source, but it is given. Take it "
    "out, or use `segtools run` with a configuration."
)


def checked_settings(settings: Mapping[str, Any]) -> RunConfig:
    """Validate the settings of a call before anything is read.

    Parameters
    ----------
    settings : mapping
        Keys of the configuration; dates may be dates, numbers those of numpy. Paths
        are relative to the working directory. Default of ``language`` is the one in
        use.

    Raises
    ------
    ConfigError
        If a key is unknown or its value wrong.
    """
    if "source" in settings:
        raise ConfigError(_SOURCE)
    for key in settings:
        if key not in RunConfig.model_fields:
            known = [k for k in RunConfig.model_fields if k != "source"]
            hint = did_you_mean(key, [*known, *_ARGUMENTS])
            raise ConfigError(
                f"segment_customers must get known arguments, but {key!r} is none. "
                f"{hint if hint.startswith('Did') else _SEE}"
            )
    # What the frame will be when it is saved; the name of the table is found later.
    body: dict[str, Any] = {"project": _PROJECT, "source": source_of(["orders"])}
    for key, value in {"language": language_in_use(), **settings}.items():
        override(body, key, _plain(value), Path.cwd())
    body["source"] = source_of(["orders"])
    return validate(body)


_ARGUMENTS = ("customers", "customer", "time", "order", "amount", "columns", "previous")
_SEE = "README lists them under Configuration."


def source_of(tables: list[str]) -> dict[str, Any]:
    """Give the source that a saved frame has: a Parquet file a table, in our names."""
    files = {name: {"path": f"{name}.parquet"} for name in tables}
    return {"system": "files", **files}


def with_source(config: RunConfig, accepted: Accepted) -> RunConfig:
    """Name the tables and the zone that were found."""
    body = config.model_dump() | {
        "source": source_of(list(accepted.raw)),
        "timezone": accepted.timezone,
    }
    return validate(body)


def settled(config: RunConfig, accepted: Accepted) -> tuple[RunConfig, dict[str, Any]]:
    """Settle ``as_of``, and give the fingerprint of the rows."""
    from segtools.prepare.fingerprint import fingerprint
    from segtools.report.execution.start import settle_as_of

    data = fingerprint(accepted.opened.tables)
    return settle_as_of(config, accepted.opened, data), data


def text_of(as_of: Any) -> str | None:
    """Give a date or a time as the configuration holds it.

    Examples
    --------
    >>> text_of(dt.date(2024, 9, 29)), text_of("2024-09-29"), text_of(None)
    ('2024-09-29', '2024-09-29', None)
    """
    return None if as_of is None else str(_plain(as_of))


def _plain(value: Any) -> Any:
    """Give a value as YAML would have it."""
    if isinstance(value, (dt.date, dt.datetime)):  # pandas' timestamps are datetimes
        return value.isoformat()
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return _plain(value.item())
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value
