#!/usr/bin/env bash
# Makes a local stand-in for the base image node:24-bookworm-slim out of Debian's and npm's packages, where no registry of
# images answers: the same Debian release, the same line of Node, the user node (1000). To be named by BASE, since the images
# are otherwise built on the pinned digest (tools/images/Dockerfile). Needs root, mmdebstrap and a Docker
# engine that runs (DOCKER_HOST says where, if it is not the usual place).
set -euo pipefail
tag=${1:-node:24-bookworm-slim}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$(dirname "$0")/.."

mmdebstrap --quiet --variant=minbase --include=ca-certificates,libstdc++6 bookworm "$work/root"
install -m755 "$(readlink -f node_modules/.bin/node)" "$work/root/usr/local/bin/node"
rm -rf "$work"/root/var/cache/apt/* "$work"/root/var/lib/apt/lists/* "$work"/root/usr/share/{doc,man,locale}/*
chroot "$work/root" groupadd --gid 1000 node
chroot "$work/root" useradd --uid 1000 --gid node --create-home --shell /bin/bash node
tar -C "$work/root" --numeric-owner --one-file-system -c . |
  docker import -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' -c 'CMD ["node"]' - "$tag"
