"""Compares what source-s3 made of Parquet files with what pyarrow reads in them, table by table.

Usage: compare_parquet.py <folder of tables, a file each> <what discover printed> <what read printed>
Prints {table: {"result": "equal" | "different" | "unreadable", "why": text, "rows": n}}: `unreadable` is what pyarrow cannot
read either.
"""

import json
import math
import sys
from collections import defaultdict
from itertools import zip_longest
from pathlib import Path

from parquet_values import Float, Number, rows_of, schema_of

OURS = ("_ab_source_file_url", "_ab_source_file_last_modified")
MISSING = object()


def differs(found, wanted, path=""):
    """Where two JSON values differ, in words; None when they are equal."""
    if isinstance(wanted, Float):
        if not isinstance(found, Number):
            return f"{path}: {found!r}, not {wanted!r}"
        same = float(found) == wanted and math.copysign(1, float(found)) == math.copysign(1, wanted)
        return None if same else f"{path}: {found}, not {wanted!r}"
    if isinstance(wanted, dict) and isinstance(found, dict):
        if list(found) != list(wanted) and (set(found) != set(wanted)):
            return f"{path}: has {list(found)[:20]}, not {list(wanted)[:20]}"
        pairs = [(f"{path}.{key}", found[key], wanted[key]) for key in wanted]
    elif isinstance(wanted, list) and isinstance(found, list):
        pairs = [(f"{path}[{i}]", *pair) for i, pair in enumerate(zip_longest(found, wanted, fillvalue=MISSING))]
    else:
        same = found == wanted and type(found) is type(wanted)
        return None if same else f"{path}: {str(found)[:200]!r}, not {str(wanted)[:200]!r}"
    return next((why for where, a, b in pairs if (why := differs(a, b, where)) is not None), None)


def read_messages(path):
    schemas, rows = {}, defaultdict(list)
    number = {"parse_int": Number, "parse_float": Number}
    with open(path[0], encoding="utf-8") as lines:
        for line in lines:
            message = json.loads(line)
            if message["type"] == "CATALOG":
                for stream in message["catalog"]["streams"]:
                    schemas[stream["name"]] = stream["json_schema"]["properties"]
    with open(path[1], encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith('{"type":"RECORD"'):
                continue
            record = json.loads(line, **number)["record"]
            data = {name: value for name, value in record["data"].items() if name not in OURS}
            rows[record["stream"]].append(data)
    return schemas, rows


def compare(path, schema, rows):
    try:
        wanted_schema = schema_of(path)
        wanted = list(rows_of(path))
    except Exception as error:  # Whatever the other reader fails with, it is no witness.
        return {"result": "unreadable", "why": f"{type(error).__name__}: {error}", "rows": len(rows)}
    for name in OURS:
        wanted_schema.pop(name, None)
    wanted = [{name: value for name, value in row.items() if name not in OURS} for row in wanted]
    found_schema = {name: value for name, value in schema.items() if name not in OURS}
    if found_schema != wanted_schema:
        for name in wanted_schema | found_schema:
            a, b = found_schema.get(name), wanted_schema.get(name)
            if a != b:
                return {"result": "different", "why": f"schema of {name!r}: {a}, not {b}", "rows": len(rows)}
    if len(rows) != len(wanted):
        return {"result": "different", "why": f"{len(rows)} rows, not {len(wanted)}", "rows": len(rows)}
    for index, (a, b) in enumerate(zip(rows, wanted)):
        why = differs(a, b)
        if why is not None:
            return {"result": "different", "why": f"row {index}{why}", "rows": len(rows)}
    return {"result": "equal", "why": "", "rows": len(rows)}


def main():
    schemas, rows = read_messages(sys.argv[2:4])
    result = {}
    for table in sorted(Path(sys.argv[1]).iterdir()):
        [path] = [path for path in table.rglob("*") if path.is_file()]
        result[table.name] = compare(path, schemas.get(table.name, {}), rows[table.name])
    print(json.dumps(result))


main()
