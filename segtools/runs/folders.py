"""The folders of a project: which of them are runs, and what is wrong with the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from segtools.formats import VersionError
from segtools.records import read_record
from segtools.schema import ConfigError, DataError
from segtools.wording import plain


@dataclass(frozen=True)
class Folder:
    """One folder in a project's folder.

    Attributes
    ----------
    path : Path
    run : mapping
        The content of its ``run.json``; empty where that cannot be read.
    fault : str
        Why it is no run of the project, as a sentence; else empty.
    is_unknown : bool
        Whether it is whole, but of a version that this segtools cannot read.
    """

    path: Path
    run: Mapping[str, Any] = field(default_factory=dict)
    fault: str = ""
    is_unknown: bool = False

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.name

    @property
    def as_of(self) -> str:
        """The instant at which the run stands, as an ISO text."""
        return str(self.run.get("as_of") or "")

    @property
    def is_finished(self) -> bool:
        """Whether it is a finished run of the project."""
        return not self.fault and self.run.get("state") == "done"


def folders_of(project: Path, called: str = "PROJECT") -> list[Folder]:
    """List what lies in a project's folder, in the order of time.

    Parameters
    ----------
    project : Path
        Such as ``reports/<project>``.
    called : str, default="PROJECT"
        The argument's name, for the sentence.

    Returns
    -------
    list of Folder
        Runs, and folders that should be: damaged, of another project or of a newer
        version, links that lead nowhere; each of these with its fault. Hidden folders
        and those without a ``run.json`` that are nothing of ours are left out.

    Raises
    ------
    ConfigError
        If it is no folder, or is a run itself, or holds no run that can be read.
    """
    if not project.is_dir():
        raise ConfigError(
            f"{called} must be a folder of runs, but {project} is none. "
            "Give the folder above those of the runs, such as reports/my-project."
        )
    if (project / "run.json").is_file():
        raise ConfigError(
            f"{called} must be a folder of runs, but {project} is one run. "
            f"Give the folder above it: {project.parent}."
        )
    paths = sorted(p for p in project.iterdir() if not p.name.startswith("."))
    found = [f for f in map(_folder, paths) if f is not None]
    if not any(f.run for f in found):
        _refuse_unknown(project, called, found)
        raise ConfigError(
            f"{called} must hold at least one run, but {project} holds none. "
            "Give the folder above those of the runs, such as reports/my-project."
        )
    return sorted(_of_one(found), key=lambda f: (f.as_of, f.name))


def _refuse_unknown(project: Path, called: str, found: Sequence[Folder]) -> None:
    """Refuse a project in which there are runs, but none that this version reads."""
    unknown = [f.fault for f in found if f.is_unknown]
    if unknown:
        raise ConfigError(
            f"{called} must hold at least one run that this segtools can read, but "
            f"none of {project} is: {unknown[0]}"
        )


def _folder(path: Path) -> Folder | None:
    try:
        if path.is_symlink() and not path.exists():
            return Folder(path, fault=f"{_said(path)} is a link that leads nowhere.")
        if not path.is_dir() or not (path / "run.json").is_file():
            return None
        run = read_record(path / "run.json")
    except VersionError as error:
        # Pages show it: the folder's name is enough, wherever the project lies.
        said = str(error).replace(str(path), _said(path))
        return Folder(path, fault=plain(said), is_unknown=True)
    except (DataError, OSError, RuntimeError, RecursionError):
        return Folder(path, fault=f"{_said(path)}: run.json cannot be read.")
    return Folder(path, run, _fault(path, run))


def _fault(path: Path, run: Mapping[str, Any]) -> str:
    if not isinstance(run.get("state"), str) or not isinstance(run.get("as_of"), str):
        return f"{_said(path)}: run.json does not say what came of the run, or when."
    return ""


def _of_one(found: Sequence[Folder]) -> list[Folder]:
    """Mark runs of other projects than the one to which most belong."""
    counted = Counter(str(f.run.get("project")) for f in found if f.run and not f.fault)
    own = min(counted, key=lambda name: (-counted[name], name), default="")
    return [f if f.fault else _marked(f, own) for f in found]


def _marked(folder: Folder, own: str) -> Folder:
    name = str(folder.run.get("project"))
    if name == own:
        return folder
    said = f"{_said(folder.path)} is a run of {_short(name)}, not of {_short(own)}."
    return Folder(folder.path, folder.run, said)


def _said(path: Path) -> str:
    return _short(path.name)


def _short(text: str) -> str:
    shown = plain(text)
    return shown if len(shown) <= 80 else shown[:79] + "…"


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a run's folder against other processes that write into it.

    Parameters
    ----------
    path : Path
    """
    if find_spec("segtools.report.execution.lock") is None or not path.is_dir():
        holding: Any = nullcontext()
    else:
        from importlib import import_module

        holding = import_module("segtools.report.execution.lock").locked(path)
    with holding:
        yield
