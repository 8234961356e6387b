#!/usr/bin/env bash
# scripts/check_protos.sh: lint the contracts, and compare them with the last release (a tag v*; before there is one: the
# commit named here) so that no change breaks a client. Offline: buf reads the descriptor images that protoc makes.
set -euo pipefail
cd "$(dirname "$0")/.."
first=cf3dd247b28157477066ea24c6d0bfed146d8b3b  # what clients were first given
buf=$PWD/frontend/node_modules/.bin/buf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

.venv/bin/python scripts/build_protos.py --image "$work/now.binpb"
(cd protos && "$buf" lint "$work/now.binpb")

base=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || echo "$first")
if ! git cat-file -e "$base:protos/astrodist" 2>/dev/null; then
    echo "$base is not in this clone: the contracts are compared with its last commit"
    base=$(git rev-parse --quiet --verify HEAD || true)
fi
if [ -n "$base" ] && git cat-file -e "$base:protos/astrodist" 2>/dev/null; then
    git archive "$base" protos | tar -x -C "$work"
    .venv/bin/python scripts/build_protos.py --source "$work/protos" --image "$work/base.binpb"
    (cd protos && "$buf" breaking "$work/now.binpb" --against "$work/base.binpb")
fi
