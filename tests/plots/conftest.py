"""Figures of pyplot are closed after each test; fresh axes, and strings that attack."""

import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=1>',
    "$x_1$",
    "$\\broken{$",
    "[a](javascript:alert(1))",
    "{{x^2}} **b** & <br>",
    "Чай 茶葉 \x00\x1b\u202e end",
)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    pyplot.close("all")


@pytest.fixture
def ax():
    return Figure(figsize=(7.2, 3.6), layout="constrained").add_subplot()


@pytest.fixture(params=HOSTILE)
def hostile(request):
    return request.param


@pytest.fixture
def every_hostile():
    return list(HOSTILE)
