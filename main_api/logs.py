"""Log lines as key=value: time, level, logger, event, then the values given as `extra`, and the request id."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

request_id_variable: ContextVar[str] = ContextVar("request_id", default="")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "taskName"}


def current_request_id() -> str:
    """The id of the call being answered; empty outside of one."""
    return request_id_variable.get()


class KeyValueFormatter(logging.Formatter):
    """One line per record; a trace follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        values = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        values |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if current_request_id():
            values.setdefault("request_id", current_request_id())
        line = " ".join(f"{key}={_quoted(value)}" for key, value in values.items())
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _quoted(value: object) -> str:
    text = str(value)
    plain = text and text.isprintable() and not any(character in text for character in ' "=')
    return text if plain else json.dumps(text)
