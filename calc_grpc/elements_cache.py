"""The published elements of the catalogue as a file for the worker: a cache of what the journal holds.

A file is named by the version it holds, which no two publications share, in any database. One that is missing or
damaged is written anew; those of earlier versions are removed when nobody opens them any more.
"""

import asyncio
import os
import time
from contextlib import suppress
from pathlib import Path

from calc_grpc.catalogue.elements_file import UnknownLayout, append_blob, begin_file, finish_file, is_whole
from calc_grpc.errors import RunFailed
from calc_grpc.journal.catalogue_port import CatalogueStore, ElementsGone
from calc_grpc.patience import until_available

SQLITE_PREFIX = "sqlite:///"
SHARED_DIRECTORY = Path("var/elements")
PREFIX = "elements-"
OUTDATED_AFTER_S = 600.0  # a worker of another server may be about to open it


def cache_directory(database_url: str) -> Path:
    """Beside the database where that is a file, else in var/ of the working directory."""
    if database_url.startswith(SQLITE_PREFIX):
        database = Path(database_url.removeprefix(SQLITE_PREFIX)).absolute()
        return database.with_name(f"{database.name}.elements")
    return SHARED_DIRECTORY.absolute()


class ElementsCache:
    """Knows where the file of the current version is, and writes it when it is not there, or not whole."""

    def __init__(self, store: CatalogueStore, directory: Path) -> None:
        self._store = store
        self._directory = directory
        self._turn = asyncio.Lock()

    async def is_empty(self) -> bool:
        """Whether no catalogue was published yet; raises JournalUnavailable."""
        return await self._store.elements_version() == 0

    async def current(self) -> Path:
        """Return the file of the current version; raises RunFailed where there is no version, or none to read."""
        async with self._turn:
            while True:
                version = await until_available(self._store.elements_version)
                if not version:
                    raise RunFailed(
                        "CATALOGUE_EMPTY", "There is no asteroid catalogue; synchronise it, then try again."
                    )
                path = self._directory / f"{PREFIX}{version}"
                try:
                    if not await asyncio.to_thread(is_whole, path):
                        await until_available(lambda: self._write(version, path))  # noqa: B023 - awaited at once
                    return path
                except ElementsGone:
                    continue  # another one was published meanwhile
                except UnknownLayout as error:
                    raise RunFailed("CATALOGUE_EMPTY", str(error)) from error

    async def _write(self, version: int, path: Path) -> None:
        """Write the file whole or not at all, on the disk before it has its name; outside the event loop."""
        draft = path.with_name(f"draft-{os.getpid()}-{version}")
        await asyncio.to_thread(self._begin, draft)
        try:
            async for blob in self._store.elements_blobs(version):
                await asyncio.to_thread(append_blob, draft, blob)
            await asyncio.to_thread(finish_file, draft)
            await asyncio.to_thread(draft.rename, path)
        finally:
            draft.unlink(missing_ok=True)
        await asyncio.to_thread(self._remove_outdated, path)

    def _begin(self, draft: Path) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        begin_file(draft)

    def _remove_outdated(self, current: Path) -> None:
        before = time.time() - OUTDATED_AFTER_S
        for path in self._directory.iterdir():
            with suppress(FileNotFoundError):  # another server was quicker
                if path != current and path.stat().st_mtime < before:
                    path.unlink()
