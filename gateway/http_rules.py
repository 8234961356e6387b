"""The `google.api.http` annotations of a service as routes: no address on /v1 is written by hand."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from google.api import annotations_pb2, http_pb2
from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from gateway.errors import MethodNotAllowed, NotFound

VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class HttpRoute:
    """One HTTP method and path template of one rpc.

    rpc: its name within the service; path: its full gRPC path; template: the address as the proto writes it.
    takes_body: the body fills the message (`body: "*"`); otherwise the query does.
    """

    rpc: str
    path: str
    http_method: str
    template: str
    pattern: re.Pattern[str]
    takes_body: bool
    streams: bool
    request_class: type[Message]
    response_class: type[Message]

    @property
    def answers_text(self) -> bool:
        """True for a stream of pieces that hold nothing but bytes: it is answered as one text."""
        kinds = [field.type for field in self.response_class.DESCRIPTOR.fields_by_name.values()]
        return self.streams and kinds == [FieldDescriptor.TYPE_BYTES]


class RouteTable:
    """Finds the route for a method and a raw path."""

    def __init__(self, service: ServiceDescriptor) -> None:
        self.routes = tuple(route for method in service.methods for route in _routes_of(service, method))

    def find(self, http_method: str, raw_path: str) -> tuple[HttpRoute, dict[str, str]]:
        """The route and the values its path binds; raises NotFound or MethodNotAllowed.

        The raw path is matched, so that an encoded slash or colon in an id does not look like a separator.
        """
        matches = [(route, found) for route in self.routes if (found := route.pattern.fullmatch(raw_path))]
        if not matches:
            raise NotFound(f"There is nothing at {raw_path}.")
        for route, found in matches:
            if route.http_method == http_method:
                return route, {name: _decode(text) for name, text in found.groupdict().items()}
        allowed = ", ".join(sorted({route.http_method for route, _ in matches}))
        raise MethodNotAllowed(f"This address takes {allowed}.", headers={"Allow": allowed})


def _routes_of(service: ServiceDescriptor, method: MethodDescriptor) -> list[HttpRoute]:
    options = method.GetOptions()
    if not options.HasExtension(annotations_pb2.http):
        return []
    rule = options.Extensions[annotations_pb2.http]
    return [_route(service, method, binding) for binding in (rule, *rule.additional_bindings)]


def _route(service: ServiceDescriptor, method: MethodDescriptor, rule: http_pb2.HttpRule) -> HttpRoute:
    verb = rule.WhichOneof("pattern")
    if verb is None or verb == "custom" or rule.body not in ("", "*") or rule.response_body or method.client_streaming:
        raise ValueError(f"{method.full_name}: this kind of google.api.http rule is not supported")
    return HttpRoute(
        rpc=method.name,
        path=f"/{service.full_name}/{method.name}",
        http_method=verb.upper(),
        template=getattr(rule, verb),
        pattern=_compile(getattr(rule, verb), method),
        takes_body=rule.body == "*",
        streams=method.server_streaming,
        request_class=message_factory.GetMessageClass(method.input_type),
        response_class=message_factory.GetMessageClass(method.output_type),
    )


def _compile(template: str, method: MethodDescriptor) -> re.Pattern[str]:
    """A variable takes one path segment and no colon, so that `{id}` never swallows a verb such as `:cancel`."""
    names = VARIABLE.findall(template)
    literals = VARIABLE.split(template)[::2]
    if any(set("{}*") & set(part) for part in literals) or any(
        name not in method.input_type.fields_by_name for name in names
    ):
        raise ValueError(f"{method.full_name}: the path template {template} is not supported")
    pieces = [re.escape(literals[0])]
    for name, literal in zip(names, literals[1:], strict=True):
        pieces += [f"(?P<{name}>[^/:]+)", re.escape(literal)]
    return re.compile("".join(pieces))


def _decode(text: str) -> str:
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise NotFound("The address is not valid UTF-8.") from None
