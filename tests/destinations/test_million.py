"""At a million customers every file stays within its limits, and memory too."""

import time

import pandas as pd
import pytest

from destinations.makers import order, run_folder
from segtools.destinations.export import write_export
from segtools.destinations.shopify import LARGEST_FILE

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
