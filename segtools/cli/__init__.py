"""The command line: thin. It parses, calls and prints."""

from segtools.cli import (
    batches,
    doctor,
    lessons,
    lists,
    looking,
    moving,
    project,
    running,
)
from segtools.cli.app import app
from segtools.cli.entry import main

__all__ = [
    "app",
    "batches",
    "doctor",
    "lessons",
    "lists",
    "looking",
    "main",
    "moving",
    "project",
    "running",
]
