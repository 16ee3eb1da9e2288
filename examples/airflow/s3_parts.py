"""Copies tables in parts: mapped tasks write the parts of one run, and a last task publishes it.

The folder S3_PARTS_FOLDER has source.json, destination.json and catalog.json. source-s3 and destination-s3-batch are on the path of the
workers. S3_PARTS is the number of parts.
"""

import json
import os
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path

import pendulum
from airflow.sdk import dag, task

FOLDER = Path(os.environ.get("S3_PARTS_FOLDER", "/opt/s3-parts"))
PARTS = int(os.environ.get("S3_PARTS", "64"))
RETRIES = {"retries": 3, "retry_delay": timedelta(seconds=int(os.environ.get("S3_PARTS_RETRY_SECONDS", "60")))}

# The destination decides whether the part is done, so there is no pipefail.
WRITE = """
source-s3 read --config "$SOURCE" --catalog catalog.json |
  destination-s3-batch write --config destination.json --catalog catalog.json
"""
COMMIT = 'destination-s3-batch commit --config destination.json --catalog catalog.json --run "$SYNC_RUN"'


def run(script: str, dag_run, **variables: str) -> None:
    """All tasks of a DAG run, and their retries, belong to one run of the destination: the run id is its name."""
    env = {**os.environ, "SYNC_RUN": dag_run.run_id, **variables}
    subprocess.run(["bash", "-c", script], env=env, cwd=FOLDER, check=True)


@dag(schedule="@daily", start_date=pendulum.datetime(2026, 1, 1), catchup=False, max_active_runs=1)
def s3_parts():
    @task(**RETRIES, max_active_tis_per_dagrun=16)
    def part(index: int, dag_run=None) -> None:
        with tempfile.TemporaryDirectory() as place:
            source = json.loads((FOLDER / "source.json").read_text())
            # All readers see the same files, also in a retry: those that were modified before the run was due.
            source["modified_before"] = dag_run.run_after.isoformat()
            path = Path(place, "source.json")
            path.write_text(json.dumps(source))
            run(WRITE, dag_run, SOURCE=str(path), SHARD_INDEX=str(index), SHARD_COUNT=str(PARTS))

    @task(**RETRIES)
    def commit(dag_run=None) -> None:
        run(COMMIT, dag_run)

    part.expand(index=list(range(PARTS))) >> commit()


s3_parts()
