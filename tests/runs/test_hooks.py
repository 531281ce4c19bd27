"""Hooks are told how a run has ended, and can neither fail nor hold it up."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from segtools.config import load_config, validate
from segtools.config.hooks import HookBlock
from segtools.records import read_record
from segtools.report.execution import start
from segtools.report.stage import Stage
from segtools.runs.hooks import notify, variables
from segtools.runs.payload import run_payload
from segtools.schema import ConfigError

PAYLOAD = {
    "format": "segtools.hook",
    "version": 1,
    "what": "run",
    "state": "done",
    "project": "café",
    "as_of": "2024-09-29",
    "run": "/srv/run",
    "links": {"page": "/srv/run/index.html"},
    "verdict": {"decision": "segment"},
    "error": None,
}


class Listener:
    """A server on loopback that keeps what it was told and answers as it should."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, str], bytes]] = []
        self.answer = 200
        self.headers: dict[str, str] = {}
        self.wait = threading.Event()
        self.hold = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                body = self.rfile.read(size)
                outer.told.append((self.path, dict(self.headers), body))
                if outer.hold:
                    outer.wait.wait(20)
                self.send_response(outer.answer)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hooks/s3cr3t"

    def close(self) -> None:
        self.wait.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def listener():
    made = Listener()
    yield made
    made.close()


@pytest.fixture
def other():
    made = Listener()
    yield made
    made.close()


def script(folder: Path, body: str) -> str:
    """Write a program and give its path."""
    file = folder / "hook.sh"
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def hooks(*given: dict) -> list[dict]:
    body = {"project": "p", "source": {"system": "sample"}, "hooks": list(given)}
    return validate(body).hooks


def test_a_url_is_posted_the_payload_as_json(listener):
    assert notify(hooks({"url": listener.url}), PAYLOAD) == []
    ((path, headers, body),) = listener.told
    assert path == "/hooks/s3cr3t"
    assert headers["Content-Type"] == "application/json"
    assert json.loads(body) == PAYLOAD


def test_a_url_may_lie_in_a_variable(listener, monkeypatch):
    monkeypatch.setenv("CHAT_HOOK", listener.url)
    assert notify(hooks({"url": "env:CHAT_HOOK"}), PAYLOAD) == []
    assert len(listener.told) == 1


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "CHAT_HOOK is not set"),
        ("chat.example/s3cr3t", "it has no scheme"),
        ("ftp://chat.example/s3cr3t", "its scheme is 'ftp'"),
        ("https://ann:s3cr3t@chat.example/", "one is written out"),
    ],
)
def test_a_variable_that_holds_no_url_is_a_warning(value, why, monkeypatch):
    monkeypatch.delenv("CHAT_HOOK", raising=False)
    if value is not None:
        monkeypatch.setenv("CHAT_HOOK", value)
    (warning,) = notify(hooks({"url": "env:CHAT_HOOK"}), PAYLOAD)
    assert warning.startswith("hooks.0 must take what it is told, but ")
    assert why in warning
    assert "s3cr3t" not in warning


def test_an_answer_of_500_is_a_warning_without_the_address(listener):
    listener.answer = 500
    (warning,) = notify(hooks({"url": listener.url}), PAYLOAD)
    assert "127.0.0.1 answered 500." in warning
    assert "s3cr3t" not in warning


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(code, listener, other):
    listener.answer, listener.headers = code, {"Location": other.url}
    (warning,) = notify(hooks({"url": listener.url}), PAYLOAD)
    assert f"answered {code}" in warning
    assert other.told == []


def test_a_host_that_does_not_answer_is_given_up(listener):
    listener.hold = True
    (warning,) = notify(hooks({"url": listener.url, "timeout": 0.2}), PAYLOAD)
    assert "did not answer within 0.2 seconds" in warning


def test_nobody_at_a_port_is_a_warning():
    with socket.socket() as held:  # nobody else gets the port, and nobody listens
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/"
        (warning,) = notify(hooks({"url": url}), PAYLOAD)
    assert "127.0.0.1 cannot be reached (Connection refused)." in warning


def test_a_program_gets_json_on_its_input_and_variables(tmp_path):
    program = script(tmp_path, 'cat > "$1"; env | grep ^SEGTOOLS_ > "$2"')
    out, env = tmp_path / "a b;$(x).json", tmp_path / "env"  # no shell reads it
    given = hooks({"run": [program, str(out), str(env)]})
    assert notify(given, PAYLOAD) == []
    assert json.loads(out.read_text(encoding="utf-8")) == PAYLOAD
    assert set(env.read_text(encoding="utf-8").splitlines()) == {
        "SEGTOOLS_WHAT=run",
        "SEGTOOLS_STATE=done",
        "SEGTOOLS_PROJECT=café",
        "SEGTOOLS_AS_OF=2024-09-29",
        "SEGTOOLS_RUN=/srv/run",
        "SEGTOOLS_PAGE=/srv/run/index.html",
        "SEGTOOLS_DECISION=segment",
    }


