"""Try what every run does: start a kernel, and have the engine spill to disk."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from segtools.doctor.finding import Finding, Mend, pip_install

LONGEST = 107  # of a socket's path, in bytes; the system's limit
_PATIENCE = 120  # seconds for a kernel to start on a machine that is busy
_CELL = "import segtools\nprint(6 * 7)"
_ROWS = 2_500_000


def kernel() -> Finding:
    """Start a kernel as a run does, and have it execute one cell."""
    purpose = "every stage"
    mend = Mend(pip=pip_install("--force-reinstall", "ipykernel", "papermill"))
    with tempfile.TemporaryDirectory(prefix="segtools-doctor-") as folder:
        if len(str(Path(folder) / "segtools-kernel-xxxxxxxx" / "socket-5")) > LONGEST:
            found = f"the path of the temporary folder is too long: {folder}"
            short = Mend(shell="export TMPDIR=/tmp")
            return Finding("kernel", "wrong", found, True, purpose, short)
        try:
            said = _one_cell(Path(folder))
        except Exception as error:  # whatever a kernel may die of
            found = f"{type(error).__name__}: {_last(str(error))}"
            return Finding("kernel", "wrong", found, True, purpose, mend)
    if said != "42":
        found = f"6 * 7 should give 42, but it gave {said[:60]!r}"
        return Finding("kernel", "wrong", found, True, purpose, mend)
    return Finding("kernel", "ok", "starts, and runs a cell", True)


def _one_cell(folder: Path) -> str:
    """Execute one cell in a kernel of its own; give what it printed."""
    from jupyter_core.utils import run_sync

    from segtools.report.execution.kernel import Kernels

    printed: list[str] = []

    def heard(message: dict[str, Any]) -> None:
        printed.append(message["content"].get("text", ""))

    with Kernels(folder) as kernels:
        client = kernels.next(last=True).client()
        client.start_channels()
        run_sync(client.wait_for_ready)(timeout=_PATIENCE)
        reply = run_sync(client.execute_interactive)(
            _CELL, output_hook=heard, timeout=_PATIENCE
        )
    content = reply["content"]
    if content["status"] != "ok":
        raise RuntimeError(f"{content['ename']}: {content['evalue']}")
    return "".join(printed).strip()


def engine() -> Finding:
    """Have DuckDB make a table that its memory does not hold."""
    purpose = "every stage"
    mend = Mend(pip=pip_install("--force-reinstall", "duckdb"))
    with tempfile.TemporaryDirectory(prefix="segtools-doctor-") as folder:
        try:
            total, spilled = _spill(Path(folder))
        except Exception as error:  # whatever the engine may say
            found = f"{type(error).__name__}: {_last(str(error))}"
            return Finding("duckdb", "wrong", found, True, purpose, mend)
    if total != _ROWS * (_ROWS - 1) // 2:
        found = f"it adds up wrongly: {total}"
        return Finding("duckdb", "wrong", found, True, purpose, mend)
    if not spilled:
        found = "it works, but does not spill to disk"
        return Finding("duckdb", "wrong", found, True, purpose, mend)
    return Finding("duckdb", "ok", f"works, and spilled {spilled / 1e6:,.0f} MB", True)


def _spill(folder: Path) -> tuple[int, int]:
    """Give the sum of a table's numbers, and how many bytes of it went to disk."""
    from segtools.sources import connect

    con = connect(folder, memory_limit="64MB")
    try:
        made = f"SELECT range AS i, md5(range::TEXT) AS h FROM range({_ROWS})"
        con.raw_sql(f"CREATE TABLE made AS {made}")
        spilled = con.raw_sql("SELECT sum(size) FROM duckdb_temporary_files()")
        size = int(spilled.fetchone()[0] or 0)
        total = con.raw_sql("SELECT sum(i) FROM made WHERE length(h) = 32")
        return int(total.fetchone()[0]), size
    finally:
        con.disconnect()


def _last(text: str) -> str:
    """Give the last line that says something: what an error says in the end."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:160] if lines else "no more was said"
