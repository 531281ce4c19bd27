"""Tell programs and URLs how a run or a batch has ended."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import IO, Any
from urllib.parse import urlsplit

from segtools.config.hooks import url_refusal

_GRACE = 1.0
_MOST = 200  # characters of what a program complains about
_TAIL = 10_000  # bytes at the end of what it says among which these are looked for

Payload = Mapping[str, Any]


def notify(hooks: Iterable[Mapping[str, Any]], payload: Payload) -> list[str]:
    """Tell each hook that asks for the payload's state; none can fail a run.

    Parameters
    ----------
    hooks : iterable of mapping
        As the configuration's ``hooks`` holds them.
    payload : mapping
        JSON-like, with ``state`` (done or failed); see `run_payload`.

    Returns
    -------
    list of str
        A sentence for each hook that was not told, without any secret.
    """
    warnings = []
    for number, hook in enumerate(hooks):
        if payload["state"] not in hook["when"]:
            continue
        if why := _told(hook, payload):
            warnings.append(
                f"hooks.{number} must take what it is told, but {why}. The run is as "
                "it is; mend the hook in the configuration."
            )
    return warnings


def _told(hook: Mapping[str, Any], payload: Payload) -> str:
    """Tell one hook; say why not, or nothing. Nothing that happens gets further."""
    try:
        # Pure ASCII, so that a name that is no Unicode can be told as well.
        body = json.dumps(payload).encode("ascii")
        return _program(hook, payload, body) if hook["run"] else _url(hook, body)
    except Exception as error:  # a run that is done cannot fail by its hooks
        return f"telling it broke off ({_first(error)})"


def variables(payload: Payload) -> dict[str, str]:
    """Give what a program is told by variables: SEGTOOLS_STATE and others.

    Examples
    --------
    >>> variables({"state": "failed", "project": "shop", "error": {"code": 3}})
    {'SEGTOOLS_STATE': 'failed', 'SEGTOOLS_PROJECT': 'shop', 'SEGTOOLS_CODE': '3'}
    """
    links, verdict = payload.get("links") or {}, payload.get("verdict") or {}
    error = payload.get("error") or {}
    found = {
        "WHAT": payload.get("what"),
        "STATE": payload.get("state"),
        "PROJECT": payload.get("project"),
        "AS_OF": payload.get("as_of"),
        "RUN": payload.get("run"),
        "PAGE": links.get("page"),
        "DECISION": verdict.get("decision"),
        "CODE": error.get("code"),
        "SENTENCE": error.get("sentence"),
        "REMEDY": error.get("remedy"),
    }
    return {f"SEGTOOLS_{k}": _settable(v) for k, v in found.items() if v is not None}


def _settable(value: object) -> str:
    """Give text that a variable can hold: no zero byte, nothing that is no Unicode."""
    text = str(value).replace("\0", "")
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        coding = sys.getfilesystemencoding()
        return text.encode(coding, "replace").decode(coding)
    return text


def _program(hook: Mapping[str, Any], payload: Payload, body: bytes) -> str:
    """Run a program with the payload on its input; say why not, or nothing."""
    name = os.path.basename(hook["run"][0])
    # Files and not pipes: a child that it leaves behind would hold a pipe open.
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(body)
        given.seek(0)
        try:
            process = _started(hook, payload, given, said)
        except FileNotFoundError:
            return f"there is no program {name!r}"
        except (OSError, ValueError) as error:
            return f"{name!r} cannot be started ({_first(error)})"
        try:
            code = process.wait(timeout=hook["timeout"])
        except subprocess.TimeoutExpired:
            return f"{name!r} did not end within {hook['timeout']:g} seconds"
        finally:
            _end(process)
        return f"{name!r} ended with code {code}{_last_words(said)}" if code else ""


def _started(
    hook: Mapping[str, Any], payload: Payload, given: IO[bytes], said: IO[bytes]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(word) for word in hook["run"]],
        stdin=given,
        stdout=subprocess.DEVNULL,  # results alone go to ours
        stderr=said,
        env=os.environ | variables(payload),
        start_new_session=True,  # so that its children can be ended with it
    )


def _last_words(said: IO[bytes]) -> str:
    """Give the last line that a program complained with, in brackets."""
    end = said.seek(0, os.SEEK_END)
    said.seek(max(end - _TAIL, 0))
    lines = said.read().decode("utf-8", "replace").strip().splitlines()
    return f" ({lines[-1][:_MOST].rstrip('. ')})" if lines else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what still runs of a program, its children included."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: what is told is meant for this address alone."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """Give nothing, so that the answer itself counts."""
        return


def _url(hook: Mapping[str, Any], body: bytes) -> str:
    """Post the payload to a URL; say why not, or nothing."""
    url, called = hook["url"], ""
    if url.startswith("env:"):
        called = f"the URL in {url.removeprefix('env:')}"
        url = os.environ.get(url.removeprefix("env:"), "").strip()
        if not url:
            return f"{hook['url'].removeprefix('env:')} is not set"
        if refusal := url_refusal(url):
            return f"{called} {refusal.partition('. ')[0]}".replace(", but", ":", 1)
    called = called or (urlsplit(url).hostname or "the host")
    answer: list[str] = []
    # A host that sends a byte a minute never runs into a socket's time limit.
    asking = threading.Thread(
        target=lambda: answer.append(_posted(url, body, hook["timeout"])),
        daemon=True,
    )
    asking.start()
    asking.join(hook["timeout"] + _GRACE)
    if asking.is_alive():
        return f"{called} did not answer within {hook['timeout']:g} seconds"
    why = answer[0] if answer else "failed"
    return f"{called} {why}" if why else ""


def _posted(url: str, body: bytes, timeout: float) -> str:
    request = urllib.request.Request(
        url,
        data=body,
        headers={"Content-Type": "application/json", "User-Agent": "segtools"},
        method="POST",
    )
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=timeout):
            return ""
    except urllib.error.HTTPError as error:
        error.close()
        return f"answered {error.code}"
    except TimeoutError:
        return f"did not answer within {timeout:g} seconds"
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            return f"did not answer within {timeout:g} seconds"
        return f"cannot be reached ({_first(error.reason)})"
    except (OSError, ValueError, http.client.HTTPException) as error:
        return f"broke off ({type(error).__name__})"


def _first(error: object) -> str:
    text = getattr(error, "strerror", None) or type(error).__name__
    return str(text)[:_MOST].rstrip(".")
