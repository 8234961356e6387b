"""What a user sees of each fault of the catalogue's source. Usage: python benchmarks/catalogue_faults.py

The stand-in, calc_grpc and main_api run as in life. The source makes one mistake after another while the catalogue is
synchronised, each time with two of three objects taken out of the catalogue before. After a run that succeeded,
main_api's database must hold what the source has; after one that failed, all it held before, and nothing that the
source does not have. Prints a Markdown table; returns 1 when an object is lost or wrong anywhere.
"""

import json
import sqlite3
import sys
import tempfile
import urllib.parse
import urllib.request
from contextlib import closing
from pathlib import Path

from catalogue_sync import deployment, synchronise

COUNT, PAGE_SIZE, CONCURRENCY = 1913, 20, 10
FAULTS = (
    *("429@3", "429@3=2", "429-date@3", "429-bare@3xever", "503@5x2", "503@5xever", "slow@7=2", "slow@7xever=30"),
    *("cut@9", "cut@9xever", "truncated@9", "truncated@9xever", "html@2", "html@2xever", "version@4", "short-row@6"),
    *("short-row@6xever", "null-data@8xever", "moving@40", "drift@50=1"),
)
Rows = dict[int, tuple[float, float]]


def main() -> int:
    """Run every fault, compare, print."""
    wrong_count = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = {"CALC_CATALOGUE_TIMEOUT_S": "3"}
        with deployment(
            folder, COUNT, page_size=PAGE_SIZE, concurrency=CONCURRENCY, delay_s=0.0, settings=settings
        ) as (stub, source, _):
            synchronise(stub)
            print("| fault of the source | what the user saw | s | objects lost or wrong |\n|---|---|---|---|")
            for fault in FAULTS:
                before = _take_out(folder)
                _set_faults(source, [fault])
                elapsed_s, last = synchronise(stub)
                _set_faults(source, [])
                needed = before if last.HasField("error") else _rows_of_source(source)
                bad = _bad_count(_rows_of_source(source), needed, _rows_of_catalogue(folder))
                wrong_count += bad
                print(f"| `{fault}` | {_shown(last)} | {elapsed_s:.1f} | {bad} |", flush=True)
    return int(wrong_count > 0)


def _shown(last: object) -> str:
    if last.HasField("error"):  # type: ignore[attr-defined]
        return f"FAILED, {last.error.reason}: {last.error.message}"  # type: ignore[attr-defined]
    counts = last.catalogue_sync_result.counts  # type: ignore[attr-defined]
    again = ", read twice" if counts.pass_number > 1 else ""
    warning = last.catalogue_sync_result.warning  # type: ignore[attr-defined]
    return (
        f"SUCCEEDED{again}: {counts.added_count} added, {counts.updated_count} updated, "
        f"{counts.unchanged_count} unchanged, {counts.deleted_count} deleted {warning}"
    ).strip()


def _set_faults(source: str, faults: list[str]) -> None:
    url = urllib.parse.urljoin(source, "/standin/faults")
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(faults).encode(), method="PUT")).close()


def _rows_of_source(source: str) -> Rows:
    with urllib.request.urlopen(f"{source}?fields=spkid,q,e&full-prec=true") as response:
        return {spkid: (float(q), float(e)) for spkid, q, e in json.load(response)["data"]}


def _rows_of_catalogue(folder: Path) -> Rows:
    with closing(sqlite3.connect(folder / "main.sqlite3")) as database:
        query = "SELECT spkid, q_au, e FROM asteroids_asteroid"
        return {spkid: (q, e) for spkid, q, e in database.execute(query)}


def _take_out(folder: Path) -> Rows:
    """Delete two of three objects; returns what is left."""
    with closing(sqlite3.connect(folder / "main.sqlite3", timeout=10.0)) as database, database:
        database.execute("DELETE FROM asteroids_asteroid WHERE spkid % 3 > 0")
    return _rows_of_catalogue(folder)


def _bad_count(source: Rows, needed: Rows, catalogue: Rows) -> int:
    """How many objects are not as in the source, or are missing though they are needed."""
    wrong = sum(source.get(spkid) != values for spkid, values in catalogue.items())
    return wrong + len(needed.keys() - catalogue.keys())


if __name__ == "__main__":
    sys.exit(main())
