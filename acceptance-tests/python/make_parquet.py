"""Writes one Parquet file for each writer and each of its options, below a folder of its own: a table for source-s3.

Usage: make_parquet.py <folder to write to>
"""

import datetime
import decimal
import json
import sys
import uuid
from pathlib import Path

import duckdb
import fastparquet
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from arrow_tables import INTEGERS, column, exact, moment, nanoseconds, nested, nulls, octets, real, scalars, text
from attempts import keep_or_remove

target = Path(sys.argv[1])


def place(name):
    folder = target / name
    folder.mkdir(parents=True)
    return str(folder / "data.parquet")


refused = []


def attempt(name, write):
    """Keeps the file that `write` makes at a path; a writer that knows no such option or type leaves none."""
    error = keep_or_remove(Path(place(name)), write)
    if error is not None:
        refused.append(f"{name}: {type(error).__name__}")


def by_arrow():
    plain, deep, nanos = scalars(), nested(), nanoseconds()
    for codec in ("none", "snappy", "gzip", "brotli", "zstd", "lz4"):
        for page in ("1.0", "2.0"):
            for dictionary in (True, False):
                options = {"compression": codec, "data_page_version": page, "use_dictionary": dictionary}
                name = f"{codec}_v{page[0]}_{'dict' if dictionary else 'plain'}"
                pq.write_table(plain, place(f"arrow_scalars_{name}"), **options)
                pq.write_table(deep, place(f"arrow_nested_{name}"), **options)
    variants = {
        "rows_of_1": {"row_group_size": 1},
        "rows_of_7": {"row_group_size": 7, "data_page_size": 64},
        "no_statistics": {"write_statistics": False},
        "page_index": {"write_page_index": True},
        "checksums": {"write_page_checksum": True},
        "version_1": {"version": "1.0"},
        "version_24": {"version": "2.4"},
        "no_arrow_schema": {"store_schema": False},
        "list_items": {"use_compliant_nested_type": False},
        "decimals_as_integers": {"store_decimal_as_integer": True},
        "big_pages_v2": {"data_page_version": "2.0", "data_page_size": 10**7},
    }
    for name, options in variants.items():
        pq.write_table(plain, place(f"arrow_scalars_{name}"), **options)
        pq.write_table(deep, place(f"arrow_nested_{name}"), **options)
        if name != "version_1" and name != "version_24":
            pq.write_table(nanos, place(f"arrow_nanos_{name}"), **options)
    pq.write_table(nulls(), place("arrow_nulls"))
    pq.write_table(nulls(), place("arrow_nulls_v1"), version="1.0", data_page_version="2.0")
    pq.write_table(nulls().slice(0, 0), place("arrow_nulls_0_rows"))
    pl.DataFrame({"id": [1, 2], "null": [None, None]}).write_parquet(place("polars_nulls"))
    pd.DataFrame({"id": [1, 2], "null": [None, None]}).to_parquet(place("pandas_nulls"))
    stamps = plain.select([name for name in plain.column_names if name.startswith("timestamp_")])
    near = pa.table({"a": pa.array([0, 1, -1, None, 1768487400123456789, -(2**62)], pa.timestamp("ns"))})
    pq.write_table(near, place("arrow_int96"), use_deprecated_int96_timestamps=True)
    pq.write_table(near, place("arrow_coerced"), coerce_timestamps="us", allow_truncated_timestamps=True)
    pq.write_table(stamps, place("arrow_stamps_flat"), version="1.0")
    for size in (0, 1):
        pq.write_table(plain.slice(0, size), place(f"arrow_scalars_{size}_rows"))
        pq.write_table(deep.slice(0, size), place(f"arrow_nested_{size}_rows"))
    with pq.ParquetWriter(place("arrow_no_row_groups"), plain.schema):
        pass
    with pq.ParquetWriter(place("arrow_empty_groups"), pa.schema([("a", pa.int32())])) as writer:
        for values in ([], [1, 2], [], [3]):
            writer.write_table(pa.table({"a": pa.array(values, pa.int32())}))
    encodings()
    odd_types()
    names()


