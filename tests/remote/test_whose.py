"""What lies in a remote folder or in its local one is never lost by a run or export."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from segtools.config import RunConfig, validate
from segtools.records import read_record, write_record
from segtools.remote.transfer import safe
from segtools.remote.urls import local_path
from segtools.report.execution.errors import StageError
from segtools.runs.ending import ending
from segtools.runs.remote import local_run, upload
from segtools.runs.remote_earlier import is_partial
from segtools.runs.remote_exports import export_folder
from segtools.schema import ConfigError, DataError

GOLDEN = Path(__file__).parents[1] / "golden"
KEPT = {"run.json", "personas.json", "segments.parquet"}
CONFIG = {"project": "golden-shop", "timezone": "UTC", "source": {"system": "sample"}}


def small(to: Path, **keys: object) -> Path:
    """Put a small finished run into a folder, with some keys of its record changed."""
    whole = GOLDEN / "run_2026-11-30"
    to.mkdir(parents=True)
    for name in KEPT:
        shutil.copy(whole / name, to / name)
    (to / "index.html").write_text("<p>front</p>")
    write_record(to / "run.json", read_record(to / "run.json") | keys)
    return to


def settings() -> RunConfig:
    return validate(dict(CONFIG))


def mirror(bucket, key: str) -> Path:
    return Path("reports/.remote/s3") / bucket.name / key


def held(bucket, key: str) -> dict:
    return json.loads(bucket.body(f"{key}/run.json"))


@pytest.mark.parametrize("foreign", ["notes/a.txt", "index.html", ".uploading"])
def test_a_folder_of_somebody_else_is_refused_before_anything_runs(
    bucket, tmp_path, foreign
):
    run, url = small(tmp_path / "run"), f"{bucket.url}/shop/x"
    bucket.put(f"shop/x/{foreign}", b'{"files": ["a"]}')
    bucket.asked.clear()
    rule = f"A run needs a folder of its own, but {url} holds other files. Choose"
    for attempt in (lambda: upload(run, url), lambda: local_run(url, "golden-shop")):
        with pytest.raises(ConfigError) as caught:
            attempt()
        assert str(caught.value) == f"{rule} another."
    with pytest.raises(ConfigError), ending(settings(), url, print, replace=True):
        pytest.fail("nothing is run")
    assert (bucket.of("PUT"), bucket.of("DELETE")) == ([], [])
    assert bucket.keys("shop/x") == [f"shop/x/{foreign}"]


def test_our_own_broken_upload_is_no_folder_of_somebody_else(bucket, tmp_path, service):
    run, url = small(tmp_path / "run"), f"{bucket.url}/shop/x"
    service.broken.add("/segments.parquet")
    with pytest.raises(StageError):
        upload(run, url)
    assert "shop/x/.uploading" in bucket.keys("shop/x")
    assert not local_run(url, "golden-shop").exists()
    service.broken.clear()
    upload(run, url)
    assert set(bucket.keys("shop/x")) == {f"shop/x/{n}" for n in (*KEPT, "index.html")}


def test_a_whole_run_here_stays_when_a_later_one_fetches_what_came_before(bucket):
    url = f"{bucket.url}/shop/2024-09-29"
    here = small(mirror(bucket, "shop/2024-09-29"))
    upload(here, url)
    # Repeated here, and not uploaded yet.
    write_record(here / "run.json", read_record(here / "run.json") | {"seed": 77})
    (here / "approval.json").write_text("{}")
    local_run(f"{bucket.url}/shop/2024-10-29", "golden-shop", "2024-10-29")
    assert read_record(here / "run.json")["seed"] == 77
    assert (here / "approval.json").is_file()
    assert (here / "index.html").is_file()
    shutil.rmtree(here)
    for seed in (1, 2):  # what is only a copy follows the remote one
        record = held(bucket, "shop/2024-09-29") | {"seed": seed}
        bucket.put("shop/2024-09-29/run.json", json.dumps(record).encode())
        local_run(f"{bucket.url}/shop/2024-10-29", "golden-shop", "2024-10-29")
        assert is_partial(here)
        assert read_record(here / "run.json")["seed"] == seed


@pytest.mark.parametrize(
    ("keys", "what"),
    [({"config_hash": "another"}, "settings"), ({"data": {"rows": 1}}, "data")],
)
def test_another_finished_run_there_is_only_replaced_when_asked(
    bucket, tmp_path, keys, what
):
    url = f"{bucket.url}/shop/x"
    here = small(mirror(bucket, "shop/x"))
    upload(small(tmp_path / "other", **keys), url)
    there = held(bucket, "shop/x")
    rule = rf"^A finished run is not overwritten, but {url} holds one with other {what}"
    with pytest.raises(ConfigError, match=rule), ending(settings(), url, print):
        pytest.fail("nothing is run")
    assert held(bucket, "shop/x") == there
    with ending(settings(), url, print, replace=True) as end:
        end.path, end.old = end.folder, True
    assert end.folder == here
    assert held(bucket, "shop/x") == read_record(here / "run.json")


def test_a_run_that_another_machine_finished_meanwhile_stays(bucket, tmp_path):
    url, there = f"{bucket.url}/shop/x", {}
    with (  # noqa: PT012
        pytest.raises(ConfigError, match=r"or pass --replace\.$"),
        ending(settings(), url, print) as end,
    ):
        upload(small(tmp_path / "other", config_hash="another"), url)
        there = held(bucket, "shop/x")
        end.path = small(end.folder)
    assert held(bucket, "shop/x") == there
    assert ".uploading" not in {k.rpartition("/")[2] for k in bucket.keys("shop/x")}


@pytest.mark.parametrize("state", ["running", "failed"])
def test_a_run_there_that_is_not_done_is_nobodys_to_keep(bucket, tmp_path, state):
    url = f"{bucket.url}/shop/x"
    upload(small(tmp_path / "other", config_hash="another", state=state), url)
    small(mirror(bucket, "shop/x"))
    with ending(settings(), url, print) as end:
        end.path = end.folder
    assert held(bucket, "shop/x")["state"] == "done"


def test_a_run_that_stops_before_its_end_is_to_be_found_here(bucket):
    url = f"{bucket.url}/shop/x"
    with ending(settings(), url, print) as end:
        end.path = small(end.folder, state="running")
    here = str(mirror(bucket, "shop/x"))
    assert (end.place, end.page) == (here, f"{here}/index.html")
    assert bucket.keys("shop/x") == []
    with ending(settings(), url, print) as end:
        record = read_record(end.folder / "run.json") | {"state": "done"}
        write_record(end.folder / "run.json", record)
        end.path = end.folder
    assert (end.place, end.page) == (url, f"{url}/index.html")


def export(folder: Path, *names: str) -> None:
    """Write an export as the real ones are: anew, with a manifest of its files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text(name)
    files = [{"name": name} for name in names]
    record = {"format": "segtools.manifest", "files": files}
    write_record(folder / "manifest.json", record)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_export_whose_upload_broke_is_repeated_by_the_same_command(
    bucket, service, elsewhere
):
    url = f"{bucket.url}/lists/google"
    with export_folder(url) as folder:
        export(folder, "first.csv", "gone.csv")
    service.broken.add("/second.csv")
    with (
        pytest.raises(StageError, match=r"whole in .*: repeat the same command\.$"),
        export_folder(url) as folder,
    ):
        export(folder, "first.csv", "second.csv")
    assert "lists/google/manifest.json" not in bucket.keys("lists")
    service.broken.clear()
    if elsewhere:
        shutil.rmtree("reports")
    with export_folder(url) as folder:
        export(folder, "second.csv", "third.csv")
    names = {"second.csv", "third.csv", "manifest.json"}
    assert set(bucket.keys("lists")) == {f"lists/google/{n}" for n in names}


