"""The page on destinations is true, and its example runs."""

import re
from pathlib import Path

import pytest
import yaml

from destinations.makers import column, order, people, run_folder
from segtools.config import DestinationBlock, validate
from segtools.destinations.export import write_export
from segtools.destinations.order import REASONS
from segtools.destinations.registry import (
    SYSTEMS,
    check_destinations,
    destination_of,
    remove_destination,
)
from segtools.schema import ConfigError, DataError

PAGE = (Path(__file__).parents[2] / "docs" / "destinations.md").read_text("utf-8")
BASE = {"project": "shop", "timezone": "UTC", "source": {"system": "sample"}}


def rows(head):
    body = PAGE.partition(f"\n| {head} |")[2].split("\n\n")[0].splitlines()[2:]
    return [[c.strip().strip("`") for c in x.strip("| ").split(" | ")] for x in body]


def test_every_key_reason_and_system_is_listed():
    keys = {r[0]: yaml.safe_load(r[1]) for r in rows("key")}
    fields = DestinationBlock.model_fields.items()
    assert keys == {name: field.get_default() for name, field in fields}
    assert [r[0] for r in rows("reason")] == list(REASONS)
    assert {r[0] for r in rows("system")} == set(SYSTEMS)


def test_every_key_of_a_systems_own_stands_in_its_text():
    for name in SYSTEMS:
        own = set(destination_of(name).block.model_fields) - set(
            DestinationBlock.model_fields
        )
        for key in own:
            assert re.search(rf"`{key}[`:]", PAGE), (name, key)


def test_least_sizes_are_those_of_the_page():
    said = {r[0]: r[2] for r in rows("system")}
    for name in SYSTEMS:
        least = destination_of(name).min_size
        assert said[name] == {None: "–", 1: "smallest_cell"}.get(least, str(least))


def test_the_pages_configuration_is_understood(tmp_path):
    body = yaml.safe_load(re.search(r"```yaml\n(.*?)```", PAGE, re.S)[1])
    listed = tmp_path / "stop.csv"
    listed.write_text("email\nann@example.com\n")
    check_destinations(validate(BASE | body | {"suppression_list": str(listed)}))
    with pytest.raises(ConfigError, match="there is no do_not_contact"):
        check_destinations(validate(BASE | body))


def test_the_pages_own_destination_runs(tmp_path):
    exec(re.search(r"```python\n(.*?)```", PAGE, re.S)[1], {})
    try:
        people_ = people(2, accepts_email_marketing="yes", first_name="Ann")
        asked = order(people_, "newsletter")
        write_export(asked, tmp_path / "n", run_folder(tmp_path))
    finally:
        remove_destination("newsletter")
    assert column(tmp_path / "n", "members.csv", "segment") == ["Champions"] * 2


def test_a_suppression_list_is_read_early_even_where_nothing_is_exported(tmp_path):
    gone = {"suppression_list": str(tmp_path / "gone.csv")}
    with pytest.raises(ConfigError, match=r"there is no gone\.csv"):
        check_destinations(validate(BASE | gone))
    path = tmp_path / "stop.csv"
    path.write_text("phone\n030 1234567\n")
    body = BASE | {"suppression_list": str(path)}
    # A spreadsheet leaves nobody out, and needs no country for it.
    outside = {"google_ads": {"default_region": "DE"}, "spreadsheet": {}}
    check_destinations(validate(body | {"destinations": outside}))
    with pytest.raises(DataError, match="phones need their country"):
        check_destinations(validate(body | {"destinations": {"google_ads": {}}}))
