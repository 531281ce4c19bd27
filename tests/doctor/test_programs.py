"""Java, fonts, Chromium and the driver: absent, too old, silent or broken."""

from __future__ import annotations

import importlib
import sys

import pytest

from segtools import chromium as browser
from segtools.ask import ask
from segtools.doctor import programs


def test_no_java_is_missing_with_its_commands(bin_of):
    bin_of()
    found = programs.java()
    assert (found.state, found.found, found.required) == ("missing", "not found", False)
    assert found.mend.debian == "sudo apt-get install openjdk-17-jre-headless"
    assert found.mend.macos == "brew install openjdk@17"


@pytest.mark.parametrize(
    ("said", "state", "shown"),
    [
        ('openjdk version "17.0.15" 2025-04-15', "ok", "17.0.15"),
        ('openjdk version "21" 2023-09-19', "ok", "21"),
        ('java version "1.8.0_392"', "wrong", "8.0_392, but Spark"),
        ('openjdk version "24.0.1" 2025-04-15', "wrong", "24.0.1, but Spark"),
        ("Error: no JVM", "wrong", "does not say its version: Error: no JVM"),
    ],
)
def test_java_is_judged_by_its_version(bin_of, said, state, shown):
    bin_of(java=f"echo '{said}' >&2")
    found = programs.java()
    assert found.state == state
    assert shown in found.found


def test_a_java_that_fails_is_wrong(bin_of):
    bin_of(java="exit 3")
    found = programs.java()
    assert (found.state, found.required) == ("wrong", False)
    assert found.found.endswith("it ended with 3")


def test_java_home_comes_before_the_path(bin_of, tmp_path, monkeypatch):
    bin_of(java="echo 'openjdk version \"17.0.15\"' >&2")
    assert programs.java().state == "ok"
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    found = programs.java()
    assert found.state == "missing"
    assert found.found == f"there is none in JAVA_HOME ({tmp_path / 'gone'})"


@pytest.mark.parametrize("look", [programs.sans, programs.cjk])
@pytest.mark.parametrize("there", [True, False])
def test_fonts_are_missing_with_or_without_fontconfig(bin_of, monkeypatch, look, there):
    monkeypatch.setattr(sys, "platform", "linux")
    bin_of(**({"fc-list": "true"} if there else {}))
    found = look()
    assert (found.state, found.required) == ("missing", False)
    assert ("fontconfig is not installed" in found.found) is not there
    assert found.mend.debian.startswith("sudo apt-get install fontconfig fonts-")
    assert found.mend.macos.startswith("brew install --cask font-")


def test_a_font_that_the_report_asks_for_is_found(bin_of, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    own = '[ "$1" = "Liberation Sans" ] && echo "Liberation Sans,Arimo" || true'
    bin_of(**{"fc-list": own})
    found = programs.sans()
    assert (found.state, found.found) == ("ok", "Liberation Sans")
    assert programs.cjk().state == "missing"


@pytest.mark.parametrize(
    ("there", "state", "said"),
    [
        (("ko",), "missing", "no font has the signs of Chinese and Japanese"),
        (("zh-cn", "ja"), "missing", "no font has the signs of Korean"),
        (
            (),
            "missing",
            "no font has the signs of Chinese and Japanese and Korean",
        ),
        (("zh-cn", "ja", "ko"), "ok", "Font zh-cn, Font ja, Font ko"),
    ],
)
def test_signs_of_all_three_are_needed(bin_of, monkeypatch, there, state, said):
    monkeypatch.setattr(sys, "platform", "linux")
    lines = [f'[ "$1" = ":lang={code}" ] && echo "Font {code},Other"' for code in there]
    bin_of(**{"fc-list": "\n".join([*lines, "true"])})
    found = programs.cjk()
    assert (found.state, found.found) == (state, said)
    assert programs.sans().state == "missing"


def test_one_font_with_the_signs_of_all_three_is_named_once(bin_of, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    bin_of(**{"fc-list": 'case "$1" in :lang=*) echo "Noto Sans CJK";; esac'})
    assert programs.cjk().found == "Noto Sans CJK"


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_systems_with_fonts_of_their_own_are_not_asked(bin_of, monkeypatch, platform):
    bin_of()
    monkeypatch.setattr(sys, "platform", platform)
    assert programs.sans().state == programs.cjk().state == "ok"


def test_the_report_asks_for_the_fonts_that_are_looked_for():
    from segtools.report import templating

    style = templating.__file__.replace("templating.py", "templates/css/base.css")
    with open(style, encoding="utf-8") as file:
        asked = " ".join(file.read().partition("--sans:")[2].partition(";")[0].split())
    asked = [name.strip(' "') for name in asked.split(",")]
    assert set(programs.SANS) - {"DejaVu Sans"} <= set(asked)


def test_no_chromium_is_missing_with_its_commands(bin_of, monkeypatch):
    monkeypatch.setattr(browser, "NAMES", browser.NAMES[:4])
    bin_of()
    found = programs.chromium()
    assert (found.state, found.required) == ("missing", False)
    assert found.mend.debian == "sudo apt-get install chromium"


def test_a_chromium_that_does_not_start_is_wrong(bin_of):
    version = '[ "$1" = --version ] && echo "Chromium 140.0.1 on Debian" && exit 0'
    bin_of(chromium=f"{version}\necho 'no libnss3.so' >&2\nexit 127")
    found = programs.chromium()
    assert (found.state, found.required) == ("wrong", False)
    assert found.found == (
        "Chromium 140.0.1 on Debian, but it does not start: no libnss3.so"
    )


def test_a_chromium_that_starts_is_ok_whatever_its_script_complains_of(bin_of):
    bin_of(
        chromium='[ "$1" = --version ] && echo "line 9: [: 2: odd" >&2 && '
        'echo "Chromium 140.0.1" && exit 0\necho "<html></html>"'
    )
    found = programs.chromium()
    assert (found.state, found.found) == ("ok", "Chromium 140.0.1, starts")


def test_chromium_is_kept_from_networks_and_from_the_users_profile(bin_of, tmp_path):
    bin_of(chromium=f'echo "$@" >> {tmp_path}/asked; echo "Chromium 1.2.3 <html>"')
    assert programs.chromium().state == "ok"
    asked = (tmp_path / "asked").read_text()
    assert "--disable-background-networking" in asked
    assert "--user-data-dir=" in asked
    assert "about:blank" in asked


def test_a_driver_that_is_not_installed_is_missing(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    found = programs.driver()
    assert (found.state, found.found) == ("missing", "psycopg is not installed")
    assert "psycopg[binary]" in found.mend.pip


def test_a_driver_without_its_library_is_wrong(monkeypatch):
    def broken(name: str) -> None:
        raise ImportError("no pq wrapper available.\n- libpq library not found")

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(importlib, "import_module", broken)
    found = programs.driver()
    assert (found.state, found.required) == ("wrong", False)
    assert found.found == "psycopg cannot be loaded: no pq wrapper available."


def test_who_gives_no_answer_is_not_waited_for(bin_of):
    bin_of(slow="exec /bin/sleep 60")
    answer = ask(["slow"], seconds=0.5)
    assert not answer.well
    assert answer.text == "it gave no answer within 0.5 s"


def test_an_answer_that_is_no_text_is_borne(bin_of):
    bin_of(odd="printf '\\377\\376ok'")
    assert ask(["odd"]).text.endswith("ok")
