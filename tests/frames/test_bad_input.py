"""What cannot be used is refused in one sentence that names the column."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import segtools
from segtools.schema import ConfigError, DataError

from .shapes import SETTINGS, ZONE, log, plain


@pytest.fixture
def frame() -> pd.DataFrame:
    return plain(log(90, customers=9)).rename(
        columns={"customer_id": "Kunde", "ordered_at": "Datum", "amount": "Betrag"}
    )


def said(orders, kind=DataError, **settings) -> str:
    """Give the sentence that refuses a frame."""
    settings = {"timezone": ZONE} | settings
    with pytest.raises(kind) as caught:
        segtools.segment_customers(orders, **settings)
    text = str(caught.value)
    assert "\n" not in text
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return text


@pytest.mark.parametrize(
    ("orders", "line"),
    [
        ({"a": [1]}, "it is a dict. Convert it: orders = pd.DataFrame(orders)."),
        ([{"a": 1}], "it is a list. Convert it: orders = pd.DataFrame(orders)."),
        (np.zeros((2, 2)), "ndarray. Convert it: orders = pd.DataFrame(orders, col"),
        ("orders.csv", "a path (.csv). Read it first: orders = pd.read_csv(orders)."),
        ("x.parquet", "orders = pd.read_parquet(orders)"),
        (pd.Series([1], name="a"), "orders = orders.to_frame().reset_index()"),
        (pa.array([1]), "orders must be a DataFrame, but it is an Int64Array"),
        (None, "orders must be a DataFrame, but it is a NoneType"),
    ],
)
def test_what_is_no_frame_is_refused_with_the_line_that_makes_one(orders, line):
    assert line in said(orders)


def test_an_empty_frame_is_refused(frame):
    assert said(frame.iloc[:0]) == (
        "orders must hold rows, but the frame is empty. Load it again."
    )


def test_one_customer_is_too_few_and_the_column_is_named(frame):
    text = said(frame.assign(Kunde="ann"))
    assert "at least 2 customers" in text
    assert "Check the column 'Kunde'" in text


def test_a_doubled_column_is_refused(frame):
    doubled = pd.concat([frame, frame[["Betrag"]]], axis=1)
    text = said(doubled)
    assert "'Betrag' stands 2 times" in text
    assert "orders.loc[:, ~orders.columns.duplicated()]" in text


def test_a_doubled_column_of_arrow_is_refused_by_its_name(frame):
    table = pa.table([frame["Kunde"], frame["Datum"], [1] * 90], ["Kunde", "a", "a"])
    assert said(table) == (
        "orders must have each column once, but 'a' stands 2 times. Rename one."
    )


def test_a_frame_without_columns_is_refused():
    assert "but the frame has none" in said(pd.DataFrame())


def test_a_plan_of_polars_that_does_not_work_is_refused(frame):
    pl = pytest.importorskip("polars")
    plan = pl.from_pandas(frame).lazy().with_columns(Betrag=pl.col("secret"))
    text = said(plan)
    assert "but polars stopped with ColumnNotFoundError" in text
    assert "secret" not in text


def test_objects_of_python_in_polars_are_refused_by_their_column(frame):
    """Arrow would have their addresses in memory, and everybody would be somebody."""
    pl = pytest.importorskip("polars")
    people = pl.Series("Kunde", [object()] * len(frame), dtype=pl.Object)
    assert "in 'Kunde', but it holds objects of Python" in said(
        pl.from_pandas(frame).with_columns(people)
    )


def test_text_that_is_none_is_refused_by_its_column_and_not_repeated(frame):
    frame["Kunde"] = pd.Series(["secret\ud800"] * len(frame), dtype=object)
    text = said(frame)
    assert "The column 'Kunde' must hold text" in text
    assert "secret" not in text


def test_ids_beyond_any_integer_are_ids(frame):
    frame["Kunde"] = [10**30 + i % 9 for i in range(len(frame))]
    result = segtools.segment_customers(frame, timezone=ZONE)
    own = sorted(result.segments["customer_id"])
    assert own == [str(10**30 + i) for i in range(9)]
    assert "'Kunde' holds numbers beyond 64 bits: they count as text." in result.told


def test_periods_count_from_their_start_and_it_is_told(frame):
    """A day is no number of days since 1970, nor 19,812 seconds."""
    days = frame.assign(Datum=frame["Datum"].dt.normalize())
    periods = days.assign(Datum=days["Datum"].dt.to_period("D"))
    one, other = (segtools.segment_customers(f, timezone=ZONE) for f in (days, periods))
    assert "'Datum' holds periods: each counts as its start." in other.told
    pd.testing.assert_frame_equal(one.features, other.features)


def test_a_sparse_amount_is_an_amount(frame):
    frame["Betrag"] = pd.arrays.SparseArray(frame["Betrag"].astype(float))
    told = segtools.segment_customers(frame, timezone=ZONE).told
    assert not any("several kinds" in t for t in told)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_column_without_any_time_is_refused(frame, value):
    assert "'Datum', but it holds no time at all" in said(frame.assign(Datum=value))


def test_a_column_is_named_by_its_name_and_never_by_its_values(frame):
    text = said(frame, ConfigError, customer=frame["Kunde"])
    assert text == (
        "customer must be the name of a column, but it is of type Series. "
        "Pass the name alone."
    )
    text = said(frame, ConfigError, columns=["Kunde"])
    assert text.startswith("columns must map our columns to those of the frame")
    text = said(frame, ConfigError, columns={"product_id": ["Kunde"]})
    assert text.startswith("columns['product_id'] must be the name of a column")
    assert "columns['product_id'] must name a column of the frame, but '7'" in said(
        frame, columns={"product_id": 7}
    )


def test_names_that_differ_in_a_blank_are_told_apart(frame):
    assert "but 'Kunde' and 'Kunde ' might each be it" in said(
        frame.assign(**{"Kunde ": 1})
    )


def test_columns_of_two_levels_are_refused(frame):
    deep = frame.set_axis(pd.MultiIndex.from_product([["x"], frame.columns]), axis=1)
    assert "columns of one level, but they have 2" in said(deep)


def test_numbers_without_names_are_refused(frame):
    text = said(frame.set_axis(range(frame.shape[1]), axis=1))
    assert "a column that says who bought, but none of '0', '1', '2' and '3'" in text


def test_an_unnamed_categorical_index_is_only_suggested(frame):
    index = pd.CategoricalIndex(frame["Kunde"].astype(str).array)
    without = frame.drop(columns="Kunde").set_axis(index)
    text = said(without)
    assert "none of 'index', 'order_id', 'Datum' and 'Betrag'" in text
    found = segtools.segment_customers(
        without, customer="index", timezone=ZONE, **SETTINGS | {"method": "rules"}
    )
    assert found.columns["customer_id"] == "index"
    assert set(found.segments["customer_id"]) == set(index)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (1_700_000_000, "seconds since 1970: orders['Datum'] = pd.to_datetime("),
        (1_700_000_000_000, "unit='ms', utc=True)"),
        (1.7e18, "unit='ns', utc=True)"),
        (20_240_131, "format='%Y%m%d')"),
    ],
)
def test_numbers_are_no_times(frame, values, line):
    text = said(frame.assign(Datum=values))
    assert "orders must hold times in 'Datum', but it holds numbers such as" in text
    assert line in text


def test_yes_and_no_are_no_times(frame):
    assert "times in 'Datum', but it holds values of type boolean" in said(
        frame.assign(Datum=True)
    )


def test_times_of_another_format_are_refused_with_the_line_that_reads_them(frame):
    text = said(frame.assign(Datum=frame["Datum"].dt.strftime("%d.%m.%Y %H:%M")))
    assert "times in ISO 8601" in text
    assert "in 'Datum', but 90 of 90 rows do not, such as '" in text
    assert "orders['Datum'] = pd.to_datetime(orders['Datum'], format=" in text


def test_text_for_money_is_refused_by_its_column(frame):
    broken = frame.assign(Betrag=["free"] * 30 + ["12.50"] * 60)
    assert said(broken).startswith(
        "orders must hold numbers, such as 1250.50 in 'Betrag', but 30 of 90 rows do "
        "not, such as 'free'."
    )


def test_missing_customers_are_refused_by_their_column(frame):
    broken = frame.assign(Kunde=frame["Kunde"].where(frame.index > 20))
    text = said(broken)
    assert text.startswith("orders may lack 'Kunde' in at most 5% of the rows, but 21")
    assert "guests='drop'" in text


def test_missing_money_is_refused_by_its_column(frame):
    broken = frame.assign(Betrag=frame["Betrag"].where(frame.index > 20))
    assert "orders may lack 'Betrag'" in said(broken)


def test_no_zone_is_asked_for_by_the_column(frame):
    text = said(frame, ConfigError, timezone=None)
    assert text.startswith("timezone must be given, since the times in 'Datum' carry")
    text = said(
        frame.assign(Datum=frame["Datum"].astype(str)), ConfigError, timezone=None
    )
    assert "the times in 'Datum' are text" in text


def test_an_offset_alone_is_no_zone(frame):
    east = dt.timezone(dt.timedelta(hours=2))
    text = said(
        frame.assign(Datum=frame["Datum"].dt.tz_localize(east)),
        ConfigError,
        timezone=None,
    )
    assert "carry only the offset +02:00" in text


def test_an_unknown_zone_is_refused(frame):
    assert "Europe/Berln" in said(frame, ConfigError, timezone="Europe/Berln")


def test_a_wrong_setting_gets_the_nearest_one(frame):
    assert "Did you mean 'window_days'?" in said(frame, ConfigError, windw_days=90)
    assert "Did you mean 'customer'?" in said(frame, ConfigError, custmer="Kunde")
    assert "source must be left out" in said(frame, ConfigError, source={"system": "x"})
    assert "n_segments" in said(frame, ConfigError, n_segments=99)


def test_settings_may_be_what_numpy_and_pandas_have():
    from segtools.frames.settings import checked_settings

    made = checked_settings(
        {
            "n_segments": np.int64(4),
            "as_of": pd.Timestamp("2024-05-01"),
            "min_share": np.float64(0.05),
            "bases": ("value",),
        }
    )
    assert (made.n_segments, made.as_of, made.min_share, made.bases) == (
        *(4, "2024-05-01T00:00:00", 0.05, ["value"]),
    )
    day = checked_settings({"as_of": dt.date(2024, 5, 1)})
    assert day.as_of == "2024-05-01"


def test_an_as_of_before_all_orders_is_refused_by_its_column(frame):
    text = said(frame, as_of="2020-01-01")
    assert "as_of must leave orders before it" in text


def test_a_previous_run_that_is_none_is_refused(frame, tmp_path):
    text = said(frame, ConfigError, previous=tmp_path)
    assert "previous must be the folder of a run" in text


def test_a_frame_to_assign_needs_the_same_columns(frame):
    found = segtools.segment_customers(frame, timezone=ZONE, **SETTINGS)
    with pytest.raises(DataError, match="'Kunde' is none of"):
        found.assign(frame.rename(columns={"Kunde": "Client"}))


def test_ids_of_several_kinds_are_text_and_told(frame):
    mixed = [str(k) if i % 2 else k for i, k in enumerate(frame["Kunde"])]
    odd = frame.assign(Kunde=pd.Series(mixed, dtype=object))
    found = segtools.segment_customers(odd, timezone=ZONE, **SETTINGS)
    assert any("'Kunde' holds values of several kinds" in s for s in found.told)
    assert len(found.segments) == frame["Kunde"].nunique()


def test_ids_that_differ_in_blanks_are_one_customer_and_told(frame):
    ids = frame["Kunde"].astype(str)
    padded = ids.where(frame.index % 2 == 0, " " + ids + " ")
    found = segtools.segment_customers(
        frame.assign(Kunde=padded), timezone=ZONE, **SETTINGS
    )
    assert len(found.segments) == frame["Kunde"].nunique()
    assert any("written in more than one way" in s for s in found.told)


def test_customers_that_stand_twice_are_refused_by_their_column(frame):
    twice = pd.DataFrame({"Kunde": [101, 101], "Town": ["here", "there"]})
    text = said(frame, customers=twice)
    assert "The customer stands in the table more than once" in text
    assert text.endswith(
        "Keep one row for each 'Kunde', as customers.drop_duplicates('Kunde') of "
        "pandas does."
    )


def test_returns_alone_are_refused_by_their_column(frame):
    assert said(frame.assign(Betrag=-frame["Betrag"])) == (
        "amount must be above zero for some orders, but all are returns. "
        "Check the column 'Betrag' and its sign: returns are negative."
    )


def test_a_folder_that_cannot_be_written_is_refused(frame, tmp_path):
    result = segtools.segment_customers(frame, timezone=ZONE)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ConfigError, match="folder must be one that can be written"):
        result.save(tmp_path / "file" / "run")


def test_no_plot_of_that_name_is_refused(frame):
    found = segtools.segment_customers(frame, timezone=ZONE, **SETTINGS)
    with pytest.raises(ConfigError, match="Did you mean 'segments'"):
        found.plot("segmets")


def test_hostile_strings_are_harmless_in_a_notebook(frame):
    evil = "<script>alert('$x$')</script>"
    odd = frame.rename(columns={"Kunde": f"Kunde {evil}"})
    found = segtools.segment_customers(
        odd.assign(**{"=cmd()": 1}), customer=f"Kunde {evil}", timezone=ZONE, **SETTINGS
    )
    page = found._repr_html_()
    assert "<script" not in page
    # JupyterLab typesets what stands between dollar signs, but not in such tables.
    tables = r'<table class="[^"]*mathjax_ignore[^"]*">.*?</table>'
    assert len(re.findall(tables, page, re.DOTALL)) == 2
    assert "$x$" not in re.sub(tables, "", page, flags=re.DOTALL)
    assert "alert" in page
    assert len(page) < 12_000
    assert str(found.verdict) in repr(found)
    assert "Not used: '=cmd()'" in repr(found)
