"""Copies tables in parts: spark-submit parts.py N.

Each of N Spark tasks pipes one number through part.sh, which writes that part of one run; the driver publishes the run. Every machine has
source-s3 and destination-s3-batch on its path, and the folder S3_PARTS_FOLDER with part.sh, source.json, destination.json and
catalog.json. Spark starts failed tasks again (spark.task.maxFailures), and may double slow ones (spark.speculation).
"""

import os
import subprocess
import sys
from datetime import datetime, timezone

from pyspark.sql import SparkSession

parts = int(sys.argv[1])
folder = os.environ["S3_PARTS_FOLDER"]
context = SparkSession.builder.appName("s3-parts").getOrCreate().sparkContext

passed = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or name.startswith("AWS_")}
env = {
    **passed,
    "S3_PARTS_FOLDER": folder,
    "SHARD_COUNT": str(parts),
    # The application is the run: its name stays the same when the driver is started again.
    "SYNC_RUN": context.applicationId,
    # All readers see the same files: those that were modified before this moment.
    "MODIFIED_BEFORE": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
}
context.parallelize(range(parts), parts).pipe(f"bash {folder}/part.sh", env=env, checkCode=True).count()

places = ["--config", f"{folder}/destination.json", "--catalog", f"{folder}/catalog.json"]
subprocess.run(["destination-s3-batch", "commit", *places, "--run", env["SYNC_RUN"]], env=env, check=True)
