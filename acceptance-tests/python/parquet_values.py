"""What source-s3 should make of a Parquet file by its published table of values, worked out from pyarrow alone.

The parts: `leaves` (what the footer says of each leaf column), `schema_of` (the JSON schema), `rows_of` (JSON values, in which
a number is a `Number`, so that digits are compared and not what a parser makes of them).
"""

import base64
import json
import math
import uuid
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from json_text import Float, Number
from time_text import DAY, UNITS, clock, date_text, instant_text


def leaves(file):
    """[{physical, logical}], in the order of the file's leaf columns."""
    found = []
    for index in range(len(file.schema)):
        column = file.schema.column(index)
        logical = json.loads(column.logical_type.to_json())
        found.append({"physical": column.physical_type, "logical": logical})
    return found


def is_utc(leaf):
    return leaf["physical"] == "INT96" or leaf["logical"].get("isAdjustedToUTC") is True


def kind_of(leaf):
    """Which line of the table of values holds for a leaf."""
    logical, physical = leaf["logical"]["Type"], leaf["physical"]
    if logical == "Null":
        return "null"
    if physical == "INT96" or logical == "Timestamp":
        return "instant" if is_utc(leaf) else "local"
    if logical in ("String", "Enum", "JSON", "UUID"):
        return "uuid" if logical == "UUID" else "string"
    if logical in ("Date", "Time", "Decimal"):
        return logical.lower()
    if logical in ("Float16",) or physical in ("FLOAT", "DOUBLE"):
        return "float"
    if physical == "BOOLEAN":
        return "boolean"
    return "integer" if physical in ("INT32", "INT64") else "binary"


SCHEMAS = {
    "null": {"type": ["null", "string"]},
    "integer": {"type": ["null", "integer"]},
    "decimal": {"type": ["null", "number"]},
    "float": {"type": ["null", "number"]},
    "boolean": {"type": ["null", "boolean"]},
    "string": {"type": ["null", "string"]},
    "uuid": {"type": ["null", "string"]},
    "binary": {"type": ["null", "string"], "contentEncoding": "base64"},
    "date": {"type": ["null", "string"], "format": "date"},
    "time": {"type": ["null", "string"], "airbyte_type": "time_without_timezone"},
    "instant": {"type": ["null", "string"], "format": "date-time", "airbyte_type": "timestamp_with_timezone"},
    "local": {"type": ["null", "string"], "format": "date-time", "airbyte_type": "timestamp_without_timezone"},
}


class Shape:
    """A column's type: a leaf, or a list, struct or map of shapes."""

    def __init__(self, kind, leaf=None, children=(), names=()):
        self.kind, self.leaf, self.children, self.names = kind, leaf, children, names

    def schema(self):
        if self.kind == "list":
            return {"type": ["null", "array"], "items": self.children[0].schema()}
        if self.kind == "struct":
            properties = {name: child.schema() for name, child in zip(self.names, self.children)}
            return {"type": ["null", "object"], "properties": properties}
        if self.kind == "map":
            key, value = self.children
            if key.kind in ("string", "uuid"):
                return {"type": ["null", "object"], "additionalProperties": value.schema()}
            entry = {"key": key.schema(), "value": value.schema()}
            return {"type": ["null", "array"], "items": {"type": ["null", "object"], "properties": entry}}
        return SCHEMAS[self.kind]


def plain(kind):
    """An arrow type without what pyarrow restores beyond Parquet's own types."""
    if isinstance(kind, pa.BaseExtensionType):
        return plain(kind.storage_type)
    return plain(kind.value_type) if pa.types.is_dictionary(kind) else kind


def is_list(kind):
    types = pa.types
    return types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)


def shape_of(arrow, rest):
    """`rest`: an iterator over the leaves that are not yet used."""
    arrow = plain(arrow)
    if pa.types.is_map(arrow):
        key = shape_of(arrow.key_type, rest)
        return Shape("map", children=(key, shape_of(arrow.item_type, rest)))
    if is_list(arrow):
        return Shape("list", children=(shape_of(arrow.value_type, rest),))
    if pa.types.is_struct(arrow):
        fields = [arrow.field(index) for index in range(arrow.num_fields)]
        children = [shape_of(field.type, rest) for field in fields]
        return Shape("struct", children=children, names=[field.name for field in fields])
    leaf = next(rest)
    return Shape(kind_of(leaf), leaf)


