"""A result speaks the language of its settings, whatever is in use when it is asked."""

import pandas as pd
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from segtools.frames.segment import segment_customers
from segtools.frames.settings import checked_settings
from segtools.languages import use_language


@pytest.fixture
def folder(tmp_path):
    catalogue = Catalog(locale="ru")
    catalogue.add("Do not segment yet: {why}.", "Пока не делить: {why}.")
    catalogue.add("Everyone stays in one segment.", "Все в одном сегменте.")
    catalogue.add("Rows with the same {column} are one order.", "По {column}.")
    path = tmp_path / "ru" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalogue)
    return str(tmp_path / "ru")


def test_the_language_is_the_one_in_use_unless_a_setting_names_another(folder):
    assert checked_settings({}).language == "en"
    with use_language(folder):
        assert checked_settings({}).language == folder
        assert checked_settings({"language": "en"}).language == "en"


def test_a_result_keeps_to_its_language_after_it_was_made(folder):
    times = pd.date_range("2024-01-01 09:00", periods=60, freq="D")
    ids = [f"c{i % 6}" for i in range(60)]
    orders = pd.DataFrame({"customer_id": ids, "ordered_at": times, "amount": 5.0})
    orders["amount"] += orders.index % 7
    orders["order_id"] = [f"o{i}" for i in range(60)]
    result = segment_customers(orders, timezone="Europe/Berlin", language=folder)
    assert "По 'order_id'." in result.told
    assert result.verdict.sentence.startswith("Пока не делить: ")
    assert "Все в одном сегменте." in result.summary
    assert result.short_rules["sentence"].startswith("Everyone stays in one segment, ")
