"""Prints a Parquet file with values that get lost on careless ways."""

import datetime
import decimal
import sys

import pyarrow as pa
import pyarrow.parquet as pq

utc = datetime.timezone.utc
table = pa.table(
    {
        "id": pa.array([1, 2, 9223372036854775807], pa.int64()),
        "price": pa.array([decimal.Decimal("1.10"), None, decimal.Decimal("-12345678901234567890.12")], pa.decimal128(30, 2)),
        "ratio": pa.array([0.1, 1e300, -0.0], pa.float64()),
        "zip": pa.array(["00123", "é\n\"\\", ""], pa.string()),
        "at": pa.array([datetime.datetime(2026, 1, 15, 14, 30, 0, 123456, utc), None, datetime.datetime(1970, 1, 1, tzinfo=utc)], pa.timestamp("us", tz="UTC")),
        "day": pa.array([datetime.date(2026, 1, 15), None, datetime.date(1969, 12, 31)], pa.date32()),
        "raw": pa.array([b"\x00\xff", None, b""], pa.binary()),
        "tags": pa.array([["a", None], [], None], pa.list_(pa.string())),
        "shape": pa.array([{"x": 1, "y": {"z": True}}, None, {"x": None, "y": None}], pa.struct([("x", pa.int32()), ("y", pa.struct([("z", pa.bool_())]))])),
    }
)
sink = pa.BufferOutputStream()
pq.write_table(table, sink)
sys.stdout.buffer.write(sink.getvalue().to_pybytes())
