#!/usr/bin/env bash
# scripts/check_node.sh: stop with a clear word when Node is missing or too old for the build of the interface.
set -euo pipefail
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "AstroDist builds its interface with Node 20.19 or newer (22.13 of the 22 line); node or npm is missing." >&2
    exit 1
fi
if ! node -e '
const [major, minor] = process.versions.node.split(".").map(Number);
process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major > 22 ? 0 : 1)'; then
    echo "AstroDist builds its interface with Node 20.19 or newer (22.13 of the 22 line); this is $(node --version)." >&2
    exit 1
fi
