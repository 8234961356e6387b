"""Save both databases while everything runs, and put them back: python scripts/backup.py save|restore FOLDER

save writes FOLDER/<UTC time>/ with the database of each room and backup.json; with --keep N, older ones go.
restore wants that inner folder and stopped services; what it replaces stays beside it. Which databases: those of
MAIN_DATABASE_URL and CALC_DATABASE_URL, from the environment or .env. PostgreSQL needs pg_dump, pg_restore and psql.
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.services import ROOT, is_free, read_environment

SQLITE_PREFIX = "sqlite:///"
NOTE = "backup.json"
NAME_FORMAT = "%Y%m%dT%H%M%S.%fZ"
# calc_grpc first: main_api's copy then never lacks a request that the other's copy worked for, and what calc_grpc's
# copy lacks is created again, under the same id, by repair_calculations.
DATABASES = (("calc", "CALC_DATABASE_URL"), ("main", "MAIN_DATABASE_URL"))
PORT_SETTINGS = ("CALC_PORT", "MAIN_PORT", "GATEWAY_PORT")
# The tables of another release would stay, and hold on to those that are replaced.
DROP_ALL_TABLES = """SET client_min_messages = warning;
DO $$ DECLARE name text; BEGIN
FOR name IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public'
LOOP EXECUTE 'DROP TABLE ' || name || ' CASCADE'; END LOOP; END $$;
"""


class BackupError(Exception):
    """This database was not changed; the message says why and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 done; 1 refused or failed, with the reason."""
    options = _parser().parse_args(arguments)
    environment = read_environment()
    try:
        if options.command == "save":
            folder = save(environment, options.folder, keep_count=options.keep)
            print(f"saved in {folder}")
        else:
            for line in restore(environment, options.folder):
                print(line)
            print("restored; start the services, and repair_calculations completes what was under way")
    except (BackupError, OSError, sqlite3.Error) as error:
        print(f"backup: {error}", file=sys.stderr)
        return 1
    return 0


def save(environment: Mapping[str, str], folder: Path, *, keep_count: int) -> Path:
    """Both databases into a new folder of `folder`, which appears only when it is complete; its path."""
    folder.mkdir(parents=True, exist_ok=True)
    moment = datetime.now(UTC).strftime(NAME_FORMAT)
    partial = folder / f".{moment}.partial"
    partial.mkdir(mode=0o700)  # it holds password hashes
    try:
        note = {
            "saved_at": moment,
            "files": {name: _dump(_url(environment, setting), partial / name).name for name, setting in DATABASES},
        }
        (partial / NOTE).write_text(json.dumps(note, indent=2))
    except BaseException:
        shutil.rmtree(partial)
        raise
    done = partial.rename(folder / moment)
    if keep_count:
        finished = sorted(path.parent for path in folder.glob(f"*Z/{NOTE}"))
        for old in finished[:-keep_count]:
            shutil.rmtree(old)
    return done


def restore(environment: Mapping[str, str], folder: Path) -> list[str]:
    """Put the databases of one backup in place; what was done, a line each."""
    try:
        files: dict[str, str] = json.loads((folder / NOTE).read_text())["files"]
    except (OSError, ValueError, KeyError) as error:
        raise BackupError(f"{folder} holds no backup: {NOTE} is missing or damaged") from error
    running = [name for name in PORT_SETTINGS if not is_free(int(environment[name]))]
    if running:
        raise BackupError(f"something listens at {', '.join(running)}: stop the services first")
    plan = [(_url(environment, setting), folder / files[name], setting) for name, setting in DATABASES]
    for url, file, setting in plan:
        if url.startswith(SQLITE_PREFIX) != (file.suffix == ".sqlite3"):
            raise BackupError(f"{file.name} is of another kind of database than {setting}")
        _check(file)
        if url.startswith(SQLITE_PREFIX):
            _refuse_in_use(_path(url))
    return [_put_back(url, file) for url, file, _ in plan]


def _url(environment: Mapping[str, str], setting: str) -> str:
    defaults = {name: f"{SQLITE_PREFIX}var/{room}.sqlite3" for room, name in DATABASES}
    return environment.get(setting) or defaults[setting]


def _path(url: str) -> Path:
    return ROOT / url.removeprefix(SQLITE_PREFIX)  # a relative one is meant from the checkout


def _dump(url: str, target: Path) -> Path:
    if not url.startswith(SQLITE_PREFIX):
        file = target.with_suffix(".dump")
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={file}", url=url)
        return file
    source, file = _path(url), target.with_suffix(".sqlite3")
    if not source.is_file():
        raise BackupError(f"{source} does not exist: nothing to save")
    with closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as connection:
        # One reading transaction: writers go on meanwhile, and the copy is of one moment.
        connection.execute("VACUUM INTO ?", (str(file),))
    _check(file)
    with file.open("rb") as written:
        os.fsync(written.fileno())
    return file


def _check(file: Path) -> None:
    """That a copy can be read as a whole, before anything rests on it."""
    if file.suffix != ".sqlite3":
        _run("pg_restore", "--list", str(file), quiet=True)
        return
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        (finding,) = connection.execute("PRAGMA integrity_check").fetchone()
    if finding != "ok":
        raise BackupError(f"{file} is damaged: {finding}")


def _put_back(url: str, file: Path) -> str:
    if not url.startswith(SQLITE_PREFIX):
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            drop, fill = Path(folder, "drop.sql"), Path(folder, "fill.sql")
            drop.write_text(DROP_ALL_TABLES)
            _run("pg_restore", "--no-owner", f"--file={fill}", str(file))
            # Within one transaction: on an error the database stays as it was.
            strict = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction")
            _run("psql", *strict, f"--file={drop}", f"--file={fill}", url=url, quiet=True)
        return f"{file.name} is in PostgreSQL"
    target = _path(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime(NAME_FORMAT)
    fresh = target.with_name(f"{target.name}.restoring")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)  # it holds password hashes
    shutil.copyfile(file, fresh)
    if os.geteuid() == 0:
        # Whoever could write before can write again.
        owner = (target if target.exists() else target.parent).stat()
        os.chown(fresh, owner.st_uid, owner.st_gid)
    for path in (Path(f"{target}{suffix}") for suffix in ("", "-wal", "-shm")):
        if path.exists():
            path.rename(path.with_name(f"{path.name}.replaced-{stamp}"))
    fresh.rename(target)
    return f"{target} is that of the backup; the one before is beside it, .replaced-{stamp}"


def _refuse_in_use(target: Path) -> None:
    """Raises BackupError while another process, such as repair_calculations, has a database open."""
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(target, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")  # which needs to be alone
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise BackupError(f"{target} is in use: stop the services first, repair_calculations too") from error
        # Any other fault of it is a reason to replace it.


def _run(*command: str, url: str = "", quiet: bool = False) -> None:
    """Run one of PostgreSQL's programs on the database at `url`; its password is seen by nobody else."""
    if shutil.which(command[0]) is None:
        raise BackupError(f"{command[0]} is missing: install PostgreSQL's client programs")
    password = urlsplit(url).password
    shown = url.replace(f":{password}@", "@", 1) if password else url
    secret = {"PGPASSWORD": unquote(password)} if password else {}
    done = subprocess.run(
        [*command, *([f"--dbname={shown}"] if url else [])],
        check=False,
        env={**os.environ, **secret},
        stdout=subprocess.DEVNULL if quiet else None,
    )
    if done.returncode:
        raise BackupError(f"{command[0]} failed; it says why above")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    saving = commands.add_parser("save", help="copy both databases; nothing has to be stopped")
    saving.add_argument("folder", type=Path, help="where backups are kept; made when missing")
    saving.add_argument("--keep", type=int, default=0, metavar="N", help="remove all but the newest N (0: none)")
    restoring = commands.add_parser("restore", help="put the databases of a backup in place; stop the services first")
    restoring.add_argument("folder", type=Path, help="one backup, FOLDER/<UTC time>")
    return parser


if __name__ == "__main__":
    sys.exit(main())
