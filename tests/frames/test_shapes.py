"""The same orders in any shape and library give the same segments."""

from __future__ import annotations

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

import segtools
from segtools.frames.accept import given
from segtools.frames.orders import accept

from .shapes import SETTINGS, SIX, ZONE, log, plain

pytestmark = pytest.mark.xdist_group("frames")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return log()


@pytest.fixture(scope="module")
def answer(rows):
    """The answer to the plainest shape."""
    return segtools.segment_customers(plain(rows), timezone=ZONE, **SETTINGS)


def by_text(segments: pd.DataFrame) -> pd.Series:
    """Give each customer's segment by the id as text."""
    texts = segments["customer_id"].astype("float64").astype("int64").astype(str)
    return pd.Series(segments["segment"].to_numpy(), index=texts).sort_index()


def test_the_plainest_frame_gets_three_segments_and_its_own_ids(answer, rows):
    segments = answer.segments
    assert list(segments.columns) == [
        *("customer_id", "segment_id", "segment"),
        *("confidence", "runner_up", "assigned_by"),
    ]
    assert segments["customer_id"].dtype == rows["who"].dtype
    assert set(segments["customer_id"]) == set(rows["who"])
    assert segments["segment"].nunique() == 3
    assert answer.verdict.record["forced"]
    assert str(answer.verdict).startswith("Segments were forced although")


@pytest.mark.parametrize(
    ("name", "title"),
    [("verdict", "Verdict: "), ("contest", "Contest: "), ("personas", "Personas: 3")],
)
def test_what_a_result_has_shows_itself_at_a_glance(answer, name, title):
    found = getattr(answer, name)
    assert repr(found).startswith(title)
    page = found._repr_html_()
    assert page.startswith("<section")
    assert title in page
    assert len(page) < 8_000


def test_a_part_of_a_contest_is_shown_as_any_dict(answer):
    more = answer.contest | {"mine": 1}
    assert more == {**answer.learned.contested, "mine": 1}
    assert repr(more) == repr(dict(more))
    assert more._repr_html_() is None


def typed_rows(frame, **named) -> pd.DataFrame:
    """Give what the pipeline gets of a frame: order by order, ids without letters."""
    made = accept(given(frame), None, named, ZONE, "500MB")
    rows = made.opened.tables["orders"].execute()
    assert rows["unreadable"].isna().all()
    orders = rows.groupby(["customer_id", "ordered_at"], as_index=False)
    return orders.agg(amount=("amount", "sum"))


@pytest.mark.parametrize("shape", [s for s in SIX if s != "plain"])
def test_another_shape_of_the_same_orders_is_read_alike(shape, rows):
    frame = SIX[shape](rows)
    before = frame.copy(deep=True)
    assert_frame_equal(typed_rows(frame), typed_rows(plain(rows)))
    assert_frame_equal(frame, before)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [s for s in SIX if s != "plain"])
def test_another_shape_of_the_same_orders_gives_the_same_segments(shape, rows, answer):
    frame = SIX[shape](rows)
    found = segtools.segment_customers(frame, timezone=ZONE, **SETTINGS)
    assert found.verdict == answer.verdict
    assert_series_equal(
        by_text(found.segments), by_text(answer.segments), check_names=False
    )
    record = found.model.record()
    assert record["segments"] == answer.model.record()["segments"]


@pytest.mark.parametrize(
    ("shape", "columns"),
    [
        (
            "german",
            {
                "customer_id": "Kunden-Nr",
                "ordered_at": "Datum",
                "order_id": "Belegnummer",
                "amount": "Betrag",
            },
        ),
        (
            "aware",
            {
                "customer_id": "Household ID",
                "ordered_at": "Transaction Timestamp",
                "order_id": "Basket ID",
                "amount": "Sales Value",
            },
        ),
        (
            "indexed",
            {
                "customer_id": "Client",
                "ordered_at": "Created at",
                "order_id": "Order No",
                "amount": "Total paid",
            },
        ),
        (
            "objects",
            {
                "customer_id": "USER_ID",
                "ordered_at": "purchase_date",
                "order_id": "invoice",
                "amount": "price",
            },
        ),
        (
            "nameless",
            {"customer_id": "Kunde", "ordered_at": "index", "amount": "umsatz"},
        ),
    ],
)
def test_what_was_taken_for_what_is_told(shape, columns, rows):
    made = accept(given(SIX[shape](rows)), None, {}, ZONE, "500MB")
    assert made.found.chosen == columns
    assert made.found.table == "orders"


def test_ids_come_back_in_the_type_that_they_had(rows):
    for shape, make in SIX.items():
        frame = make(rows)
        made = accept(given(frame), None, {}, ZONE, "500MB")
        texts = made.opened.tables["orders"].customer_id.execute()
        some = pd.DataFrame({"customer_id": sorted(set(texts))})
        column = made.found.chosen["customer_id"]
        flat = frame.reset_index()
        back = made.like_given(some)["customer_id"]
        assert back.dtype == flat[column].dtype, shape
        assert set(back) == set(flat[column]), shape


def as_duckdb(frame: pd.DataFrame):
    con = duckdb.connect()
    return con.from_df(frame)


def as_ibis(frame: pd.DataFrame):
    con = ibis.duckdb.connect()
    con.con.from_df(frame).create("orders")
    return con.table("orders")


