"""Rounding in an engine is NumPy's rounding, bit by bit."""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
import pytest
from engines import ENGINES, SPARK_WARNINGS, load
from hypothesis import example, given, settings
from hypothesis import strategies as st

from segtools.features.build import round_significant
from segtools.features.significant import exact, half_even, rounded, stepwise

pytestmark = [
    pytest.mark.xdist_group("engines"),
    *[pytest.mark.filterwarnings(w) for w in SPARK_WARNINGS],
]
LARGE = st.floats(1e-13, 1e17)
# Halves in the tenth digit, powers of ten from both sides, and numbers as they come.
EDGES = [0.0, 1 / 3, 2 / 3, 0.1, 0.5, 123456789.5, 123456790.5, 1234567895.0]
EDGES += [float(10.0**k) for k in range(-13, 17)]
EDGES += [float(np.nextafter(10.0**k, 0)) for k in range(-13, 13)]
EDGES += [float(f"1.23456789{d}e{k}") for d in (49, 5, 51) for k in range(-12, 13, 4)]


def in_engine(engine: str, values: list[float | None]) -> list[float | None]:
    """Round values in an engine and give them in their order."""
    column = pa.array(values, pa.float64())
    table = load(engine, {"values": pa.table({"i": range(len(values)), "x": column})})
    found = table["values"].mutate(y=rounded(table["values"].x)).to_pandas()
    return found.sort_values("i")["y"].to_numpy(float)


@pytest.mark.parametrize("engine", ENGINES)
def test_rounding_in_an_engine_gives_the_bits_of_numpy(engine, rng):
    chance = rng.lognormal(0, 9, 3000).clip(1e-13, 1e17).tolist()
    values = [*EDGES, *chance]
    values += [-v for v in values]
    expected = round_significant(np.array(values))
    assert in_engine(engine, values).tolist() == expected.tolist()


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_missing_stays_missing(engine):
    assert np.isnan(in_engine(engine, [None, 1.0])).tolist() == [True, False]


@settings(max_examples=20)
@given(st.lists(LARGE | LARGE.map(lambda v: -v), min_size=1, max_size=50))
@example([0.0])
def test_rounding_any_number_gives_the_bits_of_numpy(values):
    table = ibis.memtable({"x": values})
    found = table.select(y=rounded(table.x)).to_pandas()["y"]
    assert found.tolist() == round_significant(np.array(values)).tolist()


@settings(max_examples=20)
@given(st.lists(LARGE, min_size=1, max_size=20))
def test_rounding_twice_is_rounding_once(values):
    table = ibis.memtable({"x": round_significant(np.array(values))})
    found = table.select(table.x, y=rounded(table.x)).to_pandas()
    assert found["x"].tolist() == found["y"].tolist()


def test_halves_go_to_the_even_number():
    table = ibis.memtable({"x": [0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 2.5001]})
    found = table.select(y=half_even(table.x)).to_pandas()["y"]
    assert found.tolist() == [0, 2, 2, 0, -2, 2, 3]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_number_is_read_to_its_last_bit(engine):
    wanted = [0.1, 1 / 3, float(np.nextafter(5.2, -np.inf)), 1e300, 5e-324, 2.0**53]
    row = load(engine, {"one": pa.table({"i": [1]})})["one"]
    found = row.select(**{f"v{i}": exact(v) for i, v in enumerate(wanted)})
    assert found.to_pandas().iloc[0].tolist() == wanted


@pytest.mark.parametrize(("strict", "expected"), [(False, 1), (True, 2)])
def test_an_edge_belongs_to_its_step_or_to_the_next(strict, expected):
    steps = [ibis.literal(i, type="int64") for i in range(4)]
    found = stepwise(ibis.literal(5.0), [1.0, 5.0, 9.0], steps, strict=strict)
    assert found.to_pandas() == expected
