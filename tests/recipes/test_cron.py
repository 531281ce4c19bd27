"""cron: the line is one that cron reads, and its command does what the page says."""

from __future__ import annotations

import json
import re

import pytest

from recipes.conftest import RECIPES

FIELDS = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
MONTH = "2031-02-01"  # as the played `date` says


def crontab() -> tuple[dict[str, str], list[str], str]:
    """Read variables, the five fields and the command as cron does."""
    lines = (RECIPES / "crontab").read_text("utf-8").splitlines()
    lines = [x for x in lines if x.strip() and not x.startswith("#")]
    variables = dict(x.split("=", 1) for x in lines if re.match(r"[A-Z]+=", x))
    (entry,) = [x for x in lines if not re.match(r"[A-Z]+=", x)]
    *fields, command = entry.split(None, 5)
    return variables, fields, command


def command_in(team) -> str:
    """Give the command, moved to the team's folder."""
    return crontab()[2].replace("/srv/segments", str(team.folder))


def test_the_line_is_one_that_cron_reads():
    variables, fields, command = crontab()
    for field, (low, high) in zip(fields, FIELDS, strict=True):
        if field != "*":
            assert all(low <= int(part) <= high for part in field.split(",")), field
    assert "%" not in command  # it would end the command
    assert variables["SHELL"] == "/bin/sh"
    assert variables["PATH"].startswith("/srv/segments/.venv/bin:")
    assert (RECIPES / "crontab").read_text("utf-8").endswith("\n")


def test_the_first_start_begins_the_month_and_mails_nothing(team):
    team.write("secrets.env", "export SHOP_DATABASE=postgresql://hidden\n")
    done = team.sh(command_in(team))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    run = f"reports/my-shop/{MONTH}"
    asked = f"run my-shop/segtools.yaml -p as_of={MONTH} --out {run}"
    assert team.calls() == [asked]
    assert (team.folder / "cron.log").read_text() == "progress\npage.html\n"
    seen = (team.folder / "seen.txt").read_text()
    assert seen == "secret is postgresql://hidden\n"


def test_a_failure_is_mailed_with_its_code_and_sentence(team):
    team.write("secrets.env", "")
    team.write("run.code", "3")
    done = team.sh(command_in(team))
    assert done.stdout == ("segtools ended with 3\nprogress\nThat is wrong. Do this.\n")


def test_a_folder_that_is_not_there_is_mailed(team):
    done = team.sh(crontab()[2].replace("/srv/segments", str(team.folder / "gone")))
    assert done.returncode != 0
    assert "gone" in done.stderr


@pytest.mark.parametrize(
    ("resume", "run", "code", "calls"),
    [
        ("0", "0", 0, 1),  # broken, continued; or done, and left alone
        ("4", "0", 4, 1),  # it broke again: the next start continues it
        ("3", "0", 3, 1),  # the data is not as it must be
        ("2", "0", 0, 2),  # the data has changed since: it begins anew
        ("2", "2", 2, 2),  # it is done with other data: it is not overwritten
        ("130", "0", 130, 1),
    ],
)
def test_a_later_start_continues_or_begins_anew(team, resume, run, code, calls):
    team.write("resume.code", resume)
    team.write("run.code", run)
    team.write("reports/my-shop/2024-09-01/run.json", "{}")
    words = "my-shop/segtools.yaml reports/my-shop 2024-09-01"
    done = team.sh(f"./monthly.sh {words}")
    assert done.returncode == code
    asked = team.calls()
    assert [c.endswith(" --resume") for c in asked] == [True, False][:calls]
    assert {c.removesuffix(" --resume") for c in asked} == {
        "run my-shop/segtools.yaml -p as_of=2024-09-01 --out reports/my-shop/2024-09-01"
    }


def test_names_with_blanks_reach_segtools_whole(team):
    (team.folder / "bin" / "segtools").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    done = team.sh('./monthly.sh "my shop.yaml" "all runs" 2024-09-01')
    assert done.stdout.splitlines() == [
        *("run", "my shop.yaml", "-p", "as_of=2024-09-01"),
        *("--out", "all runs/2024-09-01"),
    ]


def test_too_few_words_are_refused(team):
    done = team.sh("./monthly.sh my-shop/segtools.yaml")
    assert (done.returncode, team.calls()) == (2, [])
    assert "needs CONFIG and FOLDER, but was given 1." in done.stderr


@pytest.mark.slow
def test_the_line_makes_the_report_of_the_sample(real_team, ours):
    real_team.write("secrets.env", "export SHOP_DATABASE=unused\n")
    runs = "reports/my-shop"
    line = command_in(real_team).replace(runs, f"{runs} 2024-09-01", 1)  # has data
    done = real_team.sh(line, **ours)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    run = real_team.folder / runs / "2024-09-01"
    assert json.loads((run / "run.json").read_text("utf-8"))["state"] == "done"
    log = (real_team.folder / "cron.log").read_text("utf-8")
    assert log.endswith(f"{runs}/2024-09-01/index.html\n")
    before = (run / "segments.parquet").stat().st_mtime_ns
    again = real_team.sh(line, **ours)
    assert (again.returncode, again.stdout) == (0, "")
    assert (run / "segments.parquet").stat().st_mtime_ns == before
