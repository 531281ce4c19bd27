"""Cleaning: cut first, then judge; everything is counted and nothing is lost."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from segtools.prepare.clean import preflight
from segtools.prepare.save import account_sentence, quality_record, rows_by_rule
from segtools.schema import DataError
from segtools.sources import Opened, connect
from segtools.timezones import epoch, instant

ORIGIN = epoch(instant("2024-03-31", "UTC"))


def kept(found, name: str = "orders") -> pd.DataFrame:
    frame = found.tables[name].to_pandas()
    columns = sorted(frame.columns)
    return frame[columns].sort_values(columns, ignore_index=True)


def reasons(found) -> dict[str, int]:
    return {r["rule"]: r["rows"] for r in found.rules}


def good(n: int, first: str = "2024-01-01") -> pd.DataFrame:
    days = pd.date_range(first, periods=n, freq="h")
    return pd.DataFrame(
        {
            "customer_id": [f"c{i % 7}" for i in range(n)],
            "order_id": [f"o{i}" for i in range(n)],
            "ordered_at": days.strftime("%Y-%m-%dT%H:%M"),
            "amount": [f"{i}.50" for i in range(n)],
        }
    )


def test_each_row_is_kept_set_aside_or_quarantined_with_its_reason(raw, cleaned):
    found = cleaned(orders=raw)
    account = {"read": 9, "kept": 3, "set_aside": 1, "quarantined": 5, "changed": 1}
    # Read: 10 + 10 + 5 - 2 + 7 + 14; what cannot be read counts nothing.
    money = {"judged": "44.0000", "kept": "13.0000"}
    money |= {"quarantined": "31.0000", "counted": "3.0000"}
    assert found.accounts == {"orders": account | {"money": money}}
    assert reasons(found) == {
        "no_time": 1,
        "unreadable": 1,
        "no_customer": 1,
        "no_amount": 1,
        "duplicate": 1,
    }
    by_hand = pd.DataFrame(
        {
            "amount": [Decimal(n) for n in ("-5.0000", "-2.0000", "10.0000")],
            "customer_id": ["ann", "bob", "ann"],
            "is_return": [True, True, False],
            "order_id": ["2", "3", "1"],
            "ordered_at": pd.to_datetime(
                ["2024-01-11 19:00", "2024-01-12 19:00", "2024-01-01 09:00"]
            ).astype("datetime64[us]"),
        }
    )
    assert_frame_equal(kept(found), by_hand, check_dtype=False)


def test_the_quarantine_shows_the_rows_with_their_reason_and_value(raw, cleaned):
    found = cleaned(orders=raw).quarantine
    assert found.columns.tolist()[:2] == ["table", "rule"]
    shown = found.set_index("rule")["unreadable"].to_dict()
    assert shown["no_time"] == "ordered_at '11.01.2024'"
    assert shown["unreadable"] == "amount 'seven'"
    assert set(found["order_id"]) == {"1", "4", "5", "6", "7"}
    assert "oops" not in found.to_csv()


def test_rules_carry_kind_sentence_and_first_examples(raw, cleaned):
    by_rule = {r["rule"]: r for r in cleaned(orders=raw).rules}
    assert by_rule["unreadable"] == {
        "table": "orders",
        "rule": "unreadable",
        "kind": "contract",
        "rows": 1,
        "money": None,
        "sentence": "A number, time or yes/no cannot be read.",
        "examples": ["amount 'seven'"],
    }
    assert by_rule["duplicate"]["kind"] == "policy"


def test_returns_with_a_positive_amount_are_turned_and_counted(raw, cleaned):
    found = cleaned(orders=raw)
    assert found.changes == [
        {
            "table": "orders",
            "change": "return_sign",
            "rows": 1,
            "sentence": "Returns with a positive amount were made negative.",
        }
    ]


def test_a_clean_table_has_nothing_to_report(cleaned):
    found = cleaned(orders=good(5))
    assert (found.rules, found.changes) == ([], [])
    assert found.quarantine.empty
    assert rows_by_rule(found)["Why"].tolist() == ["No row broke a rule."]
    assert reasons(found) == {}


def test_dropped_returns_are_a_policy_not_a_fault(raw, cleaned):
    found = cleaned(orders=raw, returns="drop")
    assert reasons(found)["return_dropped"] == 2
    assert found.accounts["orders"]["kept"] == 1
    assert found.accounts["orders"]["changed"] == 0
    kinds = {r["rule"]: r["kind"] for r in found.rules}
    assert kinds["return_dropped"] == "policy"


@pytest.mark.parametrize(("duplicates", "rows"), [("drop", 3), ("keep", 7)])
def test_of_equal_rows_one_is_kept_unless_all_are(duplicates, rows, cleaned):
    four = pd.concat([good(3), *[good(1)] * 4])
    found = cleaned(orders=four, duplicates=duplicates)
    assert found.accounts["orders"]["kept"] == rows
    assert reasons(found).get("duplicate", 0) == 7 - rows
    assert len(kept(found)) == rows


def test_rows_that_differ_in_one_column_are_no_duplicates(cleaned):
    row = good(1)
    other = [row, row.assign(amount="9"), row.assign(order_id="")]
    found = cleaned(orders=pd.concat(other))
    assert found.accounts["orders"]["kept"] == 3


def test_a_return_written_with_either_sign_is_one_return(cleaned):
    back = good(1).assign(is_return="yes")
    both = pd.concat([back.assign(amount="5"), back.assign(amount="-5")])
    found = cleaned(orders=both)
    assert reasons(found) == {"duplicate": 1}
    assert found.accounts["orders"]["changed"] == 0  # the one with the sign stays


def test_missing_values_are_equal_to_each_other(cleaned):
    twice = pd.concat([good(1), good(1)]).assign(order_id="")
    assert reasons(cleaned(orders=twice)) == {"duplicate": 1}


def test_a_customer_listed_twice_is_kept_once(cleaned):
    people = pd.DataFrame(
        {
            "customer_id": ["c1", "c1", "c1", "c2", None],
            "region": ["S", "N", None, "W", "E"],
        }
    )
    found = cleaned(orders=good(3), customers=people)
    account = {"read": 5, "kept": 2, "set_aside": 0, "quarantined": 3, "changed": 0}
    assert found.accounts["customers"] == account
    assert reasons(found) == {"twice": 2, "no_customer": 1}
    assert kept(found, "customers")["customer_id"].tolist() == ["c1", "c2"]
    # Which one stays does not depend on where it stands.
    backwards = cleaned(orders=good(3), customers=people.iloc[::-1])
    assert_frame_equal(kept(backwards, "customers"), kept(found, "customers"))


def test_attributes_with_the_names_of_our_own_columns_survive(cleaned):
    people = pd.DataFrame(
        {"customer_id": ["c1"], "Reason": ["x"], "turned": ["y"], "region": ["N"]}
    )
    found = kept(cleaned(orders=good(3), customers=people), "customers")
    assert found.loc[0].to_dict() == {
        "Reason_": "x",
        "customer_id": "c1",
        "region": "N",
        "turned_": "y",
    }


def test_later_rows_are_counted_but_neither_judged_nor_kept(raw, cleaned):
    found = cleaned(orders=raw)
    wild = raw.tail(1).assign(customer_id="", amount="x" * 50)
    more = cleaned(orders=pd.concat([raw, *[wild] * 200]))
    assert more.accounts["orders"].pop("read") == 209
    assert more.accounts["orders"].pop("set_aside") == 201
    left = {k: found.accounts["orders"][k] for k in more.accounts["orders"]}
    assert more.accounts["orders"] == left
    assert more.rules == found.rules
    assert_frame_equal(more.quarantine, found.quarantine)
    assert_frame_equal(kept(more), kept(found))


def test_later_rows_do_not_dilute_what_is_broken(cleaned):
    broken = pd.concat([good(9), good(1).assign(amount="x", order_id="x")])
    later = good(500, "2024-06-01")
    for frame in (broken, pd.concat([broken, later])):
        sentence = r"at most 5% of its rows, but 1 of 10 do\."
        with pytest.raises(DataError, match=sentence):
            cleaned(orders=frame, quarantine_limit=0.05)


def test_quarantine_above_the_limit_stops_with_count_and_first_examples(cleaned):
    bad = good(4).assign(amount=["d", "a", "c", "b"])
    sentence = (
        r"^orders may break the contract in at most 5% of its rows, but 4 of 24 do\. "
        r"A number, time or yes/no cannot be read in 4 rows, such as amount 'a', "
        r"amount 'b', amount 'c'\. Mend the export or the source's date_format, "
        r"decimal and columns \(dates were read as ISO 8601\), or raise "
        r"quarantine_limit\.$"
    )
    with pytest.raises(DataError, match=sentence):
        cleaned(orders=pd.concat([good(20), bad]), quarantine_limit=0.05)


def test_dates_in_another_format_are_named_with_examples(cleaned):
    german = good(30).assign(ordered_at="31.12.2023 18:00")
    sentence = (
        r"but 30 of 30 do\. The time of the row is missing or unreadable in 30 rows, "
        r"such as ordered_at '31.12.2023 18:00'\."
    )
    with pytest.raises(DataError, match=sentence):
        cleaned(orders=german, quarantine_limit=0.05)


def test_the_limit_itself_is_allowed(cleaned):
    frame = pd.concat([good(19), good(1).assign(amount="x", order_id="x")])
    found = cleaned(orders=frame, quarantine_limit=0.05)
    assert found.accounts["orders"]["quarantined"] == 1


def test_policies_do_not_count_against_the_limit(cleaned):
    frame = pd.concat([good(5)] * 4)
    found = cleaned(orders=frame, quarantine_limit=0.0)
    assert found.accounts["orders"]["quarantined"] == 15


def test_all_orders_after_as_of_is_one_sentence(cleaned):
    sentence = (
        r"^as_of must leave orders before it, but all 12 rows are dated on or after "
        r"2023-12-01\. Move as_of or check the date format \(read as ISO 8601\)\.$"
    )
    with pytest.raises(DataError, match=sentence):
        cleaned("2023-12-01", orders=good(12))


def test_nothing_left_for_another_reason_does_not_blame_as_of(cleaned):
    back = good(4).assign(amount="-1")
    sentence = "^orders must have rows to keep, but none of 4 can be kept; 4 fall under"
    with pytest.raises(DataError, match=sentence):
        cleaned(orders=back, returns="drop")
    both = pd.concat([back, good(2, "2024-05-01")])
    with pytest.raises(DataError, match=r"nothing can be kept and 2 of 6 rows are"):
        cleaned(orders=both, returns="drop")


@pytest.mark.parametrize("name", ["orders", "customers"])
def test_an_empty_table_is_refused(name, cleaned):
    frames = {"orders": good(3), "customers": good(3)[["customer_id"]]}
    frames[name] = frames[name].head(0)
    sentence = rf"^{name} must hold rows, but it is empty\. Export it again\.$"
    with pytest.raises(DataError, match=sentence):
        cleaned(**frames)


def test_a_look_beforehand_refuses_what_cleaning_would(raw, opened, config_of, con):
    source = opened(con, orders=raw)
    preflight(source, config_of(), ORIGIN)
    with pytest.raises(DataError, match=r"but 4 of 8 do\."):
        preflight(source, config_of(quarantine_limit=0.05), ORIGIN)
    early = epoch(instant("2020-01-01", "UTC"))
    with pytest.raises(DataError, match=r"8 of 9 rows are dated on or after 2020-01-0"):
        preflight(source, config_of("2020-01-01"), early)


def test_the_same_source_may_be_cleaned_twice_in_one_session(raw, opened, cleaned, con):
    first, second = (cleaned(con=con, orders=raw) for _ in range(2))
    assert_frame_equal(kept(first), kept(second))


def again(found) -> Opened:
    """What was kept, as a source that gives it anew."""
    import ibis

    tables = {
        n: t.mutate(unreadable=ibis.null("string")) for n, t in found.tables.items()
    }
    return Opened(tables=tables)


CELLS = {
    "customer_id": st.sampled_from(["ann", "bob", ""]),
    "order_id": st.sampled_from(["1", "2", ""]),
    "ordered_at": st.sampled_from(["2024-01-01", "2024-01-02T10:00", "soon", "2025"]),
    "amount": st.sampled_from(["5", "-5", "0", "1,5", ""]),
    "is_return": st.sampled_from(["yes", "no", "", "perhaps"]),
}
TABLE = st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=25).map(
    lambda rows: pd.DataFrame([{**r} for r in rows] + [GOOD_ROW])
)
GOOD_ROW = {
    "customer_id": "cat",
    "order_id": "9",
    "ordered_at": "2024-01-09",
    "amount": "3",
    "is_return": "no",
}


@settings(max_examples=8, deadline=None)
@given(
    frame=TABLE,
    returns=st.sampled_from(["net", "drop", "separate"]),
    duplicates=st.sampled_from(["drop", "keep"]),
)
def test_rows_add_up_and_cleaning_twice_equals_cleaning_once(
    frame, returns, duplicates, cleaned, config_of
):
    from segtools.prepare.clean import clean

    con, policy = connect(), {"returns": returns, "duplicates": duplicates}
    once = cleaned(con=con, orders=frame, **policy)
    account = once.accounts["orders"]
    parts = account["kept"] + account["set_aside"] + account["quarantined"]
    assert account["read"] == len(frame) == parts
    assert sum(reasons(once).values()) == account["quarantined"]
    assert once.tables["orders"].count().execute() == account["kept"]
    twice = clean(again(once), con, config_of(**policy), ORIGIN)
    assert_frame_equal(kept(twice), kept(once))
    nothing = dict.fromkeys(["set_aside", "quarantined", "changed"], 0)
    again_counted = twice.accounts["orders"]
    money = again_counted.pop("money")
    assert again_counted == {
        "read": account["kept"],
        "kept": account["kept"],
        **nothing,
    }
    assert money["kept"] == money["counted"] == account["money"]["counted"]


@settings(max_examples=4, deadline=None)
@given(frame=TABLE, seed=st.integers(0, 99))
def test_the_order_of_rows_changes_nothing(frame, seed, cleaned):
    one, other = (
        cleaned(orders=f) for f in (frame, frame.sample(frac=1, random_state=seed))
    )
    assert one.accounts == other.accounts
    assert one.rules == other.rules
    assert_frame_equal(kept(one), kept(other))
    assert_frame_equal(one.quarantine, other.quarantine)


def test_lines_need_a_product(cleaned):
    lines = good(4).assign(product_id=["p", "q", "", None])
    found = cleaned(order_lines=lines)
    assert reasons(found) == {"no_product": 2}
    assert found.accounts["order_lines"]["kept"] == 2


def test_an_unclear_yes_or_no_is_unreadable_not_no(cleaned):
    frame = good(6).assign(is_return=["ja", "N", "0", "TRUE", "", "perhaps"])
    found = cleaned(orders=frame)
    (rule,) = found.rules
    assert rule["examples"] == ["is_return 'perhaps'"]
    by_order = kept(found).set_index("order_id")["is_return"].to_dict()
    assert by_order == {"o0": True, "o1": False, "o2": False, "o3": True, "o4": False}


def test_zero_is_neither_bought_nor_returned_and_is_kept(cleaned):
    found = kept(cleaned(orders=good(1).assign(amount="0", is_return="yes")))
    assert found["amount"].tolist() == [Decimal("0.0000")]
    assert found["is_return"].tolist() == [True]


def test_the_quarantine_keeps_only_the_first_rows_of_each_rule(cleaned, monkeypatch):
    monkeypatch.setattr("segtools.prepare.account.QUARANTINE_ROWS", 5)
    frame = pd.concat([good(3), good(40).assign(amount="x")])
    found = cleaned(orders=frame)
    assert len(found.quarantine) == 5
    assert reasons(found) == {"unreadable": 40}


def test_the_account_is_one_sentence_and_a_table(raw, cleaned):
    found = cleaned(orders=raw)
    sentence = account_sentence(found)
    assert sentence.startswith("Of 9 rows read, 3 are kept, 1 lie at or after the")
    assert sentence.endswith("1 kept rows were changed.")
    table = rows_by_rule(found)
    assert table["Rows"].sum() == 5
    assert (
        table.set_index("Why").loc[
            "A number, time or yes/no cannot be read.", "Examples"
        ]
        == "amount 'seven'"
    )


def test_the_record_holds_accounts_rules_changes_and_lights(raw, cleaned):
    found = cleaned(orders=raw)
    record = quality_record(found, {"customers": 2}, {"adequacy": {}}, window_days=90)
    assert record["tables"] == found.accounts
    assert record["customers"] == 2
    assert record["window_days"] == 90
    assert set(record) >= {"rules", "changes", "lights"}


def test_hostile_text_is_quoted_not_run(cleaned):
    evil = "'); DROP TABLE orders; --<script>"
    frame = pd.concat([good(3), good(1).assign(amount=evil, order_id="x")])
    (rule,) = cleaned(orders=frame).rules
    assert rule["examples"] == [f"amount '{evil}'"]
    with pytest.raises(DataError, match=re.escape(evil)):
        cleaned(orders=frame, quarantine_limit=0.1)


def test_big_sums_are_exact(cleaned):
    # 0.1 a thousand times, in floats, is not 100.
    frame = good(1000).assign(amount="0.1")
    table = cleaned(orders=frame).tables["orders"]
    assert table.amount.sum().execute() == Decimal("100.0000")
    assert not np.isclose(sum([0.1] * 1000), 100, rtol=0, atol=1e-13)


def test_the_cost_of_a_return_has_the_sign_of_its_amount(cleaned):
    orders = pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "bob"],
            "order_id": ["1", "2", "3"],
            "ordered_at": ["2024-01-01", "2024-01-02", "2024-01-03"],
            "amount": ["10", "4", "-6"],
            "cost": ["7", "3", "-2"],
            "is_return": ["no", "yes", "yes"],
        }
    )
    kept = cleaned(orders=orders).tables["orders"].to_pandas().sort_values("order_id")
    assert [float(cost) for cost in kept["cost"]] == [7.0, -3.0, -2.0]
