"""Notebooks made or changed for a test."""

from __future__ import annotations

import nbformat


def with_parameter(file, name, value):
    """Set a parameter of a notebook as a person does: in its parameters cell."""
    book = nbformat.read(file, as_version=4)
    cell = next(c for c in book.cells if "parameters" in c.metadata.get("tags", []))
    lines = cell.source.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(f"{name}:"))
    lines[at] = f"{lines[at].partition(' = ')[0]} = {value!r}"
    cell.source = "\n".join(lines)
    nbformat.write(book, file)
    return file


def a_notebook(file, *cells):
    """Write a notebook of some code cells."""
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(made, file)
    return file
