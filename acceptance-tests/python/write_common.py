"""Writes one table with pandas, polars, DuckDB and Spark, each by its defaults, below a folder for each block of docs/how-to/coming-from.md.

Usage: write_common.py <folder to write to>
Prints, by the folder's name, the block that has the settings to read it.
"""

import datetime
import json
import sys
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
from local_spark import spark_session

target = Path(sys.argv[1])
VALUES = """VALUES (1, 'Zoë, "Z"', true, TIMESTAMP '2026-01-15 14:30:00.123456'), (2, '', false, NULL), (3, NULL, NULL, NULL)"""
names = ["Zoë, \"Z\"", "", None]
active = [True, False, None]
at = [datetime.datetime(2026, 1, 15, 14, 30, 0, 123456, datetime.timezone.utc), None, None]


def place(name):
    folder = target / name
    folder.mkdir(parents=True)
    return str(folder / "users.csv")


duckdb.execute(f"""COPY (SELECT * FROM ({VALUES}) AS t(id, name, active, "at")) TO '{place("duckdb")}' (HEADER)""")
pl.DataFrame({"id": [1, 2, 3], "name": names, "active": active, "at": [at[0].replace(tzinfo=None), None, None]}).write_csv(place("polars"))
# The integers of a column with a null are written as floating-point numbers.
pd.DataFrame({"id": [1, None, 3], "name": names, "active": active, "at": pd.to_datetime(at)}).to_csv(place("pandas"), index=False)

with spark_session() as session:
    table = session.sql(f"SELECT *, DATE '2026-01-15' AS day FROM {VALUES} AS t(id, name, active, at)").coalesce(1)
    for form in ("csv", "json", "parquet"):
        getattr(table.write.partitionBy("day"), form)(str(target / f"spark_{form}"))

blocks = {folder.name: folder.name for folder in target.iterdir()}
print(json.dumps({**blocks, "polars": "duckdb"}))