def test_a_program_that_reads_nothing_is_told_all_the_same(tmp_path):
    large = PAYLOAD | {"segments": ["x" * 1_000_000]}
    assert notify(hooks({"run": [script(tmp_path, "exit 0")]}), large) == []


def test_what_a_program_prints_is_not_among_our_results(tmp_path, capfd):
    assert notify(hooks({"run": [script(tmp_path, "echo loud")]}), PAYLOAD) == []
    assert capfd.readouterr().out == ""


def test_a_program_that_fails_is_a_warning_with_its_last_words(tmp_path):
    program = script(tmp_path, "echo first >&2; echo no room. >&2; exit 3")
    (warning,) = notify(hooks({"run": [program]}), PAYLOAD)
    assert "'hook.sh' ended with code 3 (no room)." in warning


def test_a_program_that_is_not_there_is_a_warning():
    (warning,) = notify(hooks({"run": ["no-such-program-here"]}), PAYLOAD)
    assert "there is no program 'no-such-program-here'." in warning


def test_a_file_that_is_no_program_is_a_warning(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("not to be run")
    (warning,) = notify(hooks({"run": [str(file)]}), PAYLOAD)
    assert "'notes.txt' cannot be started (Permission denied)." in warning


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path):
    alive, pipe = tmp_path / "alive", tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    # Whoever still runs of it holds the pipe open, and leaves a file in the end.
    body = f'exec 9>"{pipe}"; (sleep 5; touch "{alive}") & sleep 60'
    given = hooks({"run": [script(tmp_path, body)], "timeout": 0.5})
    (warning,) = notify(given, PAYLOAD)
    assert "'hook.sh' did not end within 0.5 seconds" in warning
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # all who could write are gone
    os.close(reader)
    assert not alive.exists()


def test_a_child_that_is_left_behind_does_not_hold_the_run_up(tmp_path):
    """It has the program's output, which nobody waits for, and ends with it."""
    program = script(tmp_path, "sleep 60 & echo well >&2; exit 0")
    assert notify(hooks({"run": [program], "timeout": 30}), PAYLOAD) == []


def test_of_a_program_that_complains_at_length_the_last_line_is_told(tmp_path):
    lines = "i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i + 1)); done"
    (warning,) = notify(hooks({"run": [script(tmp_path, f"{lines}; exit 1")]}), PAYLOAD)
    assert "'hook.sh' ended with code 1 (line 2999)." in warning


def test_a_folder_whose_name_is_no_unicode_is_told(listener, tmp_path):
    folder = os.fsdecode(b"/srv/\xe9")
    named = PAYLOAD | {"run": folder, "project": "\ud83d alone"}
    out, env = tmp_path / "out.json", tmp_path / "env"
    program = script(tmp_path, 'cat > "$1"; printf %s "$SEGTOOLS_RUN" > "$2"')
    given = hooks({"run": [program, str(out), str(env)]}, {"url": listener.url})
    assert notify(given, named) == []
    assert json.loads(out.read_bytes()) == named
    assert json.loads(listener.told[0][2]) == named
    assert env.read_bytes() == b"/srv/\xe9"


def test_what_cannot_be_written_as_json_is_a_warning_for_each_hook(listener):
    given = hooks({"run": ["true"]}, {"url": listener.url})
    warnings = notify(given, PAYLOAD | {"segments": [object()]})
    assert [w.partition(" must")[0] for w in warnings] == ["hooks.0", "hooks.1"]
    assert all("telling it broke off (TypeError)" in w for w in warnings)
    assert listener.told == []


def test_no_room_for_temporary_files_is_a_warning(monkeypatch):
    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    (warning,) = notify(hooks({"run": ["true"]}), PAYLOAD)
    assert "telling it broke off (No space left on device)." in warning


def test_one_hook_that_fails_does_not_keep_others_from_being_told(listener):
    given = hooks({"run": ["no-such-program-here"]}, {"url": listener.url})
    assert len(notify(given, PAYLOAD)) == 1
    assert len(listener.told) == 1


