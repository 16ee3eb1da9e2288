"""Tables with every type that Arrow has, nulls and extremes among their values: what the writers of Parquet are given."""

import decimal
import random

import pyarrow as pa

ROWS = 60


def column(make, kind, seed):
    """`ROWS` values with nulls among them."""
    dice = random.Random(f"{kind} {seed}")
    return pa.array([None if dice.random() < 0.2 else make(dice) for _ in range(ROWS)], kind)


def whole(bits, signed=True):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return lambda dice: dice.choice([low, high, 0, 1, dice.randint(low, high)])


def real(dice):
    return dice.choice([0.0, -0.0, 0.1, 1e300, -1e-300, float("nan"), float("inf"), float("-inf"), dice.random() * 1e6])


def text(dice):
    return dice.choice(["", "a", 'quote " \\ /', "line\nend\r\t\x00\x1f\x7f", "Zoë 日本 😀 \u2028", "x" * dice.randint(0, 300)])


def octets(length=None):
    return lambda dice: dice.randbytes(dice.randint(0, 40) if length is None else length)


def exact(precision, scale):
    most = 10**precision - 1
    context = decimal.Context(prec=80)
    return lambda dice: decimal.Decimal(dice.choice([most, -most, 0, 1, dice.randint(-most, most)])).scaleb(-scale, context)


def moment(least, most):
    return lambda dice: dice.choice([least, most, 0, -1, 1, dice.randint(least, most), 1768487400 * (10 ** (len(str(most)) - 11))])


YEAR = 31_556_952
INTEGERS = {f"{'' if signed else 'u'}int{bits}": whole(bits, signed) for bits in (8, 16, 32, 64) for signed in (True, False)}


def scalars():
    found = {name: column(make, getattr(pa, name)(), 1) for name, make in INTEGERS.items()}
    found |= {
        "bool": column(lambda dice: dice.random() < 0.5, pa.bool_(), 1),
        "float32": column(real, pa.float32(), 1),
        "float64": column(real, pa.float64(), 1),
        "string": column(text, pa.string(), 1),
        "large_string": column(text, pa.large_string(), 2),
        "category": column(text, pa.string(), 3).dictionary_encode(),
        "binary": column(octets(), pa.binary(), 1),
        "fixed": column(octets(5), pa.binary(5), 1),
        "date": column(lambda dice: dice.randint(-719_162, 2_932_896), pa.date32(), 1),
        "time_ms": column(lambda dice: dice.randint(0, 86_399_999), pa.time32("ms"), 1),
        "time_us": column(lambda dice: dice.choice([0, 1, 86_399_999_999, dice.randint(0, 86_399_999_999)]), pa.time64("us"), 1),
    }
    for unit, factor in (("ms", 10**3), ("us", 10**6)):
        for zone in (None, "UTC", "America/New_York"):
            most = 7000 * YEAR * factor
            kind = pa.timestamp(unit, zone)
            name = f"timestamp_{unit}_{'local' if zone is None else zone.split('/')[-1]}"
            found[name] = column(moment(-1900 * YEAR * factor, most), kind, 1)
    for precision, scale in ((1, 0), (4, 2), (9, 9), (10, 3), (18, 0), (19, 5), (38, 0), (38, 37), (38, 38)):
        found[f"decimal_{precision}_{scale}"] = column(exact(precision, scale), pa.decimal128(precision, scale), 1)
    found["null"] = pa.nulls(ROWS)
    return pa.table(found)


