"""Small projects by hand: a few runs with a handful of records each."""

from segtools.records import write_record


def make_run(folder, name, sizes, **more):
    """Write a finished run; `sizes` gives each segment's id, name, customers, money."""
    run = folder / name
    record = {
        "project": more.get("project", folder.name),
        "state": more.get("state", "done"),
        "error": more.get("error"),
        "as_of": more.get("as_of", name),
        "config": {"currency": more.get("currency", "EUR"), "smallest_cell": 10},
        "previous_run": more.get("previous_run"),
    }
    write_record(run / "run.json", record | more.get("run", {}))
    (run / "index.html").write_text("<!DOCTYPE html><title>run</title>")
    if record["state"] != "done":
        return run
    people = [
        {"segment_id": i, "segment": n, "n": count, "value": f"{money}"}
        for i, n, count, money in sizes
    ]
    whole = {"n": sum(s[2] for s in sizes), "value": f"{sum(s[3] for s in sizes)}"}
    write_record(run / "personas.json", {"segments": people, "everyone": whole})
    verdict = {"structure": "natural", "worth": "proved", "decision": "segment"}
    write_record(run / "verdict.json", verdict | more.get("verdict", {}))
    write_record(run / "selection.json", {"stability": more.get("stability", 0.9)})
    write_record(run / "changes.json", more.get("changes", {"first_run": True}))
    write_record(run / "drift.json", {"fates": more.get("fates", [])})
    return run


def moved(stayed, moved, new, gone, before, now):
    """Give changes.json of a run."""
    totals = {"stayed": stayed, "moved": moved, "new": new, "gone": gone}
    ends = {"before": {"customers": before}, "now": {"customers": now}}
    return {"first_run": False, "totals": totals, "ends": ends}
