"""The import call: its parameters, its answers, and how the OpenAPI document describes both."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from main_api.errors import FieldError, InvalidInput
from main_api.requests.astrometry import ERROR, WARNING, FileRow, Import
from main_api.requests.models import DESIGNATION_LENGTH_MAX
from main_api.requests.output import MeasuredOutput
from main_api.requests.selectors import MEASURED_COLUMNS

ROWS_LISTED_MAX = 5_000
TRUTHS = {"true": True, "1": True, "false": False, "0": False}

DRY_RUN = OpenApiParameter("dry_run", bool, description="Only say what an import would do; stores nothing, always 200.")
DESIGNATION = OpenApiParameter("designation", str, description="Take this object of a file that holds several.")
EXAMPLE_FILE = OpenApiExample(
    "80 columns",
    "00433         C2024 01 05.12345 03 15 02.34 +21 10 45.6          12.3 V      535\n",
    media_type="text/plain",
    request_only=True,
)


class ImportedObservationOutput(MeasuredOutput):
    """An observation of the file; `id` is null unless it was stored."""

    id = serializers.IntegerField(allow_null=True)
    designation = serializers.CharField(help_text="As the file names the object.")
    line = serializers.IntegerField(help_text="Of the file, from 1.")


class FileProblemOutput(serializers.Serializer):
    """Something in the file that cannot be used, or that deserves a look."""

    line = serializers.IntegerField(help_text="From 1; 0: the whole file.")
    column_start = serializers.IntegerField(help_text="From 1; 0: the whole line.")
    column_end = serializers.IntegerField(help_text="The last column, itself included; 0: the whole line.")
    text = serializers.CharField(help_text="The offending text.")
    reason = serializers.CharField(help_text="A stable word, for example BAD_RA.")
    severity = serializers.ChoiceField([ERROR, WARNING])
    hint = serializers.CharField(help_text="What to do about it.")


class FoundObjectOutput(serializers.Serializer):
    """An object that the file names."""

    designation = serializers.CharField()
    observation_count = serializers.IntegerField()


class ImportOutput(serializers.Serializer):
    """What was appended, or would be in a dry run and without the errors."""

    observations = ImportedObservationOutput(many=True, help_text="At most 5,000 of them.")
    observation_count = serializers.IntegerField(help_text="How many they are in truth.")
    designations = FoundObjectOutput(many=True, help_text="All objects of the file; the request's own is not changed.")
    problems = FileProblemOutput(many=True, help_text="As in the file; at most 1,000, warnings make room for errors.")
    problem_count = serializers.IntegerField(help_text="How many there were in truth.")
    error_count = serializers.IntegerField(help_text="How many of these were errors in truth.")


class ImportRefusedOutput(ImportOutput):
    """RFC 9457, with what was found in the file beside it. Nothing was stored."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    reason = serializers.CharField(help_text="INVALID_INPUT")
    request_id = serializers.CharField()


def read_dry_run(request: Request) -> bool:
    """Raises InvalidInput rather than store what was to be tried only."""
    text = request.query_params.get("dry_run", "false").lower()
    if text not in TRUTHS:
        raise InvalidInput(errors=[FieldError(path="dry_run", reason="INVALID_FORMAT", message="Give true or false.")])
    return TRUTHS[text]


def read_designation(request: Request) -> str:
    """The one object to take; empty: the file is of one. Raises InvalidInput."""
    designation = request.query_params.get("designation", "").strip()
    if len(designation) > DESIGNATION_LENGTH_MAX:
        message = f"Give at most {DESIGNATION_LENGTH_MAX} characters."
        raise InvalidInput(errors=[FieldError(path="designation", reason="TOO_LONG", message=message)])
    return designation


def import_body(outcome: Import) -> dict[str, Any]:
    """The members that every answer of an import has."""
    found = [{"designation": name, "observation_count": count} for name, count in outcome.designations.items()]
    values = {
        "observations": map(_row, outcome.rows[:ROWS_LISTED_MAX]),
        "observation_count": len(outcome.rows),
        "designations": found,
        "problems": outcome.problems,
        "problem_count": outcome.problem_count,
        "error_count": outcome.error_count,
    }
    return ImportOutput(values).data


def refusal_message(outcome: Import) -> str:
    """The first error, and how many there are."""
    first = next(problem for problem in outcome.problems if problem.severity == ERROR)
    place = f"line {first.line}" if first.line else "the file"
    others = outcome.error_count - 1
    more = f" There {'is 1 more error' if others == 1 else f'are {others} more errors'}." if others else ""
    return f"Nothing was imported: {place}: {first.reason}: {first.hint}{more}"


def _row(row: FileRow) -> dict[str, Any]:
    measured = {name: getattr(row.observation, name) for name in MEASURED_COLUMNS}
    return {"id": row.observation.pk, "designation": row.designation, "line": row.line, **measured}
