"""Batch files: lists and matrices over defaults; one sentence for a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from segtools.config import load_config
from segtools.runs.order import builds_on, chain_lengths
from segtools.runs.plan import read_batch, slug
from segtools.schema import ConfigError

SHOP = {"project": "shop", "timezone": "UTC", "source": {"system": "sample"}}


def write(folder: Path, body: dict, name: str = "batch.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(body, sort_keys=False))
    return path


def names(planned) -> list[str]:
    return [run.name for run in planned]


def test_a_list_lays_its_own_keys_over_files_and_defaults(tmp_path):
    write(tmp_path, SHOP | {"window_days": 60, "seed": 7}, "shops/berlin.yaml")
    body = {
        "defaults": {
            "window_days": 30,
            "outcome_days": 30,
            "structure": {"depth": 0.1},
        },
        "runs": [
            {"name": "berlin", "config": "shops/berlin.yaml"},
            {
                "name": "twin",
                "config": "shops/berlin.yaml",
                "seed": 8,
                "structure": {"excess": 9.0},
            },
        ],
    }
    first, twin = (run.config for run in read_batch(write(tmp_path, body)))
    assert (first.window_days, first.outcome_days, first.seed) == (60, 30, 7)
    assert (twin.window_days, twin.outcome_days, twin.seed) == (60, 30, 8)
    assert first.structure.model_dump() == {
        "agreement": 0.8,
        "depth": 0.1,
        "excess": 2.5,
    }
    assert twin.structure.model_dump() == {
        "agreement": 0.8,
        "depth": 0.1,
        "excess": 9.0,
    }


def test_paths_are_relative_to_the_file_that_gives_them(tmp_path):
    source = {"system": "files", "order_lines": {"path": "lines.csv"}}
    write(tmp_path, SHOP | {"source": source}, "shops/berlin.yaml")
    write(tmp_path, {"rule_book": "book.yaml"}, "shared/base.yaml")
    own = {"source.order_lines.path": "other.csv"}
    body = {
        "defaults": "shared/base.yaml",
        "runs": [
            {"name": "a", "config": "shops/berlin.yaml"},
            {"name": "b", "config": "shops/berlin.yaml"} | own,
        ],
    }
    a, b = (run.config for run in read_batch(write(tmp_path, body)))
    assert a.source.model_extra["order_lines"]["path"] == str(
        tmp_path / "shops/lines.csv"
    )
    assert b.source.model_extra["order_lines"]["path"] == str(tmp_path / "other.csv")
    assert a.rule_book == b.rule_book == str(tmp_path / "shared/book.yaml")


MATRIX = {
    "defaults": {"timezone": "UTC", "source": {"system": "sample"}},
    "matrix": {
        "market": {
            "de": {"project": "shop-de"},
            "fr": {"project": "shop-fr", "seed": 5},
        },
        "as_of": ["2024-08-01", "2024-09-01"],
    },
    "name": "{market}-{as_of}",
}


def test_a_matrix_makes_every_combination(tmp_path):
    planned = read_batch(write(tmp_path, MATRIX))
    assert names(planned) == [
        *("de-2024-08-01", "de-2024-09-01", "fr-2024-08-01", "fr-2024-09-01"),
    ]
    assert [r.config.project for r in planned] == ["shop-de"] * 2 + ["shop-fr"] * 2
    assert [r.config.seed for r in planned] == [1, 1, 5, 5]
    assert planned[1].config.as_of == "2024-09-01"
    assert planned[1].folder == "shop-de/de-2024-09-01"


def test_a_matrix_leaves_out_and_adds(tmp_path):
    more = {
        "exclude": [{"market": "fr", "as_of": "2024-08-01"}],
        "include": [
            {"market": "de", "as_of": "2024-10-01", "window_days": 30},
            {"name": "extra", "project": "extra"},
        ],
    }
    planned = read_batch(write(tmp_path, MATRIX | more))
    assert names(planned) == [
        *("de-2024-08-01", "de-2024-09-01", "fr-2024-09-01", "de-2024-10-01", "extra"),
    ]
    added, extra = planned[3:]
    assert (added.config.as_of, added.config.window_days) == ("2024-10-01", 30)
    assert added.config.project == "shop-de"
    assert (extra.config.project, extra.config.as_of) == ("extra", None)


def test_nested_keys_and_lists_are_axes_too(tmp_path):
    body = {
        "defaults": SHOP,
        "matrix": {
            "structure.depth": [0.2, 0.3],
            "bases": {"small": ["value"], "two": ["value", "loyalty"]},
        },
    }
    planned = read_batch(write(tmp_path, body))
    assert names(planned) == ["0.2-small", "0.2-two", "0.3-small", "0.3-two"]
    last = planned[3].config
    assert (last.structure.depth, last.bases) == (0.3, ["value", "loyalty"])


def test_p_takes_the_place_of_an_axis_or_holds_for_all(tmp_path):
    path = write(tmp_path, MATRIX)
    planned = read_batch(path, {"as_of": "2024-10-01", "market": "fr", "seed": 9})
    assert names(planned) == ["fr-2024-10-01"]
    assert (planned[0].config.as_of, planned[0].config.seed) == ("2024-10-01", 9)
    with pytest.raises(ConfigError, match=r"-p market must name values of the matrix"):
        read_batch(path, {"market": "it"})


def test_runs_do_not_share_what_one_of_them_changes(tmp_path):
    body = {
        "defaults": SHOP | {"structure": {"depth": 0.1}},
        "runs": [{"name": "a", "structure.depth": 0.9}, {"name": "b"}],
    }
    a, b = (run.config for run in read_batch(write(tmp_path, body)))
    assert (a.structure.depth, b.structure.depth) == (0.9, 0.1)


def test_a_broken_run_is_planned_with_its_reason(tmp_path):
    body = {
        "defaults": SHOP,
        "runs": [
            {"name": "good"},
            {"name": "typo", "windw_days": 3},
            {"name": "gone", "config": "gone.yaml"},
        ],
    }
    good, typo, gone = read_batch(write(tmp_path, body))
    assert good.error == ""
    assert typo.config is None
    assert typo.error.endswith("Did you mean 'window_days'?")
    assert "there is no" in gone.error


# Order


def test_a_run_waits_for_those_just_before_it_in_its_project(tmp_path):
    days = {
        "d2": "2024-02-01",
        "d1": "2024-01-01",
        "d3": "2024-03-01",
        "e1": "2024-01-01",
    }
    runs = [{"name": n, "as_of": d} for n, d in days.items()]
    runs += [{"name": "open"}, {"name": "also"}, {"name": "x", "project": "other"}]
    waits = builds_on(read_batch(write(tmp_path, {"defaults": SHOP, "runs": runs})))
    assert waits == {
        "d1": set(),
        "e1": set(),
        "d2": {"d1", "e1"},
        "d3": {"d2"},
        "open": {"d3"},
        "also": {"open"},
        "x": set(),
    }
    lengths = chain_lengths(waits)
    assert [lengths[n] for n in ("d1", "e1", "d2", "also", "x")] == [5, 5, 4, 1, 1]


# What is refused

RUN = {"name": "a"}
BAD = {
    "neither": (
        SHOP,
        r"FILE must hold `runs` or `matrix`, .* `segtools run batch.yaml`",
    ),
    "empty": ({"runs": []}, r"A batch must have runs, but batch.yaml leaves none"),
    "all left out": (
        {"matrix": {"seed": [1]}, "exclude": [{"seed": 1}]},
        r"A batch must have runs, but batch.yaml leaves none",
    ),
    "two of one name": (
        {"runs": [RUN, RUN]},
        r"Runs must have names of their own, but 'a' is that of 2",
    ),
    "two of one folder": (
        {"runs": [{"name": "DE 1"}, {"name": "de/1"}]},
        r"'DE 1' and 'de/1' both make shop/de-1. Rename one",
    ),
    "no letters": ({"runs": [{"name": "../.."}]}, r"must have a letter or a digit"),
    "no name": ({"runs": [{"seed": 1}]}, r"runs.0 must have a name"),
    "no list": ({"runs": {"a": 1}}, r"runs must be a list, but in batch.yaml it is"),
    "an unknown axis": (
        {"matrix": {"windw_days": [30]}},
        r"matrix must use known keys, but 'windw_days' is none. Did you mean "
        r"'window_days'\?",
    ),
    "an axis without values": ({"matrix": {"seed": []}}, r"matrix.seed must be a list"),
    "a value twice": ({"matrix": {"seed": [1, 1]}}, r"'1' stands in it twice"),
    "no axes": ({"matrix": {}}, r"matrix must hold `key: \[value, ...\]` lines"),
    "a name of no axis": (
        {"matrix": {"seed": [1]}, "name": "{sead}"},
        r"'\{sead\}' is none of it. Did you mean 'seed'\?",
    ),
    "an exclusion of nothing": (
        {"matrix": {"seed": [1]}, "exclude": [{"seed": 2}]},
        r"exclude must name values of the matrix, but '2' is none of seed",
    ),
    "an exclusion by no axis": (
        {"matrix": {"seed": [1]}, "exclude": [{"sead": 1}]},
        r"exclude must name keys of the matrix, but 'sead' is none. Did you mean",
    ),
    "an unknown key": (
        {"run": [], "runs": [RUN]},
        r"A batch file must use known keys, but 'run' is none. Did you mean 'runs'",
    ),
    "a key in the wrong place": (
        {"seed": 1, "runs": [RUN]},
        r"'seed' is none. Put it under `defaults:`",
    ),
}


@pytest.mark.parametrize(("body", "sentence"), BAD.values(), ids=list(BAD))
def test_a_mistake_is_one_sentence(tmp_path, body, sentence):
    shared = {} if body is SHOP else {"defaults": SHOP}
    with pytest.raises(ConfigError, match=sentence) as refused:
        read_batch(write(tmp_path, shared | body))
    assert "\n" not in str(refused.value)


def test_names_cannot_leave_the_folder():
    for name in (
        "../../etc/passwd",
        "..",
        "/root",
        "a\\..\\b",
        "C:x",
        "a\nb",
        "con/..",
    ):
        made = slug(name)
        assert "/" not in made
        assert "\\" not in made
        assert not made.startswith(".")
        assert "\n" not in made


# What several files share


def test_later_defaults_win_and_lists_replace(tmp_path):
    write(
        tmp_path,
        {"seed": 1, "bases": ["value", "loyalty"], "window_days": 30},
        "a.yaml",
    )
    write(tmp_path, {"seed": 2, "defaults": "deep/c.yaml"}, "b.yaml")
    write(tmp_path, {"outcome_days": 40, "seed": 3}, "deep/c.yaml")
    own = {"defaults": ["a.yaml", "b.yaml"], "bases": ["value"]}
    config = load_config(write(tmp_path, SHOP | own, "shop.yaml"))
    assert (config.seed, config.window_days, config.outcome_days) == (2, 30, 40)
    assert config.bases == ["value"]


def test_one_file_shared_twice_is_no_circle(tmp_path):
    write(tmp_path, {"seed": 4}, "base.yaml")
    for name in ("a", "b"):
        write(tmp_path, {"defaults": "base.yaml"}, f"{name}.yaml")
    own = {"defaults": ["a.yaml", "b.yaml"]}
    assert load_config(write(tmp_path, SHOP | own, "shop.yaml")).seed == 4


def test_circles_and_missing_files_are_refused(tmp_path):
    write(tmp_path, {"defaults": "b.yaml"}, "a.yaml")
    write(tmp_path, {"defaults": "a.yaml"}, "b.yaml")
    shop = write(tmp_path, SHOP | {"defaults": "a.yaml"}, "shop.yaml")
    circle = r"shop.yaml to a.yaml to b.yaml to a.yaml is a circle. Take a.yaml out of "
    with pytest.raises(ConfigError, match=circle + r"the defaults of b.yaml"):
        load_config(shop)
    write(tmp_path, SHOP | {"defaults": "gone.yaml"}, "shop.yaml")
    with pytest.raises(ConfigError, match=r"gone.yaml. Mend the path in shop.yaml"):
        load_config(shop)
    write(tmp_path, SHOP | {"defaults": {"seed": 1}}, "shop.yaml")
    with pytest.raises(ConfigError, match=r"defaults must name a YAML file or a list"):
        load_config(shop)
    write(tmp_path, {"runs": [RUN], "defaults": "batch.yaml"})
    with pytest.raises(ConfigError, match=r"batch.yaml to batch.yaml is a circle"):
        read_batch(tmp_path / "batch.yaml")


def test_a_secret_is_refused_in_shared_files_too(tmp_path):
    source = {"system": "database", "url": "postgres://ann:pw@host/db"}
    write(tmp_path, {"source": source}, "base.yaml")
    own = {"project": "shop", "timezone": "UTC", "defaults": "base.yaml"}
    with pytest.raises(ConfigError, match=r"secrets are never in the file") as refused:
        load_config(write(tmp_path, own, "shop.yaml"))
    assert "pw@" not in str(refused.value)


# What the page about batches shows

PAGE = Path(__file__).parents[2] / "docs" / "batch.md"


def test_the_examples_of_the_page_are_batch_files(tmp_path):
    text = PAGE.read_text(encoding="utf-8")
    first, second = (
        yaml.safe_load(part.partition("```")[0])
        for part in text.split("```yaml\n")[1:3]
    )
    write(tmp_path, SHOP, "shared.yaml")
    for shop in ("berlin", "paris"):
        files = {"system": "files", "order_lines": {"path": "x.csv"}}
        write(tmp_path, {"source": files}, f"shops/{shop}.yaml")
    berlin, paris = read_batch(write(tmp_path, first))
    assert berlin.error == paris.error == ""
    assert paris.config.window_days == 90
    planned = read_batch(write(tmp_path, second))
    assert [run.error for run in planned] == [""] * 4
    assert names(planned) == [
        *("de-2024-08-01", "de-2024-09-01", "fr-2024-09-01", "de-2024-10-01"),
    ]
    assert planned[2].config.timezone == "Europe/Paris"


def test_the_page_names_every_state():
    from segtools.runs.batch_page import STATES

    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{state}`" in text for state in STATES)
