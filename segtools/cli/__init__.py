"""The command line: thin. It parses, calls and prints."""

from segtools.cli import doctor, lists, looking, running
from segtools.cli.app import app
from segtools.cli.entry import main

__all__ = ["app", "doctor", "lists", "looking", "main", "running"]