def encodings():
    numbers = pa.table({name: column(make, getattr(pa, name)(), 5) for name, make in INTEGERS.items()})
    reals = pa.table({"f": column(real, pa.float32(), 5), "d": column(real, pa.float64(), 5)})
    texts = pa.table({"s": column(text, pa.string(), 5), "b": column(octets(), pa.binary(), 5)})
    fixed = pa.table({"x": column(octets(7), pa.binary(7), 5), "h": column(exact(30, 2), pa.decimal128(30, 2), 5)})
    half = pa.table({"h": pa.array([None, 1.5, -0.25, 65504.0, 6e-8] * 12, pa.float16())})
    flags = pa.table({"b": column(lambda dice: dice.random() < 0.5, pa.bool_(), 5)})
    stamps = pa.table({"t": column(moment(-(10**12), 10**15), pa.timestamp("us", "UTC"), 5), "d": column(lambda dice: dice.randint(-9999, 9999), pa.date32(), 5)})
    lists = pa.table({"l": pa.array([[1, 2], None, [], [3, None]] * 15, pa.list_(pa.int64()))})
    cases = [
        ("delta_binary", "DELTA_BINARY_PACKED", {"ints": numbers, "stamps": stamps}),
        ("delta_length", "DELTA_LENGTH_BYTE_ARRAY", {"texts": texts}),
        ("delta_bytes", "DELTA_BYTE_ARRAY", {"texts": texts, "fixed": fixed}),
        ("split", "BYTE_STREAM_SPLIT", {"ints": numbers, "reals": reals, "fixed": fixed, "half": half, "stamps": stamps}),
        ("plain", "PLAIN", {"ints": numbers, "reals": reals, "texts": texts, "fixed": fixed, "half": half, "flags": flags}),
        ("rle", "RLE", {"flags": flags}),
    ]
    for name, encoding, tables in cases:
        for what, table in tables.items():
            for page in ("1.0", "2.0"):
                for codec in ("none", "zstd"):
                    options = {"column_encoding": encoding, "use_dictionary": False, "compression": codec}
                    pq.write_table(table, place(f"arrow_{name}_{what}_v{page[0]}_{codec}"), data_page_version=page, **options)
    pq.write_table(lists, place("arrow_delta_binary_lists"), column_encoding={"l.list.element": "DELTA_BINARY_PACKED"}, use_dictionary=False)


