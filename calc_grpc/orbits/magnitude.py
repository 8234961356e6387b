r"""How bright an object would be at 1 au from Sun and observer, fully lit: the absolute magnitude H.

The H, G system with G = 0.15: V = H + 5 log(r \Delta) - 2.5 log((1 - G) \Phi_1 + G \Phi_2).
"""

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np

from calc_grpc.orbits.compiled import Floats
from calc_grpc.orbits.constants import DEG_RAD

SLOPE_G = 0.15  # Bowell et al. 1989, for objects whose own slope is not known
LARGEST_PHASE_RAD = 120.0 * DEG_RAD  # the phase functions were made for less; Bowell et al. 1989

# What to add to a magnitude for V. Letters of the 80-column format: the Minor Planet Center's conversions as its
# Magnitude Band API gives them (docs.minorplanetcenter.net, mag-band, v_conversion, 2026). Those of g r i z y w are the
# mean of S and C types, Denneau et al. 2013, PASP 125, 357; u is blue, so the MPC's older table had its sign wrong.
TO_V = {
    "V": 0.0, "v": 0.0, "j": 0.0, "U": -1.3, "u": -2.5, "B": -0.8, "g": -0.28, "c": -0.05, "w": 0.16, "r": 0.23,
    "G": 0.28, "o": 0.33, "y": 0.36, "z": 0.37, "i": 0.39, "C": 0.4, "R": 0.4, "W": 0.4, "L": 0.2, "Y": 0.7, "I": 0.8,
    "J": 1.2, "H": 1.4, "K": 1.7,
}  # fmt: skip
# Bands as ADES names them, by the letter they are in the 80-column format.
ADES_LETTER = {
    "Vj": "V", "Uj": "U", "Bj": "B", "Rc": "R", "Ic": "I", "Ao": "o", "Ac": "c",
    "Sg": "g", "Sr": "r", "Si": "i", "Sz": "z", "Pg": "g", "Pr": "r", "Pi": "i", "Pw": "w", "Py": "y", "Pz": "z",
    "Lu": "u", "Lg": "g", "Lr": "r", "Li": "i", "Lz": "z", "Ly": "y",
}  # fmt: skip
CORRECTIONS = MappingProxyType(TO_V | {band: TO_V[letter] for band, letter in ADES_LETTER.items()})
NOT_THE_BODY = frozenset("TN")  # total and nuclear magnitudes of comets


def absolute_magnitude(
    magnitudes: Sequence[float | None], bands: Sequence[str | None], *,
    sun_distances_au: Floats, ranges_au: Floats, observer_sun_distances_au: Floats,
) -> float | None:  # fmt: skip
    """H of an object from what was reported at each observation; None when nothing tells it.

    magnitudes, bands: one for each observation to be used, None where there is none. sun_distances_au: Sun to object,
    ranges_au: observer to object, observer_sun_distances_au: Sun to observer, each (n,); they give the phase angle.
    The median over the observations, so that a bad night does not carry it; magnitudes scatter by 0.3 as they are
    reported, by rotation and by colour, and half of that is common to all: no sigma is claimed. Magnitudes without a
    band, or in one whose colour is not known, are taken as they are when there are no others; those of comets never.
    """
    if all(magnitude is None for magnitude in magnitudes):
        return None
    known = [_correction(magnitude, band) for magnitude, band in zip(magnitudes, bands, strict=True)]
    plain = [magnitude if band not in NOT_THE_BODY else None for magnitude, band in zip(magnitudes, bands, strict=True)]
    chosen = known if any(one is not None for one in known) else plain
    apparent = np.array([np.nan if one is None else one for one in chosen], dtype=np.float64)
    phases = phase_angles(sun_distances_au, ranges_au, observer_sun_distances_au)
    use = np.isfinite(apparent) & (phases <= LARGEST_PHASE_RAD)
    if not use.any():
        return None
    stretch = 5.0 * np.log10(sun_distances_au[use] * ranges_au[use])
    return float(np.median(apparent[use] - stretch + 2.5 * np.log10(brightness(phases[use]))))


def phase_angles(sun_distances_au: Floats, ranges_au: Floats, observer_sun_distances_au: Floats) -> Floats:
    """Angle at the object between Sun and observer, rad, from the three sides; not a number where one is not finite."""
    r, delta, base = sun_distances_au, ranges_au, observer_sun_distances_au
    with np.errstate(invalid="ignore"):  # rows that the solver could not reach hold infinity
        cosine = (r * r + delta * delta - base * base) / (2.0 * r * delta)
        return np.asarray(np.arccos(np.clip(cosine, -1.0, 1.0)))


def brightness(phase_rad: Floats, *, slope: float = SLOPE_G) -> Floats:
    r"""Brightness relative to full illumination, (1 - G) \Phi_1 + G \Phi_2.

    Reference: Bowell et al. 1989, in Asteroids II, 524, eqs. A4 and A5 of the appendix.
    """
    sine, half = np.sin(phase_rad), np.tan(0.5 * phase_rad)
    near = np.exp(-90.56 * half * half)
    small = sine / (0.119 + 1.341 * sine - 0.754 * sine * sine)
    phi1 = near * (1.0 - 0.986 * small) + (1.0 - near) * np.exp(-3.332 * half**0.631)
    phi2 = near * (1.0 - 0.238 * small) + (1.0 - near) * np.exp(-1.862 * half**1.218)
    return np.asarray((1.0 - slope) * phi1 + slope * phi2)


def _correction(magnitude: float | None, band: str | None) -> float | None:
    shift = CORRECTIONS.get(band or "")
    return None if magnitude is None or shift is None else magnitude + shift
