"""What an ADES record states beside time and position: uncertainties, brightness, instrument, catalogue."""

from typing import NamedTuple

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.angles import read_decimal
from calc_grpc.astrometry.field_values import BANDS_ADES, CATALOGUES, MODES, program_of_ades
from calc_grpc.astrometry.findings import Fields, Findings
from calc_grpc.astrometry.magnitudes import BRIGHTEST, FAINTEST


class Stated(NamedTuple):
    """The fields of `Observation` of the same names."""

    sigma_ra_arcsec: float | None
    sigma_dec_arcsec: float | None
    correlation: float | None
    magnitude: float | None
    band: str | None
    mode: str | None
    catalogue: str | None
    program: str | None


def read_stated(fields: Fields, findings: Findings) -> Stated:
    """Read them; what is out of range or not in the MPC's lists is reported."""
    return Stated(
        sigma_ra_arcsec=_read_sigma("rmsRA", fields, findings),
        sigma_dec_arcsec=_read_sigma("rmsDec", fields, findings),
        correlation=_read_correlation(fields, findings),
        magnitude=_read_magnitude(fields, findings),
        band=_read_listed("band", BANDS_ADES, reasons.UNKNOWN_BAND, fields, findings) if "mag" in fields else None,
        mode=_read_listed("mode", MODES, reasons.BAD_MODE, fields, findings),
        catalogue=_read_listed("astCat", CATALOGUES, reasons.UNKNOWN_CATALOGUE, fields, findings),
        program=_read_program(fields, findings),
    )


def _read_sigma(name: str, fields: Fields, findings: Findings) -> float | None:
    if name not in fields:
        return None
    value = read_decimal(fields[name].text)
    if value is None or value <= 0.0:
        hint = f"{name} is an uncertainty in arcseconds above zero. Correct it or leave it out."
        findings.error(fields[name], reasons.BAD_SIGMA, hint)
    return value


def _read_correlation(fields: Fields, findings: Findings) -> float | None:
    if "rmsCorr" not in fields:
        return None
    value = read_decimal(fields["rmsCorr"].text)
    if value is None or not -1.0 < value < 1.0:
        hint = "rmsCorr lies between -1 and 1, both excluded. Correct it or leave it out."
        findings.error(fields["rmsCorr"], reasons.BAD_SIGMA, hint)
    return value


def _read_magnitude(fields: Fields, findings: Findings) -> float | None:
    if "mag" not in fields:
        return None
    value = read_decimal(fields["mag"].text)
    if value is None or not BRIGHTEST <= value <= FAINTEST:
        hint = f"mag is a number from {BRIGHTEST:g} to {FAINTEST:g}. Correct it or leave it out."
        findings.error(fields["mag"], reasons.BAD_MAGNITUDE, hint)
    return value


def _read_listed(name: str, listed: frozenset[str], reason: str, fields: Fields, findings: Findings) -> str | None:
    if name not in fields:
        return None
    if fields[name].text not in listed:
        hint = f"The MPC does not list this {name}. Use one of {', '.join(sorted(listed))}."
        findings.error(fields[name], reason, hint)
    return fields[name].text


def _read_program(fields: Fields, findings: Findings) -> str | None:
    if "prog" not in fields:
        return None
    program = program_of_ades(fields["prog"].text)
    if program is None:
        hint = "prog is a two-digit program code of the MPC from 00 to 1V. It was left out."
        findings.warning(fields["prog"], reasons.UNKNOWN_FIELD, hint)
    return program