OTHERS = {
    "arrow": pa.Table.from_pandas,
    "stream": lambda f: pa.Table.from_pandas(f).to_reader(),
    "duckdb": as_duckdb,
    "ibis": as_ibis,
    "memtable": ibis.memtable,
    "polars": lambda f: pytest.importorskip("polars").from_pandas(f),
    "lazy polars": lambda f: pytest.importorskip("polars").from_pandas(f).lazy(),
    "narwhals": lambda f: pytest.importorskip("narwhals").from_native(f),
}
KINDS = {
    "arrow": "pyarrow.lib.Table",
    "stream": "pyarrow.lib.Table",
    "duckdb": "pyarrow.lib.Table",
    "ibis": "ibis.expr.types.relations.Table",
    "memtable": "ibis.expr.types.relations.Table",
    "polars": "polars.dataframe.frame.DataFrame",
    "lazy polars": "polars.dataframe.frame.DataFrame",
    "narwhals": "pandas.DataFrame",
}


@pytest.mark.parametrize("library", OTHERS)
def test_another_library_is_read_alike(library, rows):
    frame = OTHERS[library](plain(rows))
    assert_frame_equal(typed_rows(frame), typed_rows(plain(rows)))


@pytest.mark.slow
@pytest.mark.parametrize("library", OTHERS)
def test_another_library_gives_the_same_segments_in_its_own_frames(
    library, rows, answer
):
    frame = OTHERS[library](plain(rows))
    found = segtools.segment_customers(frame, timezone=ZONE, **SETTINGS)
    kind = type(found.segments)
    assert (
        f"{kind.__module__}.{kind.__name__}".replace(".core.frame", "")
        == (KINDS[library])
    )
    segments = found.segments
    if library in ("ibis", "memtable"):
        segments = segments.execute()
    elif library != "narwhals":
        segments = pd.DataFrame(
            {c: segments[c].to_numpy() for c in ("customer_id", "segment")}
        )
    assert pd.api.types.is_integer_dtype(segments["customer_id"])
    assert_series_equal(by_text(segments), by_text(answer.segments), check_names=False)


def test_a_later_frame_gets_segments_of_the_same_model(rows, answer):
    later = answer.assign(plain(rows), as_of="2024-11-30")
    assert_frame_equal(
        later.sort_values("customer_id", ignore_index=True),
        answer.segments.sort_values("customer_id", ignore_index=True),
    )
    shifted = rows.assign(
        who=rows["who"] + 1_000, when=rows["when"] + pd.Timedelta("7D")
    )
    moved = answer.assign(plain(shifted), as_of=pd.Timestamp("2024-12-07"))
    assert set(moved["customer_id"]) == set(shifted["who"])
    assert_series_equal(
        moved.set_index(moved["customer_id"] - 1_000)["segment"].sort_index(),
        answer.segments.set_index("customer_id")["segment"].sort_index(),
        check_names=False,
    )


def test_assigning_by_default_stands_at_the_midnight_after_the_last_order(rows, answer):
    early = rows[rows["when"] < "2024-06-01"]
    last = early["when"].max().date() + pd.Timedelta("1D")
    by_default = answer.assign(plain(early))
    said = answer.assign(plain(early), as_of=last)
    assert_frame_equal(by_default, said)


def test_attributes_of_customers_describe_segments(rows):
    people = pd.DataFrame(
        {"who": sorted(set(rows["who"])), "Region": "North", "customer no": "x"}
    ).drop(columns="customer no")
    people = people.rename(columns={"who": "Customer"})
    extra = pd.DataFrame({"Customer": [99_999], "Region": ["South"]})
    found = segtools.segment_customers(
        plain(rows), customers=pd.concat([people, extra]), timezone=ZONE, **SETTINGS
    )
    assert 99_999 in set(found.segments["customer_id"])
    attributes = found.profiles[found.profiles["kind"] == "attribute"]
    assert set(attributes["name"]) == {"Region"}


def test_lines_with_products_are_lines(rows):
    lines = plain(rows).assign(SKU=[f"P{i % 5}" for i in range(len(rows))], Qty=2)
    lines = lines.rename(columns={"amount": "Unit Price"})
    found = segtools.segment_customers(lines, timezone=ZONE, **SETTINGS)
    assert found.config.source.model_extra.keys() == {"order_lines"}
    twice = float(found.quality["revenue"])
    assert twice == pytest.approx(2 * rows["cents"].sum() / 100)


def test_quantity_and_price_without_a_product_make_the_amount(rows):
    orders = plain(rows).assign(Qty=3).rename(columns={"amount": "Unit Price"})
    found = segtools.segment_customers(orders, timezone=ZONE, **SETTINGS)
    assert float(found.quality["revenue"]) == pytest.approx(
        3 * rows["cents"].sum() / 100
    )
    assert "What was paid is 'Qty' times 'Unit Price'." in found.told


def test_the_zone_is_taken_from_the_times_and_told(rows):
    frame = plain(rows)
    frame["ordered_at"] = frame["ordered_at"].dt.tz_localize(ZONE)
    found = segtools.segment_customers(frame, **SETTINGS)
    assert found.config.timezone == ZONE
    assert any(ZONE in sentence for sentence in found.told)
