"""Two months by the command line, each on a machine that knows only the bucket."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segtools import cli
from segtools.records import read_record


def lines(n: int = 400) -> bytes:
    """A made-up shop of 60 customers over a year."""
    rng = np.random.default_rng(4)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 364, n), "D")
    frame = pd.DataFrame(
        {
            "customer_id": [f"customer-{i:03d}" for i in rng.integers(0, 60, n)],
            "order_id": [f"o{i}" for i in range(n)],
            "ordered_at": days.strftime("%Y-%m-%dT10:00"),
            "product_id": [f"p{i}" for i in rng.integers(0, 20, n)],
            "amount": rng.integers(100, 5000, n) / 100,
        }
    )
    return frame.to_csv(index=False).encode()


@pytest.mark.slow
@pytest.mark.xdist_group("runs")
def test_two_months_in_a_bucket_carry_on_from_each_other(
    bucket, tmp_path, monkeypatch, capsys
):
    body = lines()
    half = body.index(b"\n", len(body) // 2) + 1
    head = body[: body.index(b"\n") + 1]
    bucket.put("exports/lines-1.csv", body[:half])
    bucket.put("exports/lines-2.csv", head + body[half:])
    source = f"{{system: files, order_lines: {{path: '{bucket.url}/exports/*.csv'}}}}"
    hook = f"[{{run: [sh, -c, 'cat > {tmp_path}/told.json']}}]"
    text = f"project: shop\ntimezone: UTC\nsource: {source}\nhooks: {hook}\n"
    Path("shop.yaml").write_text(text + "window_days: 90\noutcome_days: 30\n")
    for day in ("2024-11-30", "2024-12-30"):
        url = f"{bucket.url}/reports/{day}"
        words = ["run", "shop.yaml", "-p", f"as_of={day}", "--out", url, "--json"]
        monkeypatch.setattr(sys, "argv", ["segtools", *words])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, _ = capsys.readouterr()
        assert (stop.value.code, json.loads(out)["page"]) == (0, f"{url}/index.html")
        run = json.loads(bucket.body(f"reports/{day}/run.json"))
        files = sorted(f["url"].rpartition("/")[2] for f in run["data"]["files"])
        assert files == ["lines-1.csv", "lines-2.csv"]
        here = Path("reports/.remote/s3") / bucket.name / "reports" / day
        assert not list(here.glob(".fetched*"))
        told = json.loads(Path("told.json").read_text())
        assert (told["state"], told["as_of"], told["run"]) == ("done", day, url)
        assert "customer-0" not in Path("told.json").read_text()
        if day == "2024-11-30":
            shutil.rmtree("reports")  # the next month runs on another machine
    assert run["previous_run"] == "../2024-11-30"
    assert told["changed"]["previous_as_of"] == "2024-11-30"
    assert read_record(here / "changes.json")["first_run"] is False
