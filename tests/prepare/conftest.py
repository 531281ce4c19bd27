"""Raw frames as a source would open them, and a configuration to clean them by."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest
from ibis.util import gen_name

from segtools.config import RunConfig, TableFile
from segtools.prepare.clean import clean
from segtools.schema import TABLES
from segtools.sources import Opened, connect
from segtools.sources.files import match_columns
from segtools.sources.formats.text import typed
from segtools.timezones import epoch, instant


@pytest.fixture(scope="session")
def opened():
    """Give a function from connection and raw frames to what a source opens."""

    def make(con, **frames: pd.DataFrame) -> Opened:
        tables, file = {}, TableFile(path="raw.csv")
        for name, frame in frames.items():
            raw = con.create_table(gen_name(name), ibis.memtable(frame))
            chosen = match_columns(raw.columns, {}, name)
            tables[name] = typed(raw, chosen, TABLES[name], file, "UTC")
        return Opened(tables=tables, read_as=dict.fromkeys(frames, "ISO 8601"))

    return make


@pytest.fixture(scope="session")
def config_of():
    """Give a function that makes a configuration; the data is given elsewhere."""

    def make(as_of: str = "2024-03-31", **changes) -> RunConfig:
        source = {"system": "sample"}
        base = {"project": "shop", "timezone": "UTC", "source": source, "as_of": as_of}
        return RunConfig(**(base | {"quarantine_limit": 1.0} | changes))

    return make


@pytest.fixture(scope="session")
def cleaned(opened, config_of):
    """Give a function from raw frames to what cleaning makes of them."""

    def make(as_of: str = "2024-03-31", con=None, **frames_and_settings):
        frames = {k: v for k, v in frames_and_settings.items() if k in TABLES}
        changes = {k: v for k, v in frames_and_settings.items() if k not in TABLES}
        con = con or connect()
        settings = config_of(as_of, **changes)
        origin = epoch(instant(as_of, "UTC"))
        return clean(opened(con, **frames), con, settings, origin)

    return make


@pytest.fixture
def raw() -> pd.DataFrame:
    """Nine orders as text, as a careless export has them."""
    rows = [
        ("ann", "1", "2024-01-01T09:00", "10.00", ""),
        ("ann", "1", "2024-01-01T09:00", "10.00", ""),  # once more
        ("ann", "2", "2024-01-11T19:00", "5.00", "yes"),  # a return that looks bought
        ("bob", "3", "2024-01-12T19:00", "-2.00", ""),  # one without its sign's word
        ("bob", "4", "11.01.2024", "7.00", ""),  # no ISO date
        ("bob", "5", "2024-01-13T08:00", "seven", ""),  # no number
        ("", "6", "2024-02-03T20:00", "14.00", ""),  # nobody
        ("cat", "7", "2024-01-31T23:30", "", ""),  # no amount
        ("cat", "8", "2024-03-31T00:00", "oops", ""),  # later, so nobody looks
    ]
    names = ["customer_id", "order_id", "ordered_at", "amount", "is_return"]
    return pd.DataFrame(rows, columns=names)
