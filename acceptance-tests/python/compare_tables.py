"""Compares what source-s3 made of files with what a reader of others finds in them, table by table.

Usage: compare_tables.py <data_format of the source's config> <folder of tables, a file each> <what discover printed> <what read printed>
The reader is the module of the format: `rows_of(path, data_format)` gives JSON values by the published table of values,
`schema_of(path)` the JSON schema, or None where none is published.
Prints {table: {"result": "equal" | "different" | "unreadable", "why": text, "rows": n}}: `unreadable` is what the other reader
cannot read either.
"""

import json
import sys
from collections import defaultdict
from importlib import import_module
from pathlib import Path

from json_text import AsText, Number, differs, parse

OURS = ("_ab_source_file_url", "_ab_source_file_last_modified")


def read_messages(discovered, read):
    schemas, rows = {}, defaultdict(list)
    with open(discovered, encoding="utf-8") as lines:
        for line in lines:
            message = json.loads(line)
            if message["type"] == "CATALOG":
                for stream in message["catalog"]["streams"]:
                    schemas[stream["name"]] = stream["json_schema"]["properties"]
    with open(read, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith('{"type":"RECORD"'):
                record = parse(line)["record"]
                rows[record["stream"]].append(record["data"])
    return schemas, rows


def without_ours(members):
    return {name: value for name, value in members.items() if name not in OURS}


def as_declared(properties, members):
    """What is declared a string and is none in the file goes out as the text of its JSON."""
    return {name: declared(properties.get(name, {}), value) for name, value in members.items()}


def declared(schema, value):
    kinds = schema.get("type", [])
    if "string" in kinds and not isinstance(value, (str, type(None))) and "object" not in kinds and "array" not in kinds:
        return AsText(value)
    if isinstance(value, Number) and kinds == ["null", "string"]:
        return AsText(value)
    if isinstance(value, list) and "items" in schema:
        return [declared(schema["items"], item) for item in value]
    if isinstance(value, dict) and "properties" in schema:
        return as_declared(schema["properties"], value)
    return value


def why_different(schema, rows, wanted_schema, wanted):
    if wanted_schema is not None:
        a, b = without_ours(schema), without_ours(wanted_schema)
        for name in b | a:
            if a.get(name) != b.get(name):
                return f"schema of {name!r}: {a.get(name)}, not {b.get(name)}"
    if len(rows) != len(wanted):
        return f"{len(rows)} rows, not {len(wanted)}"
    for index, (found, one) in enumerate(zip(rows, wanted)):
        why = differs(without_ours(found), as_declared(schema, without_ours(one)))
        if why is not None:
            return f"row {index}{why}"
    return ""


def compare(reader, path, data_format, schema, rows):
    try:
        wanted_schema = reader.schema_of(path)
        wanted = list(reader.rows_of(path, data_format))
    except Exception as error:  # A reader that fails proves nothing.
        return {"result": "unreadable", "why": f"{type(error).__name__}: {error}", "rows": len(rows)}
    why = why_different(schema, rows, wanted_schema, wanted)
    return {"result": "different" if why else "equal", "why": why, "rows": len(rows)}


def main():
    data_format = json.loads(sys.argv[1])
    reader = import_module(f"{data_format['format']}_values")
    schemas, rows = read_messages(*sys.argv[3:5])
    result = {}
    for table in sorted(Path(sys.argv[2]).iterdir()):
        [path] = [path for path in table.rglob("*") if path.is_file()]
        result[table.name] = compare(reader, path, data_format, schemas.get(table.name, {}), rows[table.name])
    print(json.dumps(result))


main()
