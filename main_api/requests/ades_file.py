"""A request as an ADES file (PSV) with the residuals of its orbit and what the fit weighted each position with.

Reference: general.xsd of IAU-ADES/ADES-Master (2022): names, order and widths of the fields of `optical`.
The portal does not know telescope and measurers, without which there is no obsContext. So the records stand by
themselves, as general.xsd allows: a file for analysis and not for submission to the MPC. Whose they are, `remarks` say.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Row = Mapping[str, Any]

NUMBER_WIDTH = 7  # rmsRA, rmsDec, sigRA, sigDec
REMARK_LENGTH = 300
MAGNITUDES = (-5.0, 35.0)
ACCEPTED, DELETED = "A", "D"  # selAst, both decided by a program
ORBIT_PRODUCER = "AstroDist"
DIGITS_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# `prog` is the place of the program's character, that of column 14, in this list, as two digits to the base of 62.
PROGRAMS = "0123456789!\"#$%&'()*+,-./[\\]^_`{|}~:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

_PERM_ID = re.compile(r"\d{1,7}")
_PROV_ID = re.compile(r"\d{4} [A-HJ-Y][A-HJ-Z]\d*|\d{4} (?:P-L|T-[123])|A[89]\d{2} [A-HJ-Y][A-HJ-Z]")
_MODE = re.compile(r"[A-Z]{3}")
_CATALOGUE = re.compile(r"[.A-Za-z0-9_]{1,8}")
_BAND = re.compile(r"[A-Za-z0-9]{1,3}")


def ades_file(detail: Mapping[str, Any]) -> str:
    """The file for a request as `selectors.request_detail` gives it.

    Residuals of a result that does not tell its weights have the stated uncertainties beside them, or none.
    """
    identifier = _identifier(detail)
    records = [_record(row, identifier, detail) for row in detail["observations"]]
    if records:
        records[0]["remarks"] = _remarks(detail)
    return "\n".join(["# version=2022", *_table(records)]) + "\n"


def _identifier(detail: Mapping[str, Any]) -> tuple[str, str]:
    """Field and value: the designation where the catalogue knows the object, else a name of the portal's own."""
    known = (detail["catalogue"] or {}).get("designation", "")
    if _PERM_ID.fullmatch(known):
        return "permID", known
    if _PROV_ID.fullmatch(known):
        return "provID", known
    return "trkSub", f"AD{detail['id']}"[:8]


def _remarks(detail: Mapping[str, Any]) -> str:
    """Which request this is, without bars and control characters."""
    verdict = f"; distance {detail['verdict']}" if detail["verdict"] else ""
    text = f"AstroDist request {detail['id']} of {detail['creator_name']}{verdict}: {detail['designation']}"
    return re.sub(r"[\x00-\x1f\x7f|]+", " ", text)[:REMARK_LENGTH].strip()


