#!/usr/bin/env bash
# scripts/setup_python.sh: make .venv with the pinned dependencies. PYTHON names the interpreter to use.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "AstroDist needs Python 3.11 or newer; '$python' is $("$python" --version 2>&1 || echo missing)." >&2
    echo "Name another one: make PYTHON=python3.12 run" >&2
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    echo "This Python cannot make virtual environments; on Debian: apt install python3-venv" >&2
    exit 1
fi

echo "Installing the Python dependencies into .venv"
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
# The rooms import the generated contracts as `astrodist`, wherever they are started from.
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n%s\n' "$PWD" "$PWD/protos/gen" > "$site/astrodist.pth"
