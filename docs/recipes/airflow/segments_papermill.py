"""The segments of a month by Airflow's papermill operator: one task a notebook.

A stage that failed is retried alone; the stages before it stay. Kernels run in the
environment of Airflow's worker, so segtools must be installed there.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from itertools import pairwise

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Param

from segtools.bundled import bundled
from segtools.schema import STAGES

SEGMENTS = os.environ.get("SEGMENTS", "/srv/segments")
# The month that was asked for, else that in which the run is due.
AS_OF = "{{ params.as_of or dag_run.run_after.strftime('%Y-%m-01') }}"
RUNS = f"{SEGMENTS}/reports/my-shop"
RUN = f"{RUNS}/{AS_OF}"

with DAG(
    dag_id="segments_papermill",
    schedule="15 4 1 * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 1, "retry_delay": timedelta(minutes=30)},
    params={"as_of": Param("", type="string", pattern=r"^(\d{4}-\d\d-\d\d)?$")},
    tags=["segtools"],
) as dag:
    start = BashOperator(
        task_id="start",
        bash_command=(
            f"{sys.executable} start_month.py my-shop/segtools.yaml {RUNS} {AS_OF}"
            f" && mkdir -p {RUN}/notebooks"
        ),
        cwd=SEGMENTS,
        append_env=True,
    )
    stages = [
        PapermillOperator(
            task_id=stage,
            input_nb=str(bundled("notebooks") / f"{stage}.ipynb"),
            output_nb=f"{RUN}/notebooks/{stage}.ipynb",
            parameters={"run_dir": RUN},
            kernel_name="python3",
            language_name="python",
        )
        for stage in STAGES
    ]
    # The pages are ours to make; papermill only executes notebooks.
    pages = BashOperator(
        task_id="pages",
        bash_command=(
            f"{sys.executable} -m segtools.cli run my-shop/segtools.yaml"
            f" -p as_of={AS_OF} --out {RUN} --resume"
        ),
        cwd=SEGMENTS,
        append_env=True,
    )
    for before, after in pairwise([start, *stages, pages]):
        before >> after
