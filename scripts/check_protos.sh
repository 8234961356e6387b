#!/usr/bin/env bash
# scripts/check_protos.sh: lint the contracts, and compare them with the last release (without one: the last commit)
# so that no change breaks a client. Offline: buf reads the descriptor images that protoc makes.
set -euo pipefail
cd "$(dirname "$0")/.."
buf=$PWD/frontend/node_modules/.bin/buf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

.venv/bin/python scripts/build_protos.py --image "$work/now.binpb"
(cd protos && "$buf" lint "$work/now.binpb")

base=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || git rev-parse --quiet --verify HEAD || true)
if [ -n "$base" ] && git cat-file -e "$base:protos/astrodist" 2>/dev/null; then
    git archive "$base" protos | tar -x -C "$work"
    .venv/bin/python scripts/build_protos.py --source "$work/protos" --image "$work/base.binpb"
    (cd protos && "$buf" breaking "$work/now.binpb" --against "$work/base.binpb")
fi
