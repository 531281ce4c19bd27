"""Results of segments that are there no more go on with their customers."""

import pandas as pd
import pytest

from segtools.experiments.carried import last_results
from segtools.experiments.readout import read_out


def now(**segments):
    rows = [(c, s) for s, ids in segments.items() for c in ids]
    return pd.DataFrame(rows, columns=["customer_id", "segment_id"])


@pytest.fixture
def made(drawn, campaign):
    rows = drawn([0.15, 0.0, 0.0])
    read = read_out(campaign(rows)) | {"sent_from": "2024-10-01"}
    return read, rows


def test_a_segment_that_is_still_there_keeps_its_result(made):
    read, rows = made
    last = last_results([read], {"K1": rows}, rows, "EUR")
    assert list(last) == ["S01", "S02", "S03"]
    assert last["S01"]["share"] == read["segments"][0]["response"]["expected"]
    assert "points more responded" in last["S01"]["text"]


def test_a_new_segment_expects_the_mean_of_what_its_customers_had(made):
    read, rows = made
    ids = rows.groupby("segment_id")["customer_id"].apply(list)
    mixed = [*ids["S01"][:30], *ids["S02"][:10]]
    last = last_results([read], {"K1": rows}, now(S09=mixed), "EUR")
    one, two = (read["segments"][i]["response"]["expected"] for i in (0, 1))
    assert list(last) == ["S09"]
    assert last["S09"]["share"] == pytest.approx((30 * one + 10 * two) / 40)
    assert "by the segments its customers were in then" in last["S09"]["text"]


def test_mostly_new_customers_expect_nothing(made):
    read, rows = made
    known = rows["customer_id"].tolist()[:10]
    strangers = [f"new{i}" for i in range(11)]
    assert (
        last_results([read], {"K1": rows}, now(S09=[*known, *strangers]), "EUR") == {}
    )


def test_association_is_no_result(drawn, campaign):
    rows = drawn([0.15, 0.0, 0.0])
    read = read_out(campaign(rows[rows["treated"]])) | {"sent_from": "x"}
    assert last_results([read], {"K1": rows}, rows, "EUR") == {}


def test_the_latest_result_counts(made, drawn, campaign):
    read, rows = made
    older = read_out(campaign(drawn([0.0, 0.15, 0.0]))) | {"sent_from": "2024-01-01"}
    last = last_results([read, older], {"K1": rows}, rows, "EUR")
    assert last["S01"]["text"].startswith("K1, 2024-10-01")
