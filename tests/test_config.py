"""One configuration: every key explained, every mistake one sentence with a remedy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, model_validator

from segtools.bundled import bundled, configuration
from segtools.config import (
    GOAL_TEXT,
    WHOLE_RUN,
    WITHOUT_EFFECT,
    RunConfig,
    TableFile,
    checked,
    defaults,
    load_config,
    parse_override,
    stage_keys,
    stage_of,
    validate,
    with_effect,
)
from segtools.schema import STAGES, ConfigError

BASE = {"project": "shop", "timezone": "UTC", "source": {"system": "sample"}}
FILES = {"system": "files", "order_lines": {"path": "lines.csv"}}


@pytest.fixture
def write(tmp_path):
    """Write a configuration as YAML text or from a dictionary; give its path."""

    def run(body: str | dict[str, Any]) -> Path:
        path = tmp_path / "shop.yaml"
        path.write_text(body if isinstance(body, str) else yaml.safe_dump(body))
        return path

    return run


def refusal(**changes: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        validate(BASE | changes)
    return str(caught.value)


# ---- keys


def test_defaults_are_the_documented_ones():
    assert defaults() == {
        "goal": "grow_spend",
        "language": "en",
        "decision": "",
        "readiness": {},
        "criteria": {"value": 40, "growth": 25, "size": 20, "reach": 15},
        "extensions": [],
        "timezone": None,
        "country": "",
        "currency": "",
        "memory_limit": "1250MB",
        "as_of": None,
        "window_days": 180,
        "outcome_days": 90,
        "returns": "net",
        "net_against": "customer",
        "unmatched_returns": "keep",
        "cancellations": "drop",
        "test_orders": "drop",
        "internal_customers": [],
        "guests": "refuse",
        "unmatched": "drop",
        "non_products": [],
        "zero_prices": "keep",
        "negative_amounts": "return",
        "huge_orders": "keep",
        "huge_times": 10,
        "exchange_rates": {},
        "attribute_kinds": {},
        "duplicates": "drop",
        "quarantine_limit": 0.05,
        "bases": ["value", "behaviour", "loyalty", "benefits"],
        "variables": [],
        "protected_reasons": {},
        "method": "auto",
        "tiers": {},
        "n_segments": "auto",
        "min_share": 0.03,
        "dormant": "join",
        "max_actions": None,
        "max_fit_customers": 200_000,
        "force_segments": False,
        "structure": {"agreement": 0.8, "depth": 0.4, "excess": 2.5},
        "refresh": {"agreement": 0.7, "overlap": 0.5, "moved": 0.05, "drift": 0.25},
        "sensitivity": False,
        "segment_names": {},
        "smallest_cell": 10,
        "rule_book": "",
        "owners": {},
        "interviews": [],
        "decisions": [],
        "destinations": {},
        "suppression_list": "",
        "exports_need_approval": True,
        "experiment": {},
        "seed": 1,
        "hooks": [],
        "stage_time_limit": None,
        "run_time_limit": None,
    }


def test_defaults_given_to_one_caller_are_not_another_ones():
    defaults()["bases"].append("mine")
    assert defaults()["bases"] == ["value", "behaviour", "loyalty", "benefits"]


def test_a_reason_to_use_a_protected_attribute_is_written_out():
    given = {"project": "p", "source": {"system": "sample"}}
    reasons = {"age": "The law asks for it."}
    assert RunConfig(**given, protected_reasons=reasons).protected_reasons == reasons
    with pytest.raises(ValueError, match="must give reasons, but that of 'age' is emp"):
        RunConfig(**given, protected_reasons={"age": " "})


def test_only_project_and_source_have_no_default():
    assert set(RunConfig.model_fields) - set(defaults()) == {"project", "source"}


@pytest.mark.parametrize("key", RunConfig.model_fields)
def test_every_key_has_a_stage_and_a_meaning(key):
    assert stage_of(key) in (*STAGES, WHOLE_RUN)
    assert len(str(RunConfig.model_fields[key].description)) > 10
    assert key in stage_keys(stage_of(key))


@pytest.mark.parametrize("key", TableFile.model_fields)
def test_every_key_of_a_file_has_a_meaning(key):
    assert TableFile.model_fields[key].description


def test_every_key_belongs_to_one_stage():
    every = (*STAGES, WHOLE_RUN)
    keys = [key for stage in every for key in stage_keys(stage)]
    assert sorted(keys) == sorted(RunConfig.model_fields)


def test_keys_without_effect_and_places_of_files_change_no_result():
    book = Path("a", "book.yaml")
    then = RunConfig(**BASE, rule_book=str(book)).model_dump()
    now = RunConfig(
        **BASE,
        rule_book=str(Path("b") / book),
        memory_limit="2GB",
        stage_time_limit=3,
        run_time_limit=0.5,
    ).model_dump()
    assert then != now
    assert with_effect(then) == with_effect(now)
    assert not set(WITHOUT_EFFECT) & set(with_effect(now))
    assert with_effect(now | {"seed": 2}) != with_effect(now)


def test_files_count_by_their_names_in_every_source_and_destination():
    blocks = [{"system": "files", "orders": {"path": "/a/x.csv", "delimiter": ";"}}]
    body = {"source": blocks, "destinations": {"meta": {"ids": {"path": "/b/y.csv"}}}}
    assert with_effect(body | {"extensions": ["/c/own.py"]}) == {
        "source": [{"system": "files", "orders": {"path": "x.csv", "delimiter": ";"}}],
        "destinations": {"meta": {"ids": {"path": "y.csv"}}},
        "extensions": ["own.py"],
    }


@pytest.mark.parametrize("key", ["stage_time_limit", "run_time_limit"])
def test_a_limit_of_time_is_above_zero(key):
    with pytest.raises(ConfigError, match=rf"{key} must be greater than 0, but it is"):
        validate(BASE | {key: 0})
    assert getattr(validate(BASE | {key: 1.5}), key) == 1.5


def test_an_unknown_stage_is_refused_with_a_guess():
    sentence = r"^stage must be one of the six, but it is '01_goal'\. Did you mean '01"
    with pytest.raises(ConfigError, match=sentence):
        stage_keys("01_goal")


def test_every_goal_has_its_words():
    for goal in GOAL_TEXT:
        assert validate(BASE | {"goal": goal}).goal == goal


# ---- mistakes


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"windw_days": 90},
            "The configuration must use known keys, but 'windw_days' is none. "
            "Did you mean 'window_days'?",
        ),
        (
            {"goal": "grow"},
            "goal must be 'grow_spend', 'keep_customers', 'win_back', "
            "'respond_to_campaign' or 'understand', but it is 'grow'. "
            "Change it in the configuration.",
        ),
        (
            {"window_days": "long"},
            "window_days must be a valid integer, unable to parse string as an "
            "integer, but it is 'long'. Change it in the configuration.",
        ),
        (
            {"window_days": 3},
            "window_days must be greater than or equal to 7, but it is 3. "
            "Change it in the configuration.",
        ),
        (
            {"n_segments": 13},
            "n_segments must be auto or a whole number from 2 to 12, but it is 13. "
            "Change it in the configuration.",
        ),
        (
            {"n_segments": "Auto"},
            "n_segments must be auto or a whole number from 2 to 12, but it is 'Auto'. "
            "Change it in the configuration.",
        ),
        (
            {"n_segments": 2.5},
            "n_segments must be auto or a whole number from 2 to 12, but it is 2.5. "
            "Change it in the configuration.",
        ),
        (
            {"returns": "nett"},
            "returns must be 'net', 'drop' or 'separate', but it is 'nett'. "
            "Change it in the configuration.",
        ),
        (
            {"bases": "value"},
            "bases must be a valid list, but it is 'value'. "
            "Change it in the configuration.",
        ),
        (
            {"seed": -1},
            "seed must be greater than or equal to 0, but it is -1. "
            "Change it in the configuration.",
        ),
        (
            {"as_of": "1.10.2024"},
            "as_of must be an ISO date such as 2024-10-01, but it is '1.10.2024'. "
            "Change it in the configuration.",
        ),
        (
            {"as_of": 20241001},
            "as_of must be an ISO date such as 2024-10-01, but it is 20241001. "
            "Change it in the configuration.",
        ),
        (
            {"timezone": "CEST"},
            "timezone must be an IANA name, but 'CEST' is none. "
            "Use one such as 'Europe/Berlin' or 'UTC'.",
        ),
        (
            {"source": "files"},
            "source must hold `key: value` lines, but it is 'files'. "
            "Change it in the configuration.",
        ),
        (
            {"segment_names": {1: "Gold"}},
            "segment_names.1 must be a valid string, but it is 1. "
            "Change it in the configuration.",
        ),
        (
            {"quarantine_limit": float("nan")},
            "quarantine_limit must be less than or equal to 1, but it is nan. "
            "Change it in the configuration.",
        ),
        (
            {"source": {}},
            "The configuration must hold 'source.system', but it is missing. "
            "Add `source.system:`.",
        ),
        (
            {"source": {"system": "files", "order_line": {"path": "x"}}},
            "source must use known tables, but 'order_line' is none. "
            "Did you mean 'order_lines'?",
        ),
        (
            {"source": {"system": "files"}},
            "source must name a file with orders, but it has neither orders nor "
            "order_lines. Add `order_lines: {path: ...}` under source.",
        ),
        (
            {"source": {"system": "files", "orders": "x.csv"}},
            "source.orders must hold `key: value` lines, but it is 'x.csv'. "
            "Change it in the configuration.",
        ),
        (
            {"source": {"system": "files", "orders": {}}},
            "The configuration must hold 'source.orders.path', but it is missing. "
            "Add `source.orders.path:`.",
        ),
        (
            {"source": {"system": "files", "orders": {"path": "x", "delimeter": ";"}}},
            "The configuration must use known keys, but 'source.orders.delimeter' is "
            "none. Did you mean 'delimiter'?",
        ),
        (
            {"source": {"system": "files", "orders": {"path": "x", "decimal": ";"}}},
            "source.orders.decimal must be '.' or ',', but it is ';'. "
            "Change it in the configuration.",
        ),
        (
            {"decisions": "Which customers get letters"},
            "decisions must be a list of what an analyst changes, but it is 'Which "
            "customers get letters'. Write each as `- what: merge`; what the segments "
            "are for is `decision`.",
        ),
        (
            {"decisions": [{"what": "merg", "why": "x"}]},
            "decisions.0.what must be one of merge, split, move_cut, exclude, but it "
            "is 'merg'. Did you mean 'merge'?",
        ),
        (
            {"decisions": [{"segments": ["S01", "S02"], "why": "x"}]},
            "decisions.0.what must be one of merge, split, move_cut, exclude, but it "
            "is None. Write it as `- what: merge`.",
        ),
        (
            {"decisions": [{"what": "merge", "segments": ["S01", "S02"]}]},
            "The configuration must hold 'decisions.0.why', but it is missing. "
            "Add `decisions.0.why:`.",
        ),
        (
            {"decisions": [{"what": "exclude", "variable": "trend", "why": " "}]},
            "decisions.0.why must give a reason, but it is empty. "
            "Write down in one sentence why.",
        ),
        (
            {"decisions": [{"what": "merge", "segments": ["a", "a"], "why": "x"}]},
            "decisions.0.segments must name two or more different segments, but it is "
            "['a', 'a']. Name all that belong together.",
        ),
        (
            {"decisions": [{"what": "move_cut", "at": 1, "too": 2, "why": "x"}]},
            "The configuration must use known keys, but 'decisions.0.too' is none. "
            "Did you mean 'to'?",
        ),
        (
            {"decisions": [{"what": "move_cut", "at": 1, "to": "x", "why": "x"}]},
            "decisions.0.to must be a valid number, unable to parse string as a "
            "number, but it is 'x'. Change it in the configuration.",
        ),
        (
            {"source": {"system": "files", "orders": {"path": "x", "timezone": "X"}}},
            "source.orders.timezone must be an IANA name, but 'X' is none. "
            "Use one such as 'Europe/Berlin' or 'UTC'.",
        ),
    ],
    ids=lambda v: str(v)[:40],
)
def test_a_mistake_is_one_sentence_with_a_remedy(changes, sentence):
    assert refusal(**changes) == sentence


def test_a_missing_project_is_asked_for():
    sentence = r"^The configuration must hold 'project', but it is missing\. Add `proj"
    with pytest.raises(ConfigError, match=sentence):
        validate({"source": {"system": "sample"}})


@pytest.mark.parametrize(
    "project",
    ["grocery-loyalty", "Österreich 2024", "a", "shop.v2", "店", "A_1", "x" * 80],
)
def test_a_project_may_be_called_what_a_folder_may(project, tmp_path):
    name = validate(BASE | {"project": project}).project
    (tmp_path / name).mkdir()
    assert (tmp_path / name).resolve().parent == tmp_path.resolve()


@pytest.mark.parametrize(
    "project",
    [
        *("", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a\n", "a\nb", "a ", "a."),
        *("x" * 81, "<b>", "a:b", "~", "-rf", "a\x00"),
    ],
)
def test_a_project_cannot_lead_out_of_its_folder(project):
    rule = "project must be a name of letters, digits, blanks, dots, - and _ that can"
    assert refusal(project=project).startswith(rule)


@pytest.mark.parametrize(
    ("n", "share", "remedy"),
    [
        (6, 0.2, "Lower n_segments to 5 or min_share to 0.16."),
        (3, 0.4, "Lower n_segments to 2 or min_share to 0.33."),
        (12, 0.1, "Lower n_segments to 10 or min_share to 0.08."),
    ],
)
def test_segments_of_min_share_must_fit_into_everyone(n, share, remedy):
    said = refusal(n_segments=n, min_share=share)
    rule = f"min_share must leave room for every segment, but {n} segments of at least"
    assert said.startswith(rule)
    assert said.endswith(remedy)
    lower, smaller = (float(x) for x in re.findall(r"to (\d[.\d]*\b)", remedy))
    assert validate(BASE | {"n_segments": int(lower), "min_share": share})
    assert validate(BASE | {"n_segments": n, "min_share": smaller})


@given(st.integers(2, 12), st.floats(0, 0.5))
def test_what_fits_is_never_refused(n, share):
    body = BASE | {"n_segments": n, "min_share": share}
    if n * share <= 1:
        assert validate(body).min_share == share
    else:
        with pytest.raises(ConfigError, match="must leave room for every segment"):
            validate(body)


# ---- YAML


def test_dates_of_yaml_become_text(write):
    config = load_config(write("as_of: 2017-10-01\n" + yaml.safe_dump(BASE)))
    assert config.as_of == "2017-10-01"
    config = load_config(write("as_of: 2017-10-01T06:30:00\n" + yaml.safe_dump(BASE)))
    assert config.as_of == "2017-10-01T06:30:00"


def test_paths_are_relative_to_the_configuration(write, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    source = {"system": "files", "orders": {"path": "in/o.csv"}}
    desk = {"liveagent": {"groups": {"path": "in/groups.json"}}}
    given = {"source": source, "extensions": ["own.py"], "destinations": desk}
    config = load_config(write(BASE | given))
    found = config.destinations["liveagent"]["groups"]["path"]
    assert found == str(tmp_path / "in" / "groups.json")
    assert config.source.model_extra["orders"]["path"] == str(tmp_path / "in" / "o.csv")
    assert config.extensions == [str(tmp_path / "own.py")]


def test_a_missing_file_is_refused(tmp_path):
    sentence = (
        r"^CONFIG must be a YAML file, but there is no .*none\.yaml\. "
        r"Make one with `segtools init DIR`\.$"
    )
    with pytest.raises(ConfigError, match=sentence):
        load_config(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="CONFIG must be a YAML file"):
        load_config(tmp_path)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "project: shop\n  goal: x",
            r"^shop\.yaml must be YAML, but line 2, column 7 cannot be read \(.+\)\. "
            r"Check the indent, colons and quotes there\.$",
        ),
        ('project: "shop', r"line 1, column 15 cannot be read \(.+\)\. Check the ind"),
        ("\x01", r"but it is not text in UTF-8\. Save it as UTF-8\.$"),
        ("", r"^shop\.yaml must hold `key: value` lines, but it holds nothing\. Start"),
        ("- a\n- b", r"must hold `key: value` lines, but it holds list\. Start from"),
        ("shop", r"but it holds str\. Start from `segtools init DIR`\.$"),
        ("a: !!python/object/apply:os.system ['true']", r"line 1, column 4 cannot"),
    ],
    ids=lambda v: v[:20],
)
def test_broken_yaml_says_where(text, sentence, write):
    with pytest.raises(ConfigError, match=sentence):
        load_config(write(text))


def test_yaml_in_another_encoding_says_so(tmp_path):
    path = tmp_path / "shop.yaml"
    path.write_bytes("project: Käse".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"not text in UTF-8\. Save it as UTF-8\.$"):
        load_config(path)


# ---- overrides


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("n_segments=4", "n_segments", 4),
        ("as_of=2017-10-01", "as_of", "2017-10-01"),
        ("as_of= 2017-10-01T06:00:00 ", "as_of", "2017-10-01T06:00:00"),
        ("min_share=0.05", "min_share", 0.05),
        ("force_segments=true", "force_segments", True),
        ("bases=[value, loyalty]", "bases", ["value", "loyalty"]),
        ("decision=a = b", "decision", "a = b"),
        ("decision={", "decision", "{"),
        ("as_of=", "as_of", None),
        (" seed =3", "seed", 3),
        ("source.orders.path=in.csv", "source.orders.path", "in.csv"),
        ("segment_names.S01=Gold", "segment_names.S01", "Gold"),
    ],
)
def test_an_override_is_a_name_and_a_yaml_value(text, name, value):
    assert parse_override(text) == (name, value)


@pytest.mark.parametrize("text", ["n_segments", "", "=4", " =4", "n_segments:4"])
def test_an_override_without_name_or_equals_is_refused(text):
    sentence = (
        rf"^-p must have the form NAME=VALUE, but it is {re.escape(repr(text))}\. "
        r"Write it as -p n_segments=4\.$"
    )
    with pytest.raises(ConfigError, match=sentence):
        parse_override(text)


def test_overrides_reach_nested_keys_and_make_missing_ones(write, tmp_path):
    path = write(BASE | {"source": FILES})
    config = load_config(
        path,
        {
            "n_segments": 4,
            "source.order_lines.path": "other.csv",
            "source.order_lines.columns.amount": "Betrag",
            "segment_names.S01": "Gold",
        },
    )
    lines = config.source.model_extra["order_lines"]
    assert config.n_segments == 4
    assert lines["path"] == str(tmp_path / "other.csv")
    assert lines["columns"] == {"amount": "Betrag"}
    assert config.segment_names == {"S01": "Gold"}


def test_an_override_of_an_unknown_key_is_refused_with_a_guess(write):
    with pytest.raises(ConfigError, match=r"'n_segment' is none\. Did you mean 'n_seg"):
        load_config(write(BASE), {"n_segment": 4})
    sentence = r"'source\.order_lines\.pth' is none\. Did you mean 'path'\?"
    with pytest.raises(ConfigError, match=sentence):
        load_config(write(BASE | {"source": FILES}), {"source.order_lines.pth": "x"})


def test_an_override_through_a_value_is_refused(write):
    sentence = (
        r"^-p must name a key, but 'seed\.start' goes through 'seed', which holds a "
        r"value\. Give the whole path of a key\.$"
    )
    with pytest.raises(ConfigError, match=sentence):
        load_config(write(BASE | {"seed": 1}), {"seed.start": 2})


def test_a_changed_configuration_is_checked_again():
    config = validate(BASE)
    with pytest.raises(ValueError, match="less than or equal to 1"):
        config.quarantine_limit = 2
    assert config.quarantine_limit == 0.05


# ---- what travels with the package


@pytest.mark.parametrize("name", ["sample", "complete_journey"])
def test_bundled_configurations_are_valid(name):
    path = configuration(name)
    assert path is not None
    assert load_config(path).source.system == name


def test_a_configuration_that_is_not_bundled_is_none():
    assert configuration("no-such") is None


def test_notebooks_and_sample_are_found():
    assert (bundled("sample") / "order_lines.parquet").is_file()
    notebooks = {p.stem for p in bundled("notebooks").glob("*.ipynb")}
    assert set(STAGES) <= notebooks


def test_bases_must_include_value():
    with pytest.raises(ConfigError, match=r"bases must include 'value', but it is \["):
        validate(
            {
                "project": "shop",
                "timezone": "UTC",
                "source": {"system": "sample"},
                "bases": ["behaviour"],
            }
        )


def test_decisions_stay_as_they_were_written_through_json():
    block = {"what": "split", "segment": "S01", "feature": "n_orders", "upper": 3}
    block |= {"why": "two letters"}
    config = validate(BASE | {"decisions": [block]})
    assert config.decisions == [block]
    assert validate(config.model_dump()).decisions == [block]


@pytest.mark.parametrize(
    ("tiers", "sentence"),
    [
        (
            {"spend_total": [5, 1]},
            r"must give rising numbers, but 'spend_total' has \[",
        ),
        ({"spend_total": []}, r"Write it like `spend_total: \[100, 500\]`"),
        ({"a": [1, 2, 3], "b": [1, 2, 3]}, r"at most 12 tiers, but these make 16\."),
    ],
)
def test_cut_points_that_make_no_tiers_are_refused(tiers, sentence):
    with pytest.raises(ValueError, match=sentence):
        RunConfig(project="p", timezone="UTC", source={"system": "sample"}, tiers=tiers)


def test_a_rule_about_a_whole_block_is_one_sentence_too():
    class Pair(BaseModel):
        low: int = 1
        high: int = 2

        @model_validator(mode="after")
        def _ordered(self):
            if self.low > self.high:
                raise ValueError("must rise. Turn low and high round")
            return self

    with pytest.raises(ConfigError, match=r"^block must rise\. Turn low and high"):
        checked(Pair, {"low": 3}, "block")
