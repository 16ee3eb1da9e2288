"""Reads the source's Parquet with pyarrow and the arrived files with gzip and json, and compares the rows as multisets.

Usage: compare_rows.py <folder of Parquet> <folder of arrived files>
Below both lie a folder per table (`flights`, `type=flights`). Each arrived file is read by four readers that must agree:
Python's gzip, zcat, zlib's first member alone, and as many bytes as the member's own trailer says.
Prints {table: {"rows": n, "files": n, "hours": n}}; exits with 1 and what differs.
"""

import datetime
import gzip
import json
import math
import re
import subprocess
import sys
import zlib
from collections import Counter
from pathlib import Path

import pyarrow.dataset as ds

HOUR = re.compile(r"/year=(\d{4})/month=(\d{2})/day=(\d{2})/hour=(\d{2})/[^/]+$")


def text_of(path):
    """The file's bytes, uncompressed, after all readers have agreed on them."""
    packed = path.read_bytes()
    with gzip.open(path) as file:
        text = file.read()
    first = zlib.decompressobj(wbits=31)
    if first.decompress(packed) != text or first.unused_data or not first.eof:
        sys.exit(f"{path}: a reader of the first member alone does not read all")
    if int.from_bytes(packed[-4:], "little") != len(text):
        sys.exit(f"{path}: the trailer tells another length")
    if not text.endswith(b"\n"):
        sys.exit(f"{path}: the last line has no end")
    return text


def zcat(paths):
    return subprocess.run(["zcat", *map(str, paths)], check=True, stdout=subprocess.PIPE).stdout


def as_json(value):
    """What the source says it makes of a Parquet value."""
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def canonical(row):
    return json.dumps(row, sort_keys=True)


def sent_rows(folder):
    partitioning = ds.partitioning(flavor="hive")
    for batch in ds.dataset(folder, format="parquet", partitioning=partitioning).to_batches():
        for row in batch.to_pylist():
            yield canonical({name: as_json(value) for name, value in row.items()})


def arrived_rows(paths):
    texts = [text_of(path) for path in paths]
    for start in range(0, len(paths), 500):
        if zcat(paths[start : start + 500]) != b"".join(texts[start : start + 500]):
            sys.exit("zcat reads other bytes than Python's gzip")
    for path, text in zip(paths, texts):
        hour = HOUR.search(str(path))
        for line in text.splitlines():
            row = json.loads(line)
            if not row.pop("_ab_source_file_url") or not row.pop("_ab_source_file_last_modified"):
                sys.exit(f"{path}: a row does not say which file it is from")
            if hour is None:
                sys.exit(f"{path} is in no folder of an hour")
            if "date" in row:
                time = datetime.datetime.fromisoformat(row["date"])
                if (time.year, time.month, time.day, time.hour) != tuple(map(int, hour.groups())):
                    sys.exit(f"{path}: it has a row of {row['date']}")
            yield canonical(row)


result = {}
for folder in sorted(Path(sys.argv[1]).iterdir()):
    paths = sorted((Path(sys.argv[2]) / f"type={folder.name}").rglob("*.gz"))
    sent, arrived = Counter(sent_rows(folder)), Counter(arrived_rows(paths))
    missing, added = sent - arrived, arrived - sent
    if missing or added:
        examples = [next(iter(missing), None), next(iter(added), None)]
        sys.exit(f"{folder.name}: {missing.total()} rows are missing, {added.total()} are too many, such as {examples}")
    hours = {path.parent for path in paths}
    result[folder.name] = {"rows": arrived.total(), "files": len(paths), "hours": len(hours)}
print(json.dumps(result))