def odd_types():
    pq.write_table(pa.table({"u": pa.array([uuid.UUID(int=7).bytes, None, b"\xff" * 16], pa.binary(16)).cast(pa.binary(16))}), place("arrow_fixed16"))
    uuids = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([uuid.UUID(int=7).bytes, None, b"\xff" * 16], pa.binary(16)))
    pq.write_table(pa.table({"u": uuids}), place("arrow_uuid"))
    documents = pa.ExtensionArray.from_storage(pa.json_(pa.string()), pa.array(['{"a": 1}', None, "[1, 2.50]", '"x"']))
    pq.write_table(pa.table({"j": documents}), place("arrow_json"))
    pq.write_table(pa.table({"h": pa.array([1.5, None, float("nan"), -0.0, 65504.0], pa.float16())}), place("arrow_float16"))
    pq.write_table(pa.table({"d": pa.array([1, None, -(10**12)], pa.duration("us"))}), place("arrow_duration"))
    pq.write_table(pa.table({"d": pa.array([1, None, -(10**6)], pa.date64())}), place("arrow_date64"))
    pq.write_table(pa.table({"a": pa.array([1, -719_163, -719_528, -800_000, -1_000_000, 2_932_897, 10_000_000, None], pa.date32())}), place("arrow_dates_far"))
    far = [0, -62_135_596_800, -62_135_596_801, -62_167_219_201, -99_999_999_999, 253_402_300_800, 1_000_000_000_000, None]
    for unit, factor in (("ms", 10**3), ("us", 10**6)):
        for zone in (None, "UTC"):
            values = [None if value is None else value * factor for value in far]
            table = pa.table({"a": pa.array(values, pa.timestamp(unit, zone))})
            pq.write_table(table, place(f"arrow_stamps_far_{unit}_{zone}"))
    for name, days in (("greatest", 2**31 - 1), ("least", -(2**31))):
        pq.write_table(pa.table({"a": pa.array([days], pa.date32())}), place(f"arrow_date_{name}"))
    for name, count in (("greatest", 2**63 - 1), ("least", -(2**63)), ("second_least", -(2**63) + 1)):
        for unit in ("ms", "us", "ns"):
            pq.write_table(pa.table({"a": pa.array([count], pa.timestamp(unit, "UTC"))}), place(f"arrow_stamp_{unit}_{name}"))
            pq.write_table(pa.table({"a": pa.array([count], pa.timestamp(unit))}), place(f"arrow_stamp_{unit}_local_{name}"))
    pq.write_table(pa.table({"d": pa.array([decimal.Decimal(10) ** 70], pa.decimal256(76, 0))}), place("arrow_decimal_76"))
    pq.write_table(pa.table({"d": pa.array([decimal.Decimal(5)], pa.decimal256(38, 0))}), place("arrow_decimal256_38"))
    twice = pa.array([[("a", 1), ("a", 2)], [("b", None)]], pa.map_(pa.string(), pa.int32()))
    pq.write_table(pa.table({"m": twice}), place("arrow_map_twice"))
    empty = pa.array([{}, None, {}], pa.struct([]))
    for name, table in {"empty_struct": {"e": empty, "a": [1, 2, 3]}, "list_of_empty": {"l": pa.array([[{}], [], None], pa.list_(pa.struct([])))}}.items():
        attempt(f"arrow_{name}", lambda path: pq.write_table(pa.table(table), path))
    long = pa.table({"s": pa.array(["ä" * 3_000_000, None, "z" * 5_000_000]), "i": [1, 2, 3]})
    pq.write_table(long, place("arrow_long_strings"), compression="zstd")
    wide = pa.table({f"column_{index}": pa.array([index, None, -index], pa.int32()) for index in range(5000)})
    pq.write_table(wide, place("arrow_wide"))
    required = pa.schema([pa.field("a", pa.int32(), nullable=False), pa.field("l", pa.list_(pa.field("element", pa.string(), nullable=False)), nullable=False)])
    pq.write_table(pa.table({"a": [1, 2], "l": [["x"], []]}, schema=required), place("arrow_required"))
    strings = pa.table({"s": pa.array(["x", None], pa.string_view()), "b": pa.array([b"x", None], pa.binary_view())})
    pq.write_table(strings, place("arrow_views"))
    pq.write_table(pa.table({"s": pa.array([b"\xff\xfe", b"ok"]).view(pa.binary()).cast(pa.binary())}), place("arrow_bytes_not_utf8"))


def names():
    cases = {
        "case": ["id", "ID", "Id", "id_1"],
        "empty": ["", "a"],
        "dots": ["a.b", "a", "a.b.c"],
        "unicode": ["Zoë", "日本", "😀", "é", "e\u0301"],
        "quotes": ['"', "'", "\\", "`", "$", "{}", ";", "--", "/*"],
        "spaces": [" ", "  a", "a ", "\t", "a\nb"],
        "ours": ["_ab_source_file_url", "a", "_ab_source_file_last_modified"],
        "engine": ["t", "data", "row", "x0", "x1", "c0", "c1", "file_row_number", "filename", "rowid", "file_index", "file_last_modified", "file_size"],
        "words": ["select", "NULL", "true", "order", "__proto__", "constructor", "toString", "1", "0", "-1"],
        "long": ["n" * 3000, "m"],
    }
    for name, columns in cases.items():
        arrays = [pa.array([index, None, index + 100], pa.int64()) for index in range(len(columns))]
        pq.write_table(pa.Table.from_arrays(arrays, names=columns), place(f"arrow_names_{name}"))
        members = pa.StructArray.from_arrays([array.fill_null(0) for array in arrays], names=columns)
        pq.write_table(pa.table({"s": members, "l": pa.array([[m.as_py()] for m in members], pa.list_(members.type))}), place(f"arrow_members_{name}"))
        stamped = pa.StructArray.from_arrays([array.cast(pa.timestamp("us")) for array in arrays], names=columns)
        pq.write_table(pa.table({"s": stamped}), place(f"arrow_stamped_{name}"))


