"""What the protos say about themselves: every rpc with its HTTP rules and comment, every word for a failure."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from astrodist.calc.v1 import calculation_service_pb2
from astrodist.errors.v1 import errors_pb2
from google.protobuf import descriptor_pb2

from gateway.http_rules import RouteTable
from gateway.permissions import RULES

SERVICE = calculation_service_pb2.DESCRIPTOR.services_by_name["CalculationService"]
# `make protos` writes it beside the generated code, which carries no comments.
IMAGE = Path(errors_pb2.__file__).parents[3] / "astrodist.binpb"
JSON, STREAM, TEXT = "JSON", "STREAM", "TEXT"
Place = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, kw_only=True)
class Rpc:
    """One rpc. rules: method and path template of each HTTP rule; kind: how it answers over HTTP."""

    name: str
    rules: tuple[str, ...]
    kind: str
    moderators_only: bool
    comment: str


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word of `Reason`."""

    name: str
    comment: str


def rpcs(image: Path = IMAGE) -> tuple[Rpc, ...]:
    """Every rpc of the service, those without an HTTP rule included; comments are empty without the image."""
    comments = _comments(image)
    table = RouteTable(SERVICE)
    found = []
    for index, method in enumerate(SERVICE.methods):
        routes = [route for route in table.routes if route.rpc == method.name]
        kind = JSON if not method.server_streaming else TEXT if any(r.answers_text for r in routes) else STREAM
        found.append(
            Rpc(
                name=method.name,
                rules=tuple(f"{route.http_method} {route.template}" for route in routes),
                kind=kind,
                moderators_only=method.name in RULES and RULES[method.name].moderators_only,
                comment=comments.get((SERVICE.file.name, (6, SERVICE.index, 2, index)), ""),
            )
        )
    return tuple(found)


def reasons(image: Path = IMAGE) -> tuple[Word, ...]:
    """Every word that is ever sent."""
    comments = _comments(image)
    file = errors_pb2.DESCRIPTOR
    place = list(file.enum_types_by_name).index("Reason")
    return tuple(
        Word(name=value.name, comment=comments.get((file.name, (5, place, 2, index)), ""))
        for index, value in enumerate(file.enum_types_by_name["Reason"].values)
        if value.number
    )


def _comments(image: Path) -> dict[Place, str]:
    """Leading comments, by file and by place within it as `SourceCodeInfo` numbers them."""
    if not image.is_file():
        return {}
    files = descriptor_pb2.FileDescriptorSet.FromString(image.read_bytes())
    return dict(_leading(files))


def _leading(files: descriptor_pb2.FileDescriptorSet) -> Iterator[tuple[Place, str]]:
    for file in files.file:
        for location in file.source_code_info.location:
            if location.leading_comments:
                yield (file.name, tuple(location.path)), " ".join(location.leading_comments.split())
