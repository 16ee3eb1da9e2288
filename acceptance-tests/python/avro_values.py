"""What source-s3 should make of an Avro file by its published table of values, from what fastavro finds in it.

fastavro reads without logical types, so that dates beyond Python's are there as they are stored.
"""

import base64
import json
import math
import uuid
from decimal import Context, Decimal

import fastavro

from json_text import Float, Number
from time_text import DAY, UNITS, clock, date_text, instant_text

fastavro.read.LOGICAL_READERS.clear()
EXACT = Context(prec=200)
PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
#: Seconds from 1970 to what microseconds in 64 bits reach.
FURTHEST = 9_223_372_036_855

NUMBER, STRING, BINARY = {"type": ["null", "number"]}, {"type": ["null", "string"]}, {"type": ["null", "string"], "contentEncoding": "base64"}
INTEGER, BOOLEAN = {"type": ["null", "integer"]}, {"type": ["null", "boolean"]}
TIME = {"type": ["null", "string"], "airbyte_type": "time_without_timezone"}


def instant_schema(utc):
    return {"type": ["null", "string"], "format": "date-time", "airbyte_type": f"timestamp_with{'' if utc else 'out'}_timezone"}


class Kind:
    """A type of the schema, with what it names resolved: its logical type is part of it."""

    def __init__(self, node, names, space=""):
        if isinstance(node, dict) and isinstance(node["type"], (dict, list)):
            node = node["type"]
        if isinstance(node, str):
            node = {"type": node} if node in PRIMITIVES else names[node if node in names else f"{space}.{node}"]
        self.node = node if isinstance(node, dict) else {"type": "union"}
        self.kind, self.name = self.node["type"], ""
        self.logical = self.node.get("logicalType")
        if self.node.get("name"):
            name = self.node["name"]
            full = name if "." in name or not self.node.get("namespace", space) else f"{self.node.get('namespace', space)}.{name}"
            names[full] = self.node
            space = full.rpartition(".")[0]
            self.name = full
        self.names, self.space, self.branches = names, space, node if isinstance(node, list) else []

    def of(self, node):
        return Kind(node, self.names, self.space)

    def fields(self):
        return [(field["name"], self.of(field["type"])) for field in self.node["fields"]]


def schema(kind, above=()):
    if kind.kind == "record":
        if kind.name in above:
            return {"type": ["null", "object"], "properties": {}}
        members = {name: schema(member, (*above, kind.name)) for name, member in kind.fields()}
        return {"type": ["null", "object"], "properties": members}
    if kind.kind == "array":
        return {"type": ["null", "array"], "items": schema(kind.of(kind.node["items"]), above)}
    if kind.kind == "map":
        return {"type": ["null", "object"], "additionalProperties": schema(kind.of(kind.node["values"]), above)}
    if kind.kind == "union":
        found = [schema(branch, above) for branch in map(kind.of, kind.branches) if branch.kind != "null"]
        return merged(found)
    if kind.logical in ("date",):
        return {"type": ["null", "string"], "format": "date"}
    if kind.logical in ("time-millis", "time-micros"):
        return TIME
    if "timestamp" in (kind.logical or ""):
        return instant_schema(not kind.logical.startswith("local"))
    if kind.logical == "decimal":
        return NUMBER
    return {"int": INTEGER, "long": INTEGER, "float": NUMBER, "double": NUMBER, "boolean": BOOLEAN, "bytes": BINARY, "fixed": BINARY}.get(kind.kind, STRING)


def merged(found):
    """Of a union: the same, numbers, members of all records, else text."""
    if not found:
        return STRING
    if all(one == found[0] for one in found):
        return found[0]
    if all(one in (NUMBER, INTEGER) for one in found):
        return NUMBER
    if all("properties" in one for one in found):
        names = dict.fromkeys(name for one in found for name in one["properties"])
        return {"type": ["null", "object"], "properties": {name: merged([one["properties"][name] for one in found if name in one["properties"]]) for name in names}}
    return STRING


def value(kind, stored):
    if kind.kind == "union":
        return union_value(kind, stored)
    if kind.kind == "record":
        return {name: value(member, stored[name]) for name, member in kind.fields()}
    if kind.kind == "array":
        items = kind.of(kind.node["items"])
        return [value(items, one) for one in stored]
    if kind.kind == "map":
        values = kind.of(kind.node["values"])
        return {key: value(values, one) for key, one in stored.items()}
    return scalar(kind, stored)


def scalar(kind, stored):
    logical = kind.logical
    if logical == "date":
        return date_text(stored)
    if logical in ("time-millis", "time-micros"):
        units = UNITS["ms" if logical == "time-millis" else "us"]
        return clock(*divmod(stored, units), units) if 0 <= stored < DAY * units else None
    if "timestamp" in (logical or ""):
        units = UNITS[{"millis": "ms", "micros": "us", "nanos": "ns"}[logical.rpartition("-")[2]]]
        zone = "" if logical.startswith("local") else "Z"
        return instant_text(stored, units, zone) if abs(stored // units) <= FURTHEST else None
    if logical == "decimal":
        unscaled = int.from_bytes(stored, "big", signed=True)
        return Number(format(Decimal(unscaled).scaleb(-kind.node.get("scale", 0), EXACT), "f"))
    if kind.kind in ("int", "long"):
        return Number(stored)
    if kind.kind in ("float", "double"):
        return Float(stored) if math.isfinite(stored) else None
    if kind.kind in ("bytes", "fixed"):
        return str(uuid.UUID(bytes=stored)) if logical == "uuid" else base64.b64encode(stored).decode()
    return stored


PYTHON = {"boolean": bool, "int": int, "long": int, "float": float, "double": float, "string": str, "enum": str, "bytes": bytes, "fixed": bytes, "array": list, "map": dict, "record": dict}


def union_value(kind, stored):
    if stored is None:
        return None
    found = schema(kind)
    for branch in map(kind.of, kind.branches):
        if isinstance(stored, tuple):  # A named type of several.
            if stored[0] == branch.name:
                return cast(value(branch, stored[1]), found)
        elif type(stored) is PYTHON.get(branch.kind):
            return cast(value(branch, stored), found)
    raise TypeError(f"no branch for {type(stored)}")


def cast(json_value, wanted):
    """To what a union is declared as."""
    if wanted == STRING and not isinstance(json_value, str) or wanted == STRING and isinstance(json_value, Number):
        return plain_text(json_value)
    if "properties" in wanted and isinstance(json_value, dict) and wanted["properties"]:
        return {name: json_value.get(name) for name in wanted["properties"]}
    return json_value


def plain_text(json_value):
    if isinstance(json_value, (Number, Float)):
        return str(json_value)
    return json.dumps(json_value, ensure_ascii=False, separators=(",", ":"))


def opened(file):
    reader = fastavro.reader(file, return_record_name=True)
    return reader, Kind(json.loads(reader.metadata["avro.schema"]), {})


def schema_of(path):
    with open(path, "rb") as file:
        return schema(opened(file)[1])["properties"]


def rows_of(path, _data_format):
    with open(path, "rb") as file:
        reader, kind = opened(file)
        return [value(kind, row) for row in reader]
