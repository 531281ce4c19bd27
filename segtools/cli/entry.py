"""Run the command line: what a user did wrong becomes one sentence and a code."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

import typer

from segtools.cli.app import app, say
from segtools.schema import ConfigError, DataError, DisclosureError, parts_of_error

INTERRUPTED = 130
_INTERRUPTED = "Interrupted. Repeat the command; `segtools run` goes on with --resume."


def main() -> None:
    """Run the command line; a user's mistake is one sentence and an exit code."""
    from segtools.report.execution.errors import InterruptionError, StageError

    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = int(app(standalone_mode=False) or 0)
        if code == INTERRUPTED:  # typer has already caught the interruption
            raise KeyboardInterrupt
    except typer.Exit as error:
        code = error.exit_code
    except ConfigError as error:
        code = _fail(error, 2)
    except DataError as error:
        code = _fail(error, 3)
    except (DisclosureError, StageError) as error:
        code = _fail(error, 4)
    except (KeyboardInterrupt, typer.Abort):
        code = _fail(InterruptionError(_INTERRUPTED), INTERRUPTED)
    except Exception as error:
        code = _unforeseen(error)
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)


def _unforeseen(error: Exception) -> int:
    """Word what no command has words of its own for: memory, disks, mistyped words."""
    from segtools.report.execution.errors import OUT_OF_MEMORY, out_of_memory

    if type(error).__name__ == OUT_OF_MEMORY:
        return _fail(out_of_memory("The data"), 4)
    if isinstance(error, OSError) and (found := _storage(error)):
        return _fail(found, 2 if isinstance(found, ConfigError) else 4)
    return _usage(error)


def _storage(error: OSError) -> Exception | None:
    """Word what a disk refuses to a command that has no words of its own for it."""
    from segtools.report.execution.errors import storage_words

    where = Path(error.filename).parent if error.filename else Path.cwd()
    return storage_words(error, "A command", where)


def _usage(error: Exception) -> int:
    """Print a mistake on the command line itself as click words it."""
    show = getattr(error, "format_message", None)
    if show is None:
        raise error
    say(f"{show().rstrip('.')}. See `segtools --help`.")
    return 2


def _fail(error: BaseException, code: int) -> int:
    kind = type(error).__name__
    if "--json" in sys.argv:
        sentence, remedy = parts_of_error(str(error))
        body = {"code": code, "kind": kind, "sentence": sentence, "remedy": remedy}
        print(json.dumps({"error": body}))
    say(str(error))
    return code


def _interrupt(signum: int, frame: Any) -> None:
    raise KeyboardInterrupt
