"""Writes one file of JSON lines for each writer and each of its options, below a folder of its own: a table for source-s3.

Usage: make_jsonl.py <folder to write to>
"""

import gzip
import json
import random
import subprocess
import sys
import warnings
from pathlib import Path

import cramjam
import duckdb
import orjson
import pandas as pd
import polars as pl

from attempts import keep_or_remove

warnings.simplefilter("ignore")  # Of options that are on their way out.
target = Path(sys.argv[1])
ROWS = 200
dice = random.Random("json lines")
refused = []


def place(name, suffix="jsonl"):
    folder = target / name
    folder.mkdir(parents=True)
    return folder / f"data.{suffix}"


def put(name, body, suffix="jsonl"):
    place(name, suffix).write_bytes(body if isinstance(body, bytes) else body.encode())


def attempt(name, write, suffix="jsonl"):
    error = keep_or_remove(place(name, suffix), write)
    if error is not None:
        refused.append(f"{name}: {type(error).__name__} {str(error)[:100]}")


def text():
    odd = ["", "a", 'quote " \\ /', "line\nend\r\t\x00\x1f\x7f\b\f", "Zoë 日本 😀 \u2028\u2029", "\ufeff", "</script>", "x" * dice.randint(0, 300)]
    return dice.choice(odd)


def value(depth=3):
    kind = dice.randrange(9 if depth else 7)
    scalars = [
        lambda: None,
        lambda: dice.random() < 0.5,
        lambda: dice.choice([0, -1, 2**53 + 1, -(2**63), 2**63 - 1, dice.randint(-9, 9)]),
        lambda: dice.choice([0.1, -0.0, 1e300, 5e-324, 1.0, dice.random()]),
    ]
    if kind < 4:
        return scalars[kind]()
    if kind < 7:
        return text()
    if kind == 7:
        return [value(depth - 1) for _ in range(dice.randint(0, 4))]
    return {text(): value(depth - 1) for _ in range(dice.randint(0, 4))}


def shaped():
    """Rows whose columns each have one type."""
    return {
        "id": dice.choice([0, 2**53 + 1, -(2**63), dice.randint(0, 99)]),
        "f": dice.choice([0.5, -0.25, 1e300, 5e-324, dice.random()]),
        "s": text(),
        "o": dice.random() < 0.5,
        "n": None if dice.random() < 0.5 else text(),
        "list": [dice.randint(-5, 5) for _ in range(dice.randint(0, 3))],
        "deep": {"a": {"b": [{"c": text()}, {"c": None}]}, "d": dice.choice([None, 1.5])},
        'odd " name\t\u2028': 1,
        "Zoë 日本": "x",
        "": "nameless",
    }


rows = [shaped() for _ in range(ROWS)]
holder = [{"id": index, "any": {"v": value()}, "list": [value() for _ in range(3)]} for index in range(ROWS)]


def lines(dump, found=rows, end="\n"):
    return "".join(dump(row) + end for row in found)


def by_json():
    """Python's own, and what its text may be made into without another meaning."""
    options = {
        "plain": {},
        "unicode": {"ensure_ascii": False},
        "narrow": {"separators": (",", ":")},
        "wide": {"separators": (" ,\t", "\t: ")},
        "sorted": {"sort_keys": True},
    }
    for name, how in options.items():
        put(f"json_{name}", lines(lambda row: json.dumps(row, **how)))
        put(f"json_any_{name}", lines(lambda row: json.dumps(row, **how), holder))
    whole = lines(json.dumps)
    put("json_crlf", whole.replace("\n", "\r\n"))
    put("json_no_end", whole.rstrip("\n"))
    put("json_blank_lines", "\n\n" + whole.replace("\n", "\n  \n\n"))
    put("json_mark", "\ufeff" + whole)
    put("json_spaces", lines(lambda row: f" \t{json.dumps(row)} \t"))
    put("json_slashes", lines(lambda row: json.dumps(row).replace("/", "\\/")))
    put("json_gz", gzip.compress(whole.encode()), "jsonl.gz")
    put("json_gz_members", b"".join(gzip.compress(line.encode()) for line in whole.splitlines(keepends=True)), "json.gz")
    put("json_zst", bytes(cramjam.zstd.compress(whole.encode())), "ndjson.zst")
    put("json_zst_frames", b"".join(bytes(cramjam.zstd.compress(line.encode())) for line in whole.splitlines(keepends=True)), "jsonl.zst")
    numbers = ["0", "-0", "-0.0", "1.0", "1.10", "1e5", "1E+5", "1e-7", "12345678901234567890123", "0.1000000000000000055511151231257827", "1e400", "-1e-400", "9007199254740993"]
    put("json_numbers", "".join(f'{{"id": {index}, "n": {number}}}\n' for index, number in enumerate(numbers)))
    put("json_numbers_inside", "".join(f'{{"id": {index}, "o": {{"n": [{number}]}}}}\n' for index, number in enumerate(numbers)))
    escapes = ["\\u00e9", "\\ud83d\\ude00", "\\/\\b\\f\\n\\r\\t\\\"\\\\", "\\u0000", "\\u2028", "\\u00E9\\u00FC", "\\u0022", "\\u005c"]
    put("json_escapes", "".join(f'{{"id": {index}, "s\\u0041": "{escape}", "o": {{"{escape}": 1}}}}\n' for index, escape in enumerate(escapes)))
    changing = [{"a": 1}, {"b": 2}, {}, {"c": None, "a": 3}, {"d": {"x": 1}}, {"d": {"y": 2}}, {"d": None}, {"e": []}, {"e": [1]}]
    put("json_changing", lines(json.dumps, changing))
    put("json_many_names", lines(json.dumps, [{f"c{index}": index for index in range(1500)}] * 3))
    put("json_deep", lines(json.dumps, [{"v": nest(80)}, {"v": nest(10)}]))
    put("json_wide_line", lines(json.dumps, [{"s": "x" * 5_000_000}, {"s": "y"}]))
    put("json_many_lines", "".join(f'{{"id":{index},"s":"row {index}"}}\n' for index in range(60_000)))
    put("json_ours", lines(json.dumps, [{"id": 1, "_ab_source_file_url": "theirs", "emitted_at": 5, "type": "RECORD", "record": {"stream": "x"}}]))


