"""Backup and restore: taken while the system works, put back after everything was lost."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scripts import backup
from scripts.services import ROOT
from tests.postgres import running_postgres
from tests.system.client import sign_in
from tests.system.deployment import Deployment, free_ports, running
from tests.system.test_whole_path import wait_for_results

REQUEST_COUNT = 6


def run_backup(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/backup.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_completed_request_of_a_backup_gets_its_result_after_everything_else_was_lost(tmp_path: Path) -> None:
    observations = json.loads((ROOT / "tests" / "data" / "ceres_1801.json").read_text())["observations"]
    with running(Deployment(tmp_path)) as services:
        observer, moderator = sign_in(services.url, "observer"), sign_in(services.url, "moderator")
        before = run_backup(services.environment, "save", str(tmp_path / "kept"))
        numbers = []
        for _ in range(REQUEST_COUNT):
            number = observer.post("/api/requests", {"designation": "Ceres", "observations": observations}).body["id"]
            observer.put(f"/api/requests/{number}/form")
            assert moderator.put(f"/api/requests/{number}/complete").status == 200
            numbers.append(number)
        saved = run_backup(services.environment, "save", str(tmp_path / "kept"))
        assert saved.returncode == 0, saved.stderr
        # The worst a backup under way can meet: everything was completed between the copies of the two databases.
        shutil.copy(Path(before.stdout.split()[-1]) / "calc.sqlite3", saved.stdout.split()[-1])
        refused = run_backup(services.environment, "restore", saved.stdout.split()[-1])
        assert refused.returncode == 1
        assert "stop the services first" in refused.stderr

        services.stop_all()
        for path in tmp_path.glob("*.sqlite3*"):
            path.unlink()
        restored = run_backup(services.environment, "restore", saved.stdout.split()[-1])
        assert restored.returncode == 0, restored.stderr
        for name in ("calc_grpc", "main_api", "gateway"):
            services.start(name)
        services.wait_until_ready()
        services.manage("repair_calculations", "--older-than", "0")
        for number in numbers:
            assert wait_for_results(moderator, number, 21)["status"] == "COMPLETED"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Two small SQLite databases and ports where nobody listens."""
    urls = {}
    for name, setting in backup.DATABASES:
        path = tmp_path / f"{name}-live.sqlite3"
        fill(path, name)
        urls[setting] = f"sqlite:///{path}"
    ports = dict(zip(backup.PORT_SETTINGS, map(str, free_ports(3)), strict=True))
    return {**urls, **ports}


def fill(path: Path, text: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT)")
        connection.execute("DELETE FROM notes")
        connection.execute("INSERT INTO notes VALUES (?)", (text,))


