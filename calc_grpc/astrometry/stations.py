"""The check of a station's code that both formats share."""

from calc_grpc.astrometry import reasons
from calc_grpc.orbits.stations import station_places_km


def station_fault(code: str, *, placed: bool) -> tuple[str, str] | None:
    """Say by reason and hint why a station cannot be used; placed: the record gives the observer's position."""
    places = station_places_km()
    if code not in places:
        hint = "The MPC has no station of this code. Check it; a new site (XXX) needs a code of its own first."
        return reasons.UNKNOWN_STATION, hint
    if places[code] is None and not placed:
        hint = (
            "This station has no fixed place. Give its position: a second line in 80-column data, "
            "sys, ctr and pos1 to pos3 in ADES."
        )
        return reasons.SITE_WITHOUT_POSITION, hint
    return None
