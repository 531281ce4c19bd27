"""At a million customers every file stays within its limits, and memory too."""

import json
import time

import pandas as pd
import pytest

from destinations.makers import order, run_folder
from segtools.destinations import braze, klaviyo, mailchimp
from segtools.destinations.export import write_export
from segtools.destinations.shopify import LARGEST_FILE
from segtools.records import read_record

N = 1_000_000


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


@pytest.fixture(scope="module")
def moved(million):
    """Give the same customers a month later: all of one segment are in the other."""
    return million.assign(segment_id="S01", accepts_sms_marketing="yes")


CUT = {
    "braze": ("import", braze.LARGEST_FILE),
    "klaviyo": ("members", klaviyo.LARGEST_FILE),
    "mailchimp": ("members", mailchimp.LARGEST_FILE),
    "meta": ("s01-members", None),
}
PERSON = {"klaviyo": {"person": True}, "mailchimp": {"person": True}}


@pytest.mark.slow
@pytest.mark.parametrize("to", CUT)
def test_a_million_come_and_a_third_of_them_move_within_limits(
    million, moved, tmp_path, to
):
    first, second = run_folder(tmp_path), run_folder(tmp_path, "2024-10-29")
    block = PERSON.get(to)
    write_export(order(million, to, block), tmp_path / "a", first)
    later = order(moved, to, block, as_of="2024-10-29")
    manifest = write_export(later, tmp_path / "b", second)
    assert manifest["counts"]["written"] == N
    name, most = CUT[to]
    for folder in (tmp_path / "a", tmp_path / "b"):
        files = read_record(folder / "manifest.json")["files"]
        ours = [f for f in files if f["name"].startswith(name)]
        assert sum(f["rows"] for f in ours) > N / 2 or folder.name == "b"
        assert most is None or all(f["bytes"] <= most for f in files if _cut(f))
        assert len(ours) == (2 if most == 50_000_000 else 1)
        for lines in folder.glob("*.jsonl"):
            key, calls = _calls(lines)
            assert max(calls) <= (75 if key == "attributes" else mailchimp.PER_CALL)
            assert sum(calls) in (N, N // 3 + 1)


def _cut(file):
    """Leave out the report for people and calls, which are cut line by line."""
    return file["profile"] == "machine" and file["name"].endswith(".csv")


def _calls(file):
    """Give what calls hold, and how many of them each."""
    with file.open(encoding="utf-8") as lines:
        bodies = [json.loads(line) for line in lines]
    (key,) = {key for body in bodies for key in body}
    return key, [len(body[key]) for body in bodies]
