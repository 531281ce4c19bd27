"""Shopify: the import's own bytes, no tag lost but ours, and back by the source."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from destinations.makers import column, order, run_folder
from segtools.config import DataFile
from segtools.destinations.export import write_export
from segtools.destinations.shopify import HEADER
from segtools.schema import ConfigError
from segtools.segmentation.segment_rules import Condition, SegmentRule, rule_record
from segtools.sources.shopify.customers import read_customers

EXPORT = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address "
    "Company,Default Address Address1,Default Address Address2,Default Address City,"
    "Default Address Province Code,Default Address Country Code,Default Address Zip,"
    "Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,"
    "Tax Exempt,Tags\n"
    "'7210000000001,Ann,Lee,ann.lee@example.com,yes,,1 Rue Fictive,,Paris,,FR,'75008,,"
    ',no,50.00,1,,no,"newsletter, vip"\n'
    "'7210000000002,Bo,Kim,bo.kim@example.com,no,Kim GmbH,Musterweg 2,,Berlin,BE,DE,"
    "10115,,+49300000000,no,0.00,0,,yes,\n"
)
IMPORT = (
    "First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,"
    "Default Address Address1,Default Address Address2,Default Address City,"
    "Default Address Province Code,Default Address Country Code,Default Address Zip,"
    "Default Address Phone,Phone,Accepts SMS Marketing,Tags,Note,Tax Exempt\n"
    "Ann,Lee,ann.lee@example.com,yes,,1 Rue Fictive,,Paris,,FR,75008,,,no,"
    '"newsletter, vip, seg:champions",,no\n'
    "Bo,Kim,bo.kim@example.com,no,Kim GmbH,Musterweg 2,,Berlin,BE,DE,10115,,"
    "+49300000000,no,seg:prospects,,yes\n"
)


@pytest.fixture
def customers(con, tmp_csv):
    """Read a customers file as the source does; each gets the segment of a list."""

    def make(text, *segments):
        file = DataFile(path=str(tmp_csv(text)))
        frame = read_customers(con, file, "UTC").to_pandas()
        frame = frame.drop(
            columns=["by_email", "by_phone", "unreadable", "valid_from"],
            errors="ignore",
        )
        frame["customer_id"] = frame["customer_id"].fillna(frame["email"])
        frame = frame.sort_values("email", ignore_index=True)
        return frame.assign(segment_id=list(segments))

    return make


def test_the_file_is_exactly_what_shopify_imports(customers, tmp_path):
    rows = customers(EXPORT, "S01", "S02")
    manifest = write_export(
        order(rows, "shopify"), tmp_path / "s", run_folder(tmp_path)
    )
    assert (tmp_path / "s" / "customers.csv").read_text() == IMPORT
    assert (tmp_path / "s" / "segment_queries.txt").read_text() == (
        "customer_tags CONTAINS 'seg:champions'\n"
        "customer_tags CONTAINS 'seg:prospects'\n"
    )
    assert manifest["rows"] == {"changed": 2, "right_already": 0}


def test_our_own_export_read_again_gives_the_same_customers_and_segments(
    customers, tmp_path
):
    rows = customers(EXPORT, "S01", "S02")
    write_export(order(rows, "shopify"), tmp_path / "s", run_folder(tmp_path))
    back = customers((tmp_path / "s" / "customers.csv").read_text(), "S01", "S02")
    same = [f for f in HEADER.values() if f != "tags"]
    pd.testing.assert_frame_equal(back[same], rows[same])
    ours = [re.findall(r"seg:(\w+)", tags) for tags in back["tags"]]
    assert ours == [["champions"], ["prospects"]]
    # Once imported there is nothing left to do.
    again = write_export(order(back, "shopify"), tmp_path / "t", run_folder(tmp_path))
    assert again["rows"] == {"changed": 0, "right_already": 2}
    assert column(tmp_path / "t", "customers.csv", "Email") == []


def test_only_our_own_tags_ever_go(customers, tmp_path):
    rows = customers(EXPORT, "S02", "S02")
    rows["tags"] = ["Seg:Champions, vip, seg:old", "segment, seg:champions"]
    asked = order(
        rows,
        "shopify",
        {"segments": ["S02"]},
        suppressions={"email": frozenset({"bo.kim@example.com"})},
    )
    write_export(asked, tmp_path / "s", run_folder(tmp_path))
    # Bo is on the suppression list, and loses our tag, but keeps his own.
    assert column(tmp_path / "s", "customers.csv", "Tags") == [
        "vip, seg:prospects",
        "segment",
    ]


def test_without_the_present_tags_nothing_is_written(customers, tmp_path):
    rows = customers(EXPORT, "S01", "S02").drop(columns="tags")
    with pytest.raises(ConfigError, match="must know the present tags"):
        write_export(order(rows, "shopify"), tmp_path / "s", run_folder(tmp_path))
    assert not (tmp_path / "s").exists()


def test_consent_is_written_as_read_or_not_at_all(customers, tmp_path):
    rows = customers(EXPORT, "S01", "S02").drop(columns="accepts_sms_marketing")
    write_export(order(rows, "shopify"), tmp_path / "s", run_folder(tmp_path))
    head = (tmp_path / "s" / "customers.csv").read_text().splitlines()[0]
    assert "Accepts Email Marketing" in head
    assert "SMS" not in head


@pytest.mark.parametrize(
    "block", [{"prefix": "seg,"}, {"names": {"S01": "big, and loyal"}}]
)
def test_a_tag_with_a_comma_is_refused(customers, block):
    rows = customers(EXPORT, "S01", "S02")
    with pytest.raises(ConfigError, match="without comma"):
        order(rows, "shopify", block)


def test_names_with_commas_and_quotes_become_harmless_tags(customers, tmp_path):
    rows = customers(EXPORT, "S01", "S02")
    names = {"S01": 'Ann\'s, the "best"', "S02": "=cmd|' /C calc'!A0"}
    write_export(
        order(rows, "shopify", names=names), tmp_path / "s", run_folder(tmp_path)
    )
    tags = column(tmp_path / "s", "customers.csv", "Tags")
    assert tags == ["newsletter, vip, seg:ann-s-the-best", "seg:cmd-c-calc-a0"]


def test_a_row_with_a_formula_is_left_out_and_reported_not_blanked(customers, tmp_path):
    rows = customers(EXPORT, "S01", "S02")
    rows.loc[0, "note"] = "=HYPERLINK(1)"
    rows.loc[1, "address_phone"] = "+49 (30) 00-00 01"
    manifest = write_export(
        order(rows, "shopify"), tmp_path / "s", run_folder(tmp_path)
    )
    assert manifest["counts"]["left_out"] == {"refused": 1}
    assert column(tmp_path / "s", "customers.csv", "First Name") == ["Bo"]
    assert column(tmp_path / "s", "left_out.csv", "field") == ["note"]


def test_more_tags_than_shopify_takes_are_refused_row_by_row(customers, tmp_path):
    rows = customers(EXPORT, "S01", "S02")
    rows["tags"] = [", ".join(f"t{i}" for i in range(250)), "x" * 256]
    rows = pd.concat(
        [
            rows,
            rows.iloc[:1].assign(
                customer_id="3",
                email="c@example.com",
                tags=", ".join(f"t{i}" for i in range(249)),
            ),
        ]
    )
    manifest = write_export(
        order(rows, "shopify"), tmp_path / "s", run_folder(tmp_path)
    )
    assert manifest["counts"]["left_out"] == {"refused": 2}
    assert len(column(tmp_path / "s", "customers.csv", "Tags")[0].split(", ")) == 250


def ruled(*boxes):
    """Say of a run with rules what its manifest would: a box of days a segment."""
    rules = [
        SegmentRule(f"S0{i}", f"Kind {i}", (box,)) for i, box in enumerate(boxes, 1)
    ]
    return rule_record(rules)


def test_rules_are_written_as_queries_of_what_customers_did(customers, tmp_path):
    late, often = Condition("recency_days", above=90.0), Condition("basket_mean", 5.0)
    asked = order(customers(EXPORT, "S01", "S02"), "shopify")
    about = dict(asked.about) | {"rules": ruled((late,), (often,))}
    about["run"] = about["run"] | {"timezone": "UTC", "window_days": 365}
    found = write_export(
        replace(asked, about=about), tmp_path / "s", run_folder(tmp_path)
    )
    text = (tmp_path / "s" / "rule_queries.txt").read_text()
    assert text == "last_order_date < -90d\n"
    said = found["rule_queries"]
    assert said["S01"]["exact"] is True
    assert "every day" in said["S01"]["notes"][0]
    assert "basket_mean" in said["S02"]["why_not"]


def ruled_export(rows, tmp_path, **more):
    late, often = (
        Condition("recency_days", above=90.0),
        Condition("orders_lifetime", above=2.0),
    )
    new = Condition("orders_lifetime", up_to=1.0)
    asked = order(rows, "shopify", more.pop("block", {}), **more)
    told = rule_record(
        [
            SegmentRule("S01", "A", ((late,), (often,))),
            SegmentRule("S02", "B", ((new,),)),
        ]
    )
    about = dict(asked.about) | {"rules": told}
    about["run"] = about["run"] | {"timezone": "UTC", "window_days": 365}
    found = write_export(
        replace(asked, about=about), tmp_path / "s", run_folder(tmp_path)
    )
    return found, (tmp_path / "s" / "rule_queries.txt").read_text().splitlines()


def test_only_segments_that_are_exported_have_a_query(customers, tmp_path):
    rows = customers(EXPORT, "S01", "S02")
    found, lines = ruled_export(rows, tmp_path, block={"segments": ["S02"]})
    assert [*found["rule_queries"]] == ["S02"]
    assert lines == ["number_of_orders BETWEEN 1 AND 1"]


@pytest.mark.parametrize("why", ["suppressed", "held_back"])
def test_nobody_who_is_left_out_comes_in_by_a_rule(customers, tmp_path, why):
    bo = frozenset({"7210000000002"})
    more = {"held_back": bo}
    if why == "suppressed":
        more = {"suppressions": {"customer_id": bo}}
    both = customers(EXPORT, "S01", "S01")
    found, lines = ruled_export(both, tmp_path, **more)
    assert found["counts"]["left_out"] == {why: 1}
    (line,) = lines
    rule, tag = line.rsplit(" AND ", 1)
    assert tag == "customer_tags CONTAINS 'seg:champions'"
    assert rule[0] == "("
    assert rule[-1] == ")"
    assert found["rule_queries"]["S01"]["exact"] is False
    assert "held back by an experiment" in found["rule_queries"]["S01"]["notes"][-1]


def test_who_is_held_back_in_a_segment_that_stays_here_comes_in_no_more(
    customers, tmp_path
):
    both = customers(EXPORT, "S01", "S02")
    found, (line,) = ruled_export(
        both,
        tmp_path,
        block={"segments": ["S01"]},
        held_back=frozenset({"7210000000002"}),
    )
    assert found["counts"]["left_out"] == {"not_chosen": 1}
    assert line.endswith("AND customer_tags CONTAINS 'seg:champions'")


def test_tags_in_another_order_or_case_are_right_already(customers, tmp_path):
    rows = customers(EXPORT, "S01", "S02")
    rows["tags"] = ["Seg:Champions, newsletter, vip", "seg:prospects"]
    manifest = write_export(
        order(rows, "shopify"), tmp_path / "s", run_folder(tmp_path)
    )
    assert manifest["rows"] == {"changed": 0, "right_already": 2}


def test_segments_that_are_no_rules_have_queries_of_tags_alone(customers, tmp_path):
    asked = order(customers(EXPORT, "S01", "S02"), "shopify")
    about = dict(asked.about) | {"rules": {"rules": [], "why_not": "Points are none."}}
    found = write_export(
        replace(asked, about=about), tmp_path / "s", run_folder(tmp_path)
    )
    assert found["rule_queries"] == "Points are none."
    assert not (tmp_path / "s" / "rule_queries.txt").exists()
