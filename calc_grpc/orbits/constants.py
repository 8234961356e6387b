"""Constants of the orbit kernels: each with its unit, value, source and year."""

import math
from typing import Final

AU_KM: Final = 149_597_870.7  # km; exact; IAU Resolution B2, 2012
LIGHT_AU_PER_DAY: Final = 299_792.458 * 86_400.0 / AU_KM  # au/day; c exact; BIPM, 1983
GAUSS_K: Final = 0.01720209895  # au^1.5/day; C. F. Gauss, Theoria motus, 1809; kept by IAU, 1976
SUN_GM_AU3_PER_DAY2: Final = 2.959122082841196e-4  # au^3/day^2; JPL DE440, Park et al., 2021
EARTH_EQUATOR_KM: Final = 6378.137  # km; GRS80 and MPC parallax constants, Moritz, 1980
OBLIQUITY_J2000_RAD: Final = 84_381.448 / 3600.0 * math.pi / 180.0  # rad; Lieske et al. 1977, as in JPL elements
TT_MINUS_TAI_S: Final = 32.184  # s; exact; IAU, 1991
MJD_ZERO_JD: Final = 2_400_000.5  # day; definition of MJD; IAU, 1973
EPOCHS_MJD: Final = (-58_000.0, 162_000.0)  # MJD TDB, of elements, 1700 to 2302: where the theory of the planets holds
J2000_MJD: Final = 51_544.5  # MJD TT; definition of J2000.0; IAU, 1976
DAY_S: Final = 86_400.0  # s; definition
JULIAN_YEAR_DAYS: Final = 365.25  # day; definition; IAU, 1976
ARCSEC_RAD: Final = math.pi / 648_000.0  # rad; definition
DEG_RAD: Final = math.pi / 180.0  # rad; definition

# GM in km^3/s^2; JPL DE440, Park et al. 2021, AJ 161, 105.
SUN_GM_KM3_PER_S2: Final = 132_712_440_041.279_419
MERCURY_GM_KM3_PER_S2: Final = 22_031.868_551
VENUS_GM_KM3_PER_S2: Final = 324_858.592
EARTH_GM_KM3_PER_S2: Final = 398_600.435_507
MOON_GM_KM3_PER_S2: Final = 4_902.800_118
MARS_GM_KM3_PER_S2: Final = 42_828.375_816  # with its moons, as are those below
JUPITER_GM_KM3_PER_S2: Final = 126_712_764.1
SATURN_GM_KM3_PER_S2: Final = 37_940_584.841_8
URANUS_GM_KM3_PER_S2: Final = 5_794_556.4
NEPTUNE_GM_KM3_PER_S2: Final = 6_836_527.100_58
