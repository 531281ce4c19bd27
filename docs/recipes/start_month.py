"""Make a month's run ready for papermill, and print its folder.

    python start_month.py CONFIG FOLDER AS_OF

It looks at the data, refuses what no run is possible on, and writes `run.json`. The six
notebooks then need nothing but the parameter `run_dir`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from segtools import ConfigError, DataError, load_config
from segtools.report.execution.start import start_run


def main() -> int:
    """Start the run; a mistake is one sentence and the exit code of segtools."""
    config, folder, as_of = sys.argv[1:]
    try:
        run = start_run(load_config(config, {"as_of": as_of}), Path(folder) / as_of)
    except (ConfigError, DataError) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, ConfigError) else 3
    print(run.resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
