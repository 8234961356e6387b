"""What every journal shares: the columns of a row, how a row becomes a Calculation, and who hears of changes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from calc_grpc.calculation import Calculation, Report
from calc_grpc.journal.port import Change, DueReport, Listener, NewCalculation

SHOWN = """sequence, calculation_id, kind, creator, state, create_time_us, due_time_us, start_time_us, finish_time_us,
    progress_fraction, progress_stage, progress_detail, revision, error_reason, error_message,
    report_id, report_state, report_attempt_count, report_last_error, report_next_time_us"""
# Of a `pi` both are a few bytes, and what its row in a table shows; the others are left where they are, unread.
LIGHT = f"{SHOWN}, CASE kind WHEN 'pi' THEN input END AS input, CASE kind WHEN 'pi' THEN result END AS result"
WHOLE = f"{SHOWN}, input, result, request_id, traceparent"
REPORTED = f"""{SHOWN}, result, request_id, traceparent, callback_url, callback_origin,
    report_since_us, report_fence"""
CHANGED = "calculation_id, kind, state, due_time_us, report_due_us"
CLAIMED = (  # the fields of a Claim
    *("calculation_id", "kind", "create_time_us", "due_time_us", "start_time_us", "input", "fence", "crash_count"),
    *("request_id", "traceparent"),
)


def calculation_of(row: Mapping[str, Any]) -> Calculation:
    """Read a row selected with LIGHT or WHOLE."""
    values: dict[str, Any] = dict(row)
    report = Report(
        report_id=values.pop("report_id"),
        state=values.pop("report_state"),
        attempt_count=values.pop("report_attempt_count"),
        last_error=values.pop("report_last_error"),
        next_time_us=values.pop("report_next_time_us"),
    )
    return Calculation(report=report, **values)


def due_report_of(row: Mapping[str, Any]) -> DueReport:
    """Read a row selected with REPORTED."""
    values = dict(row)
    own = {
        "callback_url": values.pop("callback_url"),
        "callback_origin": values.pop("callback_origin"),
        "since_us": values.pop("report_since_us"),
        "fence": values.pop("report_fence"),
    }
    calculation = calculation_of(values)
    return DueReport(
        calculation_id=calculation.calculation_id,
        attempt_count=calculation.report.attempt_count,
        calculation=calculation,
        **own,
    )


def accepted_of(new: NewCalculation, sequence: int) -> Calculation:
    """The row that accepting stores; reading it back would carry the input a second time."""
    return Calculation(
        sequence=sequence,
        calculation_id=new.calculation_id,
        kind=new.kind,
        creator=new.creator,
        state="SCHEDULED",
        create_time_us=new.create_time_us,
        due_time_us=new.due_time_us,
        start_time_us=None,
        finish_time_us=None,
        progress_fraction=0.0,
        progress_stage="",
        revision=1,
        report=Report(
            report_id=new.report_id,
            state="PENDING" if new.report_id else "NOT_REQUESTED",
            attempt_count=0,
            last_error="",
            next_time_us=None,
        ),
        error_reason=None,
        error_message=None,
        input=new.input,
        request_id=new.request_id or None,
        traceparent=new.traceparent or None,
    )


def scheduled(new: NewCalculation) -> Change:
    """The hint that this one was accepted and waits."""
    return Change(calculation_id=new.calculation_id, kind=new.kind, state="SCHEDULED", due_time_us=new.due_time_us)


def change_of(row: Mapping[str, Any]) -> Change:
    """Read the hint from a row selected with CHANGED."""
    return Change(
        calculation_id=row["calculation_id"],
        kind=row["kind"],
        state=row["state"],
        due_time_us=row["due_time_us"],
        report_is_due=row["report_due_us"] is not None,
    )


class Listeners:
    """Those who want to hear of changes, in the event loop."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def add(self, listener: Listener) -> Callable[[], None]:
        """Returns what ends it, harmless twice."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    def tell(self, changes: Sequence[Change]) -> None:
        """Tell everybody; no changes at all: some may have been missed."""
        for listener in list(self._listeners):
            listener(changes)
