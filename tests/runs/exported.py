"""A project of two runs with everything that may name a customer, and real exports."""

import hashlib
import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from segtools.config import validate
from segtools.destinations.registry import destination_of
from segtools.records import write_record, write_table
from segtools.report.exports import export_run
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.tiers import cut_payload

ID = "CU-000017"
EMAIL, LATER = "Lea.Roth+shop@Gmail.com", "lea.roth@example.org"
PHONE = "030 1234567"
NAME = ("Lea", "Roth", "10115")
N = 260
SYSTEMS = (
    *("google_ads", "meta", "klaviyo", "mailchimp", "braze", "twilio_segment"),
    *("ga4", "spreadsheet"),
)


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def traces():
    """Give all that names the customer, by hand from the platforms' rules."""
    google, meta = "learoth@gmail.com", "lea.roth+shop@gmail.com"
    plain = [ID, EMAIL, meta, LATER, PHONE, "+49301234567", "49301234567"]
    hashed = [google, meta, LATER, "+49301234567", "49301234567"]
    return plain + [sha(text) for text in hashed] + ["user-lea-17"]


def ids():
    return [f"CU-{i:06d}" for i in range(N)]


def people(email):
    frame = pd.DataFrame({"customer_id": ids()})
    number = frame.index
    frame["email"] = [f"p{i}@example.com" for i in number]
    frame["phone"] = [f"030 76543{i:02d}" for i in number % 100]
    frame["phone"] = frame["phone"].where(number < 100, None)
    frame["user_id"] = [f"user-{i:05d}" for i in number]
    frame["first_name"], frame["last_name"], frame["zip"] = "Max", "Muster", "20095"
    frame["country"], frame["agreed"] = "DE", True
    own = {"email": email, "phone": PHONE, "user_id": "user-lea-17"}
    own |= dict(zip(("first_name", "last_name", "zip"), NAME, strict=True))
    frame.loc[17, list(own)] = list(own.values())
    return frame


def make_project(folder: Path) -> Path:
    """Write two runs; the customer had another address in the second one."""
    for as_of, email in (("2024-08-01", EMAIL), ("2024-09-01", LATER)):
        write_run(folder / "shop" / as_of, as_of, people(email))
    return folder / "shop"


def write_run(run, as_of, customers):
    segments = pd.DataFrame(
        {"customer_id": ids(), "segment_id": ["S01", "S02"] * (N // 2)}
    )
    segments["segment"] = segments["segment_id"].map({"S01": "Big", "S02": "Small"})
    write_table(run / "segments.parquet", segments.assign(assigned_by="model"))
    features = pd.DataFrame({"customer_id": ids(), "recency_days": [9.5] * N})
    write_table(run / "features.parquet", features)
    write_table(run / "tables" / "customers.parquet", customers)
    write_lines(run / "tables" / "order_lines.parquet")
    quarantine = {"table": "orders", "rule": "x", "customer_id": [ID, ids()[3]]}
    quarantine |= {"note": ["", f"order of {ID}, see {LATER}."]}
    write_table(run / "quarantine.parquet", pd.DataFrame(quarantine))
    arms = {"experiment": "e", "customer_id": ids()[10:20], "arm": "test"}
    write_table(run / "experiment_assignments.parquet", pd.DataFrame(arms))
    named = [
        {"segment_id": "S01", "name": "Big", "rank": 1},
        {"segment_id": "S02", "name": "Small", "rank": 2},
    ]
    cut = cut_payload({"recency_days": [30.0]})
    write_record(run / "model.json", SegmentModel(cut, named, [], "S02").record())
    kept = {"customers": {"kept": N}, "order_lines": {"kept": 3 * N}}
    write_record(run / "data_quality.json", {"window_days": 180, "tables": kept})
    write_record(run / "selection.json", {"short_rules": {"rules": []}})
    write_record(run / "goals.json", {"goal": "understand", "hash": "abc"})
    body = {
        "project": "shop",
        "timezone": "Europe/Berlin",
        "source": {"system": "sample"},
        "as_of": as_of,
        "exports_need_approval": False,
        "destinations": {name: block_of(name) for name in SYSTEMS[:-1]},
    }
    record = {"project": "shop", "state": "done", "as_of": as_of, "config_hash": "1"}
    config = {"config": validate(body).model_dump(), "timezone": "Europe/Berlin"}
    write_record(run / "run.json", record | config | {"data": {"fingerprint": "2"}})
    for name in SYSTEMS:
        export_run(run, name, run / "activation" / name)
    write_pages(run)


def block_of(name):
    """Give a destination's block: who agreed, and in which country numbers are."""
    known = destination_of(name)
    consent = {channel: ["agreed"] for channel in known.channels}
    region = (
        {"default_region": "DE"} if "default_region" in known.block.model_fields else {}
    )
    return {"consent": consent} | region


def write_lines(path):
    """Write three lines a customer in two row groups, packed in nothing, as codes."""
    frame = pd.DataFrame({"customer_id": [c for c in ids() for _ in range(3)]})
    frame["amount"] = range(len(frame))
    table = pa.Table.from_pandas(frame)
    coded = table.column("customer_id").combine_chunks().dictionary_encode()
    table = table.set_column(0, "customer_id", coded)
    pq.write_table(table, path, row_group_size=200, compression="none")


def write_pages(run):
    """Write what a team may lay beside: a page, a notebook, logs, lists, JSON."""
    (run / "note.html").write_text(f"<p>Call {ID} (lea.roth@example.org).</p>")
    cell = {"source": f'orders["{ID}"]', "outputs": [{"text": f"see {ID}-b"}]}
    (run / "notebooks").mkdir()
    (run / "notebooks" / "x.ipynb").write_text(json.dumps({"cells": [cell]}))
    (run / "notebooks" / "kernel.log").write_text(f"warning: {ID}: odd\n")
    lines = [{"userId": ID, "n": 1}, {"userId": "CU-000018", "friend": ID}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (run / "calls.ndjson").write_text(text)
    listed = {"ids": [ID, "CU-000018"], "by_id": {ID: {"n": 1}, "CU-000018": {"n": 2}}}
    (run / "own.json").write_text(json.dumps(listed))
    rows = f'id;customer_id;note\r\n1;"{ID}";"two\r\nlines"\r\n2;CU-000018;of {ID}\r\n'
    (run / "own.csv").write_bytes(rows.encode())
    (run / ".segments.parquet.4711").write_bytes(ID.encode())
