"""ADES as pipe-separated values."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.ades_fields import CONTEXT_NEEDED, FIELD_OF_LOWER_NAME, GROUPS, VERSIONS
from calc_grpc.astrometry.ades_record import read_record, record_type
from calc_grpc.astrometry.draft import Draft
from calc_grpc.astrometry.findings import Findings, Span

_VERSION = re.compile(r"#\s*version\s*=(.*)")
_UNUSUAL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(kw_only=True, slots=True)
class PsvReader:
    """Where in the file the reading stands.

    columns: of the header in force, None before the first and after a new group of # lines. header: where it stands;
    record_count: records read under it. context: the # groups of this block.
    """

    findings: Findings
    now: datetime
    columns: list[str] | None = None
    header: Span | None = None
    record_count: int = 0
    context: set[str] = field(default_factory=set)
    in_context: bool = False
    is_context_checked: bool = False

    def read(self, lines: Sequence[str]) -> Iterator[Draft]:
        """Read a whole file."""
        self._check_first_line(lines)
        for number, text in enumerate(lines, start=1):
            if not text or text.isspace():
                continue
            span = Span(line=number, start=1, end=len(text), text=text)
            if text.startswith("#"):
                self._read_group(span)
            elif text.startswith("!"):
                self._read_group_line(span)
            elif (draft := self._read_row(span)) is not None:
                yield draft
        self._close_header()

    def _check_first_line(self, lines: Sequence[str]) -> None:
        if not lines or not _VERSION.match(lines[0]):
            text = lines[0] if lines else ""
            span = Span(line=1, start=1, end=max(1, len(text)), text=text)
            self.findings.error(span, reasons.BAD_VERSION, "Begin the file with # version=2022 (or 2017).")

    def _read_group(self, span: Span) -> None:
        if version := _VERSION.match(span.text):
            if version[1].strip() not in VERSIONS:
                hint = "This version of ADES is not known. Write # version=2022 (or 2017)."
                self.findings.error(span, reasons.BAD_VERSION, hint)
            return
        if not self.in_context:
            self._close_header()
            self.columns, self.context = None, set()
        self.in_context = True
        words = span.text[1:].split()
        self.context.add(words[0] if words else "")
        if not words or words[0] not in GROUPS:
            hint = "ADES has no group of this name; it has no effect."
            self.findings.warning(span, reasons.IGNORED_LINE, hint)

    def _read_group_line(self, span: Span) -> None:
        if self.columns is not None:
            hint = "A line with ! belongs to a # group before the column names. Move it there, or remove it."
            self.findings.error(span, reasons.BAD_ORDER, hint)
        elif not self.in_context and self.header is None:
            hint = "A line with ! belongs to a # group, and there is none; it has no effect."
            self.findings.warning(span, reasons.BAD_ORDER, hint)

    def _read_row(self, span: Span) -> Draft | None:
        if odd := _UNUSUAL.search(span.text):
            self.record_count += 1
            at = odd.start() + 1
            reason = reasons.TAB_FOUND if odd[0] == "\t" else reasons.BAD_CHARACTER
            hint = "Remove this character; fields are padded with blanks."
            self.findings.error(Span(line=span.line, start=at, end=at, text=odd[0]), reason, hint)
            return None
        cells = span.text.split("|")
        if _is_header(cells, span.text):
            self._open_header(span, cells)
            return None
        self.record_count += 1
        if self.columns is None:
            hint = "No usable line of column names stands before this record."
            self.findings.error(span, reasons.BAD_HEADER, hint)
            return None
        if len(cells) != len(self.columns):
            hint = f"Fields of the record: {len(cells)}, of its header: {len(self.columns)}. Check the | between them."
            self.findings.error(span, reasons.BAD_FIELD_COUNT, hint)
            return None
        fields = dict(_spans(span.line, self.columns, cells))
        return read_record(fields, record_type(fields), span, self.findings, self.now)

    def _open_header(self, span: Span, cells: Sequence[str]) -> None:
        self._close_header()
        if self.in_context or not self.is_context_checked:
            self._check_context(span)
        self.in_context, self.is_context_checked = False, True
        self.header, self.record_count = span, 0
        self.columns = self._read_columns([cell for _, cell in _spans(span.line, cells, cells, keep_empty=True)])

    def _read_columns(self, cells: Sequence[Span]) -> list[str] | None:
        """Name every column, "" where ADES has no such field; None when a name is there twice."""
        columns: list[str] = []
        seen: set[str] = set()
        twice = False
        for cell in cells:
            name = FIELD_OF_LOWER_NAME.get(cell.text.lower(), "")
            if not name:
                self.findings.warning(cell, reasons.UNKNOWN_FIELD, "ADES has no field of this name; it is ignored.")
            elif name != cell.text:
                hint = f"Read as {name}; ADES writes it so, and the MPC would reject it."
                self.findings.warning(cell, reasons.REPAIRED, hint)
            if name in seen:
                self.findings.error(cell, reasons.REPEATED_FIELD, "This column is there twice. Remove one of them.")
                twice = True
            columns.append(name)
            if name:
                seen.add(name)
        return None if twice else columns

    def _check_context(self, span: Span) -> None:
        missing = [name for name in CONTEXT_NEEDED if name not in self.context]
        if missing:
            hint = f"No # group says {', '.join(missing)}. It was read all the same; the MPC would reject it."
            self.findings.warning(span, reasons.MISSING_CONTEXT, hint)

    def _close_header(self) -> None:
        if self.header is not None and self.record_count == 0:
            hint = "No record follows these column names. Add some, or remove the header."
            self.findings.error(self.header, reasons.NO_OBSERVATIONS, hint)
        self.header = None


def looks_like_psv(lines: Sequence[str]) -> bool:
    """Tell PSV from 80 columns: by its first line, or by a line of column names further down."""
    first = next((line for line in lines if line and not line.isspace()), "")
    words = first[1:].split() if first.startswith("#") else []
    if _VERSION.match(first) or (words and words[0] in GROUPS):
        return True
    return any("|" in line and "obstime" in line.lower() for line in lines)


def _spans(
    line: int, names: Sequence[str], cells: Sequence[str], *, keep_empty: bool = False
) -> Iterator[tuple[str, Span]]:
    """Place the cells that have a name and a content."""
    start = 1
    for name, cell in zip(names, cells, strict=True):
        text = cell.strip(" ")
        if keep_empty or (text and name):
            at = start + len(cell) - len(cell.lstrip(" ")) if text else start
            yield name, Span(line=line, start=at, end=at + max(len(text), 1) - 1, text=text)
        start += len(cell) + 1


def _is_header(cells: Sequence[str], text: str) -> bool:
    """Column names are names of ADES; a record has none of them for a value, least of all obsTime."""
    if "obstime" in text.lower():
        return True
    names = {name for cell in cells[:3] if (name := cell.strip(" ").lower())}
    return len(cells) > 1 and len(names) > 0 and all(name in FIELD_OF_LOWER_NAME for name in names)
