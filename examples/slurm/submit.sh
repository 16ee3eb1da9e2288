#!/bin/bash
# Starts one run of N parts: ./submit.sh N. The current folder has source.json, destination.json and catalog.json.
# Each run gets a folder below runs/, with its copy of these files, its logs, and at the end states.jsonl.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
count=$1

SYNC_RUN=$(date -u +%Y%m%dT%H%M%SZ)
mkdir -p runs
mkdir "runs/$SYNC_RUN" # Fails if the name is taken: two runs must not have the same one.
cp destination.json catalog.json "runs/$SYNC_RUN/"
# All readers see the same files: those that were modified before this moment.
sed "s/\"NOW\"/\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"/" source.json >"runs/$SYNC_RUN/source.json"
if [ -n "${STATES:-}" ]; then cp "$STATES" "runs/$SYNC_RUN/earlier-states.jsonl"; fi

export SYNC_RUN SHARD_COUNT="$count"
parts=$(sbatch --parsable --chdir="runs/$SYNC_RUN" --array="0-$((count - 1))${PARALLEL:+%$PARALLEL}" "$here/part.sbatch")
commit=$(sbatch --parsable --chdir="runs/$SYNC_RUN" --dependency="afterany:$parts" "$here/commit.sbatch")
echo "$SYNC_RUN $parts $commit"
