"""Log lines: the event first, then its values as key=value, and the request id of the call that caused it."""

import asyncio
import json
import logging
import sys
import time
from contextlib import nullcontext, suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import TextIO

request_id: ContextVar[str] = ContextVar("request_id", default="")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class KeyValueFormatter(logging.Formatter):
    """`time LEVEL logger event key=value ...`; text with blanks is quoted, so a line stays one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record, its trace on the following lines."""
        values = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if request_id.get():
            values.setdefault("request_id", request_id.get())
        moment = _second(int(record.created))
        head = f"{moment}.{int(record.msecs):03d}Z {record.levelname} {record.name} {record.getMessage()}"
        line = " ".join([head, *(f"{key}={_render(value)}" for key, value in values.items() if key != "trace")])
        trace = values.get("trace") or (self.formatException(record.exc_info) if record.exc_info else "")
        return f"{line}\n{trace}".rstrip()


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
            if record.levelno >= logging.WARNING or (loop := _running_loop()) is None:
                self.flush()
            elif len(self._lines) == 1:
                loop.call_soon(self._write_at_leisure)
        except Exception:
            self.handleError(record)

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


@lru_cache(maxsize=2)
def _second(moment_s: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment_s))


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def set_up(level: str) -> None:
    """Send the log of this process to stderr."""
    # What no line shows need not be looked up for each: Python's documentation, Logging HOWTO, section Optimization.
    for name in ("logThreads", "logProcesses", "logMultiprocessing", "logAsyncioTasks", "_srcfile"):
        setattr(logging, name, None)
    handler = GatheringHandler(sys.stderr)
    handler.setFormatter(KeyValueFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)


def _render(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    is_plain = text and text.isprintable() and " " not in text and '"' not in text and "=" not in text
    return text if is_plain else json.dumps(text)
