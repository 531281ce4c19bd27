"""A machine on which something is missing."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def bin_of(tmp_path, monkeypatch):
    """A function that makes programs, and leaves no other on the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    def made(**texts: str) -> Path:
        for name, text in texts.items():
            program = folder / name
            program.write_text(f"#!/bin/sh\n{text}\n")
            program.chmod(0o755)
        return folder

    return made


@pytest.fixture
def one_version(monkeypatch):
    """A function that makes packages seem to be of another version, or not there."""
    import importlib.metadata

    true = importlib.metadata.version

    def seems(**versions: str | None) -> None:
        def version(name: str) -> str:
            given = versions.get(name.replace("-", "_"), "")
            if given is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return given or true(name)

        monkeypatch.setattr(importlib.metadata, "version", version)

    return seems
