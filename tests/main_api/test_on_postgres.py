"""The tests of main_api once more on PostgreSQL: this process has SQLite already, so another one runs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 1800
LEFT_OUT = (Path(__file__), ROOT / "tests" / "main_api" / "test_catalogue_plans.py")  # this one; the plans of SQLite


@pytest.mark.timeout(TIMEOUT_S + 60)
@pytest.mark.skipif("postgresql" in os.environ.get("MAIN_DATABASE_URL", ""), reason="runs on PostgreSQL already")
def test_main_api_passes_its_tests_on_postgresql_too(postgres_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/main_api"]
        + [f"--ignore={path}" for path in LEFT_OUT],
        cwd=ROOT,
        env={**os.environ, "MAIN_DATABASE_URL": postgres_url, "ASTRODIST_FUZZ_CASES": "2"},  # the many are on SQLite
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout and "skipped" not in done.stdout
