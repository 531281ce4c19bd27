"""Stand-ins for ids: the same for the same id, and no way back."""

from __future__ import annotations

from segtools.masking import mask

IDS = ["C0001", "C0002", "C0003"]


def test_with_a_key_stand_ins_last_over_runs_and_hang_on_the_key(monkeypatch):
    monkeypatch.setenv("SEGTOOLS_ID_KEY", "one")
    first = mask(IDS)
    assert mask(IDS[1:]) == first[1:]
    assert not set(first) & set(IDS)
    monkeypatch.setenv("SEGTOOLS_ID_KEY", "other")
    assert not set(mask(IDS)) & set(first)


def test_without_a_key_they_are_numbers_of_the_run_in_no_order_of_the_ids(monkeypatch):
    monkeypatch.delenv("SEGTOOLS_ID_KEY", raising=False)
    everyone = [f"C{i:04d}" for i in range(50)]
    numbers = mask(everyone)
    assert sorted(numbers) == sorted(f"no. {i}" for i in range(1, 51))
    assert numbers != [f"no. {i}" for i in range(1, 51)]
    assert mask(["C0007"], among=reversed(everyone)) == [numbers[7]]
