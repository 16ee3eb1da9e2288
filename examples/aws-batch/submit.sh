#!/bin/bash
# Starts one run: ./submit.sh QUEUE. The size of the array in array-job.json is the number of parts.
set -euo pipefail
cd "$(dirname "$0")"
queue=$1

# All readers see the same files: those that were modified before this moment.
array=$(sed "s/QUEUE/$queue/; s/NOW/$(date -u +%Y-%m-%dT%H:%M:%SZ)/" array-job.json)
run=$(aws batch submit-job --query jobId --output text --cli-input-json "$array")
# After all parts have succeeded. The last part publishes the run already; this job prints the states of all readers.
commit=$(sed "s/QUEUE/$queue/; s/ARRAY/$run/" commit-job.json)
aws batch submit-job --query jobId --output text --cli-input-json "$commit"