def nanoseconds():
    make = moment(-9_223_286_400 * 10**9, 9_223_286_400 * 10**9)
    return pa.table(
        {
            "local": column(make, pa.timestamp("ns"), 1),
            "utc": column(make, pa.timestamp("ns", "UTC"), 2),
            "time": column(lambda dice: dice.randint(0, 86_399_999_999_999), pa.time64("ns"), 1),
            "list": pa.array([[0, 1, None], None, []] * (ROWS // 3), pa.list_(pa.timestamp("ns", "UTC"))),
        }
    )


def nulls():
    """NullType, also inside of lists, structs and maps."""
    return pa.table(
        {
            "id": [1, 2, 3],
            "null": pa.nulls(3),
            "list": pa.array([[None, None], [], None], pa.list_(pa.null())),
            "struct": pa.array([{"a": None, "b": "x"}, None, {"a": None, "b": None}], pa.struct([("a", pa.null()), ("b", pa.string())])),
            "map": pa.array([[("k", None)], [], None], pa.map_(pa.string(), pa.null())),
            "entries": pa.array([[(1, None)], [], None], pa.map_(pa.int32(), pa.null())),
        }
    )


def nested():
    point = pa.struct([("x", pa.int32()), ("y y", pa.string()), ("when", pa.timestamp("us", "UTC")), ("d", pa.date32())])
    made = lambda dice: {"x": dice.randint(-9, 9), "y y": text(dice), "when": dice.randint(0, 10**15), "d": dice.randint(0, 9999)}
    some = lambda make: lambda dice: [make(dice) if dice.random() > 0.2 else None for _ in range(dice.randint(0, 4))]
    entries = lambda key, value: lambda dice: list({key(dice): value(dice) for _ in range(dice.randint(0, 4))}.items())
    small = lambda dice: dice.randint(0, 99)
    deep = pa.int32()
    for _ in range(12):
        deep = pa.list_(deep)
    deeper = pa.string()
    for depth in range(12):
        deeper = pa.struct([(f"s{depth}", deeper)])

    def wrap(value, depth):
        return value if depth == 0 else [wrap(value, depth - 1)]

    def fold(value):
        for depth in range(12):
            value = {f"s{depth}": value}
        return value

    dice = random.Random(7)
    made_of = lambda make, kind: column(make, kind, 1)
    return pa.table(
        {
            "ints": made_of(some(small), pa.list_(pa.int16())),
            "texts": made_of(some(text), pa.list_(pa.string())),
            "blobs": made_of(some(octets()), pa.list_(pa.binary())),
            "decimals": made_of(some(exact(30, 9)), pa.list_(pa.decimal128(30, 9))),
            "narrow": made_of(some(exact(9, 4)), pa.list_(pa.decimal128(9, 4))),
            "whole": made_of(some(exact(5, 0)), pa.list_(pa.decimal128(5, 0))),
            "reals": made_of(some(real), pa.list_(pa.float64())),
            "large": made_of(some(small), pa.large_list(pa.int64())),
            "three": made_of(lambda dice: [small(dice), None, 3], pa.list_(pa.int32(), 3)),
            "point": made_of(made, point),
            "points": made_of(some(made), pa.list_(point)),
            "lists": made_of(some(some(small)), pa.list_(pa.list_(pa.int32()))),
            "map": made_of(entries(lambda dice: f"k{small(dice)}", text), pa.map_(pa.string(), pa.string())),
            "by_int": made_of(entries(small, text), pa.map_(pa.int32(), pa.string())),
            "by_date": made_of(entries(small, real), pa.map_(pa.date32(), pa.float64())),
            "by_bytes": made_of(entries(octets(3), made), pa.map_(pa.binary(), point)),
            "of_points": made_of(entries(lambda dice: f"k{small(dice)}", made), pa.map_(pa.string(), point)),
            "of_maps": made_of(
                entries(lambda dice: f"k{small(dice)}", entries(small, small)),
                pa.map_(pa.string(), pa.map_(pa.int64(), pa.int64())),
            ),
            "maps": made_of(some(entries(lambda dice: f"k{small(dice)}", small)), pa.list_(pa.map_(pa.string(), pa.int64()))),
            "deep": pa.array([wrap(dice.choice([1, None]), 12) for _ in range(ROWS)], deep),
            "deeper": pa.array([fold(dice.choice(["v", None])) for _ in range(ROWS)], deeper),
            "one": pa.array([{"a": None}, None, {"a": {"b": None}}] * (ROWS // 3), pa.struct([("a", pa.struct([("b", pa.int8())]))])),
        }
    )
