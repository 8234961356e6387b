"""The frame of an ADES document: version, blocks, contexts, and what an obsData may hold."""

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.ades_fields import CONTEXT_NEEDED, GROUPS, VERSIONS
from calc_grpc.astrometry.findings import Findings, Span


class BlockChecks:
    """Told of every tag outside of records, it reports what the frame lacks."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._block: Span | None = None
        self._context: Span | None = None
        self._data: Span | None = None
        self._groups: set[str] = set()
        self._record_types: set[str] = set()
        self._bare_reported = False

    def check_version(self, version: str, span: Span) -> None:
        """Take versions 2017 and 2022."""
        if version not in VERSIONS:
            hint = 'The version of ADES is missing or not known. Write <ades version="2022"> (or 2017).'
            self._findings.error(span, reasons.BAD_VERSION, hint)

    def start_part(self, name: str, parent: str, span: Span) -> bool:
        """Take the start of an element outside of records; False when it has no place there."""
        if parent == "ades" and name == "obsBlock":
            self._block, self._context, self._data, self._groups = span, None, None, set()
        elif parent == "obsBlock" and name == "obsContext":
            self._start_context(span)
        elif parent == "obsBlock" and name == "obsData":
            self._data, self._record_types = span, set()
        elif parent == "obsContext":
            self._groups.add(name)
            if name not in GROUPS:
                hint = "ADES has no element of this name in obsContext; it has no effect."
                self._findings.warning(span, reasons.IGNORED_LINE, hint)
        else:
            return False
        return True

    def start_record(self, name: str, span: Span, *, in_block: bool) -> None:
        """Take the start of a record."""
        if not in_block and not self._bare_reported:
            self._bare_reported = True
            hint = "Records stand outside of an obsBlock with obsContext; the MPC would reject them."
            self._findings.warning(span, reasons.MISSING_CONTEXT, hint)
        if in_block and self._record_types and name not in self._record_types:
            hint = "An obsData holds records of one type. Put this one into a block of its own."
            self._findings.error(span, reasons.MIXED_RECORDS, hint)
        self._record_types.add(name)

    def end_part(self, name: str) -> None:
        """Take the end of an element outside of records."""
        if name == "obsData" and self._data is not None and not self._record_types:
            hint = "This obsData is empty. Add records, or remove the block."
            self._findings.error(self._data, reasons.NO_OBSERVATIONS, hint)
        elif name == "obsContext" and self._context is not None:
            self._end_context(self._context)
        elif name == "obsBlock" and self._block is not None:
            self._end_block(self._block)

    def _start_context(self, span: Span) -> None:
        if self._data is not None:
            hint = "obsContext stands before obsData. It was read all the same; the MPC would reject it."
            self._findings.warning(span, reasons.BAD_ORDER, hint)
        self._context = span

    def _end_context(self, span: Span) -> None:
        missing = [name for name in CONTEXT_NEEDED if name not in self._groups]
        if missing:
            hint = f"{', '.join(missing)} is missing. It was read all the same; the MPC would reject it."
            self._findings.warning(span, reasons.MISSING_CONTEXT, hint)

    def _end_block(self, span: Span) -> None:
        if self._context is None:
            hint = "This obsBlock has no obsContext. Say there observatory, submitter, measurers and telescope."
            self._findings.error(span, reasons.MISSING_CONTEXT, hint)
        if self._data is None:
            hint = "This obsBlock has no obsData. Add records, or remove the block."
            self._findings.error(span, reasons.NO_OBSERVATIONS, hint)
        self._block = None
