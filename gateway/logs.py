"""Log lines as key=value or as JSON: time, level, logger, event, the values given as `extra`, then what caused them."""

import json
import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

request_id: ContextVar[str] = ContextVar("request_id", default="")
traceparent: ContextVar[str] = ContextVar("traceparent", default="")  # of the present span, as W3C writes it

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_TRACE_ID = slice(3, 35)  # of a traceparent
_encode = json.JSONEncoder(default=str, ensure_ascii=False).encode


class KeyValueFormatter(logging.Formatter):
    """One line per record; a trace follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        line = " ".join(f"{key}={_quoted(value)}" for key, value in _values(record).items())
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormatter(logging.Formatter):
    """One object a line; a trace is one of its values."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        values = _values(record)
        if record.exc_info:
            values["trace"] = self.formatException(record.exc_info)
        return _encode(values)


FORMATTERS: Mapping[str, type[logging.Formatter]] = {"text": KeyValueFormatter, "json": JsonFormatter}


def is_news(record: logging.LogRecord) -> bool:
    """False for uvicorn's line about an answer that broke off: middleware.py and proxy.py say why, and whose."""
    return record.msg != "ASGI callable returned without completing response."


def set_up(form: str = "text") -> None:
    """Send the log of this process to stderr, warnings and the trace of its end included; form: of FORMATTERS."""
    handler = logging.StreamHandler()
    handler.setFormatter(FORMATTERS[form]())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _say_why
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(is_news)
    logging.getLogger("uvicorn.access").disabled = True  # ours carries the request id


def _values(record: logging.LogRecord) -> dict[str, object]:
    values: dict[str, object] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": record.getMessage(),
        **{key: value for key, value in vars(record).items() if key not in _STANDARD},
    }
    if text := request_id.get():
        values.setdefault("request_id", text)
    if text := traceparent.get():
        values["trace_id"] = text[_TRACE_ID]
    return values


def _say_why(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The last words of the process, as a line like all others."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger(__name__).critical("ended by an error", exc_info=(kind, error, trace))


def _quoted(value: object) -> str:
    text = str(value)
    plain = text and text.isprintable() and not any(character in text for character in ' "=')
    return text if plain else json.dumps(text)
