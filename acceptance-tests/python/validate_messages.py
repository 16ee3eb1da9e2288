"""Validates what the programs printed by Airbyte's published protocol models: standard input, a message a line.

Prints {"messages": {type: count}, "extras": [path, ...]}: the extras are fields that the models let pass without knowing
them. Exits with 1 and the line at the first line that is not a message.
"""

import json
import sys
from collections import Counter

from airbyte_protocol.models import AirbyteMessage, AirbyteStateBlob
from pydantic import BaseModel


def extras(value, path):
    if isinstance(value, list):
        for item in value:
            yield from extras(item, path + "[]")
    elif isinstance(value, BaseModel) and not isinstance(value, AirbyteStateBlob):  # A connector's own business.
        for name in value.model_extra or {}:
            yield f"{path}.{name}"
        for name in type(value).model_fields:
            yield from extras(getattr(value, name), f"{path}.{name}")


messages = Counter()
unknown = set()
for number, line in enumerate(sys.stdin.buffer, start=1):
    try:
        message = AirbyteMessage.model_validate_json(line)
    except ValueError as error:
        sys.exit(f"line {number} is no Airbyte message: {error}\n{line[:2000].decode(errors='replace')}")
    messages[message.type.value] += 1
    unknown.update(extras(message, message.type.value))
print(json.dumps({"messages": messages, "extras": sorted(unknown)}))
