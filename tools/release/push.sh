#!/usr/bin/env bash
# `tools/release/push.sh FOLDER`: pushes the images that scan.sh let pass, under the name of this kind of processor, and writes the
# digest of each into FOLDER. An image that is not the one that was scanned is not pushed; one that arrived as another fails.
set -euo pipefail
folder=${1:?FOLDER}
root=$(cd "$(dirname "$0")/../.." && pwd)
version=$(node -p "require('$root/package.json').version")
mkdir -p "$folder"

for name in source-s3 destination-s3-streaming destination-s3-batch feed-kafka; do
  image=$PREFIX$name
  scanned=$(cat "$root/tools/release/scanned/$name")
  built=$(docker image inspect --format '{{.Id}}' "$image:$version")
  if [ "$built" != "$scanned" ]; then
    echo "$image:$version is $built, but $scanned was scanned" >&2
    exit 1
  fi
  docker tag "$scanned" "$image:$version-$(uname -m)"
  docker push "$image:$version-$(uname -m)"
  pushed=$(docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$scanned" | grep -m 1 -F "$image@")
  # An image's id is the digest of its configuration, or of its manifest, as the engine stores it.
  if [ "${pushed#*@}" != "$scanned" ] && ! docker buildx imagetools inspect --raw "$pushed" | grep -q -F "\"$scanned\""; then
    echo "$pushed is not $scanned, which was scanned" >&2
    exit 1
  fi
  echo "$pushed" >"$folder/$name-$(uname -m)"
done
