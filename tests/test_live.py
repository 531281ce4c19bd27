"""Whether somebody sits before a notebook is asked of the session, never guessed."""

import sys
from types import SimpleNamespace

import pytest

from segtools.live import SESSION, VARIABLE, asked, is_live, shell, unattended


@pytest.fixture
def kernel(monkeypatch):
    """A process that looks like a kernel."""
    found = SimpleNamespace(kernel=object(), execution_count=1)
    monkeypatch.setitem(
        sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: found)
    )
    monkeypatch.delenv(SESSION, raising=False)
    monkeypatch.delenv(VARIABLE, raising=False)
    return found


def test_a_program_that_a_notebook_starts_is_no_notebook(monkeypatch):
    monkeypatch.setenv(SESSION, "a.ipynb")
    monkeypatch.setenv(VARIABLE, "1")
    assert shell() is None
    assert not is_live()


def test_ipython_at_a_terminal_is_no_notebook(kernel, monkeypatch):
    monkeypatch.setenv(SESSION, "a.ipynb")
    kernel.kernel = None
    assert not is_live()


def test_a_kernel_is_live_if_a_session_started_it(kernel, monkeypatch):
    assert not is_live()
    monkeypatch.setenv(SESSION, "a.ipynb")
    assert is_live()


@pytest.mark.parametrize(("said", "session", "live"), [
    ("1", "", True),
    ("yes", "", True),
    ("0", "a.ipynb", False),
    ("OFF", "a.ipynb", False),
    ("perhaps", "a.ipynb", True),
    ("perhaps", "", False),
])  # fmt: skip
def test_the_user_has_the_last_word(kernel, monkeypatch, said, session, live):
    monkeypatch.setenv(VARIABLE, said)
    monkeypatch.setenv(SESSION, session)
    assert is_live() is live


def test_a_switch_says_yes_no_or_nothing(monkeypatch):
    for said, found in {" True ": True, "off": False, "2": None, "": None}.items():
        monkeypatch.setenv("SEGTOOLS_SWITCH", said)
        assert asked("SEGTOOLS_SWITCH") is found


def test_a_run_takes_nothing_live_along_not_even_where_it_was_asked_for():
    around = {SESSION: "a.ipynb", VARIABLE: "1", "PATH": "/bin"}
    assert unattended(around) == {"PATH": "/bin", VARIABLE: "0"}
    assert around[SESSION] == "a.ipynb"
