"""The command line: thin. It parses, calls and prints."""

from segtools.cli import batches, lists, looking, project, running
from segtools.cli.app import app
from segtools.cli.entry import main

__all__ = ["app", "batches", "lists", "looking", "main", "project", "running"]
