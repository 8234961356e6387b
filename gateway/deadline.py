"""How long a caller wants to wait: `X-Request-Timeout-S`, seconds; shortens our own limits, never lengthens them.

One name in every room and its unit in it; gRPC's own `grpc-timeout` belongs to HTTP/2 and would be taken for one.
What is left of it goes to calc_grpc as the gRPC deadline, to main_api under the same name.
"""

import math
import re
import time

from starlette.datastructures import Headers
from starlette.types import Scope

from gateway.errors import FieldError, InvalidInput

HEADER = "X-Request-Timeout-S"
SECONDS = re.compile(r"\d{1,6}(\.\d{1,9})?", re.ASCII)


class Deadline:
    """The end of one call, for the monotonic clock; `inf` where the caller named none."""

    __slots__ = ("_at",)

    def __init__(self, timeout_s: float) -> None:
        self._at = time.monotonic() + timeout_s

    def remaining_s(self, limit_s: float = math.inf) -> float:
        """What is left, not more than our own limit and never negative."""
        return max(0.0, min(limit_s, self._at - time.monotonic()))


def deadline_of(scope: Scope) -> Deadline:
    """The deadline that this call came with, counted from the first look at it.

    Raises InvalidInput for anything but seconds above 0.
    """
    state = scope.setdefault("state", {})
    if "deadline" not in state:
        state["deadline"] = Deadline(_timeout_s(Headers(scope=scope).get(HEADER)))
    deadline: Deadline = state["deadline"]
    return deadline


def _timeout_s(text: str | None) -> float:
    if text is None:
        return math.inf
    if not SECONDS.fullmatch(text) or float(text) == 0:
        message = "Expected seconds above 0, such as 2.5, or no such header."
        raise InvalidInput(errors=[FieldError(path=HEADER, reason="INVALID_FORMAT", message=message)])
    return float(text)
