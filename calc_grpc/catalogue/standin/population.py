"""Made-up asteroids that look like those of the SBDB: as many as wanted, the same ones every time.

A few thousand prototypes are drawn once, of the orbit classes in about their true proportions. Each asteroid is one of
them with its own identity, node, perihelion and place in the orbit, so that a row costs a few microseconds. Numbered
asteroids that the SBDB excerpt `real_rows.csv` knows have their real elements: Eros all digits of them, the others
about four, which lets them stray as an uncertainty U of 6 does. No orbit's name hides that it is from here.
"""

import csv
import json
import math
import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PROTOTYPE_COUNT = 4096
SEED = 20_000_001
EPOCH_JD = 2_461_200.5
ORBIT_NAME = "stand-in"  # the interface tells made-up orbits by it
GAUSS_YEAR_D = 365.256_898_3  # the period at 1 au
KNOWN_FIELDS = frozenset(
    (
        *("spkid", "full_name", "pdes", "name", "neo", "pha", "class", "orbit_id", "epoch", "a", "e", "i", "om", "w"),
        *("ma", "q", "ad", "tp", "per", "n", "H", "G", "diameter", "albedo", "moid", "condition_code", "data_arc"),
        *("first_obs", "last_obs", "n_obs_used", "rms", "equinox", "producer"),
    )
)
NUMBERS = frozenset(("epoch", "a", "e", "i", "q", "ad", "per", "n", "H", "G", "diameter", "albedo", "moid", "rms"))
# code: share, q and a in au, largest inclination in degrees, H
CLASSES: dict[str, tuple[float, tuple[float, float], tuple[float, float], float, tuple[float, float]]] = {
    "MBA": (0.885, (1.67, 3.0), (2.05, 3.2), 25.0, (11.0, 19.5)),
    "OMB": (0.028, (2.2, 3.6), (3.2, 4.5), 25.0, (11.0, 18.0)),
    "IMB": (0.022, (1.67, 1.95), (1.8, 2.0), 30.0, (14.0, 20.0)),
    "MCA": (0.018, (1.31, 1.66), (1.8, 3.1), 30.0, (13.0, 21.0)),
    "APO": (0.015, (0.2, 1.016), (1.01, 3.2), 35.0, (15.0, 28.0)),
    "AMO": (0.011, (1.018, 1.299), (1.1, 3.2), 35.0, (14.0, 27.0)),
    "ATE": (0.002, (0.2, 0.8), (0.75, 0.99), 35.0, (16.0, 28.0)),
    "TJN": (0.010, (4.5, 5.1), (5.1, 5.3), 35.0, (9.0, 15.5)),
    "TNO": (0.006, (31.0, 44.0), (38.0, 60.0), 30.0, (3.0, 10.0)),
    "CEN": (0.002, (6.0, 20.0), (8.0, 29.0), 30.0, (7.0, 14.0)),
    "HYA": (0.001, (0.3, 5.0), (-30.0, -5.0), 150.0, (18.0, 22.0)),
}
NEAR_EARTH = ("APO", "AMO", "ATE")
SYLLABLES = ("ka", "ri", "no", "ve", "sta", "lu", "mi", "er", "tha", "ol", "dy", "pe", "ju", "an", "fo", "sel")
LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # no I, as in provisional designations
MASK = (1 << 64) - 1


@dataclass(frozen=True, kw_only=True)
class Prototype:
    """values: what its asteroids share, None where it is not known. period_d: None for an open orbit."""

    values: dict[str, float | int | str | None]
    period_d: float | None


@lru_cache(maxsize=1)
def prototypes() -> tuple[Prototype, ...]:
    """Draw them all."""
    chance = random.Random(SEED)
    codes = chance.choices(list(CLASSES), [share for share, *_ in CLASSES.values()], k=PROTOTYPE_COUNT)
    return tuple(_draw(chance, code) for code in codes)


