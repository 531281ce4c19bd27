"""Exports in another language: reasons are said, files for machines do not change."""

from __future__ import annotations

import pandas as pd
import pytest
from translated import russian

from segtools.destinations.export import write_export
from segtools.destinations.shown import export_sentence, left_out_table
from segtools.languages import use_language

from .makers import order, people, run_folder

WORDS = {
    "cannot be read as the system needs it": "не прочесть",
    "they said no": "отказ",
    "everybody": "все",
}
OF = "{written} of {n} customers are written to {destination}; {added} were added, "
OF += "{changed} changed and {removed} removed with this first export."


def shop():
    rows = pd.concat([people(120), people(3, start=120, ad_user_data="denied")])
    rows["phone"] = "no phone"
    return rows.reset_index(drop=True)


def export(asked, folder):
    """Export into a folder; give the bytes of each list, and the manifest."""
    manifest = write_export(asked, folder / "out", run_folder(folder))
    lists = {p.name: p.read_bytes() for p in (folder / "out").glob("*.csv")}
    return lists, manifest


@pytest.fixture
def spoken(tmp_path):
    """A language of reasons, and of the sentence on an export."""
    rest = ": {written} из {n}; {destination} {added} {changed} {removed}"
    forms = tuple(form + rest for form in ("один", "два", "много"))
    return russian(tmp_path, WORDS | {(OF, OF): forms})


def test_only_what_people_read_is_in_their_language(tmp_path, spoken):
    asked = order(shop(), "google_ads")
    english, _ = export(asked, tmp_path / "en")
    with use_language(spoken):
        russian_, manifest = export(asked, tmp_path / "ru_")
        assert export_sentence(manifest).startswith("два: 120 из 123;")
        table = left_out_table([manifest], smallest_cell=1)
    assert table["Left out because"].tolist() == ["отказ"]
    told = russian_.pop("left_out.csv").decode()
    assert (told.count("отказ"), told.count("не прочесть")) == (3, 120)
    english.pop("left_out.csv")
    assert russian_ == english
