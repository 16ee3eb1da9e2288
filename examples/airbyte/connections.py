"""Creates N connections that divide the files of each table: connections.py N. Python's standard library is enough.

The current folder has source.json and destination.json, the configs without "shard" and "worker_id", and streams.json, a list of the names of
streams. Each connection has a source with its shard and its own state, and a destination with its own worker_id. All of them append.
Environment: AIRBYTE_API (https://airbyte.example.com/api/public/v1), AIRBYTE_TOKEN, AIRBYTE_WORKSPACE, and the ids of the two definitions,
AIRBYTE_SOURCE_DEFINITION and AIRBYTE_DESTINATION_DEFINITION.
"""

import json
import os
import sys
import urllib.request


def create(kind, body):
    request = urllib.request.Request(
        f"{os.environ['AIRBYTE_API']}/{kind}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {os.environ['AIRBYTE_TOKEN']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def load(name):
    with open(name, encoding="utf-8") as file:
        return json.load(file)


def connector(side, name, more):
    definition = os.environ[f"AIRBYTE_{side.upper()}_DEFINITION"]
    body = {"name": name, "workspaceId": os.environ["AIRBYTE_WORKSPACE"], "definitionId": definition}
    return create(f"{side}s", {**body, "configuration": {**load(f"{side}.json"), **more}})[f"{side}Id"]


count = int(sys.argv[1])
streams = [{"name": name, "syncMode": "incremental_append"} for name in load("streams.json")]
for index in range(count):
    name = f"S3 tables {index} of {count}"
    source = connector("source", name, {"shard": {"index": index, "count": count}})
    destination = connector("destination", name, {"worker_id": str(index)})
    connection = {"name": name, "sourceId": source, "destinationId": destination, "schedule": {"scheduleType": "manual"}}
    create("connections", {**connection, "configurations": {"streams": streams}})
    print(name)