def by_polars():
    frame = pl.DataFrame(
        {
            "i": [1, None, 3],
            "s": ["a", None, "ü"],
            "d": [datetime.date(2026, 1, 15), None, datetime.date(1, 1, 1)],
            "t": [datetime.time(14, 30, 0, 5), None, datetime.time(0)],
            "when": [datetime.datetime(2026, 1, 15, 14, 30), None, datetime.datetime(1969, 12, 31, 23, 59, 59, 999999)],
            "dec": [decimal.Decimal("1.50"), None, decimal.Decimal("-99.99")],
            "l": [[1, 2], None, []],
            "st": [{"a": 1, "b": "x"}, None, {"a": None, "b": None}],
            "b": [b"\x00\xff", None, b""],
        }
    )
    frame = frame.with_columns(
        pl.col("s").cast(pl.Categorical).alias("cat"),
        pl.col("s").cast(pl.Enum(["a", "ü"])).alias("enum"),
        pl.col("when").dt.replace_time_zone("Europe/Berlin").alias("zoned"),
        pl.col("when").cast(pl.Datetime("ns")).alias("ns"),
        pl.col("when").cast(pl.Datetime("ms")).alias("ms"),
        (pl.col("when") - pl.col("when").min()).alias("duration"),
        pl.col("i").cast(pl.UInt8).alias("u8"),
        pl.col("i").cast(pl.UInt64).alias("u64"),
        pl.col("i").cast(pl.Int8).alias("i8"),
        pl.col("i").cast(pl.Float32).alias("f32"),
    )
    for codec in ("uncompressed", "snappy", "gzip", "brotli", "zstd", "lz4"):
        frame.write_parquet(place(f"polars_{codec}"), compression=codec)
    frame.write_parquet(place("polars_groups_of_1"), row_group_size=1)
    frame.write_parquet(place("polars_no_statistics"), statistics=False)
    frame.write_parquet(place("polars_full_statistics"), statistics="full")
    frame.write_parquet(place("polars_small_pages"), data_page_size=16)
    frame.clear().write_parquet(place("polars_empty"))
    pl.DataFrame({"a": [[[1, 2], [3, 4]]]}, schema={"a": pl.Array(pl.Array(pl.Int32, 2), 2)}).write_parquet(place("polars_array"))
    pl.DataFrame({"a": [1, None]}, schema={"a": pl.Int128}).write_parquet(place("polars_int128"))
    pl.DataFrame({"a": [None, None]}).write_parquet(place("polars_null"))


