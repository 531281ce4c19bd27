"""What a remote storage says went wrong, in one sentence with its remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from segtools.remote.urls import STORES, Store, bucket_of, scheme_of, shown
from segtools.schema import ConfigError, DataError

# What clients call refused or missing credentials; they share no class.
_REFUSED = (
    *("PermissionError", "NoCredentialsError", "PartialCredentialsError"),
    *("CredentialRetrievalError", "TokenRetrievalError", "ProfileNotFound"),
    *("UnauthorizedSSOTokenError", "SSOTokenLoadError", "LoginRefreshRequired"),
    *("ClientAuthenticationError", "DefaultCredentialsError", "RefreshError"),
    "GoogleAuthError",
)
_SILENT = (
    *("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError"),
    *("ConnectionClosedError", "HTTPClientError", "ProxyConnectionError"),
    *("ClientConnectorError", "ClientConnectorDNSError", "ServerDisconnectedError"),
    *("ServiceRequestError", "ServiceResponseError", "SSLError", "gaierror"),
    *("ConnectionError", "TimeoutError", "FSTimeoutError", "InvalidEndpoint"),
)
NO_BUCKET = "The specified bucket does not exist"
_HIDDEN = re.compile(r"//[^/@\s]*@|\?\S*")


@contextmanager
def spoken(url: str, key: str) -> Iterator[None]:
    """Turn what a storage's client raises into our sentence.

    Parameters
    ----------
    url : str
        What was asked for.
    key : str
        What the sentence calls it, such as ``source.orders.path`` or ``--out``.

    Raises
    ------
    ConfigError
        In place of the client's own error.
    """
    try:
        yield
    except (ConfigError, DataError):
        raise
    except Exception as error:
        raise ConfigError(sentence_of(error, url, key)) from None


def sentence_of(error: BaseException, url: str, key: str) -> str:
    """Word what a storage's client raised.

    Examples
    --------
    >>> print(sentence_of(PermissionError("Forbidden"), "s3://shop/a.csv", "--out"))
    --out must be open to these credentials, but s3://shop/a.csv refuses them \
(PermissionError: Forbidden). Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or \
AWS_PROFILE.
    """
    store, where = STORES[scheme_of(url)], shown(url)
    names = _names(error)
    said = f"({type(error).__name__}: {_first_words(error)})"
    if names & set(_REFUSED):
        return (
            f"{key} must be open to these credentials, but {where} refuses them {said}."
            f" Check {store.secrets}."
        )
    if names & set(_SILENT):
        return _unreachable(store, where, key, said)
    if isinstance(error, OSError) and error.errno == 28:
        return (
            f"{key} must fit on the disk, but it is full while {where} is copied. "
            "Make room."
        )
    if _no_bucket(error):
        return (
            f"{key} must be in a bucket that exists, but there is no "
            f"{bucket_of(url)!r} at {where}. Make it, or check the name and "
            f"{store.endpoint}."
        )
    if isinstance(error, FileNotFoundError):
        return (
            f"{key} must lead to files, but there is nothing at {where}. Check the "
            "URL; large and small letters count."
        )
    return f"{key} must be usable, but {where} is not {said}. Try again later."


def _unreachable(store: Store, where: str, key: str, said: str) -> str:
    return (
        f"{key} must be reachable, but the storage of {where} does not answer {said}. "
        f"Check the network and {store.endpoint}."
    )


def _names(error: BaseException) -> set[str]:
    """Name the classes of an error and of what caused it."""
    found: set[str] = set()
    seen: BaseException | None = error
    while seen is not None:
        found |= {kind.__name__ for kind in type(seen).__mro__}
        seen = seen.__cause__
    return found


def _no_bucket(error: BaseException) -> bool:
    text = f"{error} {error.__cause__}".lower()
    marks = ("nosuchbucket", "specified bucket", "containernotfound", "bucket does not")
    return any(mark in text for mark in marks)


def _first_words(error: BaseException) -> str:
    """Give the first line of what was said, without what may be a secret."""
    line = (str(error).splitlines() or ["nothing was said"])[0]
    return _HIDDEN.sub("…", line)[:150].rstrip(". ")