def test_what_is_foreign_stays_foreign_beside_a_broken_export(bucket, service):
    url = f"{bucket.url}/lists/google"
    service.broken.add("/b.csv")
    with pytest.raises(StageError), export_folder(url) as folder:
        export(folder, "a.csv", "b.csv")
    bucket.put("lists/google/ours.txt", b"x")
    with (
        pytest.raises(ConfigError, match=r"holds 'ours\.txt', which is none of its"),
        export_folder(url),
    ):
        pytest.fail("nothing is written beside what is not its own")


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/../b", "a/./b", "./a", "a/..", "a//b", "/a", "a\\b", "\n"],
)
def test_a_key_that_means_another_place_to_a_disk_is_refused(name):
    with pytest.raises(DataError, match="must have plain names, but one is called"):
        safe(name)


def test_a_key_with_dots_in_its_names_is_plain():
    assert safe("a.b/..c/d...") == "a.b/..c/d..."


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("file:///srv/a#1.csv", "/srv/a#1.csv"),
        ("file:///srv/a%231?.csv", "/srv/a#1?.csv"),
        ("file://localhost/srv/a.csv", "/srv/a.csv"),
        ("FILE:///srv//a;b.csv", "/srv//a;b.csv"),
    ],
)
def test_a_file_url_is_its_path_as_it_is(url, path):
    assert local_path(url) == path


@pytest.mark.parametrize("url", ["file://srv/a", "file://", "file:///", "file:///%00"])
def test_a_file_url_of_another_machine_or_without_a_path_is_refused(url, tmp_path):
    with pytest.raises(ConfigError, match=r"^source\.x must (be a file of|name a)"):
        local_path(url, "source.x")
    with (
        pytest.raises(ConfigError, match=r"^--out must"),
        ending(settings(), url, print),
    ):
        pytest.fail("nothing is run")
