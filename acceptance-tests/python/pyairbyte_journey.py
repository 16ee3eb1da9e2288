"""Moves a table through PyAirbyte: source to its DuckDB cache, cache to a destination, source to a destination directly.

Usage: pyairbyte_journey.py <folder for its files>, with a JSON object on standard input:
{"source": {"executable", "config"}, "destinations": {name: {"executable", "cached", "direct"}}, "table": name}
`cached` and `direct` are configs of the destination, one for each way.
Prints {"types": {column: type}, "cached": n, "again": n, "seconds": {step: n}}.
"""

import json
import os
import sys
import time
from pathlib import Path

FOLDER = Path(sys.argv[1])
os.environ.update(
    AIRBYTE_OFFLINE_MODE="1",  # Else it asks the registry for a connector of that name.
    AIRBYTE_LOCAL_REGISTRY="0",
    AIRBYTE_LOGGING_ROOT=str(FOLDER / "logs"),
    NO_LIVE_PROGRESS="1",
    DO_NOT_TRACK="1",
)
os.chdir(FOLDER)
REPORT = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # What PyAirbyte says to people goes to stderr.

import airbyte  # noqa: E402
from airbyte.caches import DuckDBCache  # noqa: E402

plan = json.load(sys.stdin)
seconds = {}


def timed(step, work):
    begun = time.monotonic()
    result = work()
    seconds[step] = round(time.monotonic() - begun, 1)
    return result


def source():
    found = airbyte.get_source(
        "source-s3", config=plan["source"]["config"], local_executable=plan["source"]["executable"]
    )
    found.check()
    found.select_all_streams()
    return found


cache = DuckDBCache(db_path=FOLDER / "cache.duckdb", schema_name="lake")
read = timed("source to cache", lambda: source().read(cache=cache))
table = plan["table"]
again = timed("again, with PyAirbyte's state", lambda: source().read(cache=cache))
rows = cache.run_sql_query(f"SELECT column_name, data_type FROM information_schema.columns WHERE table_name = '{table}'")
types = {row["column_name"]: row["data_type"] for row in rows if not row["column_name"].startswith("_airbyte")}
for name, destination in plan["destinations"].items():
    target = airbyte.get_destination(name, config=destination["cached"], local_executable=destination["executable"])
    target.check()
    timed(f"cache to {name}", lambda: target.write(read))
    direct = airbyte.get_destination(name, config=destination["direct"], local_executable=destination["executable"])
    timed(f"source to {name}", lambda: direct.write(source(), cache=False, state_cache=False))
result = {"types": types, "cached": read.processed_records, "again": again.processed_records, "seconds": seconds}
print(json.dumps(result), file=REPORT, flush=True)
