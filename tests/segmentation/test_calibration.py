"""The structure verdict on customers of known structure: a small part of the benchmark.

Ten data sets a cell, five of 3 and five of 8 features, 500 customers each;
``benchmarks/structure.py`` has the other cells and as many data sets as time allows.
"""

import importlib.util
from pathlib import Path

import pytest

PATH = Path(__file__).parents[2] / "benchmarks" / "structure.py"
SETS = [(p, number) for p in (3, 8) for number in range(100, 105)]


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("structure_benchmark", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def verdicts(benchmark, name):
    return [benchmark.judged(name, 500, p, number) for p, number in SETS]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lognormal", "counts"])
def test_where_there_is_no_structure_none_is_said_to_be(name, benchmark):
    said = [found["label"] for found in verdicts(benchmark, name)]
    assert said.count("natural") == 0
    assert said.count("reproducible") <= 1


@pytest.mark.slow
def test_planted_segments_are_natural_and_counted(benchmark):
    right = [
        found["label"] == "natural"
        and found["k"] == found["true_k"]
        and found["ari"] >= 0.95
        for found in verdicts(benchmark, "planted 6")
    ]
    assert sum(right) >= 9


@pytest.mark.slow
def test_an_arc_is_reproducible(benchmark):
    said = [found["label"] for found in verdicts(benchmark, "arc")]
    assert said.count("reproducible") >= 8
