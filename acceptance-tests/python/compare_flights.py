"""Compares flights as multisets by DuckDB: compare_flights.py <Parquet file> <folder of arrived files>.

The arrived files are gzipped JSON lines or Parquet, and may have more columns. Prints the number of rows; exits with 1 and
what differs.
"""

import sys
from pathlib import Path

import duckdb

COLUMNS = "date::TIMESTAMP AS date, delay::INT AS delay, distance::INT AS distance, origin, destination"
TYPES = "{date: 'VARCHAR', delay: 'BIGINT', distance: 'BIGINT', origin: 'VARCHAR', destination: 'VARCHAR'}"

sent, folder = sys.argv[1], Path(sys.argv[2])
if any(folder.rglob("*.parquet")):
    arrived = f"read_parquet('{folder}/**/*.parquet', hive_partitioning=false, union_by_name=true)"
else:
    arrived = f"read_json('{folder}/**/*.gz', format='newline_delimited', hive_partitioning=false, columns={TYPES})"

database = duckdb.connect()
database.execute(f"CREATE TABLE sent AS SELECT {COLUMNS} FROM read_parquet('{sent}')")
database.execute(f"CREATE TABLE arrived AS SELECT {COLUMNS} FROM {arrived}")
for one, other, what in (("sent", "arrived", "missing"), ("arrived", "sent", "too many")):
    difference = database.execute(f"SELECT * FROM {one} EXCEPT ALL SELECT * FROM {other} LIMIT 3").fetchall()
    if difference:
        sys.exit(f"rows are {what}, such as {difference}")
print(database.execute("SELECT count(*) FROM arrived").fetchone()[0])
