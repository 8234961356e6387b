"""main_api on PostgreSQL: its whole test suite again, on a real server that is made and thrown away here."""

import os
import subprocess
import sys

from tests.system.deployment import ROOT


def test_main_api_passes_its_tests_on_postgresql(postgres_url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/main_api"],
        cwd=ROOT,
        env={**os.environ, "MAIN_DATABASE_URL": postgres_url},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
