"""Writes one CSV file for each writer and each of its options, below a folder of its own: a table for source-s3.

Usage: make_csv.py <folder to write to>
The tables of each dialect are in their own folder, next to a `.json` with the data_format for the source.
"""

import csv
import gzip
import io
import json
import random
import subprocess
import sys
from pathlib import Path

import cramjam
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc

from attempts import keep_or_remove

target = Path(sys.argv[1])
ROWS = 300
dice = random.Random("csv")
refused = []


def dialect(name, **options):
    """The folder of its tables."""
    target.mkdir(parents=True, exist_ok=True)
    (target / f"{name}.json").write_text(json.dumps({"format": "csv", **options}))
    return target / name


COMMA = dialect("comma")
TAB = dialect("tab", delimiter="\\t")
SEMICOLON = dialect("semicolon", delimiter=";")
PIPE = dialect("pipe_single_quote", delimiter="|", quote="'")
ESCAPED = dialect("escaped", escape="\\")
UNQUOTED = dialect("unquoted", quote="", escape="\\")
HEADLESS = dialect("headless", header=False, column_names=["first", "second", "third", "fourth"])
SKIPPED = dialect("skipped", skip_rows=3)
NULLS = dialect("nulls", null_values=["NULL", "\\N"])
LATIN = dialect("latin_1", encoding="latin-1")
WINDOWS = dialect("windows_1252", encoding="windows-1252")
UTF_16 = dialect("utf_16", encoding="utf-16")


def place(folder, name, suffix="csv"):
    path = folder / name
    path.mkdir(parents=True)
    return path / f"data.{suffix}"


def put(folder, name, body, suffix="csv"):
    place(folder, name, suffix).write_bytes(body if isinstance(body, bytes) else body.encode())


def attempt(folder, name, write, suffix="csv"):
    error = keep_or_remove(place(folder, name, suffix), write)
    if error is not None:
        refused.append(f"{name}: {type(error).__name__} {str(error)[:100]}")


def text(plain=False):
    odd = ["a", "a b", " led and trailed ", "00123", "+49 170", "1.50", "12345678901234567890", "NULL", "#x", "-", "=1+1", "x" * dice.randint(1, 300)]
    nasty = ["", 'quote " inside', '"', '""', "a,b", "a;b", "a|b", "it's", "'", "tab\there", "line\nend", "line\r\nend", "back\\slash", "\\", "\x01", "Zoë", "ÿþ"]
    return dice.choice(odd if plain else odd + nasty)


names = ["id", "name", "third column", "Größe"]
rows = [[str(index), text(), text(), text()] for index in range(ROWS)]
plain_rows = [[str(index), text(True), text(True), text(True)] for index in range(ROWS)]
wide = [[*row[:3], row[3] + dice.choice(["", "日本", "😀", "\u2028", "\ufeff"])] for row in rows]


def written(found, header=names, end="\r\n", **options):
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end, **options)
    if header:
        writer.writerow(header)
    writer.writerows(found)
    return out.getvalue()


QUOTINGS = {"minimal": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL, "nonnumeric": csv.QUOTE_NONNUMERIC}


