"""Pages count no few customers, nor what would give them away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segtools.destinations.shown import (
    export_sentence,
    exports_table,
    left_out_table,
    next_steps_table,
    shown_counts,
)


def manifest(written=900, added=900, removed=0, changed=0, **left_out):
    members = written + sum(left_out.values())
    counts = {"members": members, "written": written, "left_out": left_out}
    return {
        "destination": "google_ads",
        "counts": counts | {"added": added, "changed": changed, "removed": removed},
        "relative_to": None,
        "files": [{}, {}],
        "next_step": "Upload.",
    }


def test_large_counts_are_shown_and_add_up():
    shown = shown_counts(manifest(900, 900, 0, denied=80, no_address=20))
    assert shown == {
        "members": 1000,
        "written": 900,
        "added": 900,
        "changed": 0,
        "removed": 0,
        "denied": 80,
        "no_address": 20,
    }


few = st.integers(0, 40)


@given(few, few, few, few, few, few)
def test_no_small_count_can_be_worked_out(
    same, added, changed, removed, denied, unasked
):
    written = same + added + changed
    made = manifest(written, added, removed, changed, denied=denied, not_asked=unasked)
    shown = shown_counts(made)
    parts = [shown["written"], shown["denied"], shown["not_asked"]]
    assert not any(n is not None and 0 < n < 10 for n in parts)
    assert sum(n is None for n in parts) != 1  # else members less the others
    assert not any(
        shown[k] is not None and 0 < shown[k] < 10 for k in ("added", "removed")
    )
    assert shown["changed"] not in range(1, 10)
    if None not in (shown["written"], shown["added"], shown["changed"]):
        assert written - added - changed not in range(1, 10)


def test_tables_say_what_is_written_waits_or_is_left_out():
    made = manifest(900, 900, 0, denied=97, suppressed=3)
    waits = {"destination": "meta", "not_yet": "Nobody has approved it."}
    waits |= {"next_step": "Approve it."}
    table = exports_table([made, waits])
    assert table["State"].tolist() == [
        "written, 2 files",
        "not written: Nobody has approved it.",
    ]
    assert table["Written"].tolist()[0] == 900
    out = left_out_table([made, waits])
    assert out["Customers"].isna().all()
    assert left_out_table([waits])["Left out because"].tolist() == [
        "nobody is left out"
    ]
    steps = next_steps_table([made, waits])["Next step"]
    assert steps[0] == "Upload."
    assert steps[1] == "Approve it."


def test_what_is_not_written_is_a_sentence_too():
    waits = {"destination": "spreadsheet", "not_yet": "It holds 'x'.", "next_step": ""}
    said = export_sentence(waits, 10)
    assert said == "Nothing is written to spreadsheet: It holds 'x'."


@pytest.mark.parametrize(("small", "told"), [(1, "3 removed"), (10, "a few removed")])
def test_the_sentence_tells_an_operator_all_and_a_page_less(small, told):
    made = manifest(900, 20, 3) | {"relative_to": {"number": 4, "as_of": "2024-08-29"}}
    sentence = export_sentence(made, small)
    assert told in sentence
    assert sentence.endswith("since export 4.")
