"""How well a position is measured when its observer does not say.

Since 2000 after Veres, Farnocchia, Chesley & Chamberlin 2017, Icarus 296, 139, tables 2-4 and section 6, with the
surveys that came later weighted like their kin; before, one figure for each age of the craft.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.observation import Observation

# (MJD up to which it holds, arcsec). Veres et al. 2017, section 5.1 gives the photographic ages; meridian circles and
# quadrants of the first decades did better on bright planets than the 10 arcsec given there.
AGES: tuple[tuple[float, float], ...] = ((11368.0, 6.0), (33282.0, 4.0), (47892.0, 2.0))  # 1890, 1950, 1990
CCD_ARCSEC = 1.0
CCD_GAIA_ARCSEC = 0.7
GAIA_FROM_MJD = 58423.0  # 2018-11: most observers reduce with Gaia DR2
STATION_ARCSEC: dict[str, float] = {
    "703": 0.9, "691": 0.5, "644": 0.5, "704": 1.0, "G96": 0.5, "F51": 0.2, "F52": 0.2, "G45": 0.6, "699": 0.8,
    "D29": 0.75, "C51": 1.0, "E12": 0.75, "608": 0.6, "J75": 1.0, "645": 0.3, "673": 0.3, "689": 0.5, "950": 0.5,
    "H01": 0.3, "J04": 0.4, "W84": 0.4, "G83": 0.3, "309": 0.3, "568": 0.3, "T09": 0.2, "T12": 0.2, "T14": 0.2,
    "T05": 0.5, "T08": 0.5, "M22": 0.5, "W68": 0.5, "I41": 0.4, "X05": 0.2, "Y28": 0.4, "K91": 0.4, "K92": 0.4,
    "K93": 0.4, "Q63": 0.4, "Q64": 0.4, "V37": 0.4, "W85": 0.4, "W86": 0.4, "W87": 0.4, "E10": 0.4, "F65": 0.4,
    "V00": 0.4, "I52": 0.5, "V06": 0.5, "C57": 2.0, "C55": 4.0, "250": 1.3, "249": 60.0,
}  # fmt: skip
CROWD = 4  # from this many positions of one station and night on, more of them tell less


def sigmas_arcsec(observations: Sequence[Observation], mjd: Floats) -> Floats:
    """1-sigma in RA*cos(Dec) and Dec, (n, 2): as stated, else by station and age, loosened in crowded nights."""
    nights = [(o.station, int(np.floor(t))) for o, t in zip(observations, mjd, strict=True)]
    crowds = Counter(nights)
    rows = np.empty((len(observations), 2))
    for k, observation in enumerate(observations):
        ra, dec = observation.sigma_ra_arcsec, observation.sigma_dec_arcsec
        if ra is None and dec is None:
            usual = usual_sigma_arcsec(observation.station, float(mjd[k]))
            rows[k] = usual * np.sqrt(max(1.0, crowds[nights[k]] / CROWD))
        else:
            rows[k] = (ra if ra is not None else dec, dec if dec is not None else ra)
    return rows


def usual_sigma_arcsec(station: str, mjd: float) -> float:
    """What a position of this station and time is usually good for, arcsec, either coordinate."""
    for until_mjd, arcsec in AGES:
        if mjd < until_mjd:
            return arcsec
    return STATION_ARCSEC.get(station, CCD_GAIA_ARCSEC if mjd > GAIA_FROM_MJD else CCD_ARCSEC)
