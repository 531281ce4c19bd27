import pandas as pd
import pytest

from segtools import plots
from segtools.plots import presentation
from segtools.plots.presentation import present


def counts(data, *, ax, colour="#0072B2"):
    ax.bar(range(len(data)), data["n"], color=colour)
    return ax


def counts_alt(data):
    return f"{len(data)} bars."


def counts_table(data):
    return data


def counts_height(data):
    return 2.0


def lonely(data, *, ax):
    return ax


def test_sisters_are_found_beside_the_figure():
    shown = present(counts, pd.DataFrame({"n": [1, 2]}), colour="#E69F00")
    assert repr(shown) == "2 bars."
    assert 'width="691" height="192"' in shown.html
    assert "#e69f00" in shown.html
    assert shown.html.count("<td") == 2


def test_size_can_be_chosen():
    shown = present(counts, pd.DataFrame({"n": [1]}), size=(3.0, 1.0))
    assert 'width="288" height="96"' in shown.html


def test_nothing_to_draw_is_a_finding():
    shown = present(counts, pd.DataFrame({"n": []}))
    assert shown.html == '<p class="st-finding">0 bars.</p>'


def test_a_figure_without_sisters_is_refused():
    with pytest.raises(ValueError, match="lonely_alt"):
        present(lonely, pd.DataFrame({"n": [1]}))


def test_every_name_is_there_and_every_figure_has_its_sisters():
    for name in plots.__all__:
        assert callable(getattr(plots, name))
    for name in plots._FIGURES:
        for kind in ("title", "alt", "table"):
            assert callable(getattr(plots, f"{name}_{kind}"))
    assert set(plots._FIGURES) | set(plots._OTHERS) == set(plots.__all__)
    assert set(plots.__all__) <= set(dir(plots))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'pie'"):
        _ = plots.pie


def test_no_figure_of_pyplot_is_opened(monkeypatch):
    monkeypatch.setattr("matplotlib.pyplot.figure", pytest.fail)
    present(counts, pd.DataFrame({"n": [1]}))
    assert presentation.present is plots.present
