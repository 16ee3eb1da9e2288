#!/usr/bin/env bash
# Looks for known weaknesses in the images that `npm run image` has made: each as a file, by its id, so that push.sh can push the
# very image. The ids of those that passed are kept in tools/release/scanned/.
set -euo pipefail
cd "$(dirname "$0")/../.."
# To refresh: docker buildx imagetools inspect aquasec/trivy:VERSION, the Digest at the top.
scanner=aquasec/trivy:0.67.2@sha256:e2b22eac59c02003d8749f5b8d9bd073b62e30fefaef5b7c8371204e0a4b0c08
version=$(node -p 'require("./package.json").version')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf tools/release/scanned
mkdir -p tools/release/scanned

for name in source-s3 destination-s3-streaming destination-s3-batch feed-kafka; do
  id=$(docker image inspect --format '{{.Id}}' "${PREFIX:-s3-connectors/}$name:$version")
  docker save --output "$work/image.tar" "$id"
  docker run --rm -v "$work:/scan:ro" "$scanner" image --input /scan/image.tar \
    --exit-code 1 --severity HIGH,CRITICAL --ignore-unfixed
  echo "$id" >"tools/release/scanned/$name"
done
