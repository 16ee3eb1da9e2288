"""Reads what destination-s3-batch has written with pyarrow: every Parquet file below a folder, as one table.

Usage: read_export.py <folder>
Prints {"schema": {column: type}, "codecs": [...], "rows": [...]}, rows by `big`; digits are kept as text.
"""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq


def text(value):
    if isinstance(value, dict):
        return {name: text(member) for name, member in value.items()}
    if isinstance(value, list):
        return [text(item) for item in value]
    return value if value is None or isinstance(value, (bool, str)) else str(value)


paths = sorted(Path(sys.argv[1]).rglob("*.parquet"))
files = [pq.ParquetFile(path) for path in paths]
schema = pa.unify_schemas([file.schema_arrow for file in files])
table = ds.dataset([str(path) for path in paths], schema=schema).to_table().sort_by("big")
codecs = set()
for file in files:
    for group in range(file.metadata.num_row_groups):
        for column in range(file.metadata.num_columns):
            codecs.add(file.metadata.row_group(group).column(column).compression)
print(
    json.dumps(
        {
            "schema": {field.name: str(field.type) for field in schema},
            "codecs": sorted(codecs),
            "rows": [text(row) for row in table.to_pylist()],
        }
    )
)
