"""Forgetting a customer: nothing is left of them, and nothing else is lost."""

import hashlib
import json
import os
import shutil

import pandas as pd
import pyarrow.parquet as pq
import pytest

from segtools.records import read_record
from segtools.runs.forget import forget as module
from segtools.runs.forget.forget import forget_customer
from segtools.schema import ConfigError, DataError

from .exported import EMAIL, ID, LATER, SYSTEMS, N, make_project, sha, traces

AT = "2026-03-01"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("made"))


@pytest.fixture
def project(made, tmp_path):
    return shutil.copytree(made, tmp_path / "shop")


def contents(folder):
    """Give every file's bytes, in lower case; of Parquet its unpacked parts as well."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += unpacked(path)
        yield path, content.lower()


def unpacked(path):
    """Give dictionaries, values, statistics and the notes in the head as bytes."""
    file = pq.ParquetFile(path)
    text = [c.name for c in file.schema_arrow if "string" in str(c.type)]
    coded = pq.read_table(path, read_dictionary=text)
    parts = [str(file.metadata.metadata), str(coded.schema.metadata)]
    for column in coded.columns:
        for chunk in column.chunks:
            parts.append(str(getattr(chunk, "dictionary", chunk).to_pylist()))
    for group in range(file.metadata.num_row_groups):
        for place in range(file.metadata.num_columns):
            parts.append(str(file.metadata.row_group(group).column(place).statistics))
    return " ".join(parts).encode()


def found_in(folder, texts):
    """Name the files in which any of the texts stands as a word of its own."""
    found = set()
    for path, content in contents(folder):
        content = content.replace(f"{ID}-b".lower().encode(), b"")  # another one
        if any(text.lower().encode() in content for text in texts):
            found.add(path.relative_to(folder).as_posix())
    return found


def test_before_it_is_forgotten_the_search_finds_the_customer_everywhere(project):
    found = found_in(project, traces())
    for system in SYSTEMS:
        assert any(f"activation/{system}/" in name for name in found), system
    for each in traces():
        assert found_in(project, [each]), each
    one = "2024-08-01/"
    assert {one + "tables/order_lines.parquet", one + "notebooks/x.ipynb"} <= found


def test_afterwards_nothing_is_left_in_any_file(project):
    forget_customer(project, ID, at=AT)
    assert found_in(project, traces()) == set()


def test_everybody_else_stays(project):
    before = {p.name: pq.read_metadata(p).num_rows for p in project.rglob("*.parquet")}
    forgotten = forget_customer(project, ID, at=AT)
    run = project / "2024-09-01"
    rows = {p.name: pq.read_metadata(p).num_rows for p in run.rglob("*.parquet")}
    assert rows["segments.parquet"] == rows["features.parquet"] == N - 1
    assert rows["order_lines.parquet"] == before["order_lines.parquet"] - 3 == 3 * N - 3
    assert rows["experiment_assignments.parquet"] == 9
    quarantine = pd.read_parquet(run / "quarantine.parquet")
    assert quarantine["customer_id"].tolist() == ["CU-000003"]
    assert quarantine["note"].tolist() == ["order of [forgotten], see [forgotten]."]
    own = forgotten.files["2024-09-01/tables/order_lines.parquet"]
    assert (own.rows, own.cells) == (3, 0)


def test_a_table_keeps_its_schema_row_groups_and_packing(project):
    path = project / "2024-09-01" / "tables" / "order_lines.parquet"
    before = pq.ParquetFile(path)
    schema = before.schema_arrow
    forget_customer(project, ID, at=AT)
    after = pq.ParquetFile(path)
    assert after.schema_arrow.equals(schema, check_metadata=True)
    about = after.metadata
    assert [about.row_group(i).num_rows for i in range(2)] == [197, 200]
    assert about.row_group(0).column(0).compression == "UNCOMPRESSED"


def test_a_file_without_the_customer_is_not_touched(project):
    def marks():
        return {
            p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in project.rglob("*.*")
        }

    before = marks()
    changed = {project / p for p in forget_customer(project, ID, at=AT).files}
    after = marks()
    same = {p for p in before if p in after and before[p] == after[p] and p.is_file()}
    assert not same & changed
    assert project / "2024-08-01" / "model.json" in same
    assert project / "2024-08-01" / "run.json" in same


def test_lists_and_json_lose_the_customer_and_nothing_more(project):
    forget_customer(project, ID, at=AT)
    run = project / "2024-08-01"
    assert (run / "own.csv").read_bytes() == (
        b"id;customer_id;note\r\n2;CU-000018;of [forgotten]\r\n"
    )
    line = {"userId": "CU-000018", "friend": None}
    assert [json.loads(x) for x in (run / "calls.ndjson").read_text().splitlines()] == [
        line
    ]
    assert json.loads((run / "own.json").read_text()) == {
        "ids": ["CU-000018"],
        "by_id": {"CU-000018": {"n": 2}},
    }
    assert (run / "note.html").read_text() == "<p>Call [forgotten] ([forgotten]).</p>"
    notebook = json.loads((run / "notebooks" / "x.ipynb").read_text())
    # CU-000017-b is another customer.
    assert notebook["cells"][0]["outputs"] == [{"text": f"see {ID}-b"}]
    assert not (run / ".segments.parquet.4711").exists()


def test_manifests_agree_with_their_files_again(project):
    forget_customer(project, ID, at=AT)
    seen = 0
    for manifest in project.rglob("manifest.json"):
        record = read_record(manifest)
        for file in record["files"]:
            content = (manifest.parent / file["name"]).read_bytes()
            assert file["bytes"] == len(content)
            assert file["sha256"] == hashlib.sha256(content).hexdigest()
            seen += 1
        counts = record["counts"]
        assert counts["members"] == N - 1
        left_out = sum(counts["left_out"].values())
        assert counts["written"] + left_out == N - 1
        assert sum(s["written"] for s in record["segments"]) == counts["written"]
    assert seen > 2 * len(SYSTEMS)


def rows_in(place):
    files = read_record(place / "manifest.json")["files"]
    return {f["name"]: f["rows"] for f in files}["members.csv"]


def test_a_members_list_has_one_row_less_in_its_manifest(project):
    place = project / "2024-09-01" / "activation" / "spreadsheet"
    before = {
        f["name"]: f["rows"] for f in read_record(place / "manifest.json")["files"]
    }
    forget_customer(project, ID, at=AT)
    after = {
        f["name"]: f["rows"] for f in read_record(place / "manifest.json")["files"]
    }
    assert before["members.csv"] == N
    assert after["members.csv"] == N - 1
    assert len((place / "members.csv").read_text().splitlines()) == N


def test_the_record_says_what_was_done_and_never_of_whom(project):
    told = forget_customer(project, ID, at=AT)
    record = read_record(project / "forgotten.json")
    (entry,) = record["entries"]
    assert record["format"] == "segtools.forgotten"
    assert (entry["at"], entry["state"]) == (AT, "done")
    assert (
        entry["rows"]
        == told.total.rows
        == sum(f["rows"] for f in entry["files"].values())
    )
    lines = {"table": "order_lines", "kept": 3 * N, "forgotten": 3, "left": 3 * N - 3}
    assert {"run": "2024-08-01"} | lines in entry["tables"]
    assert len(entry["handed_over"]) == 2 * len(SYSTEMS)
    assert "Export 1 to klaviyo, as of 2024-08-01" in entry["handed_over"]
    assert len(entry["id_hash"]) == 32
    assert not (project / "forgetting.jsonl").exists()


def test_forgetting_twice_finds_nothing_and_says_when_it_was_done(project):
    forget_customer(project, ID, at=AT)
    again = forget_customer(project, ID, at="2026-04-01")
    assert not again.total
    assert again.sentence == (
        f"Nothing was found of this customer in any run; it was forgotten on {AT}."
    )


def test_looking_changes_nothing_and_counts_the_same(project):
    before = {p: p.read_bytes() for p in project.rglob("*") if p.is_file()}
    plan = forget_customer(project, ID, at=AT, dry_run=True)
    assert {p: p.read_bytes() for p in project.rglob("*") if p.is_file()} == before
    done = forget_customer(project, ID, at=AT)
    assert plan.files == done.files
    assert plan.sentence.replace("would be", "were") == done.sentence


@pytest.mark.parametrize("stop", [0, 7, 30])
def test_an_interrupted_erasure_goes_on_where_it_stopped(project, monkeypatch, stop):
    whole = forget_customer(shutil.copytree(project, project.parent / "b"), ID, at=AT)
    original, calls = module.erase, []

    def failing(path, traces, *, dry=False):
        if not dry:
            calls.append(path)
            if len(calls) > stop:
                raise KeyboardInterrupt
        return original(path, traces, dry=dry)

    monkeypatch.setattr(module, "erase", failing)
    with pytest.raises(KeyboardInterrupt):
        forget_customer(project, ID, at=AT)
    monkeypatch.setattr(module, "erase", original)
    told = forget_customer(project, ID, at=AT)
    assert found_in(project, traces()) == set()
    assert told.files == whole.files
    (entry,) = read_record(project / "forgotten.json")["entries"]
    assert entry["files"] == {p: f.__dict__ for p, f in whole.files.items()}


def test_another_erasure_closes_one_that_was_interrupted(project, monkeypatch):
    monkeypatch.setattr(module, "renew_manifests", stop)
    with pytest.raises(KeyboardInterrupt):
        forget_customer(project, ID, at=AT)
    monkeypatch.undo()
    forget_customer(project, "CU-000018", at=AT)
    states = [e["state"] for e in read_record(project / "forgotten.json")["entries"]]
    assert states == ["interrupted", "done"]


def stop(changed):
    raise KeyboardInterrupt


def test_a_torn_journal_does_no_harm(project):
    (project / "forgetting.jsonl").write_text(
        '{"id_hash": "another"}\n{"path": "x", "ro'
    )
    forget_customer(project, ID, at=AT)
    assert found_in(project, traces()) == set()


def test_an_address_that_two_share_stays_with_the_other(project):
    for path in project.rglob("customers.parquet"):
        frame = pd.read_parquet(path)
        frame.loc[18, "email"] = EMAIL.upper()
        frame.to_parquet(path)
    told = forget_customer(project, ID, at=AT)
    assert told.shared > 0
    frame = pd.read_parquet(project / "2024-08-01" / "tables" / "customers.parquet")
    assert EMAIL.upper() in frame["email"].tolist()
    assert ID not in frame["customer_id"].tolist()


def test_without_its_tables_the_ledgers_still_know_the_addresses(project):
    for run in project.iterdir():
        shutil.rmtree(run / "tables")
    forget_customer(project, ID, at=AT)
    known = [ID, "lea.roth@example.org", sha("lea.roth@example.org")]
    assert found_in(project, known) == set()


def test_an_export_that_lies_elsewhere_is_named_until_it_is_given(project, tmp_path):
    away = tmp_path / "lists" / "meta"
    shutil.move(project / "2024-09-01" / "activation" / "meta", away)
    plan = forget_customer(project, ID, at=AT, dry_run=True)
    assert plan.unreached == [
        "Export 2 to meta, as of 2024-09-01 was written elsewhere: name its folder "
        "with --also, or delete it."
    ]
    told = forget_customer(project, ID, at=AT, also=[tmp_path / "lists"])
    assert told.unreached == []
    assert found_in(tmp_path / "lists", traces()) == set()
    for file in read_record(away / "manifest.json")["files"]:
        content = (away / file["name"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()


def test_what_cannot_be_written_here_is_named(project):
    (project / "2024-08-01" / "all.xlsx").write_bytes(b"PK")
    (project / "2024-08-01" / "photo.png").write_bytes(b"\x89PNG " + ID.encode())
    (project / "2024-08-01" / "plain.png").write_bytes(b"\x89PNG nothing")
    (project / "2024-08-01" / "torn.parquet").write_bytes(b"PAR1 torn")
    (project / "2024-08-01" / f"{ID}.txt").write_text("empty")
    (project / "2024-08-01" / "away").symlink_to(project.parent)
    told = forget_customer(project, ID, at=AT)
    assert sorted(told.unreached) == [
        "2024-08-01/[forgotten].txt carries the customer in its name: look yourself, "
        "or delete it.",
        "2024-08-01/all.xlsx is of a kind that is not written here: look yourself, or "
        "delete it.",
        "2024-08-01/away is a link, and what it leads to was not looked at: look "
        "yourself, or delete it.",
        "2024-08-01/photo.png is of a kind that is not written here: look yourself, or "
        "delete it.",
        "2024-08-01/torn.parquet cannot be read: look yourself, or delete it.",
    ]
    assert ID not in (project / "forgotten.json").read_text()


def test_a_short_number_is_an_id_only_where_ids_stand(tmp_path):
    project = make_project(tmp_path)
    run = project / "2024-08-01"
    for path in (*project.rglob("*.parquet"),):
        frame = pd.read_parquet(path)
        if "customer_id" in frame:
            renamed = frame["customer_id"].astype(str).replace(ID, "17")
            frame.assign(customer_id=renamed).to_parquet(path, index=False)
    (run / "sizes.csv").write_text("customer_id,orders\n17,3\n18,17\n")
    (run / "sizes.json").write_text('[{"customer_id": "18", "orders": 17}]')
    (run / "note.html").write_text("<p>17 customers</p>")
    forget_customer(project, "17", at=AT)
    assert "17" not in pd.read_parquet(run / "segments.parquet")["customer_id"].tolist()
    assert (run / "sizes.csv").read_text() == "customer_id,orders\n18,17\n"
    assert (run / "sizes.json").read_text() == '[{"customer_id": "18", "orders": 17}]'
    assert (run / "note.html").read_text() == "<p>17 customers</p>"


@pytest.mark.parametrize(
    "strange", ["*", "CU-0000%", "'; DROP TABLE segments; --", "[a-z]+", "CU-00001?"]
)
def test_an_id_is_never_a_pattern(project, strange):
    told = forget_customer(project, strange, at=AT)
    assert not told.total
    assert told.sentence == "Nothing was found of this customer in any run."
    segments = pd.read_parquet(project / "2024-08-01" / "segments.parquet")
    assert len(segments) == N


def test_what_cannot_be_asked_is_refused_in_one_sentence(project, tmp_path):
    with pytest.raises(ConfigError, match="CUSTOMER_ID must be the id of a customer"):
        forget_customer(project, " ", at=AT)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match="--project must hold at least one run"):
        forget_customer(tmp_path / "empty", ID, at=AT)
    with pytest.raises(ConfigError, match="--also must be a folder"):
        forget_customer(project, ID, at=AT, also=[tmp_path / "nowhere"])


def test_a_damaged_record_stops_before_anything_is_erased(project):
    (project / "forgotten.json").write_text('{"entries": 1}')
    with pytest.raises(DataError, match="must hold a salt and entries"):
        forget_customer(project, ID, at=AT)
    assert found_in(project, [ID])


def test_a_file_that_cannot_be_written_stops_with_the_remedy(project, monkeypatch):
    def full(path, traces, *, dry=False):
        if not dry and path.name == "features.parquet":
            raise PermissionError(13, "Permission denied", str(path))
        return original(path, traces, dry=dry)

    original = module.erase
    monkeypatch.setattr(module, "erase", full)
    with pytest.raises(DataError, match=r"features\.parquet is not \(Perm"):
        forget_customer(project, ID, at=AT)
    monkeypatch.undo()
    forget_customer(project, ID, at=AT)
    assert found_in(project, traces()) == set()


def test_a_read_only_file_is_replaced_and_stays_read_only(project):
    path = project / "2024-08-01" / "own.csv"
    path.chmod(0o444)
    forget_customer(project, ID, at=AT)
    assert path.stat().st_mode & 0o777 == 0o444
    assert found_in(project, traces()) == set()
    assert os.access(path, os.R_OK)


def test_a_later_address_is_known_from_any_run(project):
    (project / "2024-08-01" / "list.csv").write_text(f"mail,n\n{LATER},1\nx@y.de,2\n")
    forget_customer(project, ID, at=AT)
    assert (project / "2024-08-01" / "list.csv").read_text() == "mail,n\nx@y.de,2\n"


@pytest.mark.parametrize("strange", ["'=1+1", '=A1,"b"', "Zoë 李 $5", "a;b\nc"])
def test_any_id_is_forgotten_as_it_stands(tmp_path, strange):
    project = make_project(tmp_path)
    for path in project.rglob("*.parquet"):
        frame = pd.read_parquet(path)
        if "customer_id" in frame:
            renamed = frame["customer_id"].astype(str).replace(ID, strange)
            frame.assign(customer_id=renamed).to_parquet(path, index=False)
    table = pd.DataFrame({"customer_id": [strange, "x"], "n": ["1", "2"]})
    table.to_csv(project / "2024-08-01" / "list.csv", index=False)
    told = forget_customer(project, strange, at=AT)
    assert told.files["2024-08-01/list.csv"].rows == 1
    assert told.files["2024-08-01/segments.parquet"].rows == 1
    assert pd.read_csv(project / "2024-08-01" / "list.csv").values.tolist() == [
        ["x", 2]
    ]


def test_a_damaged_table_of_customers_is_named_and_the_rest_erased(project):
    (project / "2024-08-01" / "tables" / "customers.parquet").write_bytes(b"PAR1")
    told = forget_customer(project, ID, at=AT)
    assert told.unreached == [
        "2024-08-01/tables/customers.parquet cannot be read: look yourself, or delete "
        "it."
    ]
    (project / "2024-08-01" / "tables" / "customers.parquet").unlink()
    assert found_in(project, [ID, LATER]) == set()


def test_hidden_files_of_others_are_not_deleted(project, tmp_path):
    run, away = project / "2024-08-01", tmp_path / "away"
    text = f"customer_id,n\n{ID},1\nx,2\n"
    others = [
        project / ".thesis.2024" / "data.csv",
        project / ".2024-01-01.12.old" / "data.csv",
        away / ".thesis.2024" / "data.csv",
        away / ".data.csv.12",
        away / ".fetched" / "data.csv",
        project / ".notes.2024",
    ]
    ours = [
        project / ".forgotten.json.12",
        run / ".segments.parquet.12",
        run / "exports" / ".a.csv.12.old",
        run / ".meta.12" / "list.csv",
        run / ".fetched" / "abc" / "lines.csv",
    ]
    before = set(forget_customer(project, ID, at=AT, dry_run=True).removed)
    for path in (*others, *ours):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    plan = forget_customer(project, ID, at=AT, also=[away], dry_run=True)
    told = forget_customer(project, ID, at=AT, also=[away])
    assert sorted(told.removed) == sorted(plan.removed)
    assert sorted(set(told.removed) - before) == [
        ".forgotten.json.12",
        "2024-08-01/.fetched",
        "2024-08-01/.meta.12",
        "2024-08-01/.segments.parquet.12",
        "2024-08-01/exports/.a.csv.12.old",
    ]
    assert not any(path.exists() for path in ours)
    scrubbed = [path for path in others if path.suffix == ".csv"]
    assert [p.read_text() for p in scrubbed] == ["customer_id,n\nx,2\n"] * 4
    assert (project / ".notes.2024").read_text() == text
    for name in (".notes.2024", f"{away.as_posix()}/.data.csv.12"):
        said = f"{name} is of a kind that is not written here: look yourself, or"
        assert any(one.startswith(said) for one in told.unreached), name


def test_a_stray_quote_never_takes_rows_of_others(project):
    run = project / "2024-08-01"
    (run / "inch.csv").write_text(f'customer_id,n\n1,5" nail\n{ID},2\n3,6" nail\n')
    torn = f'customer_id,n\n1,"5 nail\n{ID},2\n3,"6 nail\n'
    (run / "torn.csv").write_text(torn)
    (run / "open.csv").write_text(f'customer_id,n\n{ID},"5 nail\n3,6\n')
    (run / "lines.csv").write_bytes(
        f'customer_id,n\r\n{ID},"a\r\nb ""c"""\r\n3,"d\r\ne"\r\n'.encode()
    )
    told = forget_customer(project, ID, at=AT)
    assert (run / "inch.csv").read_text() == 'customer_id,n\n1,5" nail\n3,6" nail\n'
    assert (run / "lines.csv").read_bytes() == b'customer_id,n\r\n3,"d\r\ne"\r\n'
    assert (run / "torn.csv").read_text() == torn
    assert (run / "open.csv").read_text().endswith('"5 nail\n3,6\n')
    for name in ("torn", "open"):
        said = f"2024-08-01/{name}.csv cannot be read: look yourself, or delete it."
        assert said in told.unreached


