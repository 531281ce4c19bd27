"""A run is made here and uploaded once; what breaks off is begun again and ends so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from segtools import cli
from segtools.config import RunConfig, validate
from segtools.history.previous import FILES, find_previous
from segtools.history.snapshot import read_snapshot
from segtools.records import read_record, write_record
from segtools.report.execution.errors import StageError
from segtools.report.execution.start import is_done
from segtools.runs.ending import ending
from segtools.runs.remote import ended_run, is_uploaded, local_run, upload
from segtools.runs.remote_earlier import PARTIAL
from segtools.runs.remote_exports import export_folder
from segtools.schema import ConfigError, DataError

GOLDEN = Path(__file__).parents[1] / "golden"
OLD, NEW = GOLDEN / "run_2026-11-22", GOLDEN / "run_2026-11-30"


# Enough to be a previous run, and some of each kind: one request a file takes time.
KEPT = {
    *FILES,
    "run.json",
    "personas.json",
    "changes.json",
    "exports",
    "migration.parquet",
}


def small(run: Path, to: Path) -> Path:
    """Copy a golden run without what no test here asks for."""
    shutil.copytree(run, to, ignore=lambda at, names: _left_out(at == str(run), names))
    return to


def _left_out(top: bool, names: list[str]) -> set[str]:
    return set(names) - KEPT if top else set()


@pytest.fixture
def run(tmp_path) -> Path:
    """A finished run with a page, notebooks, and what must not leave."""
    folder = small(NEW, tmp_path / "run")
    (folder / "index.html").write_text("<p>front</p>")
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "01_goals.ipynb").write_text("{}")
    (folder / ".lock").write_text("")
    (folder / ".fetched").mkdir()
    (folder / ".fetched" / "orders.csv").write_text("raw")
    return folder


def plain(folder: Path) -> dict[str, bytes]:
    """Give the files of a folder that are not hidden."""
    names = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*")}
    return {
        n: p.read_bytes()
        for n, p in names.items()
        if p.is_file() and not any(part.startswith(".") for part in n.split("/"))
    }


def there(bucket, prefix: str) -> dict[str, bytes]:
    keys = bucket.keys(prefix)
    return {k.removeprefix(f"{prefix}/"): bucket.body(k) for k in keys}


def settings(**more: object) -> RunConfig:
    body = {"project": "golden-shop", "timezone": "UTC", "source": {"system": "sample"}}
    return validate(body | more)


def test_a_run_is_uploaded_whole_and_known_only_at_the_end(bucket, run):
    n = upload(run, f"{bucket.url}/shop/2024-09-29")
    assert there(bucket, "shop/2024-09-29") == plain(run)
    assert n == len(plain(run))
    sent = [k.removeprefix("shop/2024-09-29/") for k in bucket.of("PUT")]
    assert sent[-2:] == ["index.html", "run.json"]
    assert sent[0] == ".uploading"
    assert sorted(sent[1:]) == sorted(plain(run))  # each once


def test_an_upload_that_breaks_off_says_where_the_run_lies_and_ends_when_repeated(
    bucket, run, service
):
    url = f"{bucket.url}/shop/2024-09-29"
    service.broken.add("/personas.json")
    before = plain(run)
    with pytest.raises(StageError) as caught:
        upload(run, url)
    assert str(caught.value).startswith("The upload must come to its end, but ")
    assert str(caught.value).endswith(
        f"Everything lies whole in {run}: run `segtools upload {run} {url}`."
    )
    assert plain(run) == before
    arrived = there(bucket, "shop/2024-09-29")
    mark = json.loads(arrived.pop(".uploading"))
    assert mark["files"] == sorted(before)
    assert 0 < len(arrived) < len(before)
    assert not {"run.json", "index.html"} & set(arrived)
    service.broken.clear()
    upload(run, url)
    assert there(bucket, "shop/2024-09-29") == before


def test_a_broken_upload_over_an_older_run_leaves_no_run_that_seems_whole(
    bucket, run, service
):
    url = f"{bucket.url}/shop/2024-09-29"
    upload(run, url)
    (run / "personas.json").write_text("{}")
    service.broken.add("/personas.json")
    with pytest.raises(StageError):
        upload(run, url)
    assert "run.json" not in there(bucket, "shop/2024-09-29")
    service.broken.clear()
    upload(run, url)
    assert there(bucket, "shop/2024-09-29") == plain(run)


def test_what_an_earlier_run_left_goes_and_what_is_not_its_own_stays(bucket, run):
    for name in (
        "run.json",
        "old.html",
        "tables/old.parquet",
        "canvas/S09.md",
        "notes/a.txt",
    ):
        bucket.put(f"shop/2024-09-29/{name}", b"x")
    for name in ("approval.json", "exports/old-0001.json"):
        bucket.put(f"shop/2024-09-29/{name}", b"{}")
    bucket.put("shop/2024-09-290/old.html", b"a neighbour")
    upload(run, f"{bucket.url}/shop/2024-09-29/")
    kept = {"notes/a.txt", "approval.json", "exports/old-0001.json"}
    names = {
        k.removeprefix("shop/2024-09-29/") for k in bucket.keys("shop/2024-09-29/")
    }
    assert names == set(plain(run)) | kept
    assert bucket.keys("shop/2024-09-290") == ["shop/2024-09-290/old.html"]


def test_a_file_that_arrives_with_another_size_is_noticed(bucket, run, monkeypatch):
    import s3fs

    real = s3fs.S3FileSystem.put_file

    def cut(self, here, name, **more):
        if name.endswith("personas.json"):
            return bucket.put(name.partition("/")[2], b"{")
        return real(self, here, name, **more)

    monkeypatch.setattr(s3fs.S3FileSystem, "put_file", cut)
    with pytest.raises(
        StageError, match=r"but personas\.json did not arrive whole\. Ev"
    ):
        upload(run, f"{bucket.url}/shop/2024-09-29")
    # All of it is there by name, and yet it is not taken for whole.
    assert set(plain(run)) < set(there(bucket, "shop/2024-09-29"))
    assert not is_uploaded(run, f"{bucket.url}/shop/2024-09-29")
    folder = local_run(f"{bucket.url}/shop/2024-09-29", "golden-shop")
    assert not folder.exists()


@pytest.mark.parametrize(
    "url", ["s3://shop", "s3://shop/", "s3://shop/a/../b", "s3://shop/a*"]
)
def test_a_url_that_is_no_folder_of_its_own_is_refused(url, run):
    with pytest.raises(ConfigError, match="must name a folder in a bucket, but it is"):
        upload(run, url)


def test_a_run_that_has_not_ended_or_is_no_run_is_not_uploaded(run, tmp_path):
    write_record(run / "run.json", read_record(run / "run.json") | {"state": "running"})
    with pytest.raises(
        ConfigError, match=r"^RUN must have ended, but .* is running\. "
    ):
        ended_run(run)
    with pytest.raises(ConfigError, match=r"there is no run\.json in"):
        ended_run(tmp_path / "none")


def test_the_previous_run_of_a_remote_project_is_found_on_a_new_machine(
    bucket, run, tmp_path
):
    upload(run, f"{bucket.url}/shop/2024-09-29")
    older = small(OLD, tmp_path / "older")
    upload(older, f"{bucket.url}/shop/2024-08-29")
    for name, keys in {"a": {"state": "failed"}, "b": {"project": "another"}}.items():
        record = read_record(run / "run.json") | keys
        bucket.put(f"shop/{name}/run.json", json.dumps(record).encode())
    bucket.put("shop/c/run.json", b'{"state": "do')
    bucket.asked.clear()
    folder = local_run(f"{bucket.url}/shop/2024-10-29", "golden-shop", "2024-10-29")
    assert folder == Path("reports/.remote/s3") / bucket.name / "shop/2024-10-29"
    assert not folder.exists()
    found = find_previous(folder.parent, "golden-shop", "2024-10-29")
    assert found == folder.parent / "2024-09-29"
    assert read_snapshot(found).as_of == "2024-09-29"
    fetched = {p.name for p in folder.parent.iterdir()}
    assert fetched == {"2024-08-29", "2024-09-29"}
    assert not [k for k in bucket.of("GET") if k.endswith((".html", ".ipynb"))]
    bucket.asked.clear()
    local_run(f"{bucket.url}/shop/2024-10-29", "golden-shop", "2024-10-29")
    again = [k for k in bucket.of("GET") if not k.endswith("run.json")]
    again = [k for k in again if k != f"/{bucket.name}"]  # to list is not to fetch
    assert again == []


def test_before_an_earlier_day_the_run_before_that_day_is_whole(bucket, run, tmp_path):
    upload(run, f"{bucket.url}/shop/2024-09-29")
    upload(small(OLD, tmp_path / "o"), f"{bucket.url}/shop/2024-08-29")
    folder = local_run(f"{bucket.url}/shop/2024-09-01", "golden-shop", "2024-09-01")
    found = find_previous(folder.parent, "golden-shop", "2024-09-01")
    assert read_snapshot(found).as_of == "2024-08-29"


def test_what_was_fetched_of_an_earlier_run_is_never_uploaded_in_its_place(bucket, run):
    upload(run, f"{bucket.url}/shop/2024-09-29")
    folder = local_run(f"{bucket.url}/shop/2024-10-29", "golden-shop").parent
    part = folder / "2024-09-29"
    assert (part / PARTIAL).exists()
    with pytest.raises(
        ConfigError, match=r"must be whole, but .* holds only what later"
    ):
        ended_run(part)
    whole = local_run(f"{bucket.url}/shop/2024-09-29", "golden-shop")
    assert whole == part
    assert plain(whole) == plain(run)


def test_a_remote_run_that_is_done_is_known_on_a_new_machine(bucket, run):
    upload(run, f"{bucket.url}/shop/2024-09-29")
    folder = local_run(f"{bucket.url}/shop/2024-09-29", "golden-shop")
    assert is_done(folder)
    assert plain(folder) == plain(run)
    assert is_uploaded(folder, f"{bucket.url}/shop/2024-09-29")
    (folder / "run.json").write_text("{}")
    assert not is_uploaded(folder, f"{bucket.url}/shop/2024-09-29")


def test_a_storage_that_cannot_be_used_stops_a_run_before_any_work(bucket, monkeypatch):
    url = "s3://no-such-bucket/shop/2024-09-29"
    with pytest.raises(ConfigError, match="there is no 'no-such-bucket' at"):
        local_run(url, "golden-shop")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ConfigError) as caught:
        local_run(f"{bucket.url}/shop/2024-09-29", "golden-shop")
    assert "--out must be open to these credentials" in str(caught.value)
    assert not Path("reports").exists()


def test_refused_credentials_stop_a_run_before_any_work(bucket, run, service):
    service.closed = True
    with pytest.raises(ConfigError) as caught:
        local_run(f"{bucket.url}/shop/2024-09-29", "golden-shop")
    assert "refuses them (PermissionError" in str(caught.value)
    with pytest.raises(StageError) as stopped:
        upload(run, f"{bucket.url}/shop/2024-09-29")
    assert "refuses them" in str(stopped.value)
    assert f"Everything lies whole in {run}" in str(stopped.value)
    assert "s3cr3t" not in f"{caught.value}{stopped.value}"


def finished(folder: Path) -> None:
    """Put a finished run into a folder, as `run_stages` would have."""
    small(NEW, folder)
    (folder / "index.html").write_text("<p>front</p>")


def hook(tmp_path: Path) -> tuple[list[dict], Path]:
    """Give hooks that write what they are told to a file."""
    program, told = tmp_path / "tell.sh", tmp_path / "told.json"
    program.write_text('#!/bin/sh\ncat > "$1"\n')
    program.chmod(0o755)
    return [{"run": [str(program), str(told)]}], told


def test_a_finished_run_is_uploaded_before_hooks_are_told(bucket, tmp_path):
    hooks, told = hook(tmp_path)
    url, said = f"{bucket.url}/shop/2024-09-29", []
    with ending(settings(hooks=hooks), url + "/", said.append) as end:
        finished(end.folder)
        end.path = end.folder
    assert (end.place, end.page, said) == (url, f"{url}/index.html", [])
    assert "run.json" in there(bucket, "shop/2024-09-29")
    body = json.loads(told.read_text())
    assert (body["state"], body["run"]) == ("done", url)
    assert body["links"] == {"page": f"{url}/index.html"}


def test_a_failed_run_is_uploaded_too_and_its_error_is_told(bucket, tmp_path):
    hooks, told = hook(tmp_path)
    url = f"{bucket.url}/shop/2024-09-29"
    with (  # noqa: PT012
        pytest.raises(DataError, match="but value"),
        ending(settings(hooks=hooks), url, print) as end,
    ):
        finished(end.folder)
        end.path = end.folder
        record = read_record(end.path / "run.json") | {"state": "failed"}
        write_record(end.path / "run.json", record)
        raise DataError("Rule, but value. Remedy.")
    assert json.loads(there(bucket, "shop/2024-09-29")["run.json"])["state"] == "failed"
    body = json.loads(told.read_text())
    assert body["state"] == "failed"
    assert body["error"]["remedy"] == "Its page and record say why."
    assert (
        "but value" not in told.read_text()
    )  # what a sentence quotes of the data stays here


def test_hooks_hear_of_a_finished_run_whose_upload_broke_off(bucket, tmp_path, service):
    hooks, told = hook(tmp_path)
    service.broken.add("/run.json")
    with (  # noqa: PT012
        pytest.raises(StageError, match=r"^The upload must come to its end"),
        ending(settings(hooks=hooks), f"{bucket.url}/shop/x", print) as end,
    ):
        finished(end.folder)
        end.path = end.folder
    assert is_done(end.path)
    body = json.loads(told.read_text())
    assert (body["state"], body["error"]["code"]) == ("failed", 4)
    assert "segtools upload" in body["error"]["remedy"]


def test_a_run_that_was_done_is_uploaded_and_told_only_if_it_is_owed(bucket, tmp_path):
    hooks, told = hook(tmp_path)
    url = f"{bucket.url}/shop/2024-09-29"
    for there_already in (False, True):
        bucket.asked.clear()
        with ending(settings(hooks=hooks), url, print) as end:
            if not end.folder.exists():
                finished(end.folder)
            end.path, end.old = end.folder, True
        assert bool(bucket.of("PUT")) is not there_already
        assert told.exists() is not there_already
        if not there_already:
            assert json.loads(told.read_text())["state"] == "done"
            told.unlink()


def test_hooks_hear_of_a_storage_that_is_refused_at_the_start(tmp_path):
    hooks, told = hook(tmp_path)
    with (
        pytest.raises(ConfigError, match="--out must be a path or a URL"),
        ending(settings(hooks=hooks), "ftp://ann:s3cr3t@shop/a", print),
    ):
        pytest.fail("nothing is to be started")
    body = json.loads(told.read_text())
    assert (body["state"], body["error"]["code"], body["run"]) == ("failed", 2, None)
    assert "s3cr3t" not in told.read_text()


def test_a_finished_run_with_a_broken_record_stays_done(tmp_path):
    hooks, told = hook(tmp_path)
    said: list[str] = []
    with ending(settings(hooks=hooks), str(tmp_path / "run"), said.append) as end:
        finished(end.folder)
        (end.folder / "verdict.json").write_text("{broken")
        end.path = end.folder
    assert json.loads(told.read_text())["state"] == "done"
    assert said[-1].startswith("Hooks must be told what a run found, but its records")


def test_a_hook_that_fails_is_a_warning_in_the_log_and_nothing_more(tmp_path):
    said: list[str] = []
    config = settings(hooks=[{"run": ["no-such-program-here"]}])
    with ending(config, str(tmp_path / "run"), said.append) as end:
        assert end.folder == tmp_path / "run"
        finished(end.folder)
        end.path = end.folder
    (line,) = (end.path / "log.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert (entry["event"], entry["sentence"]) == ("hook_failed", said[0])
    assert "there is no program 'no-such-program-here'" in said[0]


def test_a_run_that_stops_on_purpose_is_neither_uploaded_nor_told(bucket, tmp_path):
    hooks, told = hook(tmp_path)
    with ending(settings(hooks=hooks), f"{bucket.url}/shop/x", print) as end:
        finished(end.folder)
        end.path = end.folder
        record = read_record(end.path / "run.json") | {"state": "running"}
        write_record(end.path / "run.json", record)
    assert bucket.of("PUT") == []
    assert not told.exists()


def test_an_export_is_uploaded_with_its_manifest_last(bucket, tmp_path):
    def write(folder: Path, *names: str) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).write_text(name)
        files = [{"name": name} for name in names]
        write_record(folder / "manifest.json", {"files": files})

    url = f"{bucket.url}/lists/google"
    with export_folder(url) as folder:
        write(folder, "one.csv", "two.csv")
    assert bucket.of("PUT")[-1] == "lists/google/manifest.json"
    with export_folder(url) as folder:
        write(folder, "one.csv")
    assert set(there(bucket, "lists/google")) == {"one.csv", "manifest.json"}
    bucket.put("lists/google/ours.txt", b"not of the export")
    with (
        pytest.raises(
            ConfigError, match=r"holds 'ours\.txt', which is none of its fil"
        ),
        export_folder(url),
    ):
        pytest.fail("nothing is written beside what is not its own")


def test_a_path_stays_a_path(tmp_path):
    with export_folder(str(tmp_path / "out")) as folder:
        assert folder == tmp_path / "out"
    with export_folder((tmp_path / "a b").as_uri()) as folder:
        assert folder == tmp_path / "a b"
    assert list(tmp_path.iterdir()) == []


def test_hooks_of_a_refused_run_do_not_name_the_one_that_lies_there(bucket, tmp_path):
    hooks, told = hook(tmp_path)
    with (  # noqa: PT012
        pytest.raises(ConfigError, match="not overwritten"),
        ending(settings(hooks=hooks), None, print) as end,
    ):
        finished(tmp_path / "older")
        end.path = tmp_path / "older"
        raise ConfigError("A run is not overwritten, but it is there. Use --replace.")
    body = json.loads(told.read_text())
    assert (body["state"], body["run"], body["links"]) == (
        "failed",
        None,
        {"page": None},
    )
    assert body["error"]["remedy"] == "Use --replace."


def test_the_command_uploads_over_another_finished_run_only_when_told(
    bucket, run, tmp_path, monkeypatch
):
    url = f"{bucket.url}/shop/2024-09-29"
    upload(run, url)
    other = tmp_path / "other"
    shutil.copytree(run, other)
    record = read_record(other / "run.json") | {"config_hash": "another"}
    write_record(other / "run.json", record)
    before = there(bucket, "shop/2024-09-29")["run.json"]

    def call(*words: str) -> int:
        monkeypatch.setattr("sys.argv", ["segtools", "upload", str(other), url, *words])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return stop.value.code

    assert call() == 2
    assert there(bucket, "shop/2024-09-29")["run.json"] == before
    assert call("--replace") == 0
    assert there(bucket, "shop/2024-09-29")["run.json"] != before
