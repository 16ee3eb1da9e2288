"""Reads what destination-s3-batch has written with pyarrow: every Parquet file below a folder, as one table.

Usage: read_export.py <folder>
Prints {"schema": {column: type}, "required": [...], "leaves": {path: form}, "codecs": [...], "statistics": {path: ...},
"rows": [...]}. Leaves are those of the first file that has them, as "PHYSICAL logical definition/repetition levels"; statistics
are [least, most, nulls] over all row groups; rows go by `big`; digits are kept as text.
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


def required(field, path=""):
    """The paths of all fields, at any level, that may not be null."""
    here = f"{path}{field.name}"
    members = [field.type.value_field] if pa.types.is_list(field.type) else []
    members += list(field.type) if pa.types.is_struct(field.type) else []
    return ([] if field.nullable else [here]) + [found for one in members for found in required(one, f"{here}.")]


def form(leaf):
    logical = json.loads(leaf.logical_type.to_json())
    kind = logical["Type"]
    if kind in ("Timestamp", "Time"):
        kind += f"({logical['timeUnit']}, {'UTC' if logical['isAdjustedToUTC'] else 'local'})"
    return f"{leaf.physical_type} {kind} {leaf.max_definition_level}/{leaf.max_repetition_level}"


def statistics_of(files):
    found = {}
    for file in files:
        for group in range(file.metadata.num_row_groups):
            for number in range(file.metadata.num_columns):
                column = file.metadata.row_group(group).column(number)
                one = column.statistics
                least, most, nulls = found.get(column.path_in_schema, (None, None, 0))
                assert one is not None and one.has_null_count, column.path_in_schema
                if one.has_min_max:
                    least = one.min if least is None else min(least, one.min)
                    most = one.max if most is None else max(most, one.max)
                found[column.path_in_schema] = (least, most, nulls + one.null_count)
    return found


paths = sorted(Path(sys.argv[1]).rglob("*.parquet"))
files = [pq.ParquetFile(path) for path in paths]
schema = pa.unify_schemas([file.schema_arrow for file in files])
table = ds.dataset([str(path) for path in paths], schema=schema).to_table().sort_by("big")
codecs = set()
leaves = {}
for file in files:
    for number in range(file.metadata.num_columns):
        leaf = file.schema.column(number)
        leaves.setdefault(leaf.path, form(leaf))
        for group in range(file.metadata.num_row_groups):
            codecs.add(file.metadata.row_group(group).column(number).compression)
print(
    json.dumps(
        {
            "schema": {field.name: str(field.type) for field in schema},
            "required": [found for file in files for field in file.schema_arrow for found in required(field)],
            "leaves": leaves,
            "codecs": sorted(codecs),
            "statistics": text({path: list(found) for path, found in statistics_of(files).items()}),
            "rows": [text(row) for row in table.to_pylist()],
        }
    )
)
