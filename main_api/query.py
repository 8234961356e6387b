"""Parameters of a query."""

from django.utils.datastructures import MultiValueDict


def without_blanks(parameters: MultiValueDict[str, str]) -> MultiValueDict[str, str]:
    """An empty parameter (`?status=`) is one that was not given."""
    return MultiValueDict({key: [value for value in values if value.strip()] for key, values in parameters.lists()})
