#!/usr/bin/env bash
# scripts/check.sh [ROOM]: format, lint, types, imports, contracts and advisories; runs all and fails when any of them fails.
set -uo pipefail
cd "$(dirname "$0")/.."
room=${1:-}
failed=0
step() {
    echo "-- $*"
    "$@" || failed=1
}
wants() { [ -z "$room" ] || [ "$room" = "$1" ]; }

if [ -z "$room" ]; then
    step .venv/bin/ruff format --check --quiet .
    step .venv/bin/ruff check --quiet .
elif [ -d "$room" ] && [ "$room" != frontend ] && [ "$room" != protos ]; then
    step .venv/bin/ruff format --check --quiet "$room" "tests/$room"
    step .venv/bin/ruff check --quiet "$room" "tests/$room"
fi
wants calc_grpc && step .venv/bin/mypy -p calc_grpc
wants gateway && step .venv/bin/mypy -p gateway
[ -z "$room" ] && step env MYPYPATH=clients/python/src:protos/gen .venv/bin/mypy -p astrodist_client
wants main_api && step .venv/bin/python main_api/manage.py makemigrations --check --dry-run
[ -z "$room" ] && step .venv/bin/lint-imports
wants frontend && step npm --prefix frontend run --silent lint
wants protos && step scripts/check_protos.sh
[ -z "$room" ] && step .venv/bin/python scripts/audit.py
exit $failed
