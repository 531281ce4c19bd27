"""Blanks at the ends of fields: those of the file are looked for, and taken away."""

from __future__ import annotations

import gzip

import pytest

from segtools.config import RunConfig
from segtools.sources import connect, open_source
from segtools.sources.formats import edges
from segtools.sources.formats.edges import BLANKS, blanks_in


@pytest.mark.parametrize(
    ("text", "blanks"),
    [
        ("a,b\n1,2\n", " "),
        ("a,b c\n", " "),
        ("a\tb\n", " \t"),
        ("a,b\r\n", " \r"),
        ("a\v,b\f\n", " \v\f"),
        ('a,"b c"\n', " \n"),
        ('a\t"b"\r\n', " \t\n\r"),
    ],
)
def test_only_blanks_that_may_stand_in_a_field_are_named(text, blanks, tmp_path):
    path = tmp_path / "given.csv"
    path.write_bytes(text.encode())
    assert blanks_in([path], "utf-8") == blanks


def test_every_file_is_looked_at_to_its_end(tmp_path):
    plain, late = tmp_path / "a.csv", tmp_path / "b.csv"
    plain.write_text("a\n")
    late.write_text("a\n" + "x\n" * 200_000 + "\t\n")
    assert blanks_in([plain, late], "UTF-8") == " \t"


def test_where_nobody_looks_any_blank_may_stand(tmp_path, monkeypatch):
    path, packed = tmp_path / "a.csv", tmp_path / "a.csv.gz"
    path.write_text("a\n")
    packed.write_bytes(gzip.compress(b"a\n"))
    assert blanks_in([path], "cp1252") == BLANKS
    assert blanks_in([path, packed], "utf-8") == BLANKS
    monkeypatch.setattr(edges, "_MOST", 1)
    assert blanks_in([path], "utf-8") == BLANKS


# Outside of quotes an end of line ends the row.
@pytest.mark.parametrize(
    ("blank", "quoted"), [(b, True) for b in BLANKS] + [(b, False) for b in " \t\v\f"]
)
def test_each_blank_is_taken_from_both_ends_and_left_within(blank, quoted, tmp_path):
    quote = '"' if quoted else ""
    rows = [
        f"{quote}{blank}ann{quote}",
        f"{quote}bob{blank}{quote}",
        f"{quote}{blank}{blank}cat{blank}dot{blank}{quote}",
        f"{quote}é{blank}{quote}",
        f"{quote}{blank}{quote}",
    ]
    lines = [f"{r};2024-01-0{i};{i}" for i, r in enumerate(rows, 1)]
    path = tmp_path / "orders.csv"
    text = "\n".join(["customer_id;ordered_at;amount", *lines, ""])
    path.write_bytes(text.encode())
    source = {"system": "files", "orders": {"path": str(path), "delimiter": ";"}}
    config = RunConfig(project="shop", timezone="UTC", source=source)
    found = open_source(config, connect()).tables["orders"].to_pandas()
    who = found.sort_values("ordered_at")["customer_id"].fillna("nobody").tolist()
    assert who == ["ann", "bob", f"cat{blank}dot", "é", "nobody"]
