"""Stands in for a run's process: does what the word in `decision` says, and no more."""

import json
import os
import signal
import sys
import time
from pathlib import Path

from segtools.config import load_config
from segtools.history.previous import find_previous
from segtools.records import read_record, write_record
from segtools.schema import STAGES


def tell(event, **more):
    print(json.dumps({"event": event} | more), flush=True)


def stop(signum, frame):
    raise KeyboardInterrupt


def meet(told, runs):
    """Wait until another run is at work beside this one, or all have begun."""
    while True:
        words = told.read_text().split()
        if (
            words.count("start") - words.count("end") > 1
            or words.count("start") == runs
        ):
            return
        time.sleep(0.02)


def main():
    signal.signal(signal.SIGTERM, stop)
    config, folder = load_config(sys.argv[1]), Path(sys.argv[2])
    told = folder.parents[1] / "told.txt"
    word = config.decision.split(":")[0]

    def note(what):
        with told.open("a") as file:
            file.write(f"{what} {folder.name} {os.environ['OMP_NUM_THREADS']}\n")

    note("start")
    tell("started")
    done = folder / "run.json"
    if done.exists() and read_record(done)["state"] == "done":
        return end("already_done", 0)
    record = {"project": config.project, "as_of": str(config.as_of), "error": None}
    record["stages"] = {stage: {"state": "pending"} for stage in STAGES}
    record |= {"state": "running", "config": config.model_dump()}
    before = find_previous(folder.parent, config.project, str(config.as_of))
    record["previous_run"] = before and f"../{before.name}"
    write_record(done, record)
    tell("cell", stage="02_data_prep", cell=3, cells=9)
    if word == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        time.sleep(600)
    if word == "crash":
        sys.exit("Something odd happened.")
    if word == "fail":
        write_record(done, record | {"state": "failed"})
        return end(
            "failed", 3, sentence="It must work, but it does not.", remedy="Mend."
        )
    try:
        if word == "meet":
            meet(told, int(config.decision.split(":")[1]))
        elif word == "hang":
            time.sleep(600)
    except KeyboardInterrupt:
        write_record(done, record | {"state": "failed"})
        return end("interrupted", 130, sentence="Interrupted.", remedy="Repeat it.")
    write_record(done, record | {"state": "done"})
    note("end")
    return end("done", 0)


def end(state, code, **more):
    tell("ended", state=state, code=code, **more)
    return code


if __name__ == "__main__":
    sys.exit(main())
