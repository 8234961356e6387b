"""Checks of a station's code that both formats share."""

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.findings import Findings, Span
from calc_grpc.orbits.observer import station_places_km


def check_station(code: str, span: Span, findings: Findings, *, placed: bool) -> None:
    """Report a code that the MPC does not have, or a station without a place; placed: the record gives one."""
    places = station_places_km()
    if code not in places:
        hint = "The MPC has no station of this code. Check it; a new site (XXX) needs a code of its own first."
        findings.error(span, reasons.UNKNOWN_STATION, hint)
    elif places[code] is None and not placed:
        hint = (
            "This station has no fixed place. Give its position: a second line in 80-column data, "
            "sys, ctr and pos1 to pos3 in ADES."
        )
        findings.error(span, reasons.SITE_WITHOUT_POSITION, hint)
