"""What depends on the database, once more on PostgreSQL: this process has SQLite already, so another one runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = (
    *("asteroids", "catalogue_finish", "catalogue_pages", "catalogue_races", "constraints", "drafts", "import", "list"),
    *("prediction", "races", "repair", "results", "signatures", "transitions"),
)
TIMEOUT_S = 600


@pytest.mark.skipif("postgresql" in os.environ.get("MAIN_DATABASE_URL", ""), reason="runs on PostgreSQL already")
def test_what_depends_on_the_database_passes_on_postgresql_too(postgres_url: str) -> None:
    files = [f"tests/main_api/test_{name}.py" for name in MODULES]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files],
        cwd=ROOT,
        env={**os.environ, "MAIN_DATABASE_URL": postgres_url},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout and "skipped" not in done.stdout
