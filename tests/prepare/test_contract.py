"""What is kept has the contract's names and types, and is written whole."""

from __future__ import annotations

import ibis
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from segtools.prepare.contract import check_contract
from segtools.prepare.save import save_tables
from segtools.schema import DataError


def test_cleaned_tables_keep_their_contract(raw, cleaned):
    check_contract("orders", cleaned(orders=raw).tables["orders"])


def test_a_missing_column_is_named(raw, cleaned):
    table = cleaned(orders=raw).tables["orders"].drop("amount")
    sentence = (
        r"^orders must keep its contract, but column 'amount' is missing\. See data"
    )
    with pytest.raises(DataError, match=sentence):
        check_contract("orders", table)


def test_a_column_of_another_type_is_named_with_both_types(raw, cleaned):
    table = cleaned(orders=raw).tables["orders"]
    floats = table.mutate(amount=table.amount.cast("float64"))
    sentence = r"but column 'amount' does not: .*decimal\(18, ?4\).*\(.*float64.*\)\."
    with pytest.raises(DataError, match=sentence):
        check_contract("orders", floats)


def test_times_with_a_zone_break_the_contract(raw, cleaned):
    table = cleaned(orders=raw).tables["orders"]
    zoned = table.mutate(
        ordered_at=table.ordered_at.cast(ibis.dtype("timestamp('UTC')"))
    )
    with pytest.raises(DataError, match=r"column 'ordered_at' does not"):
        check_contract("orders", zoned)


def test_own_columns_are_welcome(raw, cleaned):
    table = cleaned(orders=raw).tables["orders"].mutate(own=ibis.literal(1))
    check_contract("orders", table)


def test_files_do_not_depend_on_the_order_of_rows(raw, cleaned, tmp_path):
    for name, frame in (("one", raw), ("other", raw.iloc[::-1])):
        save_tables(cleaned(orders=frame), tmp_path / name)
    for file in ("tables/orders.parquet", "quarantine.parquet"):
        one, other = (pd.read_parquet(tmp_path / n / file) for n in ("one", "other"))
        assert_frame_equal(one, other)
    saved = sorted(p.name for p in (tmp_path / "one").rglob("*") if p.is_file())
    assert saved == ["orders.parquet", "quarantine.parquet"]


def test_what_breaks_the_contract_is_not_written(raw, cleaned, tmp_path):
    found = cleaned(orders=raw)
    found.tables["orders"] = found.tables["orders"].drop("amount")
    with pytest.raises(DataError, match="must keep its contract"):
        save_tables(found, tmp_path)
    assert not list(tmp_path.rglob("*.parquet"))
