"""Own features are checked for leakage before a run begins."""

from __future__ import annotations

import pandas as pd
import pytest

from segtools.config import validate
from segtools.features.catalogue import remove_feature
from segtools.report.check import check
from segtools.schema import ConfigError

HONEST = """
import segtools

@segtools.feature("late_share", basis="hours")
def late_share(orders, window):
    return (orders.local_hour >= 20).mean()
"""
CHEAT = """
import ibis, segtools

raw = ibis.memtable({"spent": [1.0, 2.0]})

@segtools.feature("cheat", basis="hours")
def cheat(orders, window):
    return raw.spent.sum().as_scalar() + orders.count()
"""


@pytest.fixture
def checked(tmp_path, rng):
    """Check a small shop with a file of own features."""

    def run(text):
        day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 99, 60), "D")
        frame = pd.DataFrame({"customer_id": rng.integers(0, 9, 60), "ordered_at": day})
        frame.assign(amount=rng.integers(1, 99, 60)).to_csv(tmp_path / "orders.csv")
        (tmp_path / "own.py").write_text(text)
        files = {"system": "files", "orders": {"path": str(tmp_path / "orders.csv")}}
        body = {"project": "p", "timezone": "UTC", "source": files}
        body |= {"extensions": [str(tmp_path / "own.py")], "quarantine_limit": 1}
        return check(validate(body))

    yield run
    for name in ("late_share", "cheat"):
        remove_feature(name)


def test_an_honest_feature_takes_part(checked):
    assert "hours" in {row["basis"] for row in checked(HONEST).bases}


def test_a_leaking_feature_stops_everything(checked):
    with pytest.raises(ConfigError, match="feature 'cheat' must aggregate the view"):
        checked(CHEAT)
