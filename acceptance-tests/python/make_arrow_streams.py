"""Writes tables as Arrow streams, for writers that take those: make_arrow_streams.py <folder>/<scalars | nanoseconds | nested>.arrows…"""

import sys
from pathlib import Path

import pyarrow as pa

import arrow_tables

for path in sys.argv[1:]:
    table = getattr(arrow_tables, Path(path).stem)()
    with pa.ipc.new_stream(path, table.schema) as stream:
        stream.write_table(table)
