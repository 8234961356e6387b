"""How well a position is measured when its observer does not say.

Reference: Veres, Farnocchia, Chesley & Chamberlin 2017, Icarus 296, 139: table 2 (stations whose errors changed with
time), 3 (CCD surveys), 4 (catalogues and follow-up programs), 5 (what is not CCD) and the night rule; what JPL added
later to stations, programs and catalogues as carried by GRSS 4.6 (Makadia et al. 2025, doi 10.21105/joss.07861). For a
few stations listed by neither, 1.5 times the errors in the MPC's `digest2` configuration. The sigmas are 1.2 to 1.7
times the residuals they come from, on purpose: errors of a night are correlated, and faint objects are measured worse.
With them reduced chi-squared is about 0.3, and yet four fifths of the distances lie within 1 sigma, not all.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.observation import Observation

GAIA = frozenset({"Gaia1", "Gaia2", "Gaia3", "Gaia3E", "Gaia_Int", "Gaia2016", "Gaia_2016"})
GOOD = GAIA | {"PPMXL", "UCAC1", "UCAC2", "UCAC3", "UCAC4", "2MASS"}
GOOD_OR_UNSTATED = GOOD | {""}  # for stations that the paper lists whatever the catalogue
ANY: frozenset[str] = frozenset()
ALWAYS_MJD = 1e9

CCD_MODES = frozenset({"CCD", "CMO", "VID"})
CCD_ARCSEC = 1.0
UNKNOWN_CATALOGUE_ARCSEC = 1.5
CATALOGUES_NAMED_FROM_MJD = 51544.0  # 2000: a CCD position without a catalogue is of the unknown ones before
CCD_FROM_MJD = 48988.0  # 1993: without a stated mode, positions are CCD ones from here on, as find_orb's sigma.txt
# Table 5. The photographic ages also stand for normal places and whatever is unknown: (MJD until which, arcsec).
PHOTOGRAPHIC_ARCSEC: tuple[tuple[float, float], ...] = ((11368.0, 10.0), (33282.0, 5.0), (ALWAYS_MJD, 2.5))
INSTRUMENT_ARCSEC = {"OCC": 0.2, "PMT": 0.2, "MER": 0.5, "ENC": 0.75, "MIC": 2.0, "TDI": 1.5}
SPACE_ARCSEC = 1.5
# What table 5 gives the instruments is that of their modern users: older ones are as good as their age at best.
INSTRUMENTS_FROM_MJD = 11368.0  # 1890

CROWD = 4  # of more positions in a night of one station, all together count as many
NIGHT_DAYS = 0.5


class Rule(NamedTuple):
    """A sigma and when it holds; empty sets hold always. The first rule that holds is taken.

    catalogues: names of ADES. programs: the MPC's characters, column 14 of an 80-column line.
    """

    arcsec: float
    catalogues: frozenset[str] = ANY
    programs: str = ""
    until_mjd: float = ALWAYS_MJD


def _gaia(arcsec: float, programs: str) -> Rule:
    return Rule(arcsec, GAIA, programs)


OTHERS_MEASURED_IT = Rule(CCD_ARCSEC, programs="Z")  # survey images measured by others
UNTIL_TOLD_APART = Rule(0.1, GAIA, until_mjd=59858.0)  # 2022-10-06: later, programs on Mauna Kea have codes
UCAC4_PPMXL = frozenset({"UCAC4", "PPMXL"})
LAS_CUMBRES = (Rule(0.3, programs="03"), Rule(0.4))
ATLAS = (Rule(0.8),)

STATION_RULES: dict[str, tuple[Rule, ...]] = {
    # Veres et al. 2017, table 2: Catalina, Spacewatch, NEAT
    "703": (OTHERS_MEASURED_IT, Rule(1.0, until_mjd=56658.0), Rule(0.8)),
    "691": (Rule(0.6, until_mjd=52640.0), Rule(0.5)),
    "644": (Rule(0.6, until_mjd=52883.0), Rule(0.4)),
    # table 3
    "704": (Rule(1.0),), "G96": (OTHERS_MEASURED_IT, Rule(0.5)), "F51": (OTHERS_MEASURED_IT, Rule(0.2)),
    "G45": (Rule(0.6),), "699": (Rule(0.8),), "D29": (Rule(0.75),), "C51": (Rule(1.0),), "E12": (Rule(0.75),),
    "608": (Rule(0.6),), "J75": (Rule(1.0),),
    # table 4, programs by JPL
    "645": (Rule(0.3),), "673": (Rule(0.3),), "689": (Rule(0.5),), "H01": (Rule(0.3, GOOD_OR_UNSTATED),),
    "950": (Rule(1.0, programs="@"), Rule(0.5, GOOD_OR_UNSTATED)), "W84": (Rule(1.0, programs="&"), Rule(0.5)),
    "J04": (Rule(1.0, programs="#"), Rule(0.3, GAIA | UCAC4_PPMXL, "2$"), Rule(0.5, GOOD_OR_UNSTATED)),
    "G83": (_gaia(0.2, "2"), Rule(0.3, UCAC4_PPMXL, "2")),
    "E10": (_gaia(0.2, "(."), Rule(0.4)), "F65": (_gaia(0.2, "89"), Rule(0.4)),
    "V37": (Rule(0.3, programs="06"), Rule(0.4)), "Y28": (Rule(0.3, GAIA | {"PPMXL"}),),
    **dict.fromkeys(("K91", "K92", "K93", "Q63", "Q64", "V39", "W85", "W86", "W87", "Z24", "Z31"), LAS_CUMBRES),
    "568": (
        Rule(1.0, programs="0"), Rule(0.25, UCAC4_PPMXL, "_"), _gaia(0.15, "_"), _gaia(0.2, "^"),
        Rule(0.2, frozenset({"PPMXL"}), "2"), _gaia(0.1, "2"), Rule(0.5),
    ),
    "T09": (UNTIL_TOLD_APART, Rule(0.1, programs="0"), Rule(1.0, programs="14"), Rule(0.5)),
    "T12": (UNTIL_TOLD_APART, Rule(0.1, programs="0"), Rule(0.2, programs="1"), Rule(0.5)),
    "T14": (
        UNTIL_TOLD_APART, Rule(0.1, programs="07"), Rule(0.2, programs="3"), Rule(1.0, programs="5"), Rule(0.5),
    ),
    "309": (_gaia(0.1, "&%"), Rule(0.2, GAIA), Rule(0.3, UCAC4_PPMXL)),
    # JPL, after the paper
    "F52": (OTHERS_MEASURED_IT, Rule(0.2)), "291": (Rule(0.6, until_mjd=52640.0), Rule(0.5)),
    "T05": ATLAS, "T07": ATLAS, "T08": ATLAS, "M22": ATLAS, "W68": ATLAS, "M28": (Rule(3.0),),
    "T10": (Rule(0.5),), "T11": (Rule(0.5),), "T13": (Rule(0.5),), "T15": (Rule(1.0, programs="2"), Rule(0.5)),
    "T16": (Rule(0.5),), "T17": (Rule(0.5),), "Z84": (_gaia(0.3, "17"), Rule(0.5, GOOD)),
    "C65": (_gaia(0.2, "3"),), "094": (_gaia(0.5, "9"),), "Z18": (_gaia(0.1, "1"),), "181": (_gaia(0.5, "1"),),
    "D20": (_gaia(0.5, "14"),), "G37": (_gaia(0.2, "5"),), "N50": (_gaia(0.3, "2"),),
    "W57": (Rule(0.4, programs="01"),), "247": (Rule(2.0),), "270": (Rule(2.0),),
    # 1.5 times the errors in digest2's MPC.config (Smithsonian/mpc-public)
    "V00": (Rule(0.3),), "V06": (Rule(0.45),), "106": (Rule(0.6),), "807": (Rule(0.6),), "H21": (Rule(0.6),),
    "K88": (Rule(0.6),), "W16": (Rule(0.6),), "W94": (Rule(0.6),), "A50": (Rule(0.75),), "H15": (Rule(0.75),),
    "I52": (Rule(0.75),), "J95": (Rule(0.75),), "U68": (Rule(0.75),), "Y00": (Rule(0.75),),
    # Coronagraphs and wide fields: find_orb's sigma.txt after K. Battams for SOHO, middle magnitudes; kete for TESS
    "249": (Rule(12.0, programs="A"), Rule(84.0)), "C49": (Rule(10.0),), "C50": (Rule(10.0),), "C57": (Rule(28.0),),
}  # fmt: skip


def sigmas_arcsec(observations: Sequence[Observation], mjd: Floats) -> Floats:
    """1-sigma in RA*cos(Dec) and Dec, (n, 2): as stated, else the usual one, loosened in crowded nights by sqrt(N/4).

    mjd: (n,), in any order. One stated coordinate stands for both.
    """
    loosened = np.sqrt(np.maximum(1.0, _night_sizes(observations, mjd) / CROWD))
    rows = np.empty((len(observations), 2))
    for k, observation in enumerate(observations):
        ra, dec = observation.sigma_ra_arcsec, observation.sigma_dec_arcsec
        if ra is None and dec is None:
            rows[k] = usual_sigma_arcsec(observation, float(mjd[k])) * loosened[k]
        else:
            rows[k] = (ra if ra is not None else dec, dec if dec is not None else ra)
    return rows


def usual_sigma_arcsec(observation: Observation, mjd: float) -> float:
    """What such a position is usually good for, arcsec, either coordinate: by mode, epoch, station, catalogue."""
    mode = observation.mode or ("CCD" if mjd >= CCD_FROM_MJD else "UNK")
    if mode in CCD_MODES or (mode == "UNK" and observation.observer_position_km is not None):
        return _ccd_arcsec(observation, mjd)
    of_age = next(arcsec for until_mjd, arcsec in PHOTOGRAPHIC_ARCSEC if mjd < until_mjd)
    if mode not in INSTRUMENT_ARCSEC:
        return of_age
    return INSTRUMENT_ARCSEC[mode] if mjd >= INSTRUMENTS_FROM_MJD else of_age


def _ccd_arcsec(observation: Observation, mjd: float) -> float:
    catalogue = observation.catalogue or ""
    for rule in STATION_RULES.get(observation.station, ()):
        fits = (not rule.catalogues or catalogue in rule.catalogues) and mjd < rule.until_mjd
        if fits and (not rule.programs or observation.program in tuple(rule.programs)):
            return rule.arcsec
    if observation.observer_position_km is not None:
        return SPACE_ARCSEC
    unknown = catalogue == "UNK" or (not catalogue and mjd < CATALOGUES_NAMED_FROM_MJD)
    return UNKNOWN_CATALOGUE_ARCSEC if unknown else CCD_ARCSEC


def _night_sizes(observations: Sequence[Observation], mjd: Floats) -> Floats:
    """Positions of the same station in the same half day, counted from the night's first, (n,)."""
    current: dict[str, tuple[float, int]] = {}  # station: when its night began, number of the night
    nights = np.zeros(len(observations), dtype=np.int64)
    night_count = 0
    for k in np.argsort(mjd, kind="stable"):
        station = observations[k].station
        if station not in current or mjd[k] - current[station][0] >= NIGHT_DAYS:
            current[station] = (float(mjd[k]), night_count)
            night_count += 1
        nights[k] = current[station][1]
    return np.asarray(np.bincount(nights)[nights], dtype=np.float64)
