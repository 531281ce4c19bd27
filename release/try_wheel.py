"""Install a wheel into a fresh environment and run the sample, outside the repository.

    python release/try_wheel.py dist/*.whl --with locked
    python release/try_wheel.py dist/*.whl --with lowest --python python3.12

``locked`` takes the versions of requirements.lock, ``newest`` what is newest within
the bounds of pyproject.toml, ``lowest`` the lower bounds themselves (where a Python is
newer than they are, the lowest that has a wheel for it; this needs uv). Exit code 0
if `segtools doctor` and `segtools run sample` end with 0 and nothing warned.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]


def call(words: list[str], folder: Path) -> str:
    """Run a command outside the repository; what it prints is given back."""
    hidden = ("PYTHONPATH", "VIRTUAL_ENV")
    clean = {k: v for k, v in os.environ.items() if k not in hidden}
    done = subprocess.run(words, cwd=folder, env=clean, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr + done.stdout)[-2000:]
        raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{said}")
    return done.stdout


def environment(folder: Path, python: str) -> tuple[str, list[str]]:
    """Make an environment; give its Python and the words that install into it."""
    place = folder / "environment"
    inner = place / ("Scripts" if os.name == "nt" else "bin")
    if uv := shutil.which("uv"):
        call([uv, "venv", "--quiet", "--python", python, str(place)], folder)
        install = [uv, "pip", "install", "--quiet", "--python", str(inner / "python")]
    else:
        call([python, "-m", "venv", str(place)], folder)
        install = [str(inner / "python"), "-m", "pip", "install", "--quiet"]
    return str(inner / "python"), install


def chosen(how: str, python: str, folder: Path) -> list[str]:
    """Give the words that tell an installer which versions to take."""
    if how == "newest":
        return []
    if how == "locked":
        return ["--constraint", str(ROOT / "requirements.lock")]
    uv = shutil.which("uv")
    if uv is None:
        raise SystemExit("`--with lowest` needs uv. Install it with `pip install uv`.")
    lowest = folder / "lowest.txt"
    words = [uv, "pip", "compile", "--quiet", "--python", python]
    words += ["--resolution", "lowest-direct", "--only-binary", ":all:"]
    call([*words, str(ROOT / "pyproject.toml"), "-o", str(lowest)], folder)
    return ["--constraint", str(lowest), "--only-binary", ":all:"]


def tried(python: str, folder: Path) -> dict[str, object]:
    """Run doctor and sample; give what came out, or stop with the reason."""
    segtools = str(Path(python).with_name("segtools"))
    doctor = json.loads(call([segtools, "doctor", "--json"], folder))
    where = call([python, "-c", "import segtools; print(segtools.__file__)"], folder)
    if Path(where.strip()).is_relative_to(ROOT):
        raise SystemExit(f"The wheel must be tried, but {where.strip()} is.")
    begun = time.monotonic()
    call([segtools, "run", "sample", "--out", str(folder / "run")], folder)
    run = json.loads((folder / "run" / "run.json").read_text("utf-8"))
    if run["state"] != "done" or not (folder / "run" / "index.html").is_file():
        raise SystemExit(f"The sample must be done, but its state is {run['state']}.")
    seconds = round(time.monotonic() - begun)
    return {"well": doctor["well"], "seconds": seconds, "versions": run["versions"]}


def complaints(run: Path) -> list[str]:
    """Give the warnings that readers of the executed notebooks would see."""
    found = []
    for path in sorted((run / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for out in cell.get("outputs", ()):
                if out.get("name") == "stderr":
                    found.append(f"{path.stem}: {''.join(out['text']).strip()}")
    return found


def main() -> None:
    """Install, run and print the versions as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--python", default=sys.executable, help="any Python's command")
    parser.add_argument(
        "--with", dest="how", choices=["locked", "newest", "lowest"], default="locked"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="segtools-try-") as place:
        folder = Path(place)
        python, install = environment(folder, asked.python)
        words = chosen(asked.how, python, folder)
        call([*install, *words, str(asked.wheel.resolve())], folder)
        found = tried(python, folder)
        said = complaints(folder / "run")
    print(json.dumps(found | {"warnings": said}))
    sys.exit(bool(said) or not found["well"])


if __name__ == "__main__":
    main()