def by_csv():
    """Python's own."""
    for name, quoting in QUOTINGS.items():
        for ending, end in {"lf": "\n", "crlf": "\r\n"}.items():
            put(COMMA, f"csv_{name}_{ending}", written(wide, end=end, quoting=quoting))
            put(TAB, f"csv_{name}_{ending}", written(wide, end=end, quoting=quoting, delimiter="\t"), "tsv")
            put(SEMICOLON, f"csv_{name}_{ending}", written(wide, end=end, quoting=quoting, delimiter=";"))
            put(PIPE, f"csv_{name}_{ending}", written(wide, end=end, quoting=quoting, delimiter="|", quotechar="'"), "txt")
            put(ESCAPED, f"csv_{name}_{ending}", written(wide, end=end, quoting=quoting, doublequote=False, escapechar="\\"))
    whole = written(wide)
    put(COMMA, "csv_mark", "\ufeff" + whole)
    put(COMMA, "csv_no_end", whole.rstrip("\r\n"))
    put(COMMA, "csv_blank_lines", written(plain_rows, end="\n").replace("\n", "\n\n"))
    put(COMMA, "csv_header_only", written([]))
    put(COMMA, "csv_one_column", written([[row[1] or "x"] for row in rows], ["only"], quoting=csv.QUOTE_ALL))
    put(COMMA, "csv_one_row", written(rows[:1]))
    put(COMMA, "csv_empty_fields", written([["", "", "", ""]] * 3 + [["", "x", "", ""]]))
    put(COMMA, "csv_wide", written([[str(index) for index in range(3000)]] * 3, [f"c{index}" for index in range(3000)]))
    put(COMMA, "csv_huge_field", written([["1", "x" * 3_000_000 + '"\n,', "", ""], ["2", "", "", "end"]]))
    put(COMMA, "csv_many_rows", written([[str(index), f"row {index}", "", "x,y"] for index in range(60_000)]))
    put(COMMA, "csv_odd_names", written([["1", "2", "3", "4", "5"]], ["a b", 'quo"te', "com,ma", "line\nend", "Zoë 日本"]))
    put(COMMA, "csv_returns", written([["1", "a\rb", "\r", "end\r"]] * 3, quoting=csv.QUOTE_ALL))
    put(COMMA, "csv_gz", gzip.compress(whole.encode()), "csv.gz")
    put(COMMA, "csv_gz_members", b"".join(gzip.compress(part.encode()) for part in pieces(whole, 1000)), "csv.gz")
    put(COMMA, "csv_zst", bytes(cramjam.zstd.compress(whole.encode())), "csv.zst")
    put(COMMA, "csv_zst_frames", b"".join(bytes(cramjam.zstd.compress(part.encode())) for part in pieces(whole, 1000)), "csv.zst")
    put(UNQUOTED, "csv", written([[value.replace("\r", "").replace("\n", " ") for value in row] for row in rows], quoting=csv.QUOTE_NONE, escapechar="\\", quotechar=None))
    put(HEADLESS, "csv", written(rows, None))
    put(HEADLESS, "csv_mark", "\ufeff" + written(rows, None))
    put(SKIPPED, "csv", "a title\n\nmade by others, today\n" + written(rows))
    put(SKIPPED, "csv_crlf", "a title\r\n\"\r\nmade by others, today\r\n" + written(rows))
    put(NULLS, "csv", written([[*row[:3], dice.choice(["NULL", "\\N", "", "null", "N"])] for row in plain_rows]))
    latin = [[value.encode("latin-1", "replace").decode("latin-1") for value in row] for row in rows]
    put(LATIN, "csv", written(latin).encode("latin-1"))
    put(LATIN, "csv_gz", gzip.compress(written(latin).encode("latin-1")), "csv.gz")
    put(WINDOWS, "csv", written([[*row[:3], row[3] + "€ “x” –"] for row in rows]).encode("cp1252"))
    for name, encoding in {"le_mark": "utf-16-le", "be_mark": "utf-16-be"}.items():
        put(UTF_16, f"csv_{name}", ("\ufeff" + whole).encode(encoding))
        put(UTF_16, f"csv_{name}_zst", bytes(cramjam.zstd.compress(("\ufeff" + whole).encode(encoding))), "csv.zst")


def pieces(found, length):
    return [found[at : at + length] for at in range(0, len(found), length)]


def by_pandas():
    frame = pd.DataFrame(wide, columns=names)
    typed = pd.DataFrame({"i": pd.array([1, None, -5], dtype="Int64"), "f": [0.1, None, 1e300], "s": ["a", None, "ü\n"], "o": [True, False, True], "t": pd.to_datetime(["2026-01-15 14:30", None, "1969-12-31"], format="ISO8601")})
    options = {"plain": {}, "index": {"index": True, "index_label": "row"}, "all": {"quoting": csv.QUOTE_ALL}, "nonnumeric": {"quoting": csv.QUOTE_NONNUMERIC}, "mark": {"encoding": "utf-8-sig"}, "crlf": {"lineterminator": "\r\n"}, "gz": {"compression": "gzip"}, "zst": {"compression": "zstd"}}
    for name, how in options.items():
        suffix = f"csv.{name}" if name in ("gz", "zst") else "csv"
        for what, found in (("texts", frame), ("typed", typed)):
            attempt(COMMA, f"pandas_{what}_{name}", lambda path: found.to_csv(path, **{"index": False, **how}), suffix)
    attempt(COMMA, "pandas_decimals", lambda path: typed.to_csv(path, index=False, float_format="%.3f", date_format="%Y/%m/%d"))
    attempt(NULLS, "pandas", lambda path: typed.to_csv(path, index=False, na_rep="NULL"))
    attempt(TAB, "pandas", lambda path: frame.to_csv(path, index=False, sep="\t"), "tsv.gz")
    attempt(SEMICOLON, "pandas", lambda path: frame.to_csv(path, index=False, sep=";", decimal=","))
    attempt(ESCAPED, "pandas", lambda path: frame.to_csv(path, index=False, doublequote=False, escapechar="\\"))
    attempt(PIPE, "pandas", lambda path: frame.to_csv(path, index=False, sep="|", quotechar="'"))
    attempt(UTF_16, "pandas", lambda path: frame.to_csv(path, index=False, encoding="utf-16"))
    attempt(WINDOWS, "pandas", lambda path: pd.DataFrame(rows, columns=names).to_csv(path, index=False, encoding="cp1252"))


