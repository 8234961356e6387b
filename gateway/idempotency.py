"""`Idempotency-Key` on a call that creates: the same key of the same user is the same calculation.

The service knows a repeated creation by its `calculation_id`; where the caller draws none, it follows from the key.
"""

import re
import uuid

from google.protobuf.message import Message
from starlette.datastructures import Headers
from starlette.types import Scope

from gateway.errors import FieldError, InvalidInput

HEADER = "Idempotency-Key"
KEY_LENGTH_MAX = 255
_STRING = re.compile(r'"(?:[^"\\]|\\["\\])+"|[^\s",;\\]+')  # in quotation marks, as the IETF draft has it, or bare
_NAMESPACE = uuid.UUID("c1a2a1f5-7c0e-4f0b-9b8f-0a4f5f0d7a36")


def draw_calculation_id(scope: Scope, username: str, rpc: str, request: Message) -> None:
    """Give a creation without `calculation_id` that of its key; raises InvalidInput for a key that is none."""
    key = Headers(scope=scope).get(HEADER)
    if rpc != "CreateCalculation" or key is None or request.calculation_id:  # type: ignore[attr-defined]
        return
    if len(key) > KEY_LENGTH_MAX or not _STRING.fullmatch(key.strip()):
        message = f"Expected a text in quotation marks, for example a UUID, of at most {KEY_LENGTH_MAX} characters."
        raise InvalidInput(errors=[FieldError(path=HEADER, reason="INVALID_FORMAT", message=message)])
    name = f"{username}\n{key.strip().strip(chr(34))}"
    request.calculation_id = str(uuid.uuid5(_NAMESPACE, name))  # type: ignore[attr-defined]
