#!/usr/bin/env bash
# scripts/test.sh [ROOM]: run every test, or those of one room; fails when any of them fails.
# Pytest comes last: what it says of its failures is then the end of a log, which is all that some readers see.
set -uo pipefail
cd "$(dirname "$0")/.."
room=${1:-}
failed=0
if [ -z "$room" ] || [ "$room" = frontend ]; then
    (cd frontend && npm run --silent test) || failed=1
fi
if [ "$room" != frontend ]; then
    .venv/bin/python -m pytest "tests${room:+/$room}" || failed=1
fi
exit $failed
