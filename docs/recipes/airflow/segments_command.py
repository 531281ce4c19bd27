"""The segments of a month by our command: one task, which resumes when retried.

Put it into Airflow's folder of DAGs. The folder SEGMENTS holds monthly.sh, the
configuration and an environment with segtools, which need not be that of Airflow.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Param

SEGMENTS = os.environ.get("SEGMENTS", "/srv/segments")
# The month that was asked for, else that in which the run is due.
AS_OF = "{{ params.as_of or dag_run.run_after.strftime('%Y-%m-01') }}"

with DAG(
    dag_id="segments_command",
    schedule="15 4 1 * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=30)},
    params={"as_of": Param("", type="string", pattern=r"^(\d{4}-\d\d-\d\d)?$")},
    tags=["segtools"],
) as dag:
    BashOperator(
        task_id="run",
        bash_command=(
            'PATH="$PWD/.venv/bin:$PATH"; export PATH; '
            f"exec sh ./monthly.sh my-shop/segtools.yaml reports/my-shop {AS_OF}"
        ),
        cwd=SEGMENTS,
        # Secrets reach segtools as variables of the worker's environment.
        append_env=True,
        # The last line, the report's path, is what later tasks get (XCom).
        do_xcom_push=True,
    )
