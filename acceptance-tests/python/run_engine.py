"""Runs the statements of `ddl` in an engine, and then queries on what they made.

Usage: run_engine.py <duckdb|clickhouse|spark>   ({"statements": [...], "queries": [...], "environment": {...}} on stdin)
Prints {"version", "answers": [[[value]]]}: rows of each query, values as JSON. Exits with 1 and the engine's reason for a statement
or a query that it refuses.
"""

import json
import os
import sys
import tempfile

os.environ["TZ"] = "UTC"
engine = sys.argv[1]
given = json.load(sys.stdin)
os.environ.update(given["environment"])  # Where an engine looks for its access key.


def refused(sql, error):
    sys.exit(f"{engine} refuses\n{sql[:4000]}\n{str(error)[:3000]}")


def attempt(run, sql):
    try:
        return run(sql)
    except Exception as error:  # noqa: BLE001: whatever an engine raises is its reason
        refused(sql, error)


def in_duckdb():
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return duckdb.__version__, lambda sql: connection.execute(sql).fetchall()


def in_clickhouse():
    import chdb
    from chdb import session

    own = session.Session()

    def run(sql):
        answer = own.query(sql, "JSONCompactEachRow")
        return [json.loads(line) for line in str(answer).splitlines() if line]

    run("SET output_format_json_quote_64bit_integers = 0, session_timezone = 'UTC'")
    return chdb.__version__, run


def in_spark(work):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "1g",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": f"{work}/warehouse",
        "spark.sql.shuffle.partitions": "1",
        "spark.log.level": "ERROR",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    return spark.version, lambda sql: [list(row) for row in spark.sql(sql).collect()]


def plain(value):
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if isinstance(value, (bool, int, float, str)) or value is None else str(value)


with tempfile.TemporaryDirectory() as work:
    version, run = {"duckdb": in_duckdb, "clickhouse": in_clickhouse, "spark": lambda: in_spark(work)}[engine]()
    for statement in given["statements"]:
        attempt(run, statement)
    answers = [plain(attempt(run, query)) for query in given["queries"]]
print(json.dumps({"version": version, "answers": answers}, default=str))