def test_a_notebook_is_read_as_what_it_is(project):
    """Behind a tab, as JSON writes it, the id is no word of its own."""
    path = project / "2024-08-01" / "notebooks" / "tab.ipynb"
    shown = ["1\t" + ID + "\tSouth\n", "2\tCU-000018\tSouth\n"]
    output = {"output_type": "stream", "name": "stdout", "text": shown}
    cell = {"cell_type": "code", "source": ["x"], "outputs": [output], "metadata": {}}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(book, indent=1) + "\n")
    told = forget_customer(project, ID, at=AT)
    output["text"] = ["1\t[forgotten]\tSouth\n", shown[1]]
    assert path.read_text() == json.dumps(book, indent=1) + "\n"
    assert not [one for one in told.unreached if "tab.ipynb" in one]


def test_what_is_still_there_within_a_longer_word_is_named(project):
    run = project / "2024-08-01"
    texts = {
        "link.html": f"<a href='row_{ID}.html'>",
        "script.html": '<script>{"a": "x\\n' + ID + '"}</script>',
        "note.csv": f"customer_id,n\nCU-000018,see_{ID}\n",
        "other.md": f"{ID}1 and {ID}-b and {ID.lower()} are others",
    }
    for name, text in texts.items():
        (run / name).write_text(text)
    frame = pd.DataFrame({"customer_id": ["CU-000018"], "note": [f"see_{ID}"]})
    frame.to_parquet(run / "note.parquet", index=False)
    told = forget_customer(project, ID, at=AT)
    assert sorted(told.unreached) == [
        f"2024-08-01/{name} still holds the customer within a longer word: look "
        "yourself, or delete it."
        for name in ("link.html", "note.csv", "note.parquet", "script.html")
    ]
