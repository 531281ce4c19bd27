"""One run of a batch, in a process of its own: ``python -m segtools.runs.one``.

What happens is told on stdout, one JSON object a line. The process ends itself like on
Ctrl-C when the batch that started it is gone: nobody would look after it any more.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from segtools.schema import parts_of_error

INTERRUPTED = 130


def main(words: list[str] | None = None) -> int:
    """Do one run and tell of it.

    Parameters
    ----------
    words : list of str, optional
        CONFIG, FOLDER and perhaps ``--again`` and ``--replace``; default the command
        line's.

    Returns
    -------
    int
        The exit code of ``segtools run``.
    """
    parser = argparse.ArgumentParser(prog="python -m segtools.runs.one")
    parser.add_argument("config", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--replace", action="store_true")
    asked = parser.parse_args(words)
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    told = _line_of_our_own()
    ended: dict[str, Any]
    try:
        ended = {"state": _run(asked, told), "code": 0}
    except KeyboardInterrupt:
        _deaf()
        ended = _outcome("Interrupted. Repeat the batch.", INTERRUPTED)
    except Exception as error:
        _deaf()
        ended = _failure(error)
    _tell(told, "ended", **ended)
    return int(ended["code"])


def _run(asked: argparse.Namespace, told: TextIO) -> str:
    from segtools.config import load_config
    from segtools.report.execution.carry_out import How, carry_out
    from segtools.runs.ending import ending

    config = load_config(asked.config)
    _tell(told, "started")

    def progress(stage: str, cell: int, cells: int) -> None:
        _tell(told, "cell", stage=stage, cell=cell, cells=cells)

    how = How(again=asked.again, replace=asked.replace)
    with ending(config, str(asked.folder), _to_log) as end:
        done = carry_out(config, end.folder, how, progress, end.begin)
        end.old = done.already
    return "already_done" if done.already else "done"


def _to_log(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _failure(error: Exception) -> dict[str, Any]:
    """Give an error its code and words; what nobody foresaw is traced in the log."""
    from segtools.report.execution.errors import OUT_OF_MEMORY, out_of_memory
    from segtools.report.execution.run import CODES, OWN

    if type(error).__name__ == OUT_OF_MEMORY:
        error = out_of_memory("The data")
    elif type(error).__name__ not in {*CODES, *OWN}:
        import traceback

        traceback.print_exc()
        return _outcome(
            f"A run must end by itself, but it stopped with {type(error).__name__}: "
            f"{str(error)[:300].rstrip('.')}. Look at its log.",
            4,
        )
    return _outcome(str(error), CODES.get(type(error).__name__, 4))


def _outcome(text: str, code: int) -> dict[str, Any]:
    state = "interrupted" if code == INTERRUPTED else "failed"
    sentence, remedy = parts_of_error(text)
    return {"state": state, "code": code, "sentence": sentence, "remedy": remedy}


def _line_of_our_own() -> TextIO:
    """Keep stdout to ourselves: whatever else prints goes to the log."""
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return own


def _tell(told: TextIO, event: str, **more: Any) -> None:
    try:
        print(json.dumps({"event": event} | more), file=told, flush=True)
    except BrokenPipeError:  # the batch is gone, and the watcher has noticed it
        return


def _end_with_parent() -> None:
    """Wait for the end of stdin, which the batch holds open as long as it lives."""
    while os.read(0, 1024):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


def _interrupt(signum: int, frame: Any) -> None:
    raise KeyboardInterrupt


def _deaf() -> None:
    """Let nothing interrupt what is said last."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
