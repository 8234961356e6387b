"""ADES as XML, by expat, which knows line and column of everything.

Document types are refused where they begin, and with them every entity but the five of XML: nothing can be included
from outside or blown up from inside. Nesting is bounded; there is no recursion.
"""

import re
from datetime import datetime
from xml.parsers import expat

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.ades_blocks import BlockChecks
from calc_grpc.astrometry.ades_fields import FIELD_OF_LOWER_NAME, OPTICAL_ORDER, RECORD_TYPES
from calc_grpc.astrometry.ades_record import read_record, record_type
from calc_grpc.astrometry.draft import Draft
from calc_grpc.astrometry.findings import Findings, Span
from calc_grpc.astrometry.text import place_after, split_lines

DOCTYPE = b"<!DOCTYPE"
DEEPEST = 32  # elements; ADES itself needs six
UNORDERED = len(OPTICAL_ORDER)  # one field out of order is told; those after it say nothing new
QUOTED = 40  # characters from a fault on
RESIDUALS = frozenset({"opticalResidual", "radarResidual"})
FREE = frozenset({"localUse"})  # may hold anything

_LOOKS_LIKE_XML = re.compile(r"\s*<[?!A-Za-z]")
_PLACE_OF_NAME = {name: place for place, name in enumerate(OPTICAL_ORDER)}


class _Stop(Exception):
    """Reading ends here; the problem is already reported."""


def looks_like_xml(text: str) -> bool:
    """Tell XML by its first tag; a ruler of 80-column files begins with < too."""
    return _LOOKS_LIKE_XML.match(text) is not None


def read_ades_xml(text: str, findings: Findings, *, now: datetime) -> list[Draft]:
    """Read a whole document; records before a fault are kept, since the fault itself is an ERROR."""
    reader = _XmlReader(findings, now)
    try:
        reader.parse(text)
    except expat.ExpatError as error:
        rest = split_lines(text)[error.lineno - 1][error.offset :][:QUOTED]
        span = Span(line=error.lineno, start=error.offset + 1, end=error.offset + max(len(rest), 1), text=rest)
        hint = f"This is not well-formed XML from here on: {expat.ErrorString(error.code)}. Correct it."
        findings.error(span, reasons.BAD_XML, hint)
    except _Stop:
        pass
    return reader.drafts


class _XmlReader:
    """Follows the tags. record: the type of the record being read, field: the field within it."""

    def __init__(self, findings: Findings, now: datetime) -> None:
        self.drafts: list[Draft] = []
        self._findings = findings
        self._now = now
        self._blocks = BlockChecks(findings)
        self._path: list[str] = []
        self._record = ""
        self._record_span = Span(line=0, start=0, end=0, text="")
        self._fields: dict[str, Span] = {}
        self._record_depth = 0
        self._last_place = -1
        self._errors_before = 0
        self._field = ""
        self._chunks: list[str] = []
        self._field_at = (0, 0)
        self._content = b""
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def parse(self, text: str) -> None:
        """Read the document at once: in pieces, a long token would be looked through again with each."""
        self._content = text.encode("utf-8")
        self._parser.Parse(self._content, True)

    def _refuse_doctype(self, *_: object) -> None:
        # expat tells of a document type only after its name.
        start = self._content.rfind(DOCTYPE, 0, self._parser.CurrentByteIndex)
        line, column = place_after(self._content[:start].decode("utf-8"))
        span = Span(line=line, start=column, end=column + len(DOCTYPE) - 1, text=DOCTYPE.decode("ascii"))
        hint = "Document types and entities are refused. Remove the declaration; ADES needs none."
        self._findings.error(span, reasons.UNSAFE_XML, hint)
        raise _Stop

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        span = self._here(f"<{name}>")
        if len(self._path) == DEEPEST:
            self._findings.error(span, reasons.BAD_XML, "Elements are nested too deeply for ADES.")
            raise _Stop
        parent = self._path[-1] if self._path else ""
        self._path.append(name)
        if not parent:
            self._start_root(name, attributes, span)
        elif self._record:
            self._start_field(name, span)
        elif name in RECORD_TYPES and parent in ("ades", "obsData"):
            self._blocks.start_record(name, span, in_block=parent == "obsData")
            self._record, self._record_span, self._record_depth = name, span, len(self._path)
            self._fields, self._last_place, self._errors_before = {}, -1, self._findings.error_count
        elif name in RESIDUALS:
            self._findings.warning(span, reasons.IGNORED_LINE, "Residuals are results of an orbit; they are not read.")
        elif not self._blocks.start_part(name, parent, span) and parent in ("ades", "obsBlock", "obsData"):
            hint = f"ADES has no element of this name in {parent}. Correct it, or remove it."
            self._findings.error(span, reasons.BAD_XML, hint)

    def _start_root(self, name: str, attributes: dict[str, str], span: Span) -> None:
        if name != "ades":
            self._findings.error(span, reasons.BAD_XML, "An ADES document begins with the element ades.")
            raise _Stop
        self._blocks.check_version(attributes.get("version", ""), span)

    def _start_field(self, name: str, span: Span) -> None:
        if len(self._path) != self._record_depth + 1:
            if self._field not in FREE:
                hint = "A field holds text, no elements. Remove this one."
                self._findings.warning(span, reasons.UNKNOWN_FIELD, hint)
            return
        known = FIELD_OF_LOWER_NAME.get(name.lower())
        if known is None:
            hint = "ADES has no field of this name; it is ignored."
            self._findings.warning(span, reasons.UNKNOWN_FIELD, hint)
        elif known != name:
            hint = f"Read as {known}; ADES writes it so, and the MPC would reject it."
            self._findings.warning(span, reasons.REPAIRED, hint)
        self._field = known or name
        self._chunks = []
        self._check_order(span)

    def _check_order(self, span: Span) -> None:
        if self._field in self._fields:
            self._findings.error(span, reasons.REPEATED_FIELD, "The record has this field twice. Remove one of them.")
        place = _PLACE_OF_NAME.get(self._field)
        if place is None or self._last_place == UNORDERED:
            return
        if place < self._last_place:
            hint = "This field stands later than ADES allows. It was read all the same; the MPC would reject it."
            self._findings.warning(span, reasons.BAD_ORDER, hint)
            place = UNORDERED
        self._last_place = place

    def _characters(self, data: str) -> None:
        if not self._field or len(self._path) != self._record_depth + 1 or not (self._chunks or data.strip()):
            return
        if not self._chunks:
            indent = len(data) - len(data.lstrip())
            self._field_at = (self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1 + indent)
        self._chunks.append(data)

    def _end(self, name: str) -> None:
        depth = len(self._path)
        self._path.pop()
        if not self._record:
            self._blocks.end_part(name)
        elif depth == self._record_depth + 1:
            self._end_field()
        elif depth == self._record_depth:
            self._end_record()

    def _end_field(self) -> None:
        text = "".join(self._chunks).strip()
        if text:
            line, column = self._field_at
            end = column + len(text.split("\n", 1)[0]) - 1
            self._fields[self._field] = Span(line=line, start=column, end=end, text=text)
        self._field = ""

    def _end_record(self) -> None:
        kind = self._record if self._record != "optical" else record_type(self._fields)
        draft = read_record(self._fields, kind, self._record_span, self._findings, self._now)
        if draft is not None and self._findings.error_count == self._errors_before:
            self.drafts.append(draft)
        self._record = ""

    def _here(self, text: str) -> Span:
        column = self._parser.CurrentColumnNumber + 1
        return Span(line=self._parser.CurrentLineNumber, start=column, end=column + len(text) - 1, text=text)
