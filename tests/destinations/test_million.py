"""At a million customers every file stays within its limits, and memory too."""

import json
import time

import pandas as pd
import pytest

from destinations.makers import order, run_folder
from segtools.destinations import braze, klaviyo, mailchimp
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


# A list of everybody, in how many pieces, and what one may hold.
CUT = {
    "braze": ("import", 1, braze.LARGEST_FILE),
    "klaviyo": ("members", 2, klaviyo.LARGEST_FILE),
    "mailchimp": ("members", 2, mailchimp.LARGEST_FILE),
    "meta": ("s01-members", 1, None),
}
PERSON = {"klaviyo": {"person": True}, "mailchimp": {"person": True}}
MOST = {"attributes": 75, "members_to_remove": mailchimp.PER_CALL}


@pytest.mark.slow
@pytest.mark.parametrize("to", CUT)
def test_a_million_come_and_a_third_of_them_move_within_limits(million, tmp_path, to):
    name, pieces, most = CUT[to]
    rows = million.assign(accepts_sms_marketing="yes")
    thirds = rows["segment_id"].eq("S02").sum()
    for day in ("2024-09-29", "2024-10-29"):
        out = tmp_path / day
        asked = order(rows, to, PERSON.get(to), as_of=day)
        manifest = write_export(asked, out, run_folder(tmp_path, day))
        assert manifest["counts"]["written"] == N
        files = [f for f in manifest["files"] if f["name"].endswith(".csv")]
        assert most is None or max(f["bytes"] for f in files) <= most
        moved = N if day == "2024-09-29" else thirds
        for file in out.glob("*.jsonl"):
            key, calls = _calls(file)
            assert (sum(calls), max(calls) <= MOST[key]) == (moved, True)
        if to != "braze" or moved == N:
            every = [f for f in files if f["name"].startswith(name)]
            assert len(every) == pieces
            assert sum(f["rows"] for f in every) == (N if to != "meta" else N - thirds)
        rows = rows.assign(segment_id="S01")
        thirds = thirds if to != "meta" else 0


def _calls(file):
    """Give what calls hold, and how many of them each."""
    with file.open(encoding="utf-8") as lines:
        bodies = [json.loads(line) for line in lines]
    (key,) = {key for body in bodies for key in body}
    return key, [len(body[key]) for body in bodies]


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