def by_fastparquet():
    frame = pd.DataFrame(
        {
            "i": pd.array([1, None, 3], dtype="Int64"),
            "u": pd.array([1, 2, 3], dtype="uint32"),
            "f": [1.5, float("nan"), -0.0],
            "s": ["a", "ü", ""],
            "o": [True, False, True],
            "when": pd.to_datetime(["2026-01-15 14:30:00.123456", None, "1969-12-31"], format="ISO8601"),
            "zoned": pd.to_datetime(["2026-01-15 14:30", None, "1969-12-31"], format="ISO8601").tz_localize("Europe/Berlin"),
            "cat": pd.Categorical(["x", "y", "x"]),
            "lapse": pd.to_timedelta([1, None, 3], unit="s"),
        }
    )
    frame["s"] = frame["s"].astype(object)
    for codec in ("UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "BROTLI", "LZ4_RAW", "LZ4"):
        fastparquet.write(place(f"fast_{codec.lower()}"), frame, compression=codec)
    for times in ("int64", "int96"):
        attempt(f"fast_times_{times}", lambda path: fastparquet.write(path, frame.drop(columns=["zoned", "lapse"]), times=times))
    for nulls in (True, False, "infer"):
        attempt(f"fast_nulls_{nulls}", lambda path: fastparquet.write(path, frame.drop(columns=["i"]), has_nulls=nulls))
    attempt("fast_groups", lambda path: fastparquet.write(path, frame, row_group_offsets=[0, 1, 2]))
    attempt("fast_no_stats", lambda path: fastparquet.write(path, frame, stats=False))
    objects = pd.DataFrame({"v": pd.Series([{"a": 1}, None, [1, 2]], dtype=object)})
    attempt("fast_json", lambda path: fastparquet.write(path, objects, object_encoding="json"))
    octets_only = pd.DataFrame({"v": pd.Series([b"\x00\xff", None, b""], dtype=object)})
    attempt("fast_bytes", lambda path: fastparquet.write(path, octets_only, object_encoding="bytes"))
    attempt("fast_bson", lambda path: fastparquet.write(path, pd.DataFrame({"v": pd.Series(["x" * 9, "y" * 9], dtype=object)}), object_encoding="utf8", fixed_text={"v": 9}))
    attempt("fast_decimal", lambda path: fastparquet.write(path, pd.DataFrame({"v": pd.Series([decimal.Decimal("1.5")], dtype=object)}), object_encoding="decimal"))


def by_duckdb():
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    select = """SELECT i::TINYINT AS t, i::UBIGINT AS u, i::HUGEINT AS h, i / 7 AS d, i::FLOAT AS f, 'text ' || i % 5 AS s,
        DATE '2026-01-15' + i::INT AS day, TIME '00:00:01.5' AS clock, TIMESTAMP '2026-01-15' + to_seconds(i) AS local,
        TIMESTAMPTZ '2026-01-15 00:00:00+00' + to_microseconds(i) AS utc, [i, NULL] AS l, {'a': i, 'b': [i]} AS st,
        MAP {'k': i} AS m, MAP {i: 'v'} AS n, i::DECIMAL(9, 2) AS dec, ('\\x0' || i % 9)::BLOB AS b, uuid() AS id,
        (i % 2)::BOOL AS flag, 'a'::ENUM('a', 'b') AS e, TIMESTAMP_NS '2026-01-15 00:00:00.000000001' AS ns,
        '{"a": 1}'::JSON AS j FROM range(100) r(i)"""
    for codec in ("uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4", "lz4_raw"):
        for version in ("V1", "V2"):
            options = f"FORMAT parquet, CODEC '{codec}', PARQUET_VERSION {version}"
            attempt(f"duck_{codec}_{version}", lambda path: db.execute(f"COPY ({select}) TO '{path}' ({options})"))
    for size in (2048, 1):
        db.execute(f"COPY (FROM range(5000) r(i)) TO '{place(f'duck_groups_{size}')}' (FORMAT parquet, ROW_GROUP_SIZE {size})")
    db.execute(f"COPY (SELECT 1 AS a WHERE false) TO '{place('duck_empty')}' (FORMAT parquet)")
    odd = {
        "timetz": "SELECT TIMETZ '14:30:00+02' AS a",
        "bit": "SELECT '0101'::BIT AS a",
        "union": "SELECT union_value(n := 1) AS a",
        "hugeint": "SELECT 170141183460469231731687303715884105727::HUGEINT AS a",
        "geometry": "SELECT 'POINT (1 2)'::GEOMETRY AS a",
        "time_ns": "SELECT '14:30:00.123456789'::TIME_NS AS a",
        "dates": "SELECT unnest([DATE '0044-03-15 (BC)', DATE 'infinity', DATE '-infinity', DATE '5881580-07-10']) AS a",
        "stamps": "SELECT unnest([TIMESTAMP '0044-03-15 (BC) 01:02:03.5', TIMESTAMP 'infinity', TIMESTAMP '-infinity', TIMESTAMP '12026-01-15']) AS a",
        "instants": "SELECT unnest([TIMESTAMPTZ '0044-03-15 (BC) 01:02:03.5', TIMESTAMPTZ 'infinity', TIMESTAMPTZ '-infinity']) AS a",
        "in_lists": "SELECT [DATE '0044-03-15 (BC)', DATE 'infinity', NULL] AS a, {'x': TIMESTAMP 'infinity'} AS b, MAP {'k': DATE '-infinity'} AS c",
        "nested_map": "SELECT MAP {MAP {1: 2}: 'x'} AS a, MAP {{'k': 1}: 'y'} AS b, MAP {[1]: 'z'} AS c",
        "enum_map": "SELECT MAP {'a'::ENUM('a', 'b'): 1} AS a",
    }
    for name, sql in odd.items():
        attempt(f"duck_{name}", lambda path: db.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)"))


for write in (by_arrow, by_polars, by_fastparquet, by_duckdb):
    write()
print(json.dumps({"tables": len(list(target.iterdir())), "refused": refused}))
