"""Prints a Parquet file of so many flights: make_file.py <rows>."""

import datetime
import sys

import pyarrow as pa
import pyarrow.parquet as pq

rows = int(sys.argv[1])
table = pa.table(
    {
        "date": pa.array([datetime.datetime(2001, 1, 1)] * rows, pa.timestamp("ms")),
        "delay": pa.array(range(rows), pa.int16()),
        "distance": pa.array(range(rows), pa.int16()),
        "origin": pa.array(["AAA"] * rows),
        "destination": pa.array(["BBB"] * rows),
    }
)
sink = pa.BufferOutputStream()
pq.write_table(table, sink)
sys.stdout.buffer.write(sink.getvalue().to_pybytes())
