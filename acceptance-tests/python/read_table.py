"""Reads all files of a table as one of the readers that people use reads them, each without help: types are those of the files.

Usage: read_table.py <duckdb|pyarrow|polars|clickhouse|spark> <parquet|json> <folder>
Prints {"version", "rows": [{column: value}]}: rows sorted, values as text that is the same whoever read them: numbers in their
shortest form, dates and times as ISO 8601 in UTC. Columns of folders are those that the reader itself finds, as text: polars finds
none of JSON lines. Exits with 1 where a file cannot be read.
"""

import datetime as dt
import gzip
import json
import os
import sys
from pathlib import Path

from local_spark import spark_session

os.environ["TZ"] = "UTC"
reader, form, folder = sys.argv[1:]
suffix = {"parquet": ".parquet", "json": ".gz"}[form]
paths = sorted(str(path) for path in Path(folder).rglob(f"*{suffix}"))
assert paths, folder


def text(value):
    if isinstance(value, dict):
        return {name: text(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [text(item) for item in value]
    if isinstance(value, dt.datetime):
        local = value.astimezone(dt.timezone.utc).replace(tzinfo=None) if value.tzinfo else value
        return local.isoformat(timespec="microseconds")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, bool) or value is None:
        return value
    return repr(value) if isinstance(value, (int, float)) else str(value)


def in_duckdb():
    import duckdb

    hive = "hive_partitioning = true, hive_types_autocast = false"
    read = {
        "parquet": f"read_parquet({paths}, union_by_name = true, {hive})",
        "json": f"read_json({paths}, format = 'newline_delimited', union_by_name = true, {hive})",
    }[form]
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    table = connection.execute(f"SELECT * FROM {read}")
    names = [column[0] for column in table.description]
    return duckdb.__version__, [dict(zip(names, row)) for row in table.fetchall()]


def in_pyarrow():
    import pyarrow as pa
    import pyarrow.json
    import pyarrow.parquet

    import pyarrow.dataset as ds

    read = {"parquet": lambda path: pa.parquet.ParquetFile(path).read(), "json": pyarrow.json.read_json}[form]
    folders = ds.partitioning(pa.schema([("kind", pa.string())]), flavor="hive")

    def whole(path):
        keys = ds.get_partition_keys(folders.parse(path))
        return [{**row, **keys} for row in read(path).to_pylist()]

    if form == "parquet":  # Of JSON it guesses types, of each file for itself.
        pa.concat_tables([read(path) for path in paths], promote_options="permissive")
    return pa.__version__, [row for path in paths for row in whole(path)]


def in_polars():
    import polars as pl

    if form == "parquet":
        frames = [pl.read_parquet(path, hive_partitioning=True) for path in paths]
    else:
        frames = [pl.read_ndjson(gzip.open(path).read(), infer_schema_length=None) for path in paths]
    return pl.__version__, pl.concat(frames, how="diagonal_relaxed").to_dicts()


def in_clickhouse():
    import chdb

    parts = []
    for path in paths:
        kind = {"parquet": "Parquet", "json": "JSONEachRow"}[form]
        quiet = "output_format_json_quote_64bit_integers = 0, output_format_json_named_tuples_as_objects = 1"
        utc = "session_timezone = 'UTC', date_time_output_format = 'iso'"
        settings = f"{quiet}, {utc}, use_hive_partitioning = 1, schema_inference_use_cache_for_file = 0, input_format_json_infer_incomplete_types_as_strings = 1"
        answer = chdb.query(f"SELECT * FROM file('{path}', '{kind}') SETTINGS {settings}", "JSONEachRow")
        parts += [json.loads(line) for line in str(answer).splitlines() if line]
    return chdb.__version__, parts


def in_spark():
    with spark_session() as session:
        base = session.read.option("basePath", folder)
        read = {"parquet": base.option("mergeSchema", "true").parquet, "json": base.json}[form]
        table = read(*paths) if form == "parquet" else read(paths)
        return session.version, [row.asDict(recursive=True) for row in table.collect()]


version, rows = {
    "duckdb": in_duckdb,
    "pyarrow": in_pyarrow,
    "polars": in_polars,
    "clickhouse": in_clickhouse,
    "spark": in_spark,
}[reader]()
rows = sorted((text(row) for row in rows), key=lambda row: json.dumps(row.get("id")))
print(json.dumps({"version": version, "rows": rows}))
