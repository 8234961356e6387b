"""One measured sky position of an asteroid, as the solver takes it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Observation:
    """A sky position measured from a station at a moment.

    observed_at: aware, UTC; before 1960 it is read as UT1.
    ra_deg, dec_deg: astrometric right ascension [0, 360) and declination [-90, 90], ICRF/J2000, degrees.
    station: MPC observatory code, three or four characters.
    sigma_ra_arcsec, sigma_dec_arcsec: stated 1-sigma, arcseconds, the first in RA*cos(Dec); None: weighted by epoch.
    correlation: of the two, in (-1, 1).
    observer_position_km: geocentric position of the observer, ICRF axes, km, shape (3,); for stations that
        have no fixed place. None: the station's place is used.
    id: the caller's number for this row, handed back with its result.
    The other fields are carried for the record; the solver may use `catalogue` and `program` for weights.
    """

    observed_at: datetime
    ra_deg: float
    dec_deg: float
    station: str
    id: int | None = None
    sigma_ra_arcsec: float | None = None
    sigma_dec_arcsec: float | None = None
    correlation: float | None = None
    magnitude: float | None = None
    band: str | None = None
    mode: str | None = None
    catalogue: str | None = None
    program: str | None = None
    observer_position_km: tuple[float, float, float] | None = None
