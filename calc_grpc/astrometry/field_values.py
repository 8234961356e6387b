"""The lists of codes that the MPC keeps for 80-column and ADES fields.

Sources: MPC documentation, "Valid ADES Field Values", "Format for Astrometric Observations" (MPC1992) and "Catalogue
Codes" (Smithsonian/mpc-public, docs-public, 2026); letters of catalogues and programs as converted by the IAU's own
tools (IAU-ADES/ADES-Master, packUtil, 2025).
"""

from typing import Final

# Column 72 -> astCat.
CATALOGUE_OF_LETTER: Final[dict[str, str]] = {
    "a": "USNOA1", "b": "USNOSA1", "c": "USNOA2", "d": "USNOSA2", "e": "UCAC1", "f": "Tyc1", "g": "Tyc2",
    "h": "GSC1.0", "i": "GSC1.1", "j": "GSC1.2", "k": "GSC2.2", "l": "ACT", "m": "GSCACT", "n": "SDSS8",
    "o": "USNOB1", "p": "PPM", "q": "UCAC4", "r": "UCAC2", "s": "USNOB2", "t": "PPMXL", "u": "UCAC3", "v": "NOMAD",
    "w": "CMC14", "x": "Hip2", "y": "Hip1", "z": "GSC", "A": "AC", "B": "SAO1984", "C": "SAO", "D": "AGK3",
    "E": "FK4", "F": "ACRS", "G": "LickGas", "H": "Ida93", "I": "Perth70", "J": "COSMOS", "K": "Yale", "L": "2MASS",
    "M": "GSC2.3", "N": "SDSS7", "O": "SSTRC1", "P": "MPOSC3", "Q": "CMC15", "R": "SSTRC4", "S": "URAT1",
    "T": "URAT2", "U": "Gaia1", "V": "Gaia2", "W": "Gaia3", "X": "Gaia3E", "Y": "UCAC5", "Z": "ATLAS2", "0": "IHW",
    "1": "PS1_DR1", "2": "PS1_DR2", "3": "Gaia_Int", "4": "GZ", "5": "UBSC", "6": "Gaia_2016", "7": "ZZCAT",
    "8": "APASS", "9": "UBSC", "!": "AKARI", "@": "AG", "#": "WISE", "$": "LSST2502", "^": "IRASPSC",
}  # fmt: skip

CATALOGUES: Final = frozenset(CATALOGUE_OF_LETTER.values()) | {"Gaia2016", "UNK"}

# `mode`; the last six are for historical data.
MODES: Final = frozenset({"CCD", "CMO", "VID", "TDI", "OCC", "PHO", "ENC", "PMT", "MIC", "MER", "UNK"})

# Column 15 of a line that stands alone -> mode. Blank, A (rotated from B1950) and N (normal place) tell no instrument.
MODE_OF_NOTE_2: Final[dict[str, str]] = {
    " ": "UNK", "A": "UNK", "N": "UNK", "P": "PHO", "Z": "PHO", "e": "ENC", "C": "CCD", "c": "CCD", "D": "CCD",
    "B": "CMO", "T": "MER", "M": "MIC", "E": "OCC", "H": "PMT", "n": "VID",
}  # fmt: skip

# Column 71. N and T (nuclear, total) stand in filed data of comets.
BANDS_80: Final = frozenset("BVRIJWUCLHKYGgrizwyocvuNT")

_BANDS_ADES = """
Lu Lg Lr Li Lz Ly VR Vj Rc Rj Ic Bj Uj Sg Sr Si Sz Pg Pr Pi Pz Pw Py Ao Ac G Gb Gr W
U B V R I g r i z w y o c J H K Y C L u v
"""
BANDS_ADES: Final = frozenset(_BANDS_ADES.split())

DIGITS_62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

# ADES writes the n-th of these as two base-62 digits; column 14 holds the character itself.
PROGRAMS: Final = "0123456789!\"#$%&'()*+,-./[\\]^_`{|}~:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def program_of_ades(code: str) -> str | None:
    """Turn `prog` into the character of column 14, so that a program has one name; None when there is no such one."""
    if len(code) != 2 or code[0] not in "01" or code[1] not in DIGITS_62:
        return None
    index = DIGITS_62.index(code[0]) * 62 + DIGITS_62.index(code[1])
    return PROGRAMS[index] if index < len(PROGRAMS) else None
