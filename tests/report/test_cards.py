import re

import pytest
from fake_run import ATTACK, BREAKOUT, actions, personas

from segtools.report.cards import action_table, persona_card, persona_cards


@pytest.fixture
def people():
    return personas()


def card(people, place=0, **changes):
    row = people["segments"][place] | changes
    return persona_card(row, actions()["segments"][place], people["everyone"])


def test_card_is_one_article_in_the_segments_colour(people):
    html = card(people).html
    assert html.count("<article") == html.count("</article>") == 1
    assert 'id="card-S01"' in html
    assert "--seg:#0072B2" in html


def test_card_says_size_value_and_worth_of_one_customer(people):
    html = card(people).html
    for part in (
        "391 customers",
        "$1.32",
        "times the average",
        "Weekly family shoppers",
    ):
        assert part in html


def test_every_statement_carries_its_receipt(people):
    html = card(people).html
    text = re.sub(r"\s", " ", html)
    assert text.count("n = 391") == 5
    assert "58 % to 66 %, everyone 31 %, n = 391" in text


def test_assumptions_are_marked(people):
    html = card(people).html
    assert html.count("assumption, to be tested") == 2


def test_interviews_keep_their_mark(people):
    row = {"id": "i1", "kind": "interview", "text": "They like the baker."}
    assert "from interviews" in card(people, statements=[row]).html


def test_an_interview_says_who_was_asked_and_when(people):
    row = {"kind": "interview", "text": "Near", "who": "4 of 6", "date": "2024-05-12"}
    text = card(people, statements=[row]).html
    assert "from interviews (4 of 6, 12 May 2024), not counted in the data" in text


def test_statements_stand_under_the_heading_of_their_topic(people):
    html = card(people).html
    found = re.findall(r"<h5>(.*?)</h5>", html)
    assert found == [
        "How they shop",
        "What they value",
        "What troubles them",
        "Who they are",
    ]
    value = html.partition("<h5>What they value</h5>")[2].partition("<h5>")[0]
    assert "Use a coupon" in value
    assert "own labels" in value
    assert "less lately" not in value


def test_what_somebody_values_is_named_beside_the_statement(people):
    rows = [s | {"aspect": "price"} for s in people["segments"][0]["statements"][:1]]
    assert '<i class="st-aspect">price</i>' in card(people, statements=rows).html


def test_the_meter_says_how_many_match_and_draws_it(people):
    match = {"sentence": "12 of 400 match every statement.", "share": 0.03}
    html = card(people, match_all=match | {"half_share": 0.5}).html
    assert "12 of 400 match every statement." in html
    meter = html.partition("st-meter")[2].partition("</svg>")[0]
    assert re.findall(r"M0 0h([\d.]+)v10", meter) == ["100", "50.0", "3.0"]


def test_a_hidden_match_is_words_without_a_bar(people):
    match = {"sentence": "How many is not shown.", "share": None, "half_share": None}
    html = card(people, match_all=match).html
    assert "How many is not shown." in html
    assert "st-meter" not in html


def test_a_day_in_numbers_stands_beside_everyones(people):
    figures = [
        {"name": "orders", "unit": "", "value": 79.1, "base_value": 38.8},
        {"name": "spend", "unit": "money", "value": 482.0, "base_value": 325.0},
        {"name": "tickets", "unit": "", "value": None, "base_value": 0.42},
    ]
    html = card(people, day={"customers": 1000, "figures": figures}).html
    cells = re.findall(r"<dt>(\w+)</dt><dd>(.*?) <small>(.*?)</small>", html)
    assert cells == [
        ("orders", "79", "39"),
        ("spend", "$482", "$325"),
        ("tickets", "–", "0.4"),
    ]
    assert "1\u202f000 customers like these" in html


def test_stages_and_channels_are_panels_and_say_what_is_too_few(people):
    stages = [
        {"stage": "new", "share": 0.2, "base_share": 0.1},
        {"stage": "lapsed", "share": None, "base_share": None},
    ]
    channels = [{"channel": "<b>app</b>", "share": 0.7, "base_share": 0.5}]
    html = card(people, stages=stages, channels=channels).html
    panel = html.partition("Where they stand")[2].partition("</section>")[0]
    assert "not shown" in panel.partition("lapsed")[2]
    assert "&lt;b&gt;app&lt;/b&gt;" in html.partition("How they come")[2]
    assert "Where they stand" not in card(people).html


def test_the_card_says_how_many_more_statements_stand(people):
    assert "3 more differ from everyone" in card(people, beyond_chance=8).html
    assert "1 more differs from everyone" in card(people, beyond_chance=6).html
    assert "beyond chance; the card" not in card(people, beyond_chance=5).html


def test_evidence_without_a_share_is_not_lost(people):
    row = {"id": "e1", "kind": "evidence", "text": "Nothing to divide by.", "n": 391}
    assert "Nothing to divide by." in card(people, statements=[row]).html


def test_card_without_statements_or_habits_says_so(people):
    bare = {"statements": [], "typical_basket": [], "hours": [], "weekdays": [0] * 7}
    html = card(people, **bare).html
    assert "Nothing tells this segment from everyone" in html
    assert "names no categories" in html
    assert "Show as table" not in html


def test_cards_share_their_scales(people):
    people["segments"][1]["hours"] = [0.6] + [0.4 / 23] * 23
    alone = card(people).html
    together = persona_cards(people, actions()).html
    heights = [float(h) for h in re.findall(r"h5v-([\d.]+)", together)]
    assert max(heights) == 100
    assert alone not in together


def test_cards_are_in_order_of_rank_with_a_link_each(people):
    people["segments"].reverse()
    html = persona_cards(people, actions()).html
    assert re.findall(r'id="card-(S\d+)"', html) == ["S01", "S02", "S03", "S04", "S05"]
    assert html.count('href="#card-S') == 5


def test_habits_can_be_read_as_a_table(people):
    html = card(people).html
    assert html.count("<tbody") == 2
    assert "Weekly family shoppers: when in the week" in html


def test_card_reads_as_text(people):
    text = repr(card(people))
    assert text.startswith("Weekly family shoppers: 391 customers (16 %)")
    assert "5 statements from data" in text


@pytest.mark.parametrize("text", [ATTACK, BREAKOUT, "$x_1$", "N" * 200])
def test_hostile_strings_are_text(people, text):
    basket = [{"category": text, "share": 0.5, "base_share": 0.4}]
    statements = [s | {"text": text} for s in people["segments"][0]["statements"]]
    everywhere = {
        "segment": text,
        "segment_id": text,
        "headline": text,
        "summary": text,
    }
    html = card(people, typical_basket=basket, statements=statements, **everywhere).html
    assert ATTACK not in html
    assert "<img" not in html


def test_unknown_colour_becomes_grey(people):
    assert "--seg:#8A8A8A" in card(people, colour="url(//x)").html


def test_no_action_leaves_the_reach_out(people):
    row = people["segments"][0]
    assert "How to reach them" not in persona_card(row, None, people["everyone"]).html


def test_records_are_not_changed(people):
    before = personas()
    persona_cards(people, actions())
    assert people == before


def test_actions_stand_in_order_of_priority():
    record = actions()
    record["segments"].reverse()
    html = action_table(record).html
    first, second = (
        html.index("Weekly family shoppers"),
        html.index("Steady fresh buyers"),
    )
    assert first < second
    assert 'role="region"' in html


def test_action_without_priority_comes_last():
    record = actions()
    record["segments"][0]["priority"] = None
    assert (
        repr(action_table(record)).strip().splitlines()[-1].count("first access") == 1
    )
