"""Parses the statements of `ddl` for Athena with sqlglot, and adds to each table what pyarrow finds in its files.

Usage: parse_ddl.py <folder with a copy of the bucket>   (the statements on stdin)
Prints [{"table", "columns", "partitions", "format", "serde", "location", "properties", "files": {key: columns}}]. Columns are
{name: type}; `files` has each file by its key: Parquet files with their types in Athena's words, all others as null.
"""

import json
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot
from sqlglot import exp

SCALARS = [
    (pa.types.is_boolean, "BOOLEAN"),
    (pa.types.is_int64, "BIGINT"),
    (pa.types.is_float64, "DOUBLE"),
    (pa.types.is_string, "STRING"),
    (pa.types.is_date32, "DATE"),
    (pa.types.is_timestamp, "TIMESTAMP"),
    (pa.types.is_time64, "BIGINT"),
]


def athena_type(found):
    if pa.types.is_list(found):
        return f"ARRAY<{athena_type(found.value_type)}>"
    if pa.types.is_struct(found):
        return f"STRUCT<{', '.join(f'{field.name}: {athena_type(field.type)}' for field in found)}>"
    return next(name for is_one, name in SCALARS if is_one(found))


def parsed_type(kind):
    """As athena_type says it: a member's name without quotes."""
    if kind.this == exp.DataType.Type.ARRAY:
        return f"ARRAY<{parsed_type(kind.expressions[0])}>"
    if kind.this == exp.DataType.Type.STRUCT:
        return f"STRUCT<{', '.join(f'{member.name}: {parsed_type(member.kind)}' for member in kind.expressions)}>"
    return {"TEXT": "STRING", "VARCHAR": "STRING"}.get(kind.this.value, kind.this.value)


def described(statement, root):
    assert isinstance(statement, exp.Create) and statement.kind == "TABLE", repr(statement)
    schema = statement.this
    location = statement.find(exp.LocationProperty).this.name
    partitions = statement.find(exp.PartitionedByProperty).this.expressions
    file_format = statement.find(exp.FileFormatProperty)
    serde = statement.find(exp.RowFormatSerdeProperty)
    folder = Path(root) / location.removeprefix("s3://").split("/", 1)[1]
    files = {}
    for path in sorted(folder.rglob("*.*")):
        is_parquet = path.suffix == ".parquet"
        found = {field.name: athena_type(field.type) for field in pq.read_schema(path)} if is_parquet else None
        files[str(path.relative_to(root))] = found
    return {
        "table": schema.this.name,
        "columns": {column.name: parsed_type(column.kind) for column in schema.expressions},
        "partitions": {column.name: parsed_type(column.kind) for column in partitions},
        "format": file_format and file_format.this.name,
        "serde": serde and serde.this.name,
        "location": location,
        "properties": {
            one.this.name: one.args["value"].name
            for one in statement.args["properties"].expressions
            if type(one) is exp.Property
        },
        "files": files,
    }


print(json.dumps([described(one, sys.argv[1]) for one in sqlglot.parse(sys.stdin.read(), dialect="athena") if one]))
