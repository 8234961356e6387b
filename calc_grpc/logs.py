"""Log lines: the event first, then its values as key=value, and the request id of the call that caused it."""

import json
import logging
import time
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class KeyValueFormatter(logging.Formatter):
    """`time LEVEL logger event key=value ...`; text with blanks is quoted, so a line stays one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record, its trace on the following lines."""
        values = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if request_id.get():
            values.setdefault("request_id", request_id.get())
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        head = f"{moment}.{int(record.msecs):03d}Z {record.levelname} {record.name} {record.getMessage()}"
        line = " ".join([head, *(f"{key}={_render(value)}" for key, value in values.items() if key != "trace")])
        trace = values.get("trace") or (self.formatException(record.exc_info) if record.exc_info else "")
        return f"{line}\n{trace}".rstrip()


def set_up(level: str) -> None:
    """Send the log of this process to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(KeyValueFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)


def _render(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return text if text and text.isprintable() and not set(text) & set(' "=') else json.dumps(text)
