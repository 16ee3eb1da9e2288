"""Compares what source-s3 printed with what Python's csv module reads in its strict mode.

Usage: compare_csv.py <file>… < lines of the source
A stream bears the name of its file without its extension. An empty field is null, since that is the source's default.
Prints {"files": n, "rows": n}; exits with 1 and what differs.
"""

import csv
import json
import sys
from pathlib import Path

csv.field_size_limit(1 << 30)
sent = {}
for line in sys.stdin.buffer.read().split(b"\n"):
    if line.startswith(b'{"type":"RECORD"'):
        record = json.loads(line)["record"]
        data = record["data"]
        if not data.pop("_ab_source_file_url") or not data.pop("_ab_source_file_last_modified"):
            sys.exit(f"{record['stream']}: a row does not say which file it is from")
        sent.setdefault(record["stream"], []).append(data)

rows = 0
for path in map(Path, sys.argv[1:]):
    with open(path, encoding="utf-8-sig", newline="") as file:
        header, *records = [record for record in csv.reader(file, strict=True) if record]
    expected = [{name: field or None for name, field in zip(header, record, strict=True)} for record in records]
    found = sent.get(path.stem, [])
    for number, (one, other) in enumerate(zip(expected, found)):
        if one != other:
            sys.exit(f"{path.name}: row {number + 1} is {one}, the source has {other}")
    if len(expected) != len(found):
        sys.exit(f"{path.name}: {len(expected)} rows, the source has {len(found)}")
    rows += len(expected)
print(json.dumps({"files": len(sys.argv) - 1, "rows": rows}))
