"""An S3 on loopback: moto's server, which speaks the protocol of the real one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

_NUMBERS = count(1)


@dataclass
class Bucket:
    """A bucket of its own, and what was asked of its server."""

    name: str
    client: Any
    endpoint: str
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"s3://{self.name}"

    def put(self, key: str, body: bytes | Path) -> str:
        data = body if isinstance(body, bytes) else body.read_bytes()
        self.client.put_object(Bucket=self.name, Key=key, Body=data)
        return f"{self.url}/{key}"

    def body(self, key: str) -> bytes:
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def keys(self, prefix: str = "") -> list[str]:
        found = self.client.list_objects_v2(Bucket=self.name, Prefix=prefix)
        return [o["Key"] for o in found.get("Contents", [])]

    def of(self, method: str) -> list[str]:
        """List the keys that were asked for by a method, in order."""
        start = f"/{self.name}/"
        return [p.removeprefix(start) for m, p in self.asked if m == method]


@dataclass
class Service:
    """The server, what it was asked, and what it is to break."""

    endpoint: str
    asked: list[tuple[str, str]]
    broken: set[str]
    closed: bool = False


def _needed() -> None:
    for name in ("s3fs", "moto", "flask", "boto3"):
        try:
            __import__(name)
        except ImportError:
            if os.environ.get("CI") == "true":
                pytest.fail(f"{name} is missing in CI: it stands for a remote storage")
            pytest.skip(f"{name} is not installed: it stands for a remote storage")


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """Moto's server in this process; it notes requests and can break off."""
    _needed()
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        create_backend_app,
    )
    from werkzeug.serving import WSGIRequestHandler, make_server

    app = DomainDispatcherApplication(create_backend_app)
    made = Service("", [], set())

    def watched(environ: dict[str, Any], start: Any) -> Any:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        made.asked.append((method, path))
        stopped = method == "PUT" and path.endswith(tuple(made.broken))
        if made.closed or stopped:
            start("403 Forbidden", [("Content-Type", "application/xml")])
            return [b"<Error><Code>AccessDenied</Code><Message>No</Message></Error>"]
        return app(environ, start)

    class Quiet(WSGIRequestHandler):
        def log(self, *args: Any, **kwargs: Any) -> None:
            pass

    import threading

    server = make_server("127.0.0.1", 0, watched, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    made.endpoint = f"http://127.0.0.1:{server.server_port}"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def bucket(service, monkeypatch, tmp_path) -> Bucket:
    """An empty bucket; the environment opens it, and the test works in a new folder."""
    import boto3

    for name in [n for n in os.environ if n.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", service.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t-of-ann")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)
    service.broken.clear()
    service.closed = False
    name = f"shop-{next(_NUMBERS)}"
    client = boto3.client("s3", endpoint_url=service.endpoint)
    client.create_bucket(Bucket=name)
    service.asked.clear()
    return Bucket(name, client, service.endpoint, service.asked)
