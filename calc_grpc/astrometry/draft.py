"""An observation on its way from the file to the caller."""

from dataclasses import dataclass

from calc_grpc.astrometry.findings import Span
from calc_grpc.orbits.observation import Observation


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An observation with what the checks of the whole file still need.

    designation: number, else provisional, else temporary designation. other_designation: the provisional one of a
    record that gives the number too. span: where the record stands. earth_fixed_km: place of a roving observer in
    km on the axes of the Earth, which `places` turns to ICRF; None elsewhere.
    """

    designation: str
    other_designation: str | None
    observation: Observation
    span: Span
    earth_fixed_km: tuple[float, float, float] | None = None
