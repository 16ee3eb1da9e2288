"""JSON compared by its text: a number is the digits that were written, not what a parser makes of them."""

import json
import math
from itertools import zip_longest

MISSING = object()


class Number(str):
    """The text of a JSON number."""


class Float(float):
    """A number whose text may be any that reads back as the same double."""


class AsText:
    """A value whose JSON text is the value that is wanted."""

    def __init__(self, value):
        self.value = value


def parse(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def differs(found, wanted, path=""):
    """Where two JSON values differ, in words; None when they are equal."""
    if isinstance(wanted, AsText):
        if not isinstance(found, str) or isinstance(found, Number):
            return f"{path}: {found!r}, not the text of {wanted.value!r}"
        return differs(parse(found), wanted.value, path)
    if isinstance(wanted, Float):
        if not isinstance(found, Number):
            return f"{path}: {found!r}, not {wanted!r}"
        same = float(found) == wanted and math.copysign(1, float(found)) == math.copysign(1, wanted)
        return None if same else f"{path}: {found}, not {wanted!r}"
    if isinstance(wanted, dict) and isinstance(found, dict):
        if list(found) != list(wanted) and (set(found) != set(wanted)):
            return f"{path}: has {list(found)[:20]}, not {list(wanted)[:20]}"
        pairs = [(f"{path}.{key}", found[key], wanted[key]) for key in wanted]
    elif isinstance(wanted, list) and isinstance(found, list):
        pairs = [(f"{path}[{i}]", *pair) for i, pair in enumerate(zip_longest(found, wanted, fillvalue=MISSING))]
    else:
        same = found == wanted and type(found) is type(wanted)
        return None if same else f"{path}: {str(found)[:200]!r}, not {str(wanted)[:200]!r}"
    return next((why for where, a, b in pairs if (why := differs(a, b, where)) is not None), None)
