"""Between requests for positions and the core that predicts them."""

import importlib
import math
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from astrodist.calc.v1 import calculation_service_pb2 as pb2
from astrodist.calc.v1 import distance_pb2

from calc_grpc.convert import datetime_of
from calc_grpc.errors import FieldProblem
from calc_grpc.orbits.constants import EPOCHS_MJD
from calc_grpc.orbits.validation import find_site_problems
from calc_grpc.worker_process import CancelledBy, ReportTo

if TYPE_CHECKING:
    from calc_grpc.orbits.positions import KnownOrbit

TIMES_MAX = 1_000
YEARS = (1700, 2300)  # the theory of the planets stays good to an arcminute of theirs
LARGEST_AU = 10_000.0
LARGEST_E = 100.0
MAGNITUDES = (-30.0, 40.0)
SLOPES = (-1.0, 2.0)
UNCERTAINTIES = (0, 9)
ANGLES = ("i_deg", "node_deg", "peri_deg", "mean_anomaly_deg")
CORE = "calc_grpc.orbits.positions"  # brings numba, which only workers need


class PositionRequest:
    """A checked PredictPositionsRequest in, a PredictPositionsResponse out, both serialised."""

    def warm_up(self) -> None:
        """Load and compile the core."""
        importlib.import_module(CORE).warm_up()

    def compute(self, input_bytes: bytes, *, created_at: datetime, report: ReportTo, cancelled: CancelledBy) -> bytes:
        """Predict; takes some milliseconds, a few hundred over centuries."""
        core: Any = importlib.import_module(CORE)
        request = pb2.PredictPositionsRequest.FromString(input_bytes)
        moments = [datetime_of(time) for time in request.times]
        positions = core.predict_positions(_orbit_of(request), moments, _sites_of(request, core.Place))
        return _response_of(positions).SerializeToString()


def find_problems(request: pb2.PredictPositionsRequest) -> list[FieldProblem]:
    """List the refused fields of a request."""
    return [*_of_orbit(request), *_of_times(request), *_of_sites(request)]


def _response_of(positions: Any) -> pb2.PredictPositionsResponse:
    response = pb2.PredictPositionsResponse()
    for one in positions:
        row = response.positions.add(
            ra_deg=one.ra_deg,
            dec_deg=one.dec_deg,
            distance_au=one.distance_au,
            heliocentric_distance_au=one.heliocentric_distance_au,
            magnitude=one.magnitude,
            sun_elongation_deg=one.sun_elongation_deg,
            tolerance_arcsec=one.tolerance_arcsec,
        )
        row.time.FromDatetime(one.time)
    return response


def _orbit_of(request: pb2.PredictPositionsRequest) -> "KnownOrbit":
    core: Any = importlib.import_module(CORE)
    orbit = request.orbit
    return cast(
        "KnownOrbit",
        core.known_orbit(
            epoch_mjd_tdb=orbit.epoch_mjd_tdb,
            q_au=_optional(orbit, "q_au"),
            a_au=_optional(orbit, "a_au"),
            e=orbit.e,
            i_deg=orbit.i_deg,
            node_deg=orbit.node_deg,
            peri_deg=orbit.peri_deg,
            tp_mjd_tdb=_optional(orbit, "tp_mjd_tdb"),
            mean_anomaly_deg=_optional(orbit, "mean_anomaly_deg"),
            h_magnitude=_optional(orbit, "h_magnitude"),
            g_slope=_optional(request, "g_slope"),
            uncertainty_u=_optional(orbit, "uncertainty_u"),
        ),
    )


def _sites_of(request: pb2.PredictPositionsRequest, place: Any) -> list[Any]:
    if not request.sites:
        return [place(station=request.station)] * len(request.times)
    return [
        place(station=site.station, observer_position_km=tuple(site.observer_position_km) or None)
        for site in request.sites
    ]


def _optional(message: Any, name: str) -> Any:
    return getattr(message, name) if message.HasField(name) else None