def converter(shape, arrow):
    """A function of an array that gives its JSON values."""
    kind = shape.kind
    if shape.leaf["physical"] == "INT96":  # Whole microseconds have six digits, as in most files.
        return lambda value: instant_text(value, 10**9, "Z") if value % 1000 else instant_text(value // 1000, 10**6, "Z")
    if kind in ("instant", "local"):
        if not pa.types.is_timestamp(arrow):
            raise TypeError(f"pyarrow has a timestamp as {arrow}")
        zone = "Z" if kind == "instant" else ""
        return lambda value: instant_text(value, UNITS[arrow.unit], zone)
    if kind == "time":
        return lambda value: clock(*divmod(value, UNITS[arrow.unit]), UNITS[arrow.unit])
    return {
        "null": str,  # It is never asked for.
        "integer": lambda value: Number(value),
        "decimal": lambda value: Number(format(value, "f")) if isinstance(value, Decimal) else Number(value),
        "float": lambda value: Float(value) if math.isfinite(value) else None,
        "boolean": bool,
        "string": lambda value: value.decode() if isinstance(value, bytes) else value,
        "uuid": lambda value: str(uuid.UUID(bytes=value)),
        "binary": lambda value: base64.b64encode(value).decode(),
        "date": date_text,
    }[kind]


def storage(array):
    """The array with Parquet's own values: no dictionaries, no extension types."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if isinstance(array.type, pa.BaseExtensionType):
        return storage(array.storage)
    if pa.types.is_dictionary(array.type):
        return storage(array.dictionary_decode())
    return array


def numbers(array, kind):
    """Python values of a leaf; times as counts of their unit."""
    types = pa.types
    if types.is_date64(array.type):
        return [None if value is None else value // (DAY * 1000) for value in array.cast(pa.int64()).to_pylist()]
    if types.is_date32(array.type) or types.is_time32(array.type):
        return array.cast(pa.int32()).to_pylist()
    if types.is_temporal(array.type):
        return array.cast(pa.int64()).to_pylist()
    if kind == "string" and (types.is_string(array.type) or types.is_large_string(array.type)):
        return array.cast(pa.large_binary()).to_pylist()
    return array.to_pylist()


def possible_counts(kind, arrow):
    """The counts of a leaf's unit that name a date or a time; None for a leaf that counts nothing."""
    if kind == "date":
        return range(2 - 2**31, 2**31 - 1)
    if kind == "time":
        return range(DAY * UNITS[arrow.unit] + 1)
    if kind in ("instant", "local"):
        if arrow.unit == "ns":
            return range(-(2**63), 2**63)
        return range(-9_223_372_022_400_000_000 if arrow.unit == "us" else 2 - 2**63, 2**63 - 1)
    return None


def values_of(array, shape):
    """JSON values of an array, in its order."""
    array = storage(array)
    if shape.kind in ("list", "map"):
        valid = array.is_valid().to_pylist()
        if pa.types.is_fixed_size_list(array.type):
            size = array.type.list_size
            starts = [(array.offset + index) * size for index in range(len(array) + 1)]
        else:
            starts = array.offsets.to_pylist()
        if shape.kind == "list":
            items = values_of(array.values, shape.children[0])
            return [items[starts[i] : starts[i + 1]] if ok else None for i, ok in enumerate(valid)]
        key_shape, value_shape = shape.children
        keys, items = values_of(array.keys, key_shape), values_of(array.items, value_shape)
        entries = list(zip(keys, items))
        found = []
        for index, ok in enumerate(valid):
            part = entries[starts[index] : starts[index + 1]]
            if not ok:
                found.append(None)
            elif key_shape.kind in ("string", "uuid"):
                found.append(dict(part))
            else:
                found.append([{"key": key, "value": value} for key, value in part])
        return found
    if shape.kind == "struct":
        valid = array.is_valid().to_pylist()
        members = [values_of(array.field(index), child) for index, child in enumerate(shape.children)]
        return [
            {name: member[index] for name, member in zip(shape.names, members)} if ok else None
            for index, ok in enumerate(valid)
        ]
    convert = converter(shape, array.type)
    possible = possible_counts(shape.kind, array.type)
    return [
        None if value is None or (possible is not None and value not in possible) else convert(value)
        for value in numbers(array, shape.kind)
    ]


def shapes_of(file):
    rest = iter(leaves(file))
    arrow = file.schema_arrow
    return [(arrow.field(index).name, shape_of(arrow.field(index).type, rest)) for index in range(len(arrow))]


def schema_of(path):
    with pq.ParquetFile(path) as file:
        return {name: shape.schema() for name, shape in shapes_of(file)}


def rows_of(path, _data_format, batch_rows=20_000):
    """The rows of a file as dictionaries. Of two columns of one name the last one is in them."""
    with pq.ParquetFile(path) as file:
        shapes = shapes_of(file)
        for batch in file.iter_batches(batch_size=batch_rows):
            columns = [values_of(batch.column(index), shape) for index, (_, shape) in enumerate(shapes)]
            for row in range(batch.num_rows):
                yield {name: column[row] for (name, _), column in zip(shapes, columns)}
