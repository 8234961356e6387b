"""What an identification is asked and what it answers; fields as in identification.proto, where each is described."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from calc_grpc.orbits.observation import Observation


@dataclass(frozen=True, kw_only=True)
class Question:
    """Observations of one object, and the file of elements to compare them with (`catalogue.elements_file`)."""

    observations: Sequence[Observation]
    elements_path: Path


@dataclass(frozen=True, kw_only=True)
class SkyMotion:
    """Motion in the sky, the first in RA cos Dec."""

    ra_arcsec_per_min: float
    dec_arcsec_per_min: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """A candidate at one observation."""

    index: int
    id: int | None
    separation_arcsec: float
    offset_ra_arcsec: float
    offset_dec_arcsec: float
    matches: bool
    tolerance_arcsec: float
    ra_deg: float
    dec_deg: float
    distance_au: float
    heliocentric_distance_au: float
    magnitude: float | None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A known asteroid that fits."""

    spkid: int
    designation: str
    number: int | None
    name: str
    separation_arcsec: float
    matching_count: int
    largest_separation_arcsec: float
    observations: tuple[Row, ...]
    motion: SkyMotion | None
    motion_difference_arcsec_per_min: float | None
    epoch_mjd_tdb: float
    days_from_epoch: float
    cone_arcsec: float
    two_body_separation_arcsec: float
    cone_reason: str
    h_magnitude: float | None
    uncertainty_u: int | None


@dataclass(frozen=True, kw_only=True)
class Identification:
    """The candidates, the closest first, and how they were found."""

    candidates: tuple[Candidate, ...]
    candidate_count: int
    object_count: int
    near_count: int
    left_out_count: int
    compared_observation_count: int
    motion: SkyMotion | None
    note: str
