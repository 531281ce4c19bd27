"""Remote inputs are fetched once, whole or not at all, and then read as files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from segtools.config import Source, load_config, validate
from segtools.prepare.fingerprint import fingerprint
from segtools.records import digest
from segtools.remote import transfer
from segtools.report.execution import start
from segtools.report.stage import Stage
from segtools.schema import ConfigError, DataError
from segtools.sources import connect, open_source, remote
from segtools.sources.remote import FOLDER, localised

HEAD = "customer_id,ordered_at,amount\n"
ONE = (HEAD + "ann,2024-01-01,10\nbob,2024-01-02,5\n").encode()
TWO = (HEAD + "cat,2024-02-01,7\n").encode()


def block(path: str) -> list[Source]:
    return [Source(system="files", orders={"path": path})]


def config(path: str):
    body = {"project": "p", "timezone": "UTC"}
    return validate(body | {"source": {"system": "files", "orders": {"path": path}}})


def customers(path: str, into: Path) -> list[str]:
    opened = open_source(config(path), connect(), into)
    return sorted(opened.tables["orders"].customer_id.execute())


def refusal(path: str, into: Path, error: type[Exception] = ConfigError) -> str:
    with pytest.raises(error) as caught:
        localised(block(path), into)
    text = str(caught.value)
    assert "\n" not in text
    assert "s3cr3t" not in text
    return text


def test_a_file_a_folder_and_a_glob_are_read_as_local_ones(bucket, tmp_path):
    bucket.put("in/2024-01/orders.csv", ONE)
    bucket.put("in/2024-02/orders.csv", TWO)
    bucket.put("in/2024-02/notes.md", b"not data")
    one = customers(f"{bucket.url}/in/2024-01/orders.csv", tmp_path / "a")
    assert one == ["ann", "bob"]
    assert customers(f"{bucket.url}/in/2024-02", tmp_path / "b") == ["cat"]
    assert customers(f"{bucket.url}/in/2024-02/", tmp_path / "c") == ["cat"]
    every = customers(f"{bucket.url}/in/*/orders.csv", tmp_path / "d")
    assert every == ["ann", "bob", "cat"]


def test_rows_and_their_fingerprint_are_those_of_the_same_local_file(bucket, tmp_path):
    local = tmp_path / "orders.csv"
    local.write_bytes(ONE)
    url = bucket.put("orders.csv", local)
    found = [open_source(config(p), connect()) for p in (str(local), url)]
    here, there = (fingerprint(o.tables) for o in found)
    assert here == there
    assert found[0].files == []
    (file,) = found[1].files
    md5 = bucket.client.head_object(Bucket=bucket.name, Key="orders.csv")["ETag"]
    assert file == {"url": url, "size": len(ONE), "etag": md5.strip('"')}


def test_a_file_is_fetched_once_however_often_it_is_opened(bucket, tmp_path):
    url = bucket.put("orders.csv", ONE)
    for _ in range(3):
        customers(url, tmp_path / "in")
    assert bucket.of("GET").count("orders.csv") == 1


def test_names_with_blanks_brackets_and_other_letters_are_fetched(bucket, tmp_path):
    url = bucket.put("in/Größe [1] a&b%20.csv", ONE)
    assert customers(f"{bucket.url}/in", tmp_path / "a") == ["ann", "bob"]
    assert customers(url, tmp_path / "b") == ["ann", "bob"]


def test_a_run_hands_its_copies_to_its_notebooks_until_it_is_done(
    bucket, tmp_path, monkeypatch
):
    monkeypatch.setattr(start, "refuse_hopeless", lambda found: None)
    remote._own_folder.cache_clear()
    url = bucket.put("orders.csv", ONE)
    settings = config(url).model_copy(update={"as_of": "2024-02-01"})
    path = start.start_run(settings, tmp_path / "run")
    run = json.loads((path / "run.json").read_text())
    assert run["config"]["source"]["orders"]["path"] == url
    assert [f["url"] for f in run["data"]["files"]] == [url]
    bucket.client.delete_object(Bucket=bucket.name, Key="orders.csv")
    stage = Stage("01_goals", path, settings, run)
    rows = stage.source().tables["orders"].count().execute()
    assert rows == 2
    copies = list((path / FOLDER).rglob("orders.csv"))
    assert [p.read_bytes() for p in copies] == [ONE]
    run["stages"] = {}
    stage.write("run", run)
    stage.finish()
    assert (path / FOLDER).exists()
    Stage("06_follow_up", path, settings, run).finish()
    assert not (path / FOLDER).exists()
    remote._own_folder.cache_clear()


def test_a_download_that_breaks_off_leaves_nothing_and_is_begun_again(
    bucket, tmp_path, monkeypatch
):
    import s3fs

    url, real = bucket.put("orders.csv", ONE), s3fs.S3FileSystem.get_file

    def cut(self, name, to, **more):
        Path(to).write_bytes(ONE[:20])

    monkeypatch.setattr(s3fs.S3FileSystem, "get_file", cut)
    told = refusal(url, tmp_path / "in", DataError)
    assert told == (
        "source.orders.path must arrive whole, but of orders.csv only 20 of "
        f"{len(ONE)} bytes came. Run again."
    )
    assert not [p for p in (tmp_path / "in").rglob("*") if p.is_file()]
    monkeypatch.setattr(s3fs.S3FileSystem, "get_file", real)
    assert customers(url, tmp_path / "in") == ["ann", "bob"]


def test_a_file_that_is_changed_while_it_is_fetched_is_refused(
    bucket, tmp_path, monkeypatch
):
    import s3fs

    url, real = bucket.put("orders.csv", ONE), s3fs.S3FileSystem.get_file

    def late(self, name, to, **more):
        real(self, name, to, **more)
        bucket.put("orders.csv", ONE.replace(b"10", b"11"))

    monkeypatch.setattr(s3fs.S3FileSystem, "get_file", late)
    told = refusal(url, tmp_path / "in", DataError)
    assert "stay as it is while it is fetched, but orders.csv was changed" in told


@pytest.mark.parametrize("end", ["nothing.csv", "nothing/", "no*.csv"])
def test_nothing_at_a_url_is_told_with_the_url(bucket, tmp_path, end):
    told = refusal(f"{bucket.url}/{end}", tmp_path)
    assert f"there is nothing at {bucket.url}/{end}. Check the URL" in told


@pytest.mark.parametrize("end", ["a.csv", "in/", "*.csv"])
def test_a_bucket_that_is_not_there_is_told_by_name(bucket, tmp_path, end):
    told = refusal(f"s3://no-such-bucket/{end}", tmp_path)
    assert (
        "must be in a bucket that exists, but there is no 'no-such-bucket' at" in told
    )
    assert told.endswith("Make it, or check the name and AWS_ENDPOINT_URL.")


def test_missing_credentials_name_the_variables(bucket, tmp_path, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    told = refusal(f"{bucket.url}/a.csv", tmp_path)
    assert "must be open to these credentials, but" in told
    assert told.endswith("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.")


def test_refused_credentials_name_the_variables(bucket, tmp_path, service):
    url = bucket.put("orders.csv", ONE)
    service.closed = True
    for path in (url, f"{bucket.url}/*.csv", bucket.url + "/in/"):
        told = refusal(path, tmp_path)
        assert f"must be open to these credentials, but {path} refuses them" in told
        assert told.endswith("AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.")


def test_an_endpoint_that_nobody_serves_names_its_variable(
    bucket, tmp_path, monkeypatch
):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://ann:s3cr3t@127.0.0.1:9")
    told = refusal(f"{bucket.url}/a.csv", tmp_path)
    assert f"the storage of {bucket.url}/a.csv does not answer" in told
    assert told.endswith("Check the network and AWS_ENDPOINT_URL.")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "ftp://host/a.csv",
            "a URL of s3, gs, gcs, az, abfs, abfss, memory, file, but",
        ),
        ("s3x://shop/a.csv", "Did you mean 's3'?"),
        ("s3://ann:s3cr3t@shop/a.csv", "must hold no secret, but there is one in 's3:"),
        (
            "az://shop/a.csv?sig=s3cr3t",
            "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_A",
        ),
        ("s3://", "must name a bucket, but it is 's3://'"),
    ],
)
def test_a_wrong_url_is_refused_with_the_configuration(url, sentence):
    with pytest.raises(ConfigError) as caught:
        config(url)
    assert sentence in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "extra"), [("gs://shop/a.csv", "gcs"), ("az://shop/a.csv", "azure")]
)
def test_a_client_that_is_not_installed_is_one_command_away(
    url, extra, tmp_path, monkeypatch
):
    import sys

    module = {"gcs": "gcsfs", "azure": "adlfs"}[extra]
    monkeypatch.setitem(sys.modules, module, None)
    told = refusal(url, tmp_path)
    assert told.endswith(f"Run: pip install 'customer-segtools[{extra}]'.")


def test_a_file_url_is_a_path(tmp_path):
    (tmp_path / "a b.csv").write_bytes(ONE)
    url = (tmp_path / "a b.csv").as_uri()
    assert "%20" in url
    assert customers(url, tmp_path / "in") == ["ann", "bob"]


def test_a_url_stays_as_it_is_when_paths_become_absolute(tmp_path):
    file = tmp_path / "shop.yaml"
    source = "{system: files, orders: {path: s3://shop/a.csv}}"
    file.write_text(f"project: p\ntimezone: UTC\nsource: {source}\n")
    extra = load_config(file).sources[0].model_extra
    assert extra == {"orders": {"path": "s3://shop/a.csv"}}


@pytest.mark.parametrize("name", ["../a.csv", "/a.csv", "a\\b.csv", "a\nb.csv"])
def test_a_remote_name_cannot_lead_out_of_its_folder(name):
    with pytest.raises(
        DataError, match=r"^Remote files must have plain names, but one "
    ):
        transfer.safe(name)


def test_a_hostile_key_is_refused_before_it_is_written(bucket, tmp_path):
    bucket.put("in/../../../evil.csv", ONE)
    told = refusal(f"{bucket.url}/in/**/*.csv", tmp_path / "deep" / "in", DataError)
    assert "must have plain names" in told
    assert not list(tmp_path.rglob("evil.csv"))


def test_copies_lie_under_a_hash_of_their_url(bucket, tmp_path):
    url = bucket.put("orders.csv", ONE)
    localised(block(url), tmp_path / "in")
    assert [p.name for p in (tmp_path / "in").iterdir()] == [digest(url)]
    frame = pd.read_csv(tmp_path / "in" / digest(url) / "files" / "orders.csv")
    assert list(frame["customer_id"]) == ["ann", "bob"]


def test_memory_is_a_storage_of_this_process(tmp_path):
    fsspec = pytest.importorskip("fsspec")
    fs = fsspec.filesystem("memory")
    fs.pipe_file("/mem-shop/in/a.csv", ONE)
    fs.pipe_file("/mem-shop/in/b.csv", TWO)
    try:
        assert customers("memory://mem-shop/in/a.csv", tmp_path / "a") == ["ann", "bob"]
        for number, path in enumerate(("in", "in/*.csv", "*/?.csv")):
            found = customers(f"memory://mem-shop/{path}", tmp_path / str(number))
            assert found == ["ann", "bob", "cat"]
        told = refusal("memory://mem-shop/none.csv", tmp_path)
        assert "there is nothing at memory://mem-shop/none.csv" in told
    finally:
        fs.rm("/mem-shop", recursive=True)
