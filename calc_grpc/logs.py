"""Log lines: the event first, then its values as key=value, or one JSON object a line; and what caused it: the request
id of the call, the calculation it is about, the trace it belongs to."""

import asyncio
import json
import logging
import sys
import time
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from contextvars import ContextVar
from functools import lru_cache
from types import TracebackType
from typing import TextIO

request_id: ContextVar[str] = ContextVar("request_id", default="")
calculation_id: ContextVar[str] = ContextVar("calculation_id", default="")
traceparent: ContextVar[str] = ContextVar("traceparent", default="")  # of the present span, as W3C writes it

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_TRACE_ID = slice(3, 35)  # of a traceparent
_encode = json.JSONEncoder(default=str, ensure_ascii=False).encode


def present() -> dict[str, str]:
    """What is known of the cause of whatever is done now."""
    known = {}
    if text := request_id.get():
        known["request_id"] = text
    if text := calculation_id.get():
        known["calculation_id"] = text
    if text := traceparent.get():
        known["trace_id"] = text[_TRACE_ID]
    return known


def set_present(*, request: str | None, calculation: str, trace: str | None) -> None:
    """From here on, this task works for that request and calculation."""
    request_id.set(request or "")
    calculation_id.set(calculation)
    traceparent.set(trace or "")


class KeyValueFormatter(logging.Formatter):
    """`time LEVEL logger event key=value ...`; text with blanks is quoted, so a line stays one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record, its trace on the following lines."""
        values = _values(record)
        head = f"{_moment(record)} {record.levelname} {record.name} {record.getMessage()}"
        line = " ".join([head, *(f"{key}={_render(value)}" for key, value in values.items() if key != "trace")])
        trace = values.get("trace") or (self.formatException(record.exc_info) if record.exc_info else "")
        return f"{line}\n{trace}".rstrip()


class JsonFormatter(logging.Formatter):
    """One object a line: `time, level, logger, event`, then the values; a trace is one of them."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        head = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        values = _values(record)
        if record.exc_info:
            values["trace"] = self.formatException(record.exc_info)
        return _encode(head | values)


class GatheringHandler(logging.Handler):
    """Writes the lines of one turn of the event loop together: a write for each would be a tenth of Create.

    Lines from elsewhere, and those from WARNING on, are written at once, after those that wait; so is what waits at
    the end of the program, when logging flushes its handlers.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream = stream
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Render a record and keep the line for a moment."""
        try:
            self._lines.append(f"{self.format(record)}\n")
            if record.levelno >= logging.WARNING:
                self.flush()
            elif len(self._lines) == 1:
                self._write_soon()
        except Exception:
            self.handleError(record)

    def _write_soon(self) -> None:
        if (loop := _running_loop()) is None:
            self.flush()
        else:
            loop.call_soon(self._write_at_leisure)

    def _write_at_leisure(self) -> None:
        with suppress(OSError, ValueError):  # stderr is full or closed; there is nowhere to say so
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        with self.lock or nullcontext():
            if self._lines:
                text, self._lines = "".join(self._lines), []
                self._stream.write(text)
                self._stream.flush()


def _values(record: logging.LogRecord) -> dict[str, object]:
    """What the line was given, and what caused it."""
    values = {key: value for key, value in vars(record).items() if key not in _STANDARD}
    for name, value in present().items():
        values.setdefault(name, value)
    return values


def _moment(record: logging.LogRecord) -> str:
    return f"{_second(int(record.created))}.{int(record.msecs):03d}Z"


@lru_cache(maxsize=2)
def _second(moment_s: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment_s))


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


FORMATTERS: Mapping[str, type[logging.Formatter]] = {"text": KeyValueFormatter, "json": JsonFormatter}


def set_up(level: str, form: str = "text") -> None:
    """Send the log of this process to stderr, warnings and the trace of its end included; form: of FORMATTERS."""
    # What no line shows need not be looked up for each: Python's documentation, Logging HOWTO, section Optimization.
    for name in ("logThreads", "logProcesses", "logMultiprocessing", "logAsyncioTasks", "_srcfile"):
        setattr(logging, name, None)
    handler = GatheringHandler(sys.stderr)
    handler.setFormatter(FORMATTERS[form]())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _say_why


def _say_why(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The last words of the process, as a line like all others."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger(__name__).critical("ended by an error", exc_info=(kind, error, trace))


def _render(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    is_plain = text and text.isprintable() and " " not in text and '"' not in text and "=" not in text
    return text if is_plain else json.dumps(text)
