"""Whose position an ADES record gives."""

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.designation import is_art_sat, is_perm_id, is_prov_id, is_trk_sub, provisional_name
from calc_grpc.astrometry.findings import Fields, Findings, Span


def read_designation(fields: Fields, span: Span, findings: Findings) -> tuple[str, str | None]:
    """Name the object of a record, and its provisional designation where it has a number too."""
    permanent, provisional = fields.get("permID"), fields.get("provID")
    if _are_swapped(permanent, provisional):
        at = provisional or span
        hint = "permID and provID look exchanged and were read the other way round; the MPC would reject it."
        findings.warning(at, reasons.REPAIRED, hint)
        permanent, provisional = provisional, permanent
    if permanent is not None and not is_perm_id(permanent.text):
        hint = "permID is a number such as 433, 73P-B or Jupiter 13; names and roman numerals are not taken."
        findings.error(permanent, reasons.BAD_DESIGNATION, hint)
    other = _provisional(provisional, findings) if provisional is not None else None
    if permanent is not None:
        return permanent.text.lstrip("0"), other
    return (other, None) if other is not None else (_temporary(fields, span, findings), None)


def _are_swapped(permanent: Span | None, provisional: Span | None) -> bool:
    if provisional is None or is_prov_id(provisional.text) or not is_perm_id(provisional.text):
        return False
    return permanent is None or is_prov_id(permanent.text)


def _provisional(field: Span, findings: Findings) -> str:
    if is_prov_id(field.text):
        return field.text
    unpacked = provisional_name(field.text)
    if unpacked is None:
        hint = "provID is a provisional designation such as 2016 AB12, 2040 P-L or C/2014 UN271."
        findings.error(field, reasons.BAD_DESIGNATION, hint)
        return field.text
    hint = f"The packed provID was read as {unpacked}; the MPC would reject it."
    findings.warning(field, reasons.REPAIRED, hint)
    return unpacked


def _temporary(fields: Fields, span: Span, findings: Findings) -> str:
    for name, is_taken, rule in (
        ("trkSub", is_trk_sub, "at most 8 letters, digits, - and _"),
        ("artSat", is_art_sat, "at most 25 characters"),
    ):
        if name in fields:
            if not is_taken(fields[name].text):
                findings.error(fields[name], reasons.BAD_DESIGNATION, f"{name} has {rule}.")
            return fields[name].text
    findings.error(span, reasons.BAD_DESIGNATION, "Name the object by permID, provID or trkSub.")
    return ""
