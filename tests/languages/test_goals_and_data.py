"""Goals, data and features in another language: what is said, and what must not be."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from fake_batch import two_dozen
from pseudo import CLOSE, OPEN, pseudo, unsaid, write_language

import segtools
from segtools.attributes import KINDS, WORDS, said_kind
from segtools.config import RunConfig
from segtools.features.baskets import ONLINE
from segtools.features.catalogue import registered, remove_feature
from segtools.features.words import BASES, UNITS, said_basis, said_unit
from segtools.goals import (
    bases_sentence,
    bases_table,
    criteria_table,
    goals_record,
    readiness_sentence,
    readiness_table,
    survey,
)
from segtools.languages import use_language
from segtools.prepare.lights import adequacy, time_span
from segtools.prepare.rules import RULES
from segtools.runs.batch_page import render, standing
from segtools.runs.batch_record import Board
from segtools.runs.plan import Planned

RUSSIAN = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
"n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

msgid "{n} customer"
msgid_plural "{n} customers"
msgstr[0] "{n} клиент"
msgstr[1] "{n} клиента"
msgstr[2] "{n} клиентов"

msgid "{n} day"
msgid_plural "{n} days"
msgstr[0] "{n} день"
msgstr[1] "{n} дня"
msgstr[2] "{n} дней"

msgid "{customers} are enough for {n} variable (at least {good} are asked)."
msgid_plural "{customers} are enough for {n} variables (at least {good} are asked)."
msgstr[0] "{customers}: достаточно для {n} признака (нужно {good})."
msgstr[1] "{customers}: достаточно для {n} признаков (нужно {good})."
msgstr[2] "{customers}: достаточно для {n} признаков (нужно {good})."

msgid "The data covers {n} day; the usual time between orders is {gap}."
msgid_plural "The data covers {n} days; the usual time between orders is {gap}."
msgstr[0] "Данные за {n} день; обычно между заказами {gap}."
msgstr[1] "Данные за {n} дня; обычно между заказами {gap}."
msgstr[2] "Данные за {n} дней; обычно между заказами {gap}."
"""


@pytest.fixture(scope="module")
def strange(tmp_path_factory):
    """The folder of a language in which every message of the code is marked."""
    return str(write_language(tmp_path_factory.mktemp("languages")))


@pytest.fixture
def russian(tmp_path):
    path = tmp_path / "ru" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    path.write_text(RUSSIAN, encoding="utf-8")
    return str(tmp_path / "ru")


@pytest.fixture
def config():
    source = {"system": "files", "orders": {"path": "orders.csv"}}
    return RunConfig(project="p", goal="grow_spend", source=source, decision="Letters")


def test_the_fingerprint_of_goals_does_not_depend_on_the_language(
    shop, config, strange
):
    counted = survey(shop)
    plain = goals_record(config, counted, shop)
    with use_language(strange):
        said = goals_record(config, counted, shop)
    assert said["hash"] == plain["hash"]
    assert said["goal_text"] == pseudo(plain["goal_text"])
    for key in ("name", "kind", "weight"):
        assert [c[key] for c in said["criteria"]] == [c[key] for c in plain["criteria"]]
    assert [r["answer"] for r in said["readiness"]] == [
        r["answer"] for r in plain["readiness"]
    ]
    assert said["bases"] == plain["bases"]


def test_what_pages_show_of_goals_is_said_and_what_people_decided_stays(
    shop, config, strange
):
    counted = survey(shop)
    with use_language(strange):
        record = goals_record(config, counted, shop)
        tables = [f(record) for f in (readiness_table, bases_table, criteria_table)]
        sentences = [readiness_sentence(record), bases_sentence(record)]
    asked, bases, criteria = tables
    assert asked["Evidence"][0] == "Letters"
    words = [*asked["Question"], *asked["Answer"], *bases["Basis"], *criteria["Kind"]]
    for text in (*words, *criteria["Criterion"], *criteria["Rule"], *sentences):
        assert text.startswith(OPEN), text
        assert text.endswith(CLOSE), text
    # All bases but attributes: counted by their key, not by the word shown.
    assert re.search(rf"of {len(bases) - 1} ", sentences[1].translate(_BACK))


_BACK = str.maketrans("åçéîñôŕšûýž", "aceinorsuyz")


def test_every_unit_and_basis_of_ours_has_its_word(strange):
    known = registered()
    assert {f.unit for f in known} - {""} <= {*UNITS}
    assert {f.basis for f in known} <= {*BASES}
    assert {*WORDS} == {*KINDS}
    with use_language(strange):
        assert said_unit("share") == pseudo("share")
        assert said_basis("value") == pseudo("value")
        assert said_kind("protected") == pseudo("protected")
        assert said_unit("") == ""
        assert said_unit("bottles") == "bottles"


def test_a_feature_of_ours_is_said_in_records_and_one_of_a_user_stays(strange):
    @segtools.feature("night_share", basis="night life", label="Nachts gekauft")
    def night_share(orders, window):
        return (orders.local_hour >= 22).mean()

    own = {f.name: f for f in registered()}
    remove_feature("night_share")
    bare = replace(own["night_share"], definition="")
    with use_language(strange):
        assert own["n_orders"].entry()["label"] == pseudo(own["n_orders"].label)
        assert bare.entry()["label"] == "Nachts gekauft"
        assert bare.entry()["definition"] == ""
        assert bare.entry()["basis"] == "night life"


def test_the_definition_of_orders_online_names_every_channel():
    definition = next(f for f in registered() if f.name == "online_share").definition
    listed = definition.partition(" named ")[2].rstrip(".").replace(" or ", ", ")
    assert listed.split(", ") == [*ONLINE]


def test_an_error_tells_the_rule_in_english_in_whatever_language(strange):
    with use_language(strange):
        assert RULES["no_amount"].sentence == "The amount is missing."


def test_counts_choose_the_form_of_their_noun_and_fractions_their_own(russian):
    orders = pd.DataFrame({"interval_days": [21.0]})
    with use_language(russian):
        assert adequacy(2441, 17, 5)["sentence"] == (
            "2\u202f441 клиент: достаточно для 17 признаков (нужно 1\u202f700)."
        )
        assert time_span(92, orders)["sentence"] == (
            "Данные за 92 дня; обычно между заказами 21,0 дня."
        )


def test_runs_are_sorted_alike_in_every_language(tmp_path, strange):
    batch = two_dozen(tmp_path)
    plain = render(tmp_path, batch)
    with use_language(strange):
        said = render(tmp_path, batch)
        assert unsaid(standing(batch["runs"])) == []
    ranks = re.compile(r'data-rank="([^"]*)"')
    assert ranks.findall(said) == ranks.findall(plain)


def test_a_batch_speaks_the_language_of_its_runs_if_they_have_one(tmp_path, config):
    def language(*languages):
        planned = [
            Planned(str(i), f"p/{i}", {}, config.model_copy(update={"language": code}))
            for i, code in enumerate(languages)
        ]
        planned.append(Planned("refused", "p/refused", {}, None))
        return Board(tmp_path, {}, planned, {}).settings["config"]["language"]

    assert language("ru", "ru") == "ru"
    assert language("ru", "ro") == "en"
    assert language() == "en"
