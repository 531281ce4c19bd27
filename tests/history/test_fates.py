"""What became of segments: told by name, from hand-made tables of who went where."""

import pandas as pd
import pytest

from segtools.history.fates import (
    Fate,
    fate_sentences,
    fates_table,
    find_fates,
    kinship,
)
from segtools.history.movement import find_movement

from .runs import banded, run_of, scores

NAMES = {"A": "Ants", "B": "Bees", "C": "Cats", "D": "Dogs"}


def table(rows, columns):
    return pd.DataFrame(rows, columns=columns, index=["A", "B", "C"][: len(rows)])


def kinds(rows, columns):
    return {
        (f.kind, f.before, f.now)
        for f in find_fates(table(rows, columns), NAMES)
        if f.kind != "kept"
    }


def test_segments_that_go_on_are_kept():
    found = find_fates(table([[90, 10], [5, 80]], ["A", "B"]), NAMES)
    assert found == [Fate("kept", (n,), (n,)) for n in ("Ants", "Bees")]
    assert fate_sentences(found) == ["Ants and Bees go on."]


def test_a_split_names_both_parts():
    found = kinds([[60, 40, 0], [0, 0, 90]], ["A", "D", "B"])
    assert found == {("split", ("Ants",), ("Ants", "Dogs"))}


def test_a_merger_names_all_that_went_in():
    found = kinds([[60, 0], [50, 0], [0, 90]], ["A", "C"])
    assert found == {("merged", ("Ants", "Bees"), ("Ants",))}


def test_what_is_scattered_has_died_and_what_comes_from_everywhere_is_born():
    found = kinds([[80, 10, 10], [10, 80, 10], [30, 30, 40]], ["A", "B", "D"])
    assert found == {("died", ("Cats",), ()), ("born", (), ("Dogs",))}
    said = fate_sentences(
        find_fates(
            table([[80, 10, 10], [10, 80, 10], [30, 30, 40]], ["A", "B", "D"]), NAMES
        )
    )
    assert said == [
        "Ants and Bees go on.",
        "Cats is gone: no segment of now holds most of it.",
        "Dogs is new: no earlier segment holds most of it.",
    ]


def test_lines_that_moved_between_segments_that_go_on_are_no_merger():
    assert kinds([[30, 70], [0, 100]], ["A", "B"]) == set()


def test_overlaps_are_shares_of_both_and_small_ones_are_hidden():
    counts = table([[90, 30], [20, 80]], ["A", "B"])
    fates = find_fates(counts, NAMES)
    rows = fates_table(fates, counts, NAMES).iloc[:, 3:].to_numpy().tolist()
    assert rows == [["75\u202f%", "82\u202f%"], ["80\u202f%", "73\u202f%"]]
    few = table([[90, 3], [4, 80]], ["A", "B"])
    rows = fates_table(find_fates(few, NAMES), few, NAMES).iloc[:, 3:].to_numpy()
    assert set(rows.ravel()) == {"over half"}


def test_it_is_lines_that_are_compared_where_the_earlier_model_can_be_asked():
    x = scores(900)
    model = banded([33, 67])
    later = pd.Series(x.to_numpy()[::-1], x.index)  # everybody is somebody else
    movement = find_movement(run_of(model, x, "1"), run_of(model, later, "2"))
    lines = kinship(movement)
    assert lines.to_numpy().sum() == lines.to_numpy().trace() == 900
    assert {f.kind for f in find_fates(lines, movement.alignment.names)} == {"kept"}


@pytest.mark.parametrize("kind", ["split", "merged", "died", "born"])
def test_each_fate_has_its_sentence(kind):
    fate = Fate(
        kind, ("A",) if kind != "born" else (), ("B",) if kind != "died" else ()
    )
    assert len(fate_sentences([fate])) == 2
