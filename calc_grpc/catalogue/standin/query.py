"""The parameters of the SBDB Query API that the stand-in knows, refused in the API's own words."""

from collections.abc import Mapping
from dataclasses import dataclass

from calc_grpc.catalogue.standin.population import CLASSES, KNOWN_FIELDS

PARAMETERS = frozenset(
    ("fields", "sort", "limit", "limit-from", "full-prec", "sb-kind", "sb-ns", "sb-group", "sb-class")
)


class Refused(Exception):
    """The request is answered with HTTP 400 and this message."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """limit: None for all rows. is_descending: by spkid. The filters are empty where they do not restrict."""

    fields: tuple[str, ...]
    limit: int | None
    start: int
    is_full: bool
    is_descending: bool
    numbered: str
    group: str
    classes: frozenset[str]
    has_comets_only: bool

    @property
    def page(self) -> int:
        """Which page this is, from 1, where the asker pages evenly."""
        return self.start // self.limit + 1 if self.limit else 1

    @property
    def filters(self) -> tuple[str, str, frozenset[str]]:
        """What restricts the rows."""
        return self.numbered, self.group, self.classes


def read_query(given: Mapping[str, str]) -> Query:
    """Read the parameters; raises Refused."""
    if not PARAMETERS.issuperset(given):
        raise Refused("one or more query parameter was not recognized")
    fields = tuple(given["fields"].split(",")) if given.get("fields") else ()
    if not KNOWN_FIELDS.issuperset(fields):
        raise _invalid("fields", "unknown to the stand-in: " + ", ".join(sorted(set(fields) - KNOWN_FIELDS)))
    if "limit-from" in given and "limit" not in given:
        raise _invalid("limit-from", "requires limit")
    return Query(
        fields=fields,
        limit=_whole("limit", given["limit"], least=1) if "limit" in given else None,
        start=_whole("limit-from", given.get("limit-from", "0"), least=0),
        is_full=_one_of("full-prec", given, ("false", "0", "true", "1")) in ("true", "1"),
        is_descending=_one_of("sort", given, ("spkid", "-spkid")).startswith("-"),
        numbered=_one_of("sb-ns", given, ("", "n", "u")),
        group=_one_of("sb-group", given, ("", "neo", "pha")),
        classes=_classes(given.get("sb-class", "")),
        has_comets_only=_one_of("sb-kind", given, ("a", "c")) == "c",
    )


def _one_of(name: str, given: Mapping[str, str], allowed: tuple[str, ...]) -> str:
    """The first one is what an absent parameter means."""
    value = given.get(name, allowed[0])
    if value not in allowed:
        raise _invalid(name, f"expected one of {', '.join(filter(None, allowed))}")
    return value


def _whole(name: str, text: str, *, least: int) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise _invalid(name, f"expected a whole number, {least} or more")
    return int(text)


def _classes(text: str) -> frozenset[str]:
    classes = frozenset(filter(None, text.split(",")))
    if not classes <= CLASSES.keys():
        raise _invalid("sb-class", "unknown to the stand-in: " + ", ".join(sorted(classes - CLASSES.keys())))
    return classes


def _invalid(name: str, reason: str) -> Refused:
    return Refused(f"invalid value specified for query parameter '{name}': {reason}")