def test_a_hook_is_told_only_of_the_states_that_it_asks_for(listener):
    given = hooks({"url": listener.url, "when": ["failed"]})
    assert notify(given, PAYLOAD) == []
    assert listener.told == []
    notify(given, PAYLOAD | {"state": "failed"})
    assert len(listener.told) == 1


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"url": "chat.example/x"}, "hooks.0.url must be env:NAME or begin with https"),
        ({"url": "http://chat.example/x"}, "its scheme is 'http', which hides nothing"),
        (
            {"url": "https://a:b@chat.example/x"},
            "must hold no password, but one is wri",
        ),
        ({"url": "https://"}, "hooks.0.url must name a host"),
        ({"url": "https://[::1"}, "hooks.0.url must be a URL, but it cannot be read"),
        ({}, "A hook must have either run or url, but it has neither"),
        ({"url": "env:A", "run": ["a"]}, "either run or url, but it has both"),
        ({"run": [""]}, "hooks.0.run must begin with a program, but its name is empty"),
        (
            {"run": "notify me"},
            "hooks.0.run must be a valid list, but it is 'notify me'",
        ),
        (
            {"run": ["a"], "when": ["ended"]},
            "hooks.0.when.0 must be 'done' or 'failed'",
        ),
        (
            {"run": ["a"], "timeout": 0},
            "hooks.0.timeout must be greater than 0, but it",
        ),
        (
            {"run": ["a"], "wen": ["done"]},
            "'hooks.0.wen' is none. Did you mean 'when'?",
        ),
        ("notify", "hooks.0 must hold `key: value` lines, but it is 'notify'"),
    ],
)
def test_a_wrong_hook_is_one_sentence_before_anything_runs(block, sentence):
    with pytest.raises(ConfigError) as caught:
        hooks(block)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_hooks_that_are_no_list_are_refused():
    body = {"project": "p", "source": {"system": "sample"}, "hooks": {"run": ["a"]}}
    with pytest.raises(ConfigError, match=r"^hooks must be a list, but it is"):
        validate(body)


def test_a_program_is_looked_for_beside_the_configuration(tmp_path):
    file = tmp_path / "shop.yaml"
    lines = ["project: p", "source: {system: sample}", "hooks:"]
    lines += ["  - run: [./tell.sh, ./left-alone]", "  - run: [notify]"]
    file.write_text("\n".join(lines), encoding="utf-8")
    first, second = load_config(file).hooks
    assert first["run"] == [str(tmp_path.resolve() / "tell.sh"), "./left-alone"]
    assert second["run"] == ["notify"]


def test_the_page_on_hooks_says_what_the_code_does():
    page = (Path(__file__).parents[2] / "docs" / "hooks.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if "|" in line]
    keys = {row[0].strip("`"): row[1].strip("`") for row in rows if len(row) == 3}
    keys = {k: v for k, v in keys.items() if k in HookBlock.model_fields}
    assert list(keys) == list(HookBlock.model_fields)
    for name, field in HookBlock.model_fields.items():
        assert yaml.safe_load(keys[name]) == field.get_default(), name
    told = run_payload("done", {"project": "p"})
    named = {n for row in rows if len(row) == 2 for n in re.findall(r"`(\w+)`", row[0])}
    assert named == set(told)
    full = {"links": {"page": "p"}, "verdict": {"decision": "d"}}
    error = {"code": 1, "sentence": "s", "remedy": "r"}
    every = dict.fromkeys(told, "x") | full | {"error": error}
    assert set(re.findall(r"`(SEGTOOLS_\w+)`", page)) - {"SEGTOOLS_"} == {
        *variables(every)
    }


def test_a_variable_of_a_name_with_a_zero_byte_can_be_set():
    assert variables({"project": "a\0b"}) == {"SEGTOOLS_PROJECT": "ab"}


def test_a_run_with_other_hooks_is_the_same_run(tmp_path, monkeypatch):
    monkeypatch.setattr(start, "refuse_hopeless", lambda found: None)
    rows = "customer_id,ordered_at,amount\nann,2024-01-01,10\n"
    (tmp_path / "orders.csv").write_text(rows)
    source = {"system": "files", "orders": {"path": str(tmp_path / "orders.csv")}}
    body = {"project": "p", "timezone": "UTC", "source": source}
    hashes = []
    for number, more in enumerate([{}, {"hooks": [{"run": ["notify"]}]}, {"seed": 2}]):
        path = start.start_run(validate(body | more), tmp_path / f"run{number}")
        hashes.append(read_record(path / "run.json")["config_hash"])
    assert hashes[0] == hashes[1] != hashes[2]


def test_pages_say_only_how_many_hooks_there_are(tmp_path):
    config = validate(
        {
            "project": "p",
            "source": {"system": "sample"},
            "hooks": [{"url": "https://chat.example/s3cr3t"}],
        }
    )
    table = Stage("01_goals", tmp_path, config, {}).parameters()
    shown = table.set_index("parameter")["value"]["hooks"]
    assert shown == "1 given"