def _table(records: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Column names and records, padded; a column is there when a record has a value for it."""
    if not records:
        return
    names = [name for name in FIELDS if any(record.get(name) for record in records)]
    width = {name: max(len(name), *(len(record.get(name, "")) for record in records)) for name in names}
    for cells in ({name: name for name in names}, *records):
        yield "|".join(cells.get(name, "").ljust(width[name]) for name in names).rstrip()


FIELDS = (
    *(
        "permID",
        "provID",
        "trkSub",
        "mode",
        "stn",
        "sys",
        "ctr",
        "pos1",
        "pos2",
        "pos3",
        "prog",
        "obsTime",
        "ra",
        "dec",
    ),
    *("rmsRA", "rmsDec", "rmsCorr", "astCat", "mag", "band", "remarks", "orbProd", "orbID", "resRA", "resDec"),
    *("selAst", "sigRA", "sigDec", "sigCorr"),
)


def _record(row: Row, identifier: tuple[str, str], detail: Mapping[str, Any]) -> dict[str, str]:
    field, name = identifier
    return {
        field: name,
        "mode": row["mode"] if _MODE.fullmatch(row["mode"]) else "UNK",
        "stn": row["station"],
        "prog": _program(row["program"]),
        "obsTime": moment_text(row["observed_at"]),
        "ra": _ra(row["ra_deg"]),
        "dec": _decimal(row["dec_deg"], 9),
        "rmsRA": _narrow(row["sigma_ra_arcsec"]),
        "rmsDec": _narrow(row["sigma_dec_arcsec"]),
        "rmsCorr": _correlation(row),
        "astCat": row["catalogue"] if _CATALOGUE.fullmatch(row["catalogue"]) else "UNK",
        **_place(row),
        **_brightness(row),
        **_residuals(row, detail),
    }


def moment_text(moment: datetime) -> str:
    """UTC with `Z`, and no more decimals than there are."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{moment.microsecond:06d}".rstrip("0")
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"


def _program(character: str) -> str:
    """Two digits; empty for what is no program of the MPC."""
    if len(character) != 1 or character not in PROGRAMS:
        return ""
    high, low = divmod(PROGRAMS.index(character), 62)
    return DIGITS_62[high] + DIGITS_62[low]


def _correlation(row: Row) -> str:
    """Empty where none is stated, or where rounding would make it 1."""
    if row["correlation"] is None:
        return ""
    text = _decimal(row["correlation"], 11)
    return text if abs(float(text)) < 1.0 else ""


def _place(row: Row) -> dict[str, str]:
    position = row["observer_position_km"]
    if not position:
        return {}
    # Thirteen characters and a sign.
    texts = (_decimal(value, 6)[: 14 if value < 0.0 else 13] for value in position)
    places = dict(zip(("pos1", "pos2", "pos3"), texts, strict=True))
    return {"sys": "ICRF_KM", "ctr": "399", **places}


def _brightness(row: Row) -> dict[str, str]:
    """ADES has no magnitude without its band."""
    magnitude, band = row["magnitude"], row["band"]
    if magnitude is None or not MAGNITUDES[0] <= magnitude <= MAGNITUDES[1] or not _BAND.fullmatch(band):
        return {}
    return {"mag": _decimal(magnitude, 3), "band": band}


def _residuals(row: Row, detail: Mapping[str, Any]) -> dict[str, str]:
    if row["residual_ra_arcsec"] is None or row["residual_dec_arcsec"] is None:
        return {}
    return {
        "orbProd": ORBIT_PRODUCER,
        "orbID": str(detail["calculation_id"])[:25],
        "resRA": _residual(row["residual_ra_arcsec"]),
        "resDec": _residual(row["residual_dec_arcsec"]),
        "selAst": DELETED if row["used"] is False else ACCEPTED,
        **_weights(row),
    }


def _weights(row: Row) -> dict[str, str]:
    """ADES has one of them only beside the other. A result that does not tell them is one of before they were kept."""
    ra, dec = (
        _narrow(row[f"fit_sigma_{name}_arcsec"] or row[f"sigma_{name}_arcsec"] or row[f"sigma_{other}_arcsec"])
        for name, other in (("ra", "dec"), ("dec", "ra"))
    )
    return {"sigRA": ra, "sigDec": dec, "sigCorr": _correlation(row)} if ra and dec else {}


def _ra(value: float) -> str:
    """In [0, 360) also after rounding."""
    text = _decimal(value, 9)
    return "0.0" if float(text) >= 360.0 else text


def _decimal(value: float, decimals: int) -> str:
    """A plain decimal number, without an exponent and without idle zeros."""
    text = f"{value + 0.0:.{decimals}f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def _narrow(value: float | None) -> str:
    """A number above zero in at most NUMBER_WIDTH characters; empty where there is none, or where it does not fit."""
    if value is None:
        return ""
    text = _decimal(value, 5)[:NUMBER_WIDTH].rstrip(".")
    return text if float(text) > 0.0 and value < 100_000.0 else ""


def _residual(value: float) -> str:
    """At most seven characters: as many decimals as fit, or an exponent."""
    for decimals in (3, 2, 1, 0):
        text = f"{value:+.{decimals}f}"
        if len(text) <= NUMBER_WIDTH:
            return text
    return f"{value:+.0e}"
