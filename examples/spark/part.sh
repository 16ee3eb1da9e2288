#!/bin/bash
# One part of a run. parts.py sends its number on standard input and sets all other variables. In source.json, "modified_before" is "NOW".
cd "$S3_PARTS_FOLDER" || exit 1
read -r SHARD_INDEX || exit 0
export SHARD_INDEX

# The destination decides whether the part is done, so there is no pipefail.
source-s3 read --config <(sed "s/\"NOW\"/\"$MODIFIED_BEFORE\"/" source.json) --catalog catalog.json |
  destination-s3-batch write --config destination.json --catalog catalog.json >&2
