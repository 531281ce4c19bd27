"""Nine blocks a segment: from data where data speaks, else somebody is to be asked."""

from dataclasses import replace
from decimal import Decimal

import ibis
import pandas as pd

from segtools.profiles.canvas import canvas_sentence
from segtools.profiles.canvas.blocks import TITLES


def test_every_segment_has_nine_filled_blocks_in_order_of_priority(planted_canvas):
    assert [c["priority"] for c in planted_canvas["segments"]] == [1, 2, 3, 4]
    for one in planted_canvas["segments"]:
        assert list(one["blocks"]) == list(TITLES)
        assert all(block["lines"] for block in one["blocks"].values())
    assert len(TITLES) == 9


def test_revenue_is_what_was_paid_and_adds_up_to_the_cent(planted_canvas, window_lines):
    paid = sum((Decimal(str(a)) for a in window_lines["amount"]), Decimal(0))
    values = [Decimal(c["value"]) for c in planted_canvas["segments"]]
    assert sum(values) == Decimal(planted_canvas["value"]) == paid


def test_a_shop_by_hand(by_hand, canvas_of, lines_of):
    two = [
        {"segment_id": "S01", "name": "A", "rank": 1},
        {"segment_id": "S02", "name": "B", "rank": 2},
    ]
    made = canvas_of(by_hand, two)
    # Ann 10 + 20 + 30 - 5, Bob 7 + 7 + 14; six orders.
    assert lines_of(made, "S01", "revenue_streams")[:2] == [
        "83.00 EUR in the window, 45\u202f% of all",
        "41.50 EUR a customer, from 6 orders",
    ]
    assert lines_of(made, "S01", "cost_structure", "data") == [
        "Goods sent back: 5.00 EUR in the window, of 1 customer"
    ]
    asked = lines_of(made, "S01", "cost_structure", "ask")
    assert asked[0] == "What they were given off the price: ask the till."
    assert lines_of(made, "S02", "customer_segments")[0] == (
        "1 customer, 33\u202f% of all"
    )


def test_statements_stand_with_their_shares_in_the_block_of_their_topic(
    planted_canvas, lines_of
):
    said = [
        line
        for i in ("S01", "S02", "S03", "S04")
        for line in lines_of(planted_canvas, i, "value_propositions", "data")
    ]
    assert said
    assert all(line.endswith(")") and ", everyone " in line for line in said)


def test_what_is_in_no_table_is_to_be_asked(planted_canvas, lines_of):
    for segment_id in ("S01", "S04"):
        asked = lines_of(planted_canvas, segment_id, "cost_structure", "ask")
        assert "How much service they need: ask the help desk." in asked
        assert lines_of(planted_canvas, segment_id, "key_partners", "ask")


def tickets(data, ids):
    """Give the shop a help desk at which these customers opened a ticket."""
    when = pd.Timestamp(data.window.origin - 86_400, unit="s")
    frame = pd.DataFrame({"customer_id": list(ids), "event": "Ticket Opened"})
    events = ibis.memtable(frame.assign(occurred_at=when))
    return replace(
        data, shop=replace(data.shop, tables=data.shop.tables | {"events": events})
    )


def test_a_sum_of_too_few_customers_is_not_shown(
    planted, card_segments, canvas_of, lines_of
):
    own = planted.segments.groupby("segment_id")["customer_id"]
    first, second = own.get_group("S01"), own.get_group("S02").head(3)
    made = canvas_of(tickets(planted, [*first, *first, *second]), card_segments)
    n = len(first)
    many = f"Tickets at the help desk: {2 * n} in the window, of {n} customers"
    assert many in lines_of(made, "S01", "cost_structure")
    few = "Tickets at the help desk: of too few customers to be shown"
    assert few in lines_of(made, "S02", "cost_structure")
    none = "Tickets at the help desk: none in the window"
    assert none in lines_of(made, "S03", "cost_structure")


def test_those_who_did_not_are_not_told_by_those_who_did(
    planted, card_segments, canvas_of, lines_of
):
    own = planted.segments.groupby("segment_id")["customer_id"].get_group("S01")
    made = canvas_of(tickets(planted, own.iloc[4:]), card_segments)
    (line,) = [
        x for x in lines_of(made, "S01", "cost_structure") if x.startswith("Tickets")
    ]
    assert line.endswith("of nearly all of them")


def test_twenty_segments_and_a_segment_of_three_are_whole(segmented, market, canvas_of):
    ids = [f"S{1 + i % 19:02d}" for i in range(len(market.features))]
    ids[:3] = ["S20"] * 3
    many = [
        {"segment_id": f"S{i:02d}", "name": f"Kind {i}", "rank": i}
        for i in range(1, 21)
    ]
    made = canvas_of(segmented(ids), many)
    assert len(made["segments"]) == 20
    assert all(len(c["blocks"]) == 9 for c in made["segments"])


def test_the_sentence_counts_the_lines(planted_canvas):
    counted = sum(
        len(b["lines"])
        for c in planted_canvas["segments"]
        for b in c["blocks"].values()
    )
    said = canvas_sentence(planted_canvas)
    assert said.startswith(f"Of {counted} lines on 4 canvases ")
    assert said.endswith(" are left to ask.")