def by_polars():
    frame = pl.DataFrame(wide, schema=names, orient="row")
    for style in ("necessary", "always", "non_numeric"):
        attempt(COMMA, f"polars_{style}", lambda path: frame.write_csv(path, quote_style=style))
        attempt(PIPE, f"polars_{style}", lambda path: frame.write_csv(path, quote_style=style, separator="|", quote_char="'"))
    attempt(COMMA, "polars_mark", lambda path: frame.write_csv(path, include_bom=True))
    attempt(COMMA, "polars_crlf", lambda path: frame.write_csv(path, line_terminator="\r\n"))
    attempt(NULLS, "polars", lambda path: pl.DataFrame({"a": ["x", None, ""], "b": [1, None, 3]}).write_csv(path, null_value="NULL"))
    attempt(HEADLESS, "polars", lambda path: frame.write_csv(path, include_header=False))


def by_duckdb():
    db = duckdb.connect()
    found = pa.table({name: [row[index] for row in wide] for index, name in enumerate(names)})
    db.register("found", found)
    made = "SELECT i, i / 7 AS d, CASE WHEN i % 3 = 0 THEN NULL ELSE 'x\"' || i END AS s, [i, NULL] AS l, {'a': i, 'b': 'q\"'} AS st, TIMESTAMP '2026-01-15' + to_seconds(i) AS t FROM range(100) r(i)"
    for name, how in {"plain": "", "all": ", FORCE_QUOTE *", "gz": ", COMPRESSION gzip", "zst": ", COMPRESSION zstd"}.items():
        suffix = f"csv.{name}" if name in ("gz", "zst") else "csv"
        attempt(COMMA, f"duck_texts_{name}", lambda path: db.execute(f"COPY found TO '{path}' (FORMAT csv, HEADER true{how})"), suffix)
        attempt(COMMA, f"duck_made_{name}", lambda path: db.execute(f"COPY ({made}) TO '{path}' (FORMAT csv, HEADER true{how})"), suffix)
    attempt(PIPE, "duck", lambda path: db.execute(f"COPY found TO '{path}' (FORMAT csv, HEADER true, DELIMITER '|', QUOTE '''', ESCAPE '''')"))
    attempt(ESCAPED, "duck", lambda path: db.execute(f"COPY ({made}) TO '{path}' (FORMAT csv, HEADER true, ESCAPE '\\')"))
    attempt(NULLS, "duck", lambda path: db.execute(f"COPY ({made}) TO '{path}' (FORMAT csv, HEADER true, NULLSTR '\\N')"))


def by_arrow():
    found = pa.table({name: [row[index] for row in wide] for index, name in enumerate(names)})
    for style in ("needed", "all_valid"):
        attempt(COMMA, f"arrow_{style}", lambda path: pc.write_csv(found, path, pc.WriteOptions(quoting_style=style)))
        attempt(SEMICOLON, f"arrow_{style}", lambda path: pc.write_csv(found, path, pc.WriteOptions(quoting_style=style, delimiter=";")))


def by_jq():
    """@csv and @tsv of jq: all strings quoted; tabs and line ends escaped."""
    given = json.dumps([dict(zip(names, row)) for row in wide])
    program = "(.[0] | keys_unsorted), (.[] | [.[]]) | @csv"
    put(COMMA, "jq", subprocess.run(["jq", "-r", program], input=given.encode(), stdout=subprocess.PIPE, check=True).stdout)


for write in (by_csv, by_pandas, by_polars, by_duckdb, by_arrow, by_jq):
    write()
print(json.dumps({"tables": len(list(target.glob("*/*"))), "refused": refused}))