def _of_orbit(request: pb2.PredictPositionsRequest) -> Iterator[FieldProblem]:
    if not request.HasField("orbit"):
        yield FieldProblem(path="orbit", reason="REQUIRED", message="Give the elements of the orbit.")
        return
    orbit = request.orbit
    bounds = {
        "epoch_mjd_tdb": EPOCHS_MJD,
        "e": (0.0, LARGEST_E),
        "q_au": (1e-4, LARGEST_AU),
        "tp_mjd_tdb": (-1e7, 1e7),
        "h_magnitude": MAGNITUDES,
        "uncertainty_u": UNCERTAINTIES,
    } | dict.fromkeys(ANGLES, (-720.0, 720.0))
    for name, (low, high) in bounds.items():
        if _is_given(orbit, name) and not low <= getattr(orbit, name) <= high:
            yield _out(f"orbit.{name}", low, high)
    if request.HasField("g_slope") and not SLOPES[0] <= request.g_slope <= SLOPES[1]:
        yield _out("g_slope", *SLOPES)
    yield from _of_size_and_time(orbit)


def _of_size_and_time(orbit: distance_pb2.Orbit) -> Iterator[FieldProblem]:
    """Size and time may be given in two ways each; those with a and M stand for no parabola."""
    has = orbit.HasField
    if not has("q_au"):
        if not has("a_au"):
            yield FieldProblem(path="orbit.q_au", reason="REQUIRED", message="Give q_au, or a_au.")
        elif not (math.isfinite(orbit.a_au) and 1e-4 <= orbit.a_au * (1.0 - orbit.e) <= LARGEST_AU):
            message = "Give a semi-major axis that goes with e: positive below e = 1, negative above, or q_au instead."
            yield FieldProblem(path="orbit.a_au", reason="OUT_OF_RANGE", message=message)
    if not has("tp_mjd_tdb"):
        if not has("mean_anomaly_deg"):
            message = "Give tp_mjd_tdb, or mean_anomaly_deg."
            yield FieldProblem(path="orbit.tp_mjd_tdb", reason="REQUIRED", message=message)
        elif orbit.e == 1.0:
            message = "A parabola has no mean anomaly; give tp_mjd_tdb."
            yield FieldProblem(path="orbit.mean_anomaly_deg", reason="OUT_OF_RANGE", message=message)


def _of_times(request: pb2.PredictPositionsRequest) -> Iterator[FieldProblem]:
    if not 1 <= len(request.times) <= TIMES_MAX:
        message = f"Give 1 to {TIMES_MAX:,} moments; {len(request.times):,} were given."
        yield FieldProblem(path="times", reason="OUT_OF_RANGE" if request.times else "REQUIRED", message=message)
        return
    for index, time in enumerate(request.times):
        try:
            is_good = YEARS[0] <= datetime_of(time).year < YEARS[1]
        except (ValueError, OverflowError):
            is_good = False
        if not is_good:
            message = f"Give a moment of the years {YEARS[0]} to {YEARS[1]}."
            yield FieldProblem(path=f"times[{index}]", reason="OUT_OF_RANGE", message=message)


def _of_sites(request: pb2.PredictPositionsRequest) -> Iterator[FieldProblem]:
    if not request.sites:
        for problem in find_site_problems("", request.station, None):
            yield FieldProblem(path=problem.path.lstrip("."), reason=problem.reason, message=problem.message)
        return
    if request.station:
        message = "Give either one station, or a site for each moment."
        yield FieldProblem(path="station", reason="UNKNOWN_FIELD", message=message)
    if len(request.sites) != len(request.times):
        message = f"Give a site for each of the {len(request.times)} moments, or one station."
        yield FieldProblem(path="sites", reason="OUT_OF_RANGE", message=message)
        return
    for index, site in enumerate(request.sites):
        path, place = f"sites[{index}]", tuple(site.observer_position_km)
        if len(place) not in (0, 3):
            message = "Give three values (x, y, z), or none."
            yield FieldProblem(path=f"{path}.observer_position_km", reason="INVALID_FORMAT", message=message)
            continue
        for problem in find_site_problems(path, site.station, cast("tuple[float, float, float]", place) or None):
            yield FieldProblem(path=problem.path, reason=problem.reason, message=problem.message)


def _is_given(orbit: distance_pb2.Orbit, name: str) -> bool:
    return not orbit.DESCRIPTOR.fields_by_name[name].has_presence or orbit.HasField(cast(Any, name))


def _out(path: str, low: float, high: float) -> FieldProblem:
    return FieldProblem(path=path, reason="OUT_OF_RANGE", message=f"Give a number from {low:g} to {high:g}.")