@lru_cache(maxsize=1)
def real_ones() -> dict[int, Prototype]:
    """Those of the excerpt, by number; name, node, perihelion and anomaly are among the values."""
    with (Path(__file__).parent / "real_rows.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file)]
    return {int(row["spkid"]) - 20_000_000: _from_excerpt(row) for row in rows}


def _draw(chance: random.Random, code: str) -> Prototype:
    _, q_range, a_range, i_max, h_range = CLASSES[code]
    a = chance.uniform(*a_range)
    q = chance.uniform(*q_range)
    if a > 0.0:
        q = min(q, a * chance.uniform(0.8, 0.99))
    magnitude = chance.triangular(*h_range, h_range[1])
    nights = int(chance.expovariate(1 / 4000)) + 1
    first_year = max(1900, 2026 - nights // 365)
    inclination_deg = chance.expovariate(1 / 8.0)
    if inclination_deg > i_max:
        inclination_deg = chance.uniform(0.0, i_max)
    values = _orbit(a=a, e=1.0 - q / a, i=inclination_deg) | {
        "epoch": EPOCH_JD,
        "class": code,
        "H": round(magnitude, 2),
        "G": 0.15 if chance.random() < 0.02 else None,
        "orbit_id": f"{ORBIT_NAME} {chance.randint(1, 150)}",
        "condition_code": str(chance.choices(range(10), [60, 8, 6, 5, 5, 4, 4, 4, 2, 2])[0]),
        "data_arc": str(nights) if chance.random() < 0.99 else None,
        "first_obs": f"{first_year}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
        "last_obs": f"2026-{chance.randint(1, 8):02d}-{chance.randint(1, 28):02d}",
        "n_obs_used": max(3, nights // 4),
        "rms": round(chance.uniform(0.2, 0.9), 5),
    }
    if chance.random() < 0.01:
        values |= {"first_obs": f"{first_year}-??-??", "H": None}
    if magnitude < 14.0 and values["H"] is not None:
        albedo = chance.choice((0.04, 0.06, 0.1, 0.2, 0.3))
        values |= {"albedo": albedo, "diameter": round(1329.0 / math.sqrt(albedo) * 10 ** (-0.2 * magnitude), 3)}
    return _with_earth(values, chance)


def _orbit(*, a: float, e: float, i: float) -> dict[str, float | int | str | None]:
    period_d = GAUSS_YEAR_D * a**1.5 if a > 0.0 else None
    return {
        "a": a,
        "e": e,
        "i": i,
        "q": a * (1.0 - e),
        "ad": a * (1.0 + e) if a > 0.0 else None,
        "per": period_d,
        "n": 360.0 / (GAUSS_YEAR_D * abs(a) ** 1.5),
        "equinox": "J2000",
        "producer": "stand-in",
        "albedo": None,
        "diameter": None,
    }


def _with_earth(values: dict[str, float | int | str | None], chance: random.Random) -> Prototype:
    """Add what follows from the distance to the Earth's orbit; like the SBDB, not for all of them."""
    near = values["class"] in NEAR_EARTH
    q, magnitude, period_d = values["q"], values["H"], values["per"]
    assert isinstance(q, float)
    moid = round(chance.uniform(0.0005, 0.4), 5) if near else round(abs(q - 1.0) + chance.uniform(0.0, 0.05), 5)
    is_hazardous = near and moid < 0.05 and isinstance(magnitude, float) and magnitude <= 22.0
    values |= {"neo": "Y" if near else "N", "moid": moid, "pha": "Y" if is_hazardous else "N"}
    if chance.random() < 0.003:
        values |= {"moid": None, "pha": None}
    return Prototype(values=values, period_d=period_d if isinstance(period_d, float) else None)


def _from_excerpt(row: dict[str, str]) -> Prototype:
    chance = random.Random(int(row["spkid"]))
    a, e = float(row["a"]), float(row["e"])
    q = a * (1.0 - e)
    code = "ATE" if a < 1.0 else "APO" if q < 1.017 else "AMO"
    values = _orbit(a=a, e=e, i=float(row["i"])) | {
        "epoch": float(row["epoch"]),
        "class": code,
        "H": float(row["H"]) if row["H"] else None,
        "G": float(row["G"]) if row["G"] else None,
        "orbit_id": f"{ORBIT_NAME} excerpt",
        "condition_code": row["condition_code"],
        "data_arc": None,
        "first_obs": None,
        "last_obs": None,
        "n_obs_used": 1000,
        "rms": None,
        "name": row["name"],
        "om": float(row["om"]),
        "w": float(row["w"]),
        "ma": float(row["ma"]),
    }
    return _with_earth(values, chance)


def json_text(field: str, value: float | int | str | None, *, full: bool) -> str:
    """Write a value of a row as the SBDB does: everything but counts is a string, numbers with their own quirks."""
    if value is None or isinstance(value, int):
        return json.dumps(value)
    if isinstance(value, str) or field not in NUMBERS:
        return json.dumps(value)
    return f'"{full_text(value) if full else reduced_text(field, value)}"'


def full_text(value: float) -> str:
    """All digits; no nought before the point, and none after it: `.0796`, `8.`"""
    text = repr(value)
    if text.startswith("0."):
        return text[1:]
    return text[:-1] if text.endswith(".0") else text


def reduced_text(field: str, value: float) -> str:
    """What the SBDB shows unless it is asked for full precision: about four digits."""
    if field == "epoch":
        return repr(value)
    if abs(value) >= 1000.0:
        return f"{value:.2e}"
    return f"{value:.4g}" if abs(value) < 1.0 else f"{value:.2f}" if field in ("i", "H") else f"{value:.3f}"
