"""The same tables in DuckDB, PostgreSQL and Spark; engines start once a process."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sources.postgres import programs, running

ENGINES = ("duckdb", "postgres", "spark")
# What pyspark 4.0 does, and what Python 3.11 and pandas 3 say to it.
SPARK_WARNINGS = (
    "ignore:The copy keyword is deprecated",
    "ignore:unclosed <socket:ResourceWarning",
    "ignore:Exception ignored in. <socket",
)
_NUMBERS = count()
_VARIABLE = "SEGTOOLS_ENGINES_DB"


def why_not(engine: str) -> str:
    """Say what is missing for an engine; nothing where all is there."""
    if engine == "postgres" and not programs():
        return "PostgreSQL's initdb is not installed"
    if engine == "spark" and not find_spec("pyspark"):
        return "pyspark is not installed"
    if engine == "spark" and not _java():
        return "Java 17 or later is not installed"
    return ""


def need_engine(engine: str) -> None:
    """Skip without an engine, but fail in CI, where it must be there."""
    reason = why_not(engine)
    if reason and os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, but CI must have it")
    if reason:
        pytest.skip(reason)


def load(engine: str, tables: dict[str, pa.Table]) -> dict[str, ir.Table]:
    """Put tables into an engine, each under a name of its own."""
    need_engine(engine)
    put = {"duckdb": _into_duckdb, "postgres": _into_postgres, "spark": _into_spark}
    return {
        name: put[engine](f"{name}_{next(_NUMBERS)}", table)
        for name, table in tables.items()
    }


def run_text(engine: str, query: str, table) -> pd.DataFrame:
    """Run a query's text in an engine, past everything that Ibis does for it."""
    con = table.get_backend()
    if engine == "spark":
        return spark_session().sql(query).toPandas()
    if engine == "duckdb":
        return con.con.execute(query).df()
    with con.con.cursor() as cursor:
        cursor.execute(query)
        return pd.DataFrame(
            cursor.fetchall(), columns=[c.name for c in cursor.description]
        )


def _into_duckdb(name: str, table: pa.Table) -> ir.Table:
    return _duckdb().create_table(name, ibis.memtable(table))


def _into_postgres(name: str, table: pa.Table) -> ir.Table:
    return _postgres().create_table(name, table, temp=True)


def _into_spark(name: str, table: pa.Table) -> ir.Table:
    # As a user's data lies: a Parquet file. Frames of pandas 3 are a way into trouble.
    path = _folder() / f"{name}.parquet"
    pq.write_table(table, path)
    return _spark().read_parquet(path, table_name=name)


def _java() -> bool:
    """Say whether there is a Java that Spark 4 runs on."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if program is None:
        return False
    told = subprocess.run([program, "-version"], capture_output=True, text=True)
    found = re.search(r'version "(\d+)', told.stderr)
    return found is not None and int(found[1]) >= 17


@cache
def spark_session() -> Any:
    """Start Spark in this process: on loopback, without pages, with little ado."""
    from pyspark.sql import SparkSession

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    options = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        # The tests are over before the better of Java's two compilers would pay.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.adaptive.enabled": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.warehouse.dir": str(_folder() / "warehouse"),
        "spark.local.dir": str(_folder() / "local"),
    }
    builder = SparkSession.builder.master("local[2]").appName("segtools")
    for key, value in options.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    atexit.register(session.stop)
    return session


@cache
def _spark() -> ibis.BaseBackend:
    return ibis.pyspark.connect(spark_session())


@cache
def _duckdb() -> ibis.BaseBackend:
    return ibis.duckdb.connect()


@cache
def _postgres() -> ibis.BaseBackend:
    from segtools.sources.database.postgres import connect

    return connect(_server_url(), _VARIABLE, 60)


@cache
def _server_url() -> str:
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(running("-c jit=off")).url()


@cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="segtools-engines-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
