"""Equal customers get equal files, in whatever order they stand."""

import json

import pytest

from destinations.makers import exporter, people

GROUPS = {"v": "VIP", "g1": "seg:champions", "g2": "seg:prospects"}


SYSTEMS = (
    *("braze", "ga4", "hubspot", "klaviyo", "liveagent", "mailchimp", "meta"),
    "twilio_segment",
)
OWN = {"meta": {"min_size": 1, "sha256": False, "address": True}}


@pytest.mark.parametrize("to", SYSTEMS)
def test_the_order_of_rows_changes_no_byte(tmp_path, to):
    rows = people(40, email_opt_in="yes", record_id=None, checkboxes="vip")
    rows["segment_id"] = ["S01", "S02"] * 20
    rows.loc[::3, "record_id"] = [str(i) for i in range(14)]
    rows["groups"] = ["VIP", None, "seg:champions", "VIP, seg:prospects"] * 10
    rows["contact_id"] = rows["customer_id"]
    listed = [{"id": i, "name": n} for i, n in GROUPS.items()]
    (tmp_path / "groups.json").write_text(json.dumps(listed))
    own = OWN | {"liveagent": {"groups": {"path": str(tmp_path / "groups.json")}}}
    made = []
    for name, seed in (("as it is", None), ("shuffled", 7)):
        export = exporter(tmp_path / name, to, own.get(to))
        mixed = rows if seed is None else rows.sample(frac=1, random_state=seed)
        export(mixed.reset_index(drop=True))
        left = mixed.iloc[5:] if seed is None else mixed.drop(index=range(5))
        left = left.assign(segment_id=left["segment_id"].replace("S02", "S01"))
        out, _ = export(left.reset_index(drop=True))
        made.append({p.name: p.read_bytes() for p in sorted(out.iterdir())})
    assert made[0] == made[1]
    assert len(made[0]) >= 3
