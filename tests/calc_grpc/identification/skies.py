"""Catalogues and observations for the tests of identification: real orbits, real positions, and made-up ones."""

import csv
import json
import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from calc_grpc.catalogue.elements import pack_elements
from calc_grpc.catalogue.elements_file import write_file
from calc_grpc.orbits.observation import Observation

Seen = tuple[list[Observation], list[float]]

DATA = Path(__file__).parents[2] / "data"
FIELDS = ("spkid", "pdes", "name", "epoch", "e", "a", "q", "i", "om", "w", "ma", "tp", "H", "G", "condition_code")
# JPL's orbit of Ceres at 2019-04-27.0 TDB (SBDB, full precision).
CERES = (
    "20000001", "1", "Ceres", "2458600.5", ".07600902910070946", "2.76916515450648", None, "10.59406704424526",
    "80.30553156826473", "73.59769411597100", "77.37209588584763", None, "3.34", ".12", "0",
)  # fmt: skip


def real_neos() -> list[tuple[Any, ...]]:
    """Elements at display precision of 200 near-Earth asteroids, as SBDB gave them for 2024-10-17."""
    rows = csv.DictReader((DATA / "sbdb_neo_excerpt.csv").read_text(encoding="utf-8").splitlines())
    return [
        (row["spkid"], str(int(row["spkid"]) % 10_000_000), row["name"], row["epoch"], row["e"], row["a"], None,
         row["i"], row["om"], row["w"], row["ma"], None, row["H"], None, "5")
        for row in rows
    ]  # fmt: skip


def made_up_belt(count: int, *, epoch: float = 2460600.5) -> list[tuple[Any, ...]]:
    """A main belt that fills the sky, with unnumbered asteroids of sure orbits."""
    random = np.random.default_rng(3)
    angles = random.uniform(0.0, 360.0, (3, count))
    a, e, i = random.uniform(2.2, 3.2, count), random.uniform(0.0, 0.2, count), random.rayleigh(6.0, count)
    return [
        (50_000_001 + k, f"2020 A{k}", None, str(epoch), float(e[k]), float(a[k]), None, float(i[k]),
         float(angles[0, k]), float(angles[1, k]), float(angles[2, k]), None, "18.5", None, "0")
        for k in range(count)
    ]  # fmt: skip


def elements_of(row: Sequence[Any]) -> dict[str, float]:
    """The elements of a row as `positions.known_orbit` takes them."""
    value = dict(zip(FIELDS, row, strict=True))
    return {
        "epoch_mjd_tdb": float(value["epoch"]) - 2_400_000.5, "e": float(value["e"]), "a_au": float(value["a"]),
        "i_deg": float(value["i"]), "node_deg": float(value["om"]), "peri_deg": float(value["w"]),
        "mean_anomaly_deg": float(value["ma"]),
    }  # fmt: skip


def write_elements(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """A file of elements as the server writes it."""
    write_file(path, [pack_elements(FIELDS, rows)])
    return path


def piazzi() -> Seen:
    """What Piazzi saw of Ceres in 1801, and the distances of JPL's ephemeris."""
    return _seen("ceres_1801.json")


def bacchus() -> Seen:
    """JPL Horizons' places of Bacchus in 2015, with 0.2" of noise, and its distances."""
    return _seen("bacchus_2015.json")


def _seen(name: str) -> Seen:
    content = json.loads((DATA / name).read_text(encoding="utf-8"))
    rows = [{**row, "observed_at": datetime.fromisoformat(row["observed_at"])} for row in content["observations"]]
    return [Observation(**row) for row in rows], content["distance_au"]


def moved(observation: Observation, *, ra_arcsec: float = 0.0, dec_arcsec: float = 0.0) -> tuple[float, float]:
    """Its position so far off, degrees."""
    dec = observation.dec_deg + dec_arcsec / 3600.0
    return (observation.ra_deg + ra_arcsec / 3600.0 / math.cos(math.radians(dec))) % 360.0, dec
