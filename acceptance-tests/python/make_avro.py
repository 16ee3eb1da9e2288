"""Writes one Avro file for each writer and each of its options, below a folder of its own: a table for source-s3.

Usage: make_avro.py <folder to write to>
"""

import datetime
import decimal
import json
import random
import sys
import uuid
import warnings
from pathlib import Path

import avro.datafile
import avro.errors
import avro.io
import avro.schema
import fastavro
import polars as pl

warnings.simplefilter("ignore", avro.errors.IgnoredLogicalType)
target = Path(sys.argv[1])
ROWS = 120


def place(name):
    folder = target / name
    folder.mkdir(parents=True)
    return folder / "data.avro"


def record(fields, name="row", **more):
    return {"type": "record", "name": name, "fields": [{"name": key, "type": kind} for key, kind in fields.items()], **more}


def logical(kind, name, **more):
    return {"type": kind, "logicalType": name, **more}


def text(dice):
    return dice.choice(["", "a", 'quote " \\ /', "line\nend\r\t\x00\x1f\x7f", "Zoë 日本 😀 \u2028", "x" * dice.randint(0, 300)])


def whole(bits):
    least, most = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    return lambda dice: dice.choice([least, most, 0, -1, 1, 63, 64, -64, -65, dice.randint(least, most)])


def real(dice):
    return dice.choice([0.0, -0.0, 0.1, 1e300, -1e-300, float("nan"), float("inf"), float("-inf"), dice.random() * 1e6])


def single(dice):
    return dice.choice([0.0, -0.0, 0.5, 1.5, -2.25, float("nan"), float(dice.randint(-(2**20), 2**20))])


def octets(length=None):
    return lambda dice: dice.randbytes(dice.randint(0, 40) if length is None else length)


def exact(precision, scale):
    most = 10**precision - 1
    context = decimal.Context(prec=80)
    return lambda dice: decimal.Decimal(dice.choice([most, -most, 0, 1, -1, dice.randint(-most, most)])).scaleb(-scale, context)


UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)


