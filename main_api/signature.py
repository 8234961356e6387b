"""Who made a report, when, and that nobody changed it: Standard Webhooks 1.0.0 with the callback keys as secrets.

Specification: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md. Written out, since the package
`standardwebhooks` (1.1.0) takes bodies in UTF-8 only and fails without a name on signatures it cannot read.
"""

import base64
import hashlib
import hmac
import re
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request

from main_api.errors import FieldError, InvalidInput, NoSignature, StaleSignature, WrongSignature
from main_api.signing_secret import secret_of

ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER = HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
TOLERANCE_S = 300
# No dots: with them, the parts of what is signed could be divided in another way.
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")


def refuse_unsigned(request: Request, content: bytes) -> None:
    """Raises NoSignature, StaleSignature or WrongSignature, unless signatures are not required.

    content: the body as it was sent, byte by byte.
    """
    if not settings.REQUIRE_SIGNATURE:
        return
    message_id, timestamp, signatures = (request.headers.get(header, "") for header in HEADERS)
    if not (message_id and timestamp and signatures):
        raise NoSignature()
    if not (_ID.fullmatch(message_id) and _TIMESTAMP.fullmatch(timestamp)):
        raise WrongSignature("webhook-id or webhook-timestamp is not in the form of Standard Webhooks.")
    ahead_s = int(timestamp) - timezone.now().timestamp()
    if abs(ahead_s) > TOLERANCE_S:
        raise StaleSignature(
            f"The signature's moment is {abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'} the clock here, "
            f"and {TOLERANCE_S} s are accepted: compare the clocks of sender and receiver."
        )
    signed = f"{message_id}.{timestamp}.".encode() + content
    # WSGI hands headers over as latin-1; these are the bytes that were sent. Other versions than v1 are passed over.
    sent = [word for word in signatures.encode("latin-1", "replace").split(b" ") if word.startswith(b"v1,")]
    accepted = [_signature(key, signed) for key in settings.CALLBACK_KEYS]
    matches = [hmac.compare_digest(one, other) for one in sent for other in accepted]
    if not any(matches):
        raise WrongSignature()


def refuse_other_id(request: Request, report_id: UUID | None) -> None:
    """Raises InvalidInput where a signature is required and its id is not the report's.

    What was signed can be sent again while it is fresh; under the id of a report, that changes nothing.
    """
    if not settings.REQUIRE_SIGNATURE or str(report_id) == request.headers[ID_HEADER].lower():
        return
    message = f"Must be the {ID_HEADER} of the signature, so that a message sent again changes nothing."
    reason = "REQUIRED" if report_id is None else "UNKNOWN_VALUE"
    raise InvalidInput(errors=[FieldError(path="report_id", reason=reason, message=message)])


def refuse_other_message(request: Request, message_id: str) -> None:
    """Raises WrongSignature where a signature is required and it is of another message: what was signed for one page
    cannot be sent as another."""
    if settings.REQUIRE_SIGNATURE and request.headers[ID_HEADER].lower() != message_id.lower():
        raise WrongSignature(f"The {ID_HEADER} of this message must be {message_id}.")


def _signature(key: str, signed: bytes) -> bytes:
    return b"v1," + base64.b64encode(hmac.digest(secret_of(key), signed, hashlib.sha256))
