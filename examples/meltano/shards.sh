#!/bin/sh
# Prints N pairs of plugins, each with its shard, its worker and a schedule: ./shards.sh N > shards.meltano.yml. In meltano.yml,
# include_paths has shards.meltano.yml, and the plugins tap-s3-tables and target-s3-batch have all other settings.
set -eu
count=$1

each() { # $1: a text with INDEX and COUNT
  index=0
  while [ "$index" -lt "$count" ]; do
    echo "$1" | sed "s/INDEX/$index/g; s/COUNT/$count/g"
    index=$((index + 1))
  done
}
echo 'plugins:'
echo '  extractors:'
each '  - name: tap-s3-tables--INDEX
    inherit_from: tap-s3-tables
    config: {shard.index: INDEX, shard.count: COUNT}'
echo '  loaders:'
each '  - name: target-s3-batch--INDEX
    inherit_from: target-s3-batch
    config: {worker_id: "INDEX"}'
echo 'jobs:'
each '- name: s3-tables--INDEX
  tasks:
  - tap-s3-tables--INDEX target-s3-batch--INDEX'
echo 'schedules:'
each '- name: s3-tables--INDEX
  job: s3-tables--INDEX
  interval: "@hourly"'