def moment(step, zone=UTC):
    seconds = lambda dice: dice.choice([0, -1, 1, -62_135_596_800, 253_402_300_799, 1_768_487_400, dice.randint(-(10**10), 10**10)])
    return lambda dice: (EPOCH + datetime.timedelta(seconds=seconds(dice), microseconds=step * dice.randint(0, 9) // 9)).replace(tzinfo=zone)


def day(dice):
    return datetime.date.fromordinal(dice.choice([1, 3_652_059, 719_163, dice.randint(1, 3_652_059)]))


def hour(step):
    return lambda dice: (datetime.datetime.min + datetime.timedelta(microseconds=step * dice.randint(0, 86_400_000_000 // step - 1))).time()


FIXED = {"type": "fixed", "name": "five", "size": 5}
ENUM = {"type": "enum", "name": "suit", "symbols": ["SPADES", "HEARTS", "a_1"], "default": "a_1"}
SCALARS = {
    "boolean": ("boolean", lambda dice: dice.random() < 0.5),
    "int": ("int", whole(32)),
    "long": ("long", whole(64)),
    "float": ("float", single),
    "double": ("double", real),
    "string": ("string", text),
    "bytes": ("bytes", octets()),
    "fixed": (FIXED, octets(5)),
    "enum": (ENUM, lambda dice: dice.choice(ENUM["symbols"])),
    "date": (logical("int", "date"), day),
    "time_ms": (logical("int", "time-millis"), hour(1000)),
    "time_us": (logical("long", "time-micros"), hour(1)),
    "utc_ms": (logical("long", "timestamp-millis"), moment(1000)),
    "utc_us": (logical("long", "timestamp-micros"), moment(1)),
    "local_ms": (logical("long", "local-timestamp-millis"), moment(1000, None)),
    "local_us": (logical("long", "local-timestamp-micros"), moment(1, None)),
    "uuid": (logical("string", "uuid"), lambda dice: uuid.UUID(bytes=dice.randbytes(16))),
    "decimal": (logical("bytes", "decimal", precision=30, scale=7), exact(30, 7)),
    "decimal_0": (logical("bytes", "decimal", precision=9), exact(9, 0)),
    "decimal_fixed": ({"type": "fixed", "name": "wide", "size": 16, "logicalType": "decimal", "precision": 38, "scale": 38}, exact(38, 38)),
    "null": ("null", lambda _dice: None),
    "no_such_logic": (logical("string", "no-such-logic"), text),
    "string_of_java": ({"type": "string", "avro.java.string": "String"}, text),
}


def scalars():
    dice = random.Random("scalars")
    rows = [{name: make(dice) for name, (_, make) in SCALARS.items()} for _ in range(ROWS)]
    return record({name: kind for name, (kind, _) in SCALARS.items()}), rows


def optional():
    """Null first and null last; a named type is defined once and then named."""
    dice = random.Random("optional")
    names = [name for name in SCALARS if name != "null"]
    kinds = {name: ["null", SCALARS[name][0]] if at % 2 else [SCALARS[name][0], "null"] for at, name in enumerate(names)}
    rows = [{name: None if dice.random() < 0.3 else SCALARS[name][1](dice) for name in names} for _ in range(ROWS)]
    return record(kinds, namespace="com.example.deep", doc="a doc", aliases=["old_row"]), rows


def unions():
    dice = random.Random("unions")
    one = record({"a": "int", "b": "string"}, "one")
    two = record({"b": "string", "c": ["null", "double"]}, "two")
    kinds = {
        "int_long": ["int", "long"],
        "int_double": ["int", "double"],
        "null_only": ["null"],
        "string_int": ["null", "string", "int"],
        "int_boolean": ["int", "boolean"],
        "records": ["null", one, two],
        "list_or_one": ["null", "string", {"type": "array", "items": "string"}],
        "map_or_null": [{"type": "map", "values": ["null", "int"]}, "null"],
        "enum_or_string": ["null", {"type": "enum", "name": "few", "symbols": ["A", "B"]}, "string"],
    }
    makers = {
        "int_long": whole(64),
        "int_double": lambda dice: dice.choice([1, -5, 0.5, 1e300]),
        "null_only": lambda _dice: None,
        "string_int": lambda dice: dice.choice([None, text(dice), 7, -7]),
        "int_boolean": lambda dice: dice.choice([True, False, 3]),
        "records": lambda dice: dice.choice([None, ("one", {"a": 1, "b": text(dice)}), ("two", {"b": "", "c": None}), ("two", {"b": "x", "c": 0.5})]),
        "list_or_one": lambda dice: dice.choice([None, text(dice), [], [text(dice), "b"]]),
        "map_or_null": lambda dice: dice.choice([None, {}, {'k"': 1, "": None}]),
        "enum_or_string": lambda dice: dice.choice([None, "A", "not of the enum"]),
    }
    return record(kinds), [{name: make(dice) for name, make in makers.items()} for _ in range(ROWS)]


def nested():
    dice = random.Random("nested")
    leaf = record({"x": ["null", "long"], "when": logical("long", "timestamp-micros"), "d": logical("bytes", "decimal", precision=9, scale=2)}, "leaf")
    made = lambda: {"x": dice.choice([None, 5]), "when": moment(1)(dice), "d": exact(9, 2)(dice)}
    kinds = {
        "leaf": leaf,
        "leaves": {"type": "array", "items": "leaf"},
        "maybe_leaves": ["null", {"type": "array", "items": ["null", "leaf"]}],
        "by_name": {"type": "map", "values": "leaf"},
        "deep": {"type": "array", "items": {"type": "array", "items": {"type": "map", "values": {"type": "array", "items": "int"}}}},
        "inner": record({"inner": record({"inner": record({"value": "string"}, "c")}, "b"), "empty": record({}, "none")}, "a"),
        "dates": {"type": "array", "items": ["null", logical("int", "date")]},
        "times": {"type": "map", "values": logical("int", "time-millis")},
    }
    rows = [
        {
            "leaf": made(),
            "leaves": [made() for _ in range(dice.randint(0, 3))],
            "maybe_leaves": dice.choice([None, [], [None, made()]]),
            "by_name": {text(dice): made() for _ in range(dice.randint(0, 3))},
            "deep": [[{"k": [1, 2], "l": []}], [], [{}]][: dice.randint(0, 3)],
            "inner": {"inner": {"inner": {"value": text(dice)}}, "empty": {}},
            "dates": [None, day(dice)][: dice.randint(0, 2)],
            "times": {"a": hour(1000)(dice)},
        }
        for _ in range(ROWS)
    ]
    return record(kinds), rows


def recursive():
    """A list, a tree, and two records inside each other."""
    dice = random.Random("recursive")
    tree = {"type": "record", "name": "tree", "fields": [{"name": "v", "type": "long"}, {"name": "kids", "type": {"type": "array", "items": "tree"}}]}
    chain = {"type": "record", "name": "chain", "fields": [{"name": "v", "type": "string"}, {"name": "next", "type": ["null", "chain"]}]}
    ping = {"type": "record", "name": "ping", "fields": [{"name": "pong", "type": ["null", {"type": "record", "name": "pong", "fields": [{"name": "ping", "type": ["null", "ping"]}, {"name": "n", "type": "int"}]}]}]}

    def grown(depth):
        return {"v": whole(64)(dice), "kids": [grown(depth - 1) for _ in range(dice.randint(0, 2))] if depth else []}

    def linked(depth):
        return {"v": text(dice), "next": linked(depth - 1) if depth else None}

    def played(depth):
        return {"pong": {"ping": played(depth - 1), "n": depth} if depth else None}

    rows = [{"tree": grown(4), "chain": linked(dice.randint(0, 20)), "ping": played(dice.randint(0, 5))} for _ in range(ROWS)]
    return record({"tree": tree, "chain": chain, "ping": ping}), rows


SETS = {"scalars": scalars(), "optional": optional(), "unions": unions(), "nested": nested(), "recursive": recursive()}
CODECS = ("null", "deflate", "snappy", "zstandard", "bzip2", "xz", "lz4")
refused = []


def attempt(name, write):
    path = place(name)
    try:
        write(path)
    except Exception as error:  # Each writer has its own.
        path.unlink(missing_ok=True)
        path.parent.rmdir()
        refused.append(f"{name}: {type(error).__name__} {error}")


def fast(name, schema, rows, **options):
    def write(path):
        with open(path, "wb") as file:
            fastavro.writer(file, schema, rows, **options)

    attempt(name, write)


def by_fastavro():
    for name, (schema, rows) in SETS.items():
        fast(f"fast_{name}", schema, rows)
        fast(f"fast_{name}_small_blocks", schema, rows, sync_interval=1, codec="deflate")
        fast(f"fast_{name}_none", schema, [])
    schema, rows = SETS["optional"]
    for codec in CODECS:
        fast(f"fast_codec_{codec}", schema, rows, codec=codec)
    for level in (1, 9):
        fast(f"fast_deflate_{level}", schema, rows, codec="deflate", codec_compression_level=level)
        fast(f"fast_zstandard_{level}", schema, rows, codec="zstandard", codec_compression_level=level)
    fast("fast_metadata", schema, rows, metadata={"writer": "others", "ключ": "значение" * 1000})
    fast("fast_wide_value", record({"s": "string"}), [{"s": "x" * 3_000_000}, {"s": ""}])
    fast("fast_many_columns", record({f"c{index}": "int" for index in range(2000)}), [{f"c{index}": index for index in range(2000)}] * 3)
    fast("fast_no_columns", record({}), [{}] * 5)
    far = {"day": logical("int", "date"), "utc": logical("long", "timestamp-micros"), "ms": logical("long", "timestamp-millis")}
    ends = [(-(2**31), -(2**63), -(2**63)), (2**31 - 1, 2**63 - 1, 2**63 - 1), (-719_163, -62_135_596_800_000_001, -62_135_596_800_001)]
    fast("fast_far", record(far), [dict(zip(far, one)) for one in ends])
    fast("fast_top_int", "int", [1, 2])
    fast("fast_top_union", ["null", record({"a": "int"})], [{"a": 1}, None])
    fast("fast_top_array", {"type": "array", "items": "int"}, [[1]])
    many = record({"id": "long", "s": "string"})
    fast("fast_many_rows", many, ({"id": index, "s": f"row {index}"} for index in range(50_000)), codec="snappy")
    ordered = {"type": "record", "name": "r", "fields": [{"name": "a", "type": "int", "default": 5, "order": "descending", "aliases": ["b"], "doc": "d"}, {"name": "c", "type": ["null", "int"], "default": None}]}
    fast("fast_defaults", ordered, [{}, {"a": 1, "c": 2}])
    spaced = {"type": "record", "name": "com.a.b.Row", "fields": [{"name": "x", "type": {"type": "enum", "name": "E", "namespace": "other", "symbols": ["A"]}}, {"name": "y", "type": "other.E"}, {"name": "z", "type": {"type": "record", "name": "In", "fields": [{"name": "f", "type": {"type": "fixed", "name": "F", "size": 2}}]}}, {"name": "w", "type": ["null", "In", "com.a.b.F"]}]}
    fast("fast_namespaces", spaced, [{"x": "A", "y": "A", "z": {"f": b"ab"}, "w": b"cd"}, {"x": "A", "y": "A", "z": {"f": b"ab"}, "w": None}])


def plain(found):
    return str(found) if isinstance(found, uuid.UUID) else found


def by_apache():
    """The reference implementation, which knows no local timestamps."""
    for name in ("scalars", "optional", "nested", "recursive"):
        schema, rows = SETS[name]
        known = [field for field in schema["fields"] if not field["name"].startswith("local_")]
        for codec in ("null", "deflate", "snappy", "zstandard", "bzip2"):

            def write(path):
                schema_text = json.dumps({**schema, "fields": known})
                with open(path, "wb") as file, avro.datafile.DataFileWriter(file, avro.io.DatumWriter(), avro.schema.parse(schema_text), codec) as out:
                    for row in rows:
                        out.append({field["name"]: plain(row[field["name"]]) for field in known})

            attempt(f"apache_{name}_{codec}", write)


def by_polars():
    frame = pl.DataFrame(
        {
            "i": [1, None, -(2**63)],
            "f": [0.5, None, float("nan")],
            "s": ["a", None, 'ü"\n'],
            "o": [True, None, False],
            "b": [b"\x00\xff", None, b""],
            "day": [datetime.date(2026, 1, 15), None, datetime.date(1, 1, 1)],
            "when": [datetime.datetime(2026, 1, 15, 14, 30, 0, 123456), None, datetime.datetime(1, 1, 1)],
            "list": [[1, None], None, []],
            "with space": ["a", "b", None],
            "structs": [[{"x": 1}], None, [None, {"x": None}]],
            "in_struct": [{"st": {"st": 1}}, None, {"st": None}],
            "st": [{"x": 1, "y": "a"}, None, {"x": None, "y": None}],
        }
    )
    for codec in ("uncompressed", "deflate", "snappy"):
        attempt(f"polars_{codec}", lambda path: frame.write_avro(path, compression=codec, name="row"))
        for column in frame.columns:
            attempt(f"polars_{codec}_{column}", lambda path: frame.select(column).write_avro(path, compression=codec))


for write in (by_fastavro, by_apache, by_polars):
    write()
print(json.dumps({"tables": len(list(target.iterdir())), "refused": refused}))
