#!/bin/bash
# One part of a run. Its number is on standard input, the rest comes from parts.py. In source.json, "modified_before" is "NOW".
cd "$S3_PARTS_FOLDER" || exit 1
read -r SHARD_INDEX || exit 0
export SHARD_INDEX

# The destination decides whether the part is done, so there is no pipefail.
source-s3 read --config <(sed "s/\"NOW\"/\"$MODIFIED_BEFORE\"/" source.json) --catalog catalog.json |
  destination-s3-batch write --config destination.json --catalog catalog.json >&2
