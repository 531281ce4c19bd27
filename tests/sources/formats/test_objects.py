"""Objects of JSON as tables of text: every key a column, whatever the form."""

from __future__ import annotations

import gzip
import json

import pytest

from segtools.schema import DataError
from segtools.sources.formats.objects import MappedFile, listed, opened_text

ROWS = [{"id": 7, "tags": ["a", "b"]}, {"id": "007", "Tags": "x", "a/b~c": None}]


@pytest.fixture
def rows(con, tmp_path):
    """Write files and read them back as one table, in lists."""

    def run(path: str = "", **files: bytes) -> list[dict]:
        for name, text in files.items():
            (tmp_path / name.replace("_", ".")).write_bytes(text)
        file = MappedFile(path=str(tmp_path / path))
        frame = opened_text(con, file, "tickets").to_pandas()
        frame = frame.astype(object).where(frame.notna(), None)
        return sorted(frame.to_dict("records"), key=str)

    return run


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("form", ["array", "lines", "pretty"])
def test_every_form_of_json_gives_the_same_columns_of_text(form, mark, rows):
    text = {
        "array": json.dumps(ROWS, indent=1),
        "lines": "\n\n".join(map(json.dumps, ROWS)),
        "pretty": "\n".join(json.dumps(r, indent=2) for r in ROWS),
    }
    found = rows("t.json", t_json=(mark + text[form]).encode())
    columns = {c.casefold() for c in found[0]}
    assert columns == {"id", "tags", "a/b~c"}  # engines do not tell tags from Tags
    assert {r["id"] for r in found} == {"7", "007"}


def test_several_files_and_packed_ones_are_one_table(rows):
    packed = gzip.compress(b'{"id": "2"}')
    found = rows("*", a_json=b'[{"id": "1", "more": [1]}]', b_jsonl_gz=packed)
    assert found == [{"id": "1", "more": "[1]"}, {"id": "2", "more": None}]


def test_text_that_is_no_utf_8_is_one_sentence(rows):
    sentence = r"^tickets must be readable to its last row, but it is not \("
    with pytest.raises(DataError, match=sentence):
        rows("t.json", t_json='[{"id": "Jürgen"}]'.encode("latin-1"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('["a", "b"]', ["a", "b"]),
        ("a; b|c,d", ["a", "b", "c", "d"]),
        ("[]", []),
        ("", []),
        ("[null]", []),
        (" a ", ["a"]),
    ],
)
def test_lists_are_read_in_every_spelling(text, parts, con):
    import ibis

    assert list(con.execute(listed(ibis.literal(text)))) == parts
