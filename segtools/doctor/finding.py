"""What one look at the machine found, and the command that mends it."""

from __future__ import annotations

import importlib.util
import shlex
import shutil
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

State = Literal["ok", "missing", "wrong"]


@dataclass(frozen=True)
class Mend:
    """Commands that mend a finding, by where they work; empty where none does.

    Examples
    --------
    >>> Mend(debian="apt-get install chromium").here("debian")
    ['apt-get install chromium']
    """

    debian: str = ""
    macos: str = ""
    pip: str = ""
    shell: str = ""

    def here(self, system: str) -> list[str]:
        """Give the commands that work on a system; on an unknown one, all of them."""
        own = {"debian": self.debian, "macos": self.macos}
        chosen = [own[system]] if system in own else list(own.values())
        return [c for c in (*chosen, self.pip, self.shell) if c]


@dataclass(frozen=True)
class Finding:
    """One line of the examination.

    Attributes
    ----------
    name : str
        What was looked at.
    state : {"ok", "missing", "wrong"}
    found : str
        What is there, in a few words, and what is not as it should be.
    required : bool
        Whether a run cannot do without it.
    purpose : str
        What it is for; said where it is not ok.
    mend : Mend
        Commands that put it right.
    """

    name: str
    state: State
    found: str
    required: bool = False
    purpose: str = ""
    mend: Mend = field(default_factory=Mend)

    @property
    def stops(self) -> bool:
        """Whether it stops a run: required, and not ok."""
        return self.required and self.state != "ok"

    def record(self) -> dict[str, Any]:
        """Give the finding as JSON can hold it; of commands, those that there are."""
        body = asdict(self)
        body["mend"] = {where: c for where, c in body["mend"].items() if c}
        return body


def system() -> str:
    """Name the system as `Mend` does: debian, macos, or something else.

    Whatever descends from Debian, such as Ubuntu, counts as Debian.
    """
    if sys.platform == "darwin":
        return "macos"
    if sys.platform == "win32":
        return "windows"
    try:
        text = Path("/etc/os-release").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return "linux"
    of = (line.partition("=")[::2] for line in text.splitlines())
    words = {key: value.strip('"').split() for key, value in of}
    family = words.get("ID", []) + words.get("ID_LIKE", [])
    return "debian" if "debian" in family else "linux"


def pip_install(*words: str) -> str:
    """Give the command that installs into the Python at work, as it can here.

    An environment that uv has made has no pip of its own.
    """
    ours = shlex.quote(sys.executable)
    wanted = shlex.join(words)
    if importlib.util.find_spec("pip") or not shutil.which("uv"):
        return f"{ours} -m pip install {wanted}"
    return f"uv pip install --python {ours} {wanted}"
