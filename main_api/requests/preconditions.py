"""`If-Match` and `If-Unmodified-Since` on calls that change a request."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.request import Request as Call

from main_api.conditional import entity_tag, has_precondition, refuse_changed
from main_api.requests.models import Request
from main_api.requests.selectors import request_detail
from main_api.turns import writing


@contextmanager
def while_unchanged(call: Call, request_id: int) -> Iterator[None]:
    """Its body is one transaction with the check that the request is what the client read. For what calls no service.

    Raises NotFound, PreconditionFailed; without one of the headers it does nothing.
    """
    if not has_precondition(call):
        yield
        return
    with writing():
        # Whoever changes a request or its observations locks or updates this row first.
        Request.objects.select_for_update().filter(pk=request_id).first()
        refuse_unless_unchanged(call, request_id)
        yield


def refuse_unless_unchanged(call: Call, request_id: int) -> None:
    """The check alone, for steps that are guarded by the status they start from. Raises as `while_unchanged` does."""
    if has_precondition(call):
        detail = request_detail(user=call.user, request_id=request_id)
        refuse_changed(call, tag=request_tag(detail), changed_at=detail["updated_at"])


def request_tag(detail: dict[str, object]) -> str:
    """The tag of a request with all that belongs to it."""
    return entity_tag(detail, is_weak=False)
