"""Which calls answer with which problems: by status, the words of `Reason`. Tests check it by calling.

Most follows from what a call is: who may make it, whether it takes a body, which headers it reads. The rest is here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from main_api.accounts.permissions import Who
from main_api.conditional import IF_MATCH
from main_api.idempotency.answering import HEADER as IDEMPOTENCY_KEY

Refusals = dict[int, list[str]]

CALC_GRPC = {422: ["CALCULATION_REFUSED"], 503: ["CALC_UNAVAILABLE"]}
GUESSING = {401: ["WRONG_CREDENTIALS"], 429: ["SIGN_IN_LOCKED", "THROTTLED"]}
FOREIGN_PAGE = {403: ["CROSS_SITE"]}
CREATORS_ALONE = {403: ["FORBIDDEN"]}
RUN_ENDED = {409: ["PASS_VOIDED"], 410: ["SYNC_SUPERSEDED", "SYNC_FINISHED"]}

OWN: dict[str, tuple[Mapping[int, list[str]], ...]] = {
    "register": (
        FOREIGN_PAGE,
        {409: ["USERNAME_TAKEN"], 422: ["IDEMPOTENCY_KEY_REUSED"], 429: ["THROTTLED", "SIGN_IN_LOCKED"]},
    ),
    "login": (FOREIGN_PAGE, GUESSING),
    "createToken": (FOREIGN_PAGE, GUESSING),
    "logout": (FOREIGN_PAGE,),
    "changePassword": (GUESSING,),
    "createRequest": ({409: ["TOO_MANY_OPEN_REQUESTS"]},),
    "editRequest": (CREATORS_ALONE, {409: ["NOT_A_DRAFT"]}),
    "deleteRequest": (CREATORS_ALONE, {409: ["ILLEGAL_TRANSITION"]}),
    "addObservation": (CREATORS_ALONE, {409: ["NOT_A_DRAFT"]}),
    "editObservation": (CREATORS_ALONE, {409: ["NOT_A_DRAFT"]}),
    "deleteObservation": (CREATORS_ALONE, {409: ["NOT_A_DRAFT"]}),
    "importObservations": (CREATORS_ALONE, CALC_GRPC, {409: ["NOT_A_DRAFT"]}),
    "parseObservations": (CALC_GRPC,),
    "formRequest": (CREATORS_ALONE, {400: ["TOO_FEW_OBSERVATIONS"], 409: ["ILLEGAL_TRANSITION"]}),
    "completeRequest": (CALC_GRPC, {409: ["ILLEGAL_TRANSITION", "CALCULATION_CONFLICT"]}),
    "rejectRequest": ({409: ["ILLEGAL_TRANSITION"]},),
    "recalculateRequest": (CALC_GRPC, {409: ["ILLEGAL_TRANSITION", "SUPERSEDED", "CALCULATION_CONFLICT"]}),
    "getPrediction": (CALC_GRPC, {404: ["NOT_IN_CATALOGUE"]}),
    "putResult": (
        {400: ["FOREIGN_OBSERVATION"], 409: ["COMPLETION_PENDING"], 410: ["SUPERSEDED", "RESULT_NOT_WANTED"]},
    ),
    "startCatalogueSync": ({503: ["CALC_UNAVAILABLE"]},),
    "putCataloguePage": (RUN_ENDED, {400: ["INVALID_PAGE"], 409: ["PAGE_CONFLICT"]}),
    "finishCatalogueSync": (RUN_ENDED,),
}
SIGNED = {"putResult", "putCataloguePage", "finishCatalogueSync"}
SAFE_METHODS = {"get", "head"}
ROLES = {Who.OBSERVER, Who.MODERATOR}
FILE_TYPES = {"text/plain", "application/octet-stream"}


def refusals_of(operation: Mapping[str, Any], method: str, who: Who | None) -> Refusals:
    """The reasons of an operation by status, in their order."""
    found: Refusals = {}
    for part in (*_of_every_call(operation, method, who), *OWN.get(operation["operationId"], ())):
        for status, reasons in part.items():
            listed = found.setdefault(status, [])
            listed += [reason for reason in reasons if reason not in listed]
    return dict(sorted(found.items()))


def _of_every_call(operation: Mapping[str, Any], method: str, who: Who | None) -> Iterator[Mapping[int, list[str]]]:
    yield {400: ["INVALID_INPUT"], 500: ["INTERNAL"]}
    yield from _of_who(operation["operationId"], method, who)
    yield from _of_body(operation)
    named = {parameter["name"]: parameter["in"] for parameter in operation.get("parameters", ())}
    if "path" in named.values() or "page" in named:
        yield {404: ["NOT_FOUND"]}
    if not operation["operationId"].startswith("export"):
        yield {406: ["NOT_ACCEPTABLE"]}
    if IDEMPOTENCY_KEY in named and operation["operationId"] != "register":
        yield {409: ["IDEMPOTENCY_KEY_RUNNING"], 413: ["BODY_TOO_LARGE"], 422: ["IDEMPOTENCY_KEY_REUSED"]}
    if IF_MATCH.name in named:
        yield {412: ["PRECONDITION_FAILED"]}


def _of_who(operation_id: str, method: str, who: Who | None) -> Iterator[Mapping[int, list[str]]]:
    if who is Who.KEY:
        yield {401: ["NO_KEY"], 403: ["WRONG_KEY"]}
        if operation_id in SIGNED:
            yield {401: ["NO_SIGNATURE"], 403: ["WRONG_SIGNATURE", "STALE_SIGNATURE"]}
    elif who not in (Who.ANYBODY, None):
        yield {401: ["NOT_SIGNED_IN"]}
        if method not in SAFE_METHODS:
            yield FOREIGN_PAGE
    if who in ROLES:
        yield {403: ["FORBIDDEN"]}


def _of_body(operation: Mapping[str, Any]) -> Iterator[Mapping[int, list[str]]]:
    types = set(operation.get("requestBody", {}).get("content", ()))
    if types:
        yield {400: ["MALFORMED_BODY"], 413: ["BODY_TOO_LARGE"]}
        if not types & FILE_TYPES:
            yield {415: ["UNSUPPORTED_MEDIA_TYPE"]}
