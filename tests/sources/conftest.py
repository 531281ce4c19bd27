"""What every source's tests ask: its tables before an origin, in pandas, in order."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from segtools.schema import TABLES
from segtools.sources import NEVER, Opened
from segtools.timezones import epoch, instant


def collected(opened: Opened, origin: int = NEVER) -> dict[str, pd.DataFrame]:
    """Collect each table's rows before an origin, columns and rows in fixed order."""
    found = {}
    for name, table in opened.before(origin).items():
        time = TABLES[name].time
        if time and time in table.columns:
            known = table[time].notnull()
            table = table.filter(~known | (table[time].epoch_seconds() < origin))
        frame = table.to_pandas()
        columns = [c for c in TABLES[name].columns if c in frame]
        columns += sorted(set(frame.columns) - set(columns))
        # Text sorts what may hold nulls, decimals and times side by side.
        order = frame[columns].astype("str").sort_values(columns).index
        found[name] = frame.loc[order, columns].reset_index(drop=True)
    return found


@pytest.fixture(scope="session")
def tables_of() -> Callable[..., dict[str, pd.DataFrame]]:
    """The function from what a source opened (and a day) to frames before it."""

    def run(opened: Opened, before: str | None = None, timezone: str = "UTC"):
        origin = NEVER if before is None else epoch(instant(before, timezone))
        return collected(opened, origin)

    return run


@pytest.fixture(scope="session")
def assert_untouched() -> Callable[..., None]:
    """Assert that two openings give the same rows before a day, and differ later."""

    def check(
        one: Opened, two: Opened, before: str, *, tables: tuple[str, ...], **how: str
    ) -> None:
        origin = epoch(instant(before, how.get("timezone", "UTC")))
        a, b = collected(one, origin), collected(two, origin)
        for name in tables:
            assert len(a[name]) > 0, name
            pd.testing.assert_frame_equal(a[name], b[name])
        later = [collected(opened) for opened in (one, two)]
        assert any(not later[0][name].equals(later[1][name]) for name in tables)

    return check
