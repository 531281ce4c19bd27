"""URLs of remote files: which are known, and what of them may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from segtools.schema import ConfigError, did_you_mean


@dataclass(frozen=True)
class Store:
    """A kind of storage: its extra, and the variables that open it.

    Attributes
    ----------
    module : str
        The client behind it.
    extra : str
        Of our distribution; ``pip install 'customer-segtools[EXTRA]'``.
    secrets : str
        Where credentials come from, as the end of a sentence.
    endpoint : str
        The variable that says where the service is.
    """

    module: str
    extra: str
    secrets: str
    endpoint: str


_S3 = Store(
    "s3fs",
    "s3",
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
    "AWS_ENDPOINT_URL",
)
_GOOGLE = Store(
    "gcsfs", "gcs", "GOOGLE_APPLICATION_CREDENTIALS", "STORAGE_EMULATOR_HOST"
)
_AZURE = Store(
    "adlfs",
    "azure",
    "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_CONNECTION_STRING",
)
# Of this process alone: for tests and for work in a notebook.
_MEMORY = Store("fsspec", "s3", "nothing", "nothing")
STORES = {
    "s3": _S3,
    "gs": _GOOGLE,
    "gcs": _GOOGLE,
    "az": _AZURE,
    "abfs": _AZURE,
    "abfss": _AZURE,
    "memory": _MEMORY,
}
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
# A question mark is a wildcard; one with an assignment behind it signs a URL.
_SIGNED = re.compile(r"\?[^/]*=.*", re.DOTALL)
_USER = re.compile(r"(?<=://)([^/@]*):[^/@]*@")


def is_url(text: object) -> bool:
    """Tell a URL from a path.

    Examples
    --------
    >>> is_url("s3://shop/lines.csv"), is_url("exports/lines.csv"), is_url(3)
    (True, False, False)
    """
    return isinstance(text, str) and bool(_URL.match(text))


def scheme_of(url: str) -> str:
    """Give a URL's scheme in small letters."""
    return url.partition("://")[0].lower()


def shown(url: str) -> str:
    """Give a URL as sentences, pages and logs may show it: without any secret.

    Examples
    --------
    >>> shown("s3://ann:secret@shop/a.csv")
    's3://shop/a.csv'
    >>> shown("az://shop/a.csv?sig=secret")
    'az://shop/a.csv'
    """
    return _SIGNED.sub("", _USER.sub("", url))


def refuse_url(url: str, key: str) -> None:
    """Refuse a URL that nobody can open, or that has a secret in it.

    Parameters
    ----------
    url : str
    key : str
        What the sentence calls it, such as ``source.orders.path``.

    Raises
    ------
    ConfigError
    """
    scheme = scheme_of(url)
    known = [*STORES, "file"]
    if scheme not in known:
        raise ConfigError(
            f"{key} must be a path or a URL of {', '.join(known)}, but it is "
            f"{shown(url)!r}. {did_you_mean(scheme, known)}"
        )
    if url != shown(url):
        raise ConfigError(
            f"{key} must hold no secret, but there is one in {shown(url)!r}. Put it "
            f"into the environment: {_secrets(scheme)}."
        )
    if scheme != "file" and not bucket_of(url):
        raise ConfigError(
            f"{key} must name a bucket, but it is {url!r}. Write it like "
            f"{scheme}://bucket/folder."
        )


def _secrets(scheme: str) -> str:
    return STORES[scheme].secrets if scheme in STORES else "nothing"


def bucket_of(url: str) -> str:
    """Give the bucket or container of a URL."""
    return url.partition("://")[2].strip("/").partition("/")[0]


def key_of(url: str) -> str:
    """Give what comes behind the bucket, without slashes at its ends."""
    return url.partition("://")[2].strip("/").partition("/")[2].strip("/")


def local_path(url: str, key: str = "--out") -> str:
    """Give the path of a ``file://`` URL, or what is no such URL as it is.

    Parameters
    ----------
    url : str
        A number sign or a question mark in it belongs to the path.
    key : str, default="--out"
        What the sentence calls it.

    Raises
    ------
    ConfigError
        If it is on another machine, or has no path.

    Examples
    --------
    >>> local_path("file:///srv/a%20b#1.csv"), local_path("a.csv")
    ('/srv/a b#1.csv', 'a.csv')
    >>> local_path("file://srv/a.csv")
    Traceback (most recent call last):
    segtools.schema.ConfigError: --out must be a file of this machine, but it is \
'file://srv/a.csv', on the machine 'srv'. Write three slashes: file:///srv/a.csv.
    """
    if not is_url(url) or scheme_of(url) != "file":
        return url
    host, _, path = url.partition("://")[2].partition("/")
    if host.lower() not in ("", "localhost"):
        own, whole = host.rpartition("@")[2], shown(url)
        path = shown(path)
        raise ConfigError(
            f"{key} must be a file of this machine, but it is {whole!r}, on the "
            f"machine {own!r}. Write three slashes: file:///{own}/{path}."
        )
    if not path or "\0" in unquote(path):
        raise ConfigError(
            f"{key} must name a file or folder, but it is {shown(url)!r}. Write it "
            "like file:///srv/folder."
        )
    return f"/{unquote(path)}"


def under(url: str, name: str) -> str:
    """Give the URL of something in a remote folder."""
    return f"{url.rstrip('/')}/{name}"


def mirror_of(url: str, root: Path) -> Path:
    """Give the local folder in which a remote one is prepared or repeated.

    Parameters
    ----------
    url : str
        Of a folder in a bucket.
    root : Path
        Where all such folders lie.

    Raises
    ------
    ConfigError
        If the URL names no folder in a bucket, or leads out of it.

    Examples
    --------
    >>> mirror_of("s3://shop/reports/2024-10-01/", Path("here")).as_posix()
    'here/s3/shop/reports/2024-10-01'
    """
    parts = [scheme_of(url), bucket_of(url), *filter(None, key_of(url).split("/"))]
    odd = [p for p in parts if p.strip(".") == "" or re.search(r"[\\\x00-\x1f*?]", p)]
    if len(parts) < 3 or odd:
        raise ConfigError(
            f"--out must name a folder in a bucket, but it is {shown(url)!r}. Write "
            f"it like {scheme_of(url)}://bucket/folder."
        )
    return root.joinpath(*parts)
