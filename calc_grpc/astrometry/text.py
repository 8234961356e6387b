"""Bytes of a file to text and lines."""

import re

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.findings import WHOLE_FILE, Findings, Span

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_LINE_END = re.compile(r"\r\n|\n|\r")


def decode(content: bytes, findings: Findings) -> str | None:
    """Decode UTF-8 with or without its mark; what is not UTF-8 is taken as Latin-1 with a warning.

    That spares comments with names in them: no field that is used may hold anything but ASCII.
    """
    if content.startswith(_UTF_16):
        findings.error(WHOLE_FILE, reasons.BAD_ENCODING, "The file is UTF-16 or UTF-32. Save it as UTF-8.")
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = place_after(content[: error.start].decode("utf-8-sig"))
        bad = content[error.start : error.start + 1].decode("latin-1")
        hint = (
            "The file is not UTF-8 and was read as Latin-1; only comments may hold such characters. Save it as UTF-8."
        )
        findings.warning(Span(line=line, start=column, end=column, text=bad), reasons.BAD_ENCODING, hint)
        return content.decode("latin-1")


def split_lines(text: str) -> list[str]:
    """Split at LF, CR LF and CR, and nowhere else: other separators are characters of the line."""
    return _LINE_END.split(text)


def place_after(text: str) -> tuple[int, int]:
    """Give line and column, from 1, of what follows this text."""
    lines = split_lines(text)
    return len(lines), len(lines[-1]) + 1
