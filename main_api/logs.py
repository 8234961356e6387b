"""Log lines as key=value or as JSON: time, level, logger, event, the values given as `extra`, then what caused them."""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

request_id_variable: ContextVar[str] = ContextVar("request_id", default="")
calculation_id_variable: ContextVar[str] = ContextVar("calculation_id", default="")
traceparent_variable: ContextVar[str] = ContextVar("traceparent", default="")  # of the present span, as W3C writes it

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "taskName"}
_PLAIN = re.compile(r'[^ "=]+')
_TRACE_ID = slice(3, 35)  # of a traceparent
_encode = json.JSONEncoder(default=str, ensure_ascii=False).encode


def current_request_id() -> str:
    """The id of the call being answered; empty outside of one."""
    return request_id_variable.get()


def present_ids() -> dict[str, str]:
    """The ids of the call being answered and of the calculation it is about, where they are known."""
    ids = {"request_id": request_id_variable.get(), "calculation_id": calculation_id_variable.get()}
    return {name: value for name, value in ids.items() if value}


def note_calculation(calculation_id: object) -> None:
    """From here to the end of the call, lines name this calculation, and the answer does so in X-Calculation-Id."""
    calculation_id_variable.set(str(calculation_id))


def say_why_it_ends() -> None:
    """Have the last words of this process, when an error ends it, written as a line like all others."""
    sys.excepthook = _say_why


class KeyValueFormatter(logging.Formatter):
    """One line per record; a trace follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        line = " ".join(f"{key}={_quoted(value)}" for key, value in _values(record).items())
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """One object a line; a trace is one of its values."""

    def format(self, record: logging.LogRecord) -> str:
        values = _values(record)
        if record.exc_info:
            values["trace"] = self.formatException(record.exc_info)
        return _encode(values)


def _values(record: logging.LogRecord) -> dict[str, object]:
    values: dict[str, object] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": record.getMessage(),
    }
    values |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
    for name, variable in (("request_id", request_id_variable), ("calculation_id", calculation_id_variable)):
        if text := variable.get():
            values.setdefault(name, text)
    if text := traceparent_variable.get():
        values["trace_id"] = text[_TRACE_ID]
    return values


def _say_why(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger(__name__).critical("ended by an error", exc_info=(kind, error, trace))


def _quoted(value: object) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) and text.isprintable() else json.dumps(text)
