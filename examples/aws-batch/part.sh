#!/bin/bash
# One part of a run: a child of an AWS Batch array job, whose ID is the name of the run. In source.json, "modified_before" is "NOW".
export SYNC_RUN="${AWS_BATCH_JOB_ID%%:*}"

# The destination decides whether the part is done, so there is no pipefail.
source-s3 read --config <(sed "s/\"NOW\"/\"$MODIFIED_BEFORE\"/" source.json) --catalog catalog.json |
  destination-s3-batch write --config destination.json --catalog catalog.json
