"""The rule book: ours is whole, and a user's own is read or refused in one sentence."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from segtools.config import load_config
from segtools.profiles.actions import load_rule_book
from segtools.profiles.actions.conditions import SUBJECTS, read_when
from segtools.profiles.actions.rule_book import DEFAULT, Action, choose
from segtools.profiles.actions.words import FIELDS
from segtools.schema import ConfigError

ROW = {
    "key": "own",
    "when": {"feature": "coupon_share", "op": "ge"},
    "message": "M",
    "offer": "O",
    "measure": "X",
}
REST = ROW | {"key": "rest", "when": "any"}


@pytest.fixture
def write(tmp_path):
    def make(*rows, **more):
        path = tmp_path / "own.yaml"
        path.write_text(yaml.safe_dump({"actions": list(rows)} | more))
        return path

    return make


def test_our_rows_differ_in_all_that_is_shown():
    rows = load_rule_book().actions
    assert len(rows) >= 25
    for part in ("key", "message", "offer"):
        assert Counter(getattr(r, part) for r in rows).most_common(1)[0][1] == 1


def test_our_book_names_its_fields():
    text = DEFAULT.read_text(encoding="utf-8").split("owner:")[0]
    assert all(f"{{{name}}}" in text for name in FIELDS)


def test_every_message_keeps_its_measure_and_no_row_is_for_anybody_but_the_last():
    book = load_rule_book()
    assert [r.key for r in book.actions if not r.when] == [book.actions[-1].key]
    assert [r.key for r in book.channels if not r.when] == [book.channels[-1].key]
    assert all("{period}" in r.measure or "next run" in r.measure for r in book.actions)


def test_an_own_book_takes_the_place_of_ours(write):
    book = load_rule_book(write(ROW, REST, owner="Ann"))
    assert [r.key for r in book.actions] == ["own", "rest"]
    assert book.owner == "Ann"
    assert book.stop_rule == load_rule_book().stop_rule


def test_an_own_book_that_extends_ours_comes_first_and_replaces_by_key(write):
    wake = REST | {"key": "wake", "message": "Our own words"}
    book = load_rule_book(write(ROW, wake, extends="default", owner="Ann"))
    keys = [r.key for r in book.actions]
    ours = [r.key for r in load_rule_book().actions]
    assert keys[:2] == ["own", "wake"]
    assert sorted(keys) == sorted(["own", *ours])
    assert (book.actions[1].message, book.owner) == ("Our own words", "Ann")
    assert book.channel == "{contact} {best_time}"


def test_an_own_row_is_chosen_before_ours(write, card):
    statements = card(1, ("coupon_share", "ge"))["statements"]
    book = load_rule_book(write(ROW, extends="default"))
    row, because = choose(book.actions, statements)
    assert (row.key, [s["id"] for s in because]) == ("own", ["S01-01"])


def test_a_list_needs_one_of_its_conditions_and_all_needs_each(write, card):
    low = {"feature": "n_orders", "op": "le"}
    one = ROW | {"key": "one", "when": [ROW["when"], low]}
    both = ROW | {"key": "both", "when": {"all": [ROW["when"], low]}}
    book = load_rule_book(write(both, one, REST))
    alone = card(1, ("n_orders", "le"))["statements"]
    together = card(1, ("n_orders", "le"), ("coupon_share", "ge"))["statements"]
    assert choose(book.actions, alone)[0].key == "one"
    assert choose(book.actions, together)[0].key == "both"
    assert choose(book.actions, [])[0].key == "rest"


def test_names_of_data_are_matched_whatever_their_case(write, said):
    own = ROW | {"when": {"category": "hot*"}}
    book = load_rule_book(write(own, REST))
    hot = said("order_lines", "category", "bought", "Hot drinks")
    cold = said("order_lines", "category", "bought", "Cold drinks")
    assert choose(book.actions, [hot])[0].key == "own"
    assert choose(book.actions, [cold])[0].key == "rest"


@pytest.mark.parametrize(
    ("when", "statement"),
    [
        (
            {"attribute": "region", "value": "N*"},
            ("customers", "region", "eq", "North"),
        ),
        ({"event": "ticket_opened"}, ("events", "event", "did", "ticket_opened")),
        ({"about": "*"}, ("events", "topic", "did", "Delivery")),
        ({"question": "Why*", "answer": "*"}, ("answers", "Why?", "answered", "A")),
        ({"topic": "interest"}, ("order_lines", "category", "bought", "Tea")),
    ],
)
def test_each_subject_finds_its_own_statements_alone(write, said, when, statement):
    book = load_rule_book(write(ROW | {"when": when}, REST))
    other = said("features", "n_orders", "ge", 3.0, topic="habit")
    assert choose(book.actions, [other])[0].key == "rest"
    assert choose(book.actions, [other, said(*statement)])[0].key == "own"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"massage": "M"}, "'actions.0.massage' is none. Did you mean 'message'?"),
        (
            {"when": {"feature": "coupn_share", "op": "ge"}},
            "actions.0.when must name a known feature, but 'coupn_share' is none. "
            "Did you mean 'coupon_share'?",
        ),
        (
            {"when": [{"categry": "Tea"}]},
            "actions.0.when.0 must name one of feature, category, event, about, "
            "answer, attribute, topic, but it is {'categry': 'Tea'}. Did you mean "
            "'category'?",
        ),
        ({"when": {"feature": "n_orders", "op": "gt"}}, "actions.0.when.op must be"),
        ({"when": []}, "actions.0.when must hold a condition, but it is empty."),
        ({"when": {"all": "any"}}, "actions.0.when.all must be a list of conditions"),
        (
            {"message": "New in {categry}"},
            "actions.0.message must use known fields, but {categry} is none. "
            "Did you mean 'category'?",
        ),
        ({"offer": "{days.__class__}"}, "{days.__class__} is none."),
        ({"offer": "{days!r}"}, "{days!r} is none. Did you mean 'days'?"),
        ({"offer": "{"}, "actions.0.offer must close each brace that it opens"),
        ({"key": "Own row"}, "actions.0.key must be a short name"),
        ({"message": None}, "actions.0.message must be a valid string"),
    ],
)
def test_a_wrong_row_gets_one_sentence(write, row, sentence):
    with pytest.raises(ConfigError) as error:
        load_rule_book(write(ROW | row, REST))
    assert sentence in str(error.value)
    assert "configuration" not in str(error.value)


def test_a_key_stands_once(write):
    with pytest.raises(ConfigError, match="but 'own' is that of"):
        load_rule_book(write(ROW, ROW, REST))


def test_somebody_must_have_a_row_for_anybody(write):
    with pytest.raises(ConfigError, match="each of its 1 asks for something"):
        load_rule_book(write(ROW))


def test_a_missing_key_and_a_row_that_is_none_are_named(write):
    with pytest.raises(
        ConfigError, match=r"The rule book must hold 'actions\.0\.offer'"
    ):
        load_rule_book(write({k: v for k, v in ROW.items() if k != "offer"}))
    with pytest.raises(ConfigError, match="must hold `key: value` lines"):
        load_rule_book(write("wake"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: [", "own.yaml must be YAML, but line"),
        ("", "but it holds nothing"),
        ("- a", "but it holds list"),
        ("extends: ours", "extends must be 'default'"),
        ("extend: default", "Did you mean 'extends'?"),
    ],
)
def test_a_file_that_is_no_book_is_refused(tmp_path, text, sentence):
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        load_rule_book(path)
    assert sentence in str(error.value)


def test_a_missing_file_is_named():
    with pytest.raises(ConfigError, match=r"there is no nowhere\.yaml"):
        load_rule_book("nowhere.yaml")


def test_the_path_is_relative_to_the_configuration(tmp_path):
    (tmp_path / "c.yaml").write_text(
        "project: p\nsource: {system: sample}\nrule_book: own.yaml\n"
    )
    config = load_config(tmp_path / "c.yaml")
    assert config.rule_book == str((tmp_path / "own.yaml").resolve())


def test_the_page_says_what_the_code_knows():
    page = (Path(__file__).parents[3] / "docs" / "rule_book.md").read_text("utf-8")
    listed = dict(re.findall(r"^\| `\{(\w+)\}` \| (.+) \|$", page, re.MULTILINE))
    assert listed == FIELDS
    keys = set(re.findall(r"^\| `(\w+)` \| ", page, re.MULTILINE)) - {"any"}
    assert keys == set(Action.model_fields)
    shown = re.findall(r"^\| `(\{.+?\})` \| ", page, re.MULTILINE)
    read = [yaml.safe_load(x) for x in shown if ":" in x]
    assert {next(k for k in SUBJECTS if k in x) for x in read} == set(SUBJECTS)
    assert all(read_when(x, "when") for x in read)


def test_the_example_of_the_page_is_read(tmp_path):
    page = (Path(__file__).parents[3] / "docs" / "rule_book.md").read_text("utf-8")
    example = re.findall(r"^```yaml\n(# own.yaml.*?)^```", page, re.M | re.S)[0]
    (tmp_path / "own.yaml").write_text(example)
    assert load_rule_book(tmp_path / "own.yaml").actions[0].key == "tea_lovers"


def test_the_statement_furthest_above_everyone_decides_wherever_it_stands(said):
    near = said("features", "coupon_share", "ge", 0.3, share=0.5)
    far = said("features", "private_label_share", "ge", 0.6, share=0.9)
    rows = load_rule_book().actions
    assert choose(rows, [near, far])[0].key == "own_label"
    assert choose(rows, [far, near])[0].key == "own_label"