def text_in(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT text FROM notes").fetchone()[0])


def test_restoring_keeps_what_it_replaces_beside_it(environment: dict[str, str], tmp_path: Path) -> None:
    folder = backup.save(environment, tmp_path / "kept", keep_count=0)
    live = tmp_path / "main-live.sqlite3"
    fill(live, "written later")
    backup.restore(environment, folder)
    assert text_in(live) == "main"
    (replaced,) = (path for path in tmp_path.glob("main-live.sqlite3.replaced-*"))
    assert text_in(replaced) == "written later"


def test_a_database_that_a_process_without_a_port_has_open_is_not_replaced(
    environment: dict[str, str], tmp_path: Path
) -> None:
    folder = backup.save(environment, tmp_path / "kept", keep_count=0)
    with closing(sqlite3.connect(tmp_path / "main-live.sqlite3")) as repair:
        repair.execute("SELECT text FROM notes").fetchall()
        with pytest.raises(backup.BackupError, match="is in use"):
            backup.restore(environment, folder)
    assert not list(tmp_path.glob("*.replaced-*"))
    backup.restore(environment, folder)


def test_a_damaged_database_is_replaced(environment: dict[str, str], tmp_path: Path) -> None:
    folder = backup.save(environment, tmp_path / "kept", keep_count=0)
    live = tmp_path / "main-live.sqlite3"
    live.write_bytes(b"no database at all" * 500)
    backup.restore(environment, folder)
    assert text_in(live) == "main"


def test_what_is_restored_can_be_read_and_written_by_its_owner_alone(
    environment: dict[str, str], tmp_path: Path
) -> None:
    folder = backup.save(environment, tmp_path / "kept", keep_count=0)
    live = tmp_path / "main-live.sqlite3"
    owner = 65_534 if os.geteuid() == 0 else os.geteuid()
    os.chown(live, owner, -1)
    backup.restore(environment, folder)
    assert (live.stat().st_uid, live.stat().st_mode & 0o777) == (owner, 0o600)


def test_only_the_newest_backups_are_kept(environment: dict[str, str], tmp_path: Path) -> None:
    made = [backup.save(environment, tmp_path / "kept", keep_count=2) for _ in range(3)]
    assert sorted((tmp_path / "kept").iterdir()) == made[1:]


def test_failed_backup_leaves_nothing_behind(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "main-live.sqlite3").unlink()
    with pytest.raises(backup.BackupError, match="does not exist"):
        backup.save(environment, tmp_path / "kept", keep_count=0)
    assert list((tmp_path / "kept").iterdir()) == []


def test_damaged_backup_is_refused_before_anything_is_replaced(environment: dict[str, str], tmp_path: Path) -> None:
    folder = backup.save(environment, tmp_path / "kept", keep_count=0)
    with (folder / "main.sqlite3").open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(2048))
    with pytest.raises((backup.BackupError, sqlite3.DatabaseError)):
        backup.restore(environment, folder)
    assert not list(tmp_path.glob("*.replaced-*"))


def test_folder_without_a_backup_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(backup.BackupError, match="holds no backup"):
        backup.restore(environment, tmp_path)


def test_no_password_is_shown_where_a_program_fails(
    environment: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in what is logged, nor in the list of processes."""
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$@"; [ "$PGPASSWORD" = "se:cret" ] && echo known; exit 1\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    url = "postgresql://astrodist:se%3Acret@127.0.0.1/calc"
    with pytest.raises(backup.BackupError) as failed:
        backup.save({**environment, "CALC_DATABASE_URL": url}, tmp_path / "kept", keep_count=0)
    shown = capfd.readouterr().out
    assert "--dbname=postgresql://astrodist@127.0.0.1/calc" in shown and "known" in shown
    assert "cret" not in shown + str(failed.value)


def test_postgresql_is_saved_and_put_back(environment: dict[str, str], tmp_path: Path) -> None:
    psycopg = pytest.importorskip("psycopg")
    with running_postgres() as server:
        urls = {setting: server.url_of(name) for name, setting in backup.DATABASES}
        with psycopg.connect(server.url, autocommit=True) as connection:
            for name, _ in backup.DATABASES:
                connection.execute(f"CREATE DATABASE {name}")
        for name, setting in backup.DATABASES:
            with psycopg.connect(urls[setting]) as connection:
                connection.execute("CREATE TABLE notes (text TEXT)")
                connection.execute("INSERT INTO notes VALUES (%s)", (name,))
        folder = backup.save({**environment, **urls}, tmp_path / "kept", keep_count=0)
        with psycopg.connect(urls["MAIN_DATABASE_URL"]) as connection:
            connection.execute("DELETE FROM notes")
            # What a later release added, and ties to what is replaced.
            connection.execute("ALTER TABLE notes ADD PRIMARY KEY (text)")
            connection.execute("CREATE TABLE later (text TEXT REFERENCES notes)")
        backup.restore({**environment, **urls}, folder)
        with psycopg.connect(urls["MAIN_DATABASE_URL"]) as connection:
            assert connection.execute("SELECT text FROM notes").fetchone() == ("main",)
            assert connection.execute("SELECT to_regclass('later')").fetchone() == (None,)
        with pytest.raises(backup.BackupError, match="another kind of database"):
            backup.restore(environment, folder)
