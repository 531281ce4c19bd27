"""The command line: thin. It parses, calls and prints."""

from segtools.cli import lists, looking, moving, running
from segtools.cli.app import app
from segtools.cli.entry import main

__all__ = ["app", "lists", "looking", "main", "moving", "running"]
