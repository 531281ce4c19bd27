"""At a million customers every file stays within its limits, and memory too."""

import json
import time

import pandas as pd
import pytest

from destinations.makers import order, run_folder
from segtools.destinations.export import write_export
from segtools.destinations.hubspot import LIMITS
from segtools.destinations.shopify import LARGEST_FILE
from segtools.destinations.twilio_segment import (
    LARGEST_BATCH,
    LARGEST_CALL,
    LARGEST_CSV,
    MOST_ROWS,
)

N = 1_000_000
GROUPS = ("VIP", "seg:champions", "seg:prospects")


@pytest.fixture(scope="module")
def million():
    ids = [f"{i:07d}" for i in range(N)]
    rows = pd.DataFrame({"customer_id": ids})
    rows["segment_id"] = ["S01" if i % 3 else "S02" for i in range(N)]
    rows["email"] = [f"customer{one}@example.com" for one in ids]
    rows["phone"] = [f"+4930{one}" for one in ids]
    rows["first_name"], rows["last_name"] = "Ann", "Lee"
    rows["address1"], rows["city"], rows["tags"] = "Musterweg 2", "Berlin", "newsletter"
    rows["accepts_email_marketing"] = rows["ad_user_data"] = "yes"
    rows["groups"] = "VIP, seg:prospects"
    return rows.assign(ad_personalization="yes")


@pytest.mark.slow
@pytest.mark.parametrize("to", ["spreadsheet", "shopify", "google_ads"])
def test_parts_stay_within_limits_at_a_million_customers(million, tmp_path, to):
    started = time.monotonic()
    manifest = write_export(order(million, to), tmp_path / to, run_folder(tmp_path))
    assert manifest["counts"]["written"] == N
    pieces = [f for f in manifest["files"] if f["name"].startswith("customers-")]
    assert sum(f["rows"] for f in pieces) == (N if to == "shopify" else 0)
    assert all(f["bytes"] <= LARGEST_FILE for f in pieces)
    print(f"{to}: {time.monotonic() - started:.0f} s, {len(pieces)} pieces")


def written(million, tmp_path, to, block=None):
    """Give what an export's manifest says of its files, by the beginnings of names."""
    asked = order(million, to, block)
    manifest = write_export(asked, tmp_path / to, run_folder(tmp_path))
    assert manifest["counts"]["written"] == N
    files = {}
    for file in manifest["files"]:
        files.setdefault(file["name"].partition("-")[0], []).append(file)
    return {
        name: (sum(f["rows"] for f in some), max(f["bytes"] for f in some), some)
        for name, some in files.items()
    }


@pytest.mark.slow
def test_segments_calls_batches_and_uploads_stay_within_limits(million, tmp_path):
    files = written(million, tmp_path, "twilio_segment")
    rows, size, pieces = files["batch"]
    assert (rows, size < LARGEST_BATCH) == (N, True)
    calls = 0
    for piece in pieces:
        body = json.loads((tmp_path / "twilio_segment" / piece["name"]).read_bytes())
        calls += len(body["batch"])
    assert calls == N
    with (tmp_path / "twilio_segment" / "identify.jsonl").open("rb") as lines:
        assert max(map(len, lines)) <= LARGEST_CALL
    rows, size, pieces = files["profiles.csv"]
    assert (rows, size <= LARGEST_CSV) == (N, True)
    assert all(f["rows"] <= MOST_ROWS for f in pieces)


@pytest.mark.slow
def test_hubspots_files_stay_within_what_every_plan_takes(million, tmp_path):
    rows, size, pieces = written(million, tmp_path, "hubspot")["contacts"]
    assert (rows, size <= LIMITS.size) == (N, True)
    assert all(f["rows"] <= LIMITS.rows for f in pieces)


@pytest.mark.slow
def test_analytics_and_the_help_desk_have_no_limit_but_get_everybody(million, tmp_path):
    assert written(million, tmp_path, "ga4")["users.csv"][0] == N
    groups = [{"id": f"g{i}", "name": n} for i, n in enumerate(GROUPS)]
    path = tmp_path / "groups.json"
    path.write_text(json.dumps(groups))
    rows = million.assign(contact_id=million["customer_id"])
    block = {"groups": {"path": str(path)}}
    files = written(rows, tmp_path, "liveagent", block)
    # A third is in its group already.
    assert files["contacts.jsonl"][0] == N - (N + 2) // 3
