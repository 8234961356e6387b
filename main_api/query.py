"""Parameters of a query."""

from collections.abc import Iterable, Sequence

from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from main_api.errors import FieldError, InvalidInput


def read_parameters(request: Request, known: Iterable[OpenApiParameter]) -> MultiValueDict[str, str]:
    """What was given of the parameters that the OpenAPI document names; an empty one (`?status=`) was not given.

    Raises InvalidInput for others, and for one that is given twice and may not be.
    """
    may_repeat = {parameter.name: parameter.many for parameter in known}
    given = request.query_params
    refused = [error for name, values in given.lists() if (error := _refusal(name, values, may_repeat))]
    if refused:
        raise InvalidInput(errors=refused)
    return MultiValueDict({name: [value for value in values if value.strip()] for name, values in given.lists()})


def _refusal(name: str, values: Sequence[str], may_repeat: dict[str, bool]) -> FieldError | None:
    if name not in may_repeat:
        known = ", ".join(sorted(may_repeat))
        return FieldError(path=name, reason="UNKNOWN_FIELD", message=f"There is no such parameter; there are {known}.")
    if len(values) > 1 and not may_repeat[name]:
        return FieldError(path=name, reason="INVALID_FORMAT", message="Give this parameter once.")
    return None
