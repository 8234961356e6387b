"""Known faults of the packages used, where the network lets one ask: python scripts/audit.py

Asks PyPI's and npm's advisories about requirements.lock and frontend/package-lock.json. Fails for a fault with a
version that mends it; a fault without one is only printed, for no change here can answer it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT_S = 120


def main() -> int:
    """Exit codes: 0 nothing to mend, or nobody could be asked; 1 a package has to be raised."""
    findings = []
    for name, audit in (("pip-audit", python_findings), ("npm audit", node_findings)):
        try:
            found = list(audit())
        except (OSError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
            print(f"{name}: not asked, its advisories cannot be reached from here ({type(error).__name__})")
            continue
        print(f"{name}: {len(found)} known faults")
        findings += found
    for package, fault, mended_in in findings:
        print(f"  {package}: {fault}, {f'mended in {mended_in}' if mended_in else 'not mended in any version'}")
    return 1 if any(mended_in for _, _, mended_in in findings) else 0


def python_findings() -> Iterator[tuple[str, str, str]]:
    """Package, fault, and the versions that mend it; ValueError when PyPI did not know what was asked."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", "requirements.lock", "--no-deps", "--disable-pip"]
    answer = _json_of([*command, "--format", "json", "--progress-spinner", "off"], ROOT)
    asked = [package for package in answer["dependencies"] if "skip_reason" not in package]
    if not asked:
        raise ValueError("PyPI's advisories know none of the packages")
    for package in asked:
        for fault in package["vulns"]:
            yield f"{package['name']} {package['version']}", fault["id"], ", ".join(fault["fix_versions"])


def node_findings() -> Iterator[tuple[str, str, str]]:
    """Package, fault, and whether a version mends it; of what reaches a browser only."""
    answer = _json_of(["npm", "audit", "--json", "--omit=dev"], ROOT / "frontend")
    for package in answer["vulnerabilities"].values():
        faults = ", ".join(via["title"] for via in package["via"] if isinstance(via, dict)) or "by a package it uses"
        yield package["name"], faults, "a newer version" if package["fixAvailable"] else ""


def _json_of(command: list[str], folder: Path) -> dict[str, Any]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    answer = json.loads(done.stdout)
    if not isinstance(answer, dict):
        raise ValueError("expected a JSON object")
    return answer


if __name__ == "__main__":
    sys.exit(main())
