"""Words of profiles in another language: plural forms, and what must not hang on it."""

import pytest

from segtools.languages import available, use_language
from segtools.profiles import statements
from segtools.profiles.actions import Terms, build_actions, load_rule_book
from segtools.profiles.actions.rule_book import said
from segtools.profiles.canvas.lines import count_of
from segtools.profiles.canvas.numbers import Amount
from segtools.profiles.claim import Claim
from segtools.profiles.phrases import sentence, span, written

HEAD = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
"n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

"""
WORDS = """
msgid "Ordered {v} time or more in {days}"
msgid_plural "Ordered {v} times or more in {days}"
msgstr[0] "Не меньше {v} заказа за {days}"
msgstr[1] "Не меньше {v} заказов (2) за {days}"
msgstr[2] "Не меньше {v} заказов за {days}"

msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "{n} день"
msgstr[1] "{n} дня"
msgstr[2] "{n} дней"

msgid "Place none of their orders before noon"
msgstr "Не заказывают до полудня"

msgid "We have missed you"
msgstr "Мы скучали"

msgid "Customers"
msgstr "Клиенты"

msgid "Share with an order within {period}"
msgstr "Доля с заказом за {period}"

msgid "Tickets at the help desk"
msgstr "Обращения"
"""


@pytest.fixture(scope="module")
def russian(tmp_path_factory):
    """Write a small catalogue; give its folder."""
    folder = tmp_path_factory.mktemp("languages") / "ru"
    file = folder / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True)
    file.write_text(HEAD + WORDS, encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize(
    ("value", "days", "text"),
    [
        (1.0, 21, "Не меньше 1 заказа за 21 день"),
        (21.0, 90, "Не меньше 21 заказа за 90 дней"),
        (3.0, 182, "Не меньше 3 заказов (2) за 182 дня"),
        (2.5, 90, "Не меньше 2,5 заказов (2) за 90 дней"),
        (12.0, 90, "Не меньше 12 заказов за 90 дней"),
    ],
)
def test_a_statement_takes_the_forms_of_its_two_counts(russian, value, days, text):
    entry = {"name": "n_orders", "unit": "orders", "label": "Заказы"}
    with use_language(russian):
        assert sentence(entry, "ge", value, days, "EUR") == text


def test_none_is_said_as_none_and_numbers_as_the_language_writes_them(russian):
    entry = {"name": "morning_share", "unit": "share", "label": ""}
    with use_language(russian):
        assert sentence(entry, "le", 0.0, 90, "") == "Не заказывают до полудня"
        assert written(0.014, "share", "") == "1,4\u202f%"
        assert written(0.000012, "", "") == "1,2e-05"
        assert written(2.5, "money", "EUR") == "2,5 EUR"


def test_equal_claims_keep_one_order_in_all_languages(monkeypatch):
    def claim(column, text, words):
        return Claim(
            segment_id="S01",
            topic="habit",
            text=text,
            holders=45,
            n=50,
            base_holders=80,
            base_n=200,
            computation={"table": "features", "column": column},
            say=lambda: words,
        )

    pair = [claim("b", "Buy often", "Я"), claim("c", "Come late", "А")]
    for claims in (pair, pair[::-1]):
        monkeypatch.setattr(statements, "all_claims", lambda *_, own=claims: own)
        found = statements.evidence(None, "EUR")["S01"]
        assert [c.computation["column"] for c in found] == ["b", "c"]
        assert [c.record(1)["text"] for c in found] == ["Я", "А"]


def test_our_rule_book_is_said_and_words_of_others_stay(russian, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(
        "extends: default\nactions:\n- {key: mine, when: {topic: trait}, "
        "message: Customers, offer: 'Name {segment}', measure: 'Tea in {days} days'}\n"
    )
    common = {"n": 200, "rank": 1, "value": "1", "value_share": 0.5}
    cards = [_card("S01", "trait") | common, _card("S02", "overdue") | common]
    terms = Terms(
        "grow_spend", 21, book=load_rule_book(own), owners={"S01": "Customers"}
    )
    with use_language(russian):
        made = build_actions({"segments": cards}, {}, terms)["segments"]
        assert said("Customers") == "Customers"
    mine, ours = made
    assert (mine["message"], mine["owner"]) == ("Customers", "Customers")
    assert (mine["offer"], mine["measure"]) == ("Name S01", "Tea in 21 days")
    assert ours["message"] == "Мы скучали"
    assert ours["measure"] == "Доля с заказом за 21 день"
    assert load_rule_book().actions[0].message == "We have missed you"


def _card(segment_id, about):
    asked = {"table": "features", "column": "overdue_ratio", "op": "ge", "value": 1.0}
    topic = "pain"
    if about == "trait":
        topic, asked = "trait", {"table": "x", "column": "x", "op": "x", "value": "x"}
    known = {"id": segment_id, "topic": topic, "computation": asked}
    known |= {"share": 0.6, "base_share": 0.2}
    return {"segment_id": segment_id, "segment": segment_id, "statements": [known]}


@pytest.mark.parametrize("language", available())
def test_different_treatments_stay_different_in_every_language(language):
    actions = load_rule_book().actions
    with use_language(language):
        pairs = {(said(a.message), said(a.offer)) for a in actions}
    assert len(pairs) == len({(a.message, a.offer) for a in actions})


def test_contacts_are_counted_and_no_money_whatever_they_are_called(russian):
    card = {"n": 200, "value_unit": "EUR"}
    with use_language(russian):
        text = count_of("tickets", Amount(40, 30), card, 10)["text"]
    assert text == "Обращения: 40 in the window, of 30 customers"


def test_a_span_is_written_without_a_group_sign():
    assert [span(d) for d in (1, 90, 1095)] == ["1 day", "90 days", "1095 days"]