def nest(depth):
    return {"v": nest(depth - 1)} if depth else [1]


def by_orjson():
    put("orjson_any", b"".join(orjson.dumps(row) + b"\n" for row in holder))
    put("orjson_sorted", b"".join(orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE) for row in rows))


def by_jq():
    given = lines(json.dumps)
    for name, how in {"compact": ["-c"], "ascii": ["-c", "-a"], "sorted": ["-c", "-S"]}.items():
        put(f"jq_{name}", subprocess.run(["jq", *how, "."], input=given.encode(), stdout=subprocess.PIPE, check=True).stdout)


frame_rows = {
    "id": [1, 2, 9007199254740993],
    "f": [0.5, None, -0.0],
    "s": ["a", None, 'Zoë "\n\\ 😀\u2028'],
    "o": [True, None, False],
    "when": pd.to_datetime(["2026-01-15 14:30:00.123456", None, "1969-12-31"], format="ISO8601"),
}


def by_pandas():
    frame = pd.DataFrame(frame_rows)
    options = {
        "epoch": {"date_format": "epoch"},
        "iso": {"date_format": "iso"},
        "iso_ns": {"date_format": "iso", "date_unit": "ns"},
        "unicode": {"force_ascii": False},
        "precise": {"double_precision": 15},
        "gz": {"compression": "gzip"},
        "zst": {"compression": "zstd"},
    }
    for name, how in options.items():
        suffix = f"jsonl.{name}" if name in ("gz", "zst") else "jsonl"
        attempt(f"pandas_{name}", lambda path: frame.to_json(path, orient="records", lines=True, **{"date_format": "iso", **how}), suffix)
    attempt("pandas_nested", lambda path: pd.DataFrame({"a": [{"x": 1}, None], "b": [[1, "a"], []]}).to_json(path, orient="records", lines=True))
    attempt("pandas_empty", lambda path: frame[["id", "s"]].head(0).to_json(path, orient="records", lines=True))


def by_polars():
    frame = pl.DataFrame(
        {
            **{name: list(found) for name, found in frame_rows.items() if name != "when"},
            "when": pl.Series(["2026-01-15 14:30:00.123456", None, "1969-12-31 00:00:00"]).str.to_datetime(),
            "list": [[1, None], None, []],
            "st": [{"x": 1, "y": ["a"]}, None, {"x": None, "y": None}],
            "dec": pl.Series(["1.50", None, "-12345678901234567890.12"]).cast(pl.Decimal(30, 2)),
            "nan": [float("nan"), float("inf"), 1.0],
        }
    )
    for column in frame.columns:
        attempt(f"polars_{column}", lambda path: frame.select("id", column).write_ndjson(path) if column != "id" else frame.select("id").write_ndjson(path))
    attempt("polars_gz", lambda path: frame.lazy().select("id", "s", "st").sink_ndjson(path, compression="gzip"), "ndjson.gz")
    attempt("polars_zst", lambda path: frame.lazy().select("id", "s", "st").sink_ndjson(path, compression="zstd"), "ndjson.zst")


def by_duckdb():
    db = duckdb.connect()
    select = """SELECT i, i / 7 AS d, i::HUGEINT * 10000000000000000000 AS h, 'tëxt "' || i AS s, [i, NULL] AS l, {'a': i, 'b': [i]} AS st,
        MAP {'k': i} AS m, i::DECIMAL(9, 2) AS dec, TIMESTAMP '2026-01-15' + to_seconds(i) AS t, DATE '2026-01-15' AS day,
        '\\x00\\xFF'::BLOB AS b, uuid() AS id, '{"a": 1.10}'::JSON AS j, NULL AS n, chr(0) || chr(31) || chr(8232) AS odd FROM range(100) r(i)"""
    for name, how in {"plain": "", "gz": ", COMPRESSION gzip", "zst": ", COMPRESSION zstd", "dates": ", TIMESTAMPFORMAT '%x', DATEFORMAT '%d/%m'"}.items():
        suffix = f"json.{name}" if name in ("gz", "zst") else "json"
        attempt(f"duck_{name}", lambda path: db.execute(f"COPY ({select}) TO '{path}' (FORMAT json{how})"), suffix)
    attempt("duck_no_rows", lambda path: db.execute(f"COPY (SELECT 1 AS a WHERE false) TO '{path}' (FORMAT json)"))


for write in (by_json, by_orjson, by_jq, by_pandas, by_polars, by_duckdb):
    write()
print(json.dumps({"tables": len(list(target.iterdir())), "refused": refused}))
