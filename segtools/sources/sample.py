"""The bundled sample: a fictional shop whose truth is known."""

from __future__ import annotations

from typing import Any

import ibis

from segtools.bundled import bundled
from segtools.schema import ConfigError
from segtools.sources import Opened, source
from segtools.sources.files import read as read_files

LICENCE = ["The bundled sample is simulated; nobody in it exists. BSD-3-Clause."]


@source("sample")
def read(con: ibis.BaseBackend, options: dict[str, Any], timezone: str) -> Opened:
    """Open the sample's order lines and customers; its times are UTC."""
    if options:
        raise ConfigError(
            f"source of system sample takes no more keys, but it has "
            f"{sorted(options)}. Remove them."
        )
    blocks = {
        name: {"path": str(bundled("sample") / f"{name}.parquet"), "timezone": "UTC"}
        for name in ("order_lines", "customers")
    }
    opened = read_files(con, blocks, timezone)
    return Opened(tables=opened.tables, licence=LICENCE)
