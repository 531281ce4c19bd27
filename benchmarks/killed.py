"""Kill a run at random moments, continue it, and compare with one left in peace.

    python benchmarks/killed.py                      # the bundled sample, 20 moments
    python benchmarks/killed.py --config shop.yaml --moments 5 --seed 2

Each moment is drawn uniformly over the time that an undisturbed run takes here; one at
which the run has already ended does not count, and another is drawn. The process gets
SIGKILL; right afterwards every file must be whole, and no kernel may live
on. Then ``--resume`` must end with the same segments and the same model, byte by byte.
Prints one line a moment and a last line with all of them; exit code 1 if one is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = ("segments.parquet", "model.json")
# What a process leaves that was killed while it wrote; the next one removes it.
HALF = "."


@dataclass
class Killed:
    """What came of one moment."""

    moment: float
    ended: bool
    stage: str
    torn: list[str]
    orphans: list[int]
    resumed_from: str
    same: bool
    left: list[str]

    @property
    def good(self) -> bool:
        """Whether nothing was lost."""
        return self.same and not (self.torn or self.orphans or self.left)


def command(config: str, out: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "segtools.cli",
        "run",
        config,
        "--out",
        str(out),
        *more,
    ]


def started(config: str, out: Path, *more: str) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command(config, out, *more), stdout=quiet, stderr=quiet)


def torn(folder: Path) -> list[str]:
    """Name the files under their own names that are not whole."""
    return sorted(
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.is_file()
        and not any(p.startswith(HALF) for p in file.relative_to(folder).parts)
        and not whole(file)
    )


def whole(file: Path) -> bool:
    if file.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            pq.read_table(file)
        except (pa.ArrowException, OSError):
            return False
        return True
    if file.name.startswith("duckdb_temp"):
        return True  # the engine's own scratch, which the next run removes
    text = file.read_text(encoding="utf-8", errors="replace")
    if file.suffix in (".json", ".ipynb"):
        try:
            json.loads(text)
        except ValueError:
            return False
        return True
    if file.suffix == ".html":
        return text.rstrip().endswith("</html>")
    if file.suffix == ".jsonl":  # only its last line may be cut
        return all(parses(line) for line in text.splitlines()[:-1])
    return text.endswith("\n")


def parses(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def at_work(folder: Path) -> list[int]:
    """Give the processes that work in a folder: kernels of its run."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if Path(os.readlink(process / "cwd")).resolve() == folder.resolve():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def orphans(folder: Path) -> list[int]:
    """Give the kernels that are still there a moment after their parent has ended."""
    for _ in range(20):
        alive = at_work(folder)
        if not alive:
            return []
        time.sleep(0.1)
    return alive


def stage_of(folder: Path) -> str:
    """Say how far a run had come."""
    try:
        stages = json.loads((folder / "run.json").read_text())["stages"]
    except FileNotFoundError:
        return "before"
    return next((s for s, v in stages.items() if v["state"] != "done"), "after")


def resumed_from(folder: Path) -> str:
    lines = (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines if parses(line)]
    found = [e["from"] for e in events if e["event"] == "resumed"]
    return found[-1] if found else "not"


def killed(config: str, out: Path, moment: float, reference: Path) -> Killed:
    """Kill a run at a moment, look at what is left, continue it and compare."""
    process = started(config, out)
    ended = True
    try:
        process.wait(timeout=moment)
    except subprocess.TimeoutExpired:
        ended = False
        process.send_signal(signal.SIGKILL)
        process.wait()
    broken, alive, stage = torn(out), orphans(out), stage_of(out)
    more = ("--resume",) if (out / "run.json").exists() else ()
    code = started(config, out, *more).wait()
    same = code == 0 and all(
        (out / name).read_bytes() == (reference / name).read_bytes() for name in RESULTS
    )
    left = [p.name for p in out.rglob(".*")] + torn(out)
    resumed = resumed_from(out)
    return Killed(moment, ended, stage, broken, alive, resumed, same, left)


def moments(seed: int, longest: float) -> Iterator[float]:
    chance = random.Random(seed)
    while True:
        yield round(chance.uniform(0, longest), 2)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", default="sample")
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="segtools-killed-"))
    begun = time.monotonic()
    if started(asked.config, place / "reference").wait():
        print("The undisturbed run failed.")
        return 1
    longest = time.monotonic() - begun
    print(f"An undisturbed run took {longest:.1f} s.", flush=True)
    found: list[Killed] = []
    drawn = moments(asked.seed, longest)
    while sum(not one.ended for one in found) < asked.moments:
        shutil.rmtree(place / "run", ignore_errors=True)
        one = killed(asked.config, place / "run", next(drawn), place / "reference")
        found.append(one)
        print(json.dumps(asdict(one)), flush=True)
    good = sum(one.good for one in found)
    stages = sorted({one.stage for one in found})
    print(f"{good} of {len(found)} good; killed in {stages}.")
    shutil.rmtree(place)
    return int(good < len(found))


if __name__ == "__main__":
    sys.exit(main())
