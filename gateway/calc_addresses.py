"""calc_grpc, at one address or several, as gRPC takes them: calls go in turn to those that are healthy."""

import ipaddress
import json
from collections.abc import Sequence

SERVICE = "astrodist.calc.v1.CalculationService"
# All but Create, which without an id of the caller's would make a second calculation.
REPEATABLE = (
    "GetCalculation",
    "ListCalculations",
    "CancelCalculation",
    "WatchCalculation",
    "WatchCalculations",
    "GetPiDigits",
    "ParseAstrometry",
    "PredictPositions",
)


def addresses_in(text: str) -> tuple[str, ...]:
    """A comma list of host:port; raises ValueError with what is expected.

    Several are IP addresses of one kind: gRPC asks a name server for one name only, which may have several addresses.
    """
    addresses = tuple(part.strip() for part in text.split(",") if part.strip())
    if not addresses or not all(map(_is_address, addresses)):
        raise ValueError("host:port, such as 127.0.0.1:50051, or several by comma")
    if len(addresses) > 1 and {_version(host_of(address)) for address in addresses} not in ({4}, {6}):
        raise ValueError("of several that each is an IPv4, or each an [IPv6] address; or one name that has them all")
    return addresses


def host_of(address: str) -> str:
    """The host of host:port, an IPv6 address without its brackets."""
    return address.rpartition(":")[0].strip("[]")


def target(addresses: Sequence[str]) -> str:
    """What a channel is opened with."""
    if len(addresses) == 1:
        return addresses[0]
    return f"ipv{_version(host_of(addresses[0]))}:" + ",".join(addresses)


def options(addresses: Sequence[str], name: str) -> list[tuple[str, str]]:
    """How calls are spread and repeated, and which name certificates must bear: `name`, or else the first host."""
    retries = {
        "maxAttempts": 3,
        "initialBackoff": "0.05s",
        "maxBackoff": "0.5s",
        "backoffMultiplier": 3,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    names = [{"service": SERVICE, "method": rpc} for rpc in REPEATABLE]
    names.append({"service": "grpc.health.v1.Health", "method": "Check"})
    config: dict[str, object] = {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [{"name": names, "retryPolicy": retries}],
    }
    authority = name
    if len(addresses) > 1:
        # One that is starting, or stopping, or that cannot write is left out.
        config["healthCheckConfig"] = {"serviceName": ""}
        authority = name or addresses[0]
    return [("grpc.service_config", json.dumps(config))] + (
        [("grpc.default_authority", authority)] if authority else []
    )


def _is_address(address: str) -> bool:
    host, _, port = address.rpartition(":")
    return bool(host) and "/" not in host and port.isascii() and port.isdigit() and 1 <= int(port) <= 65535


def _version(host: str) -> int:
    """4 or 6 of an IP address, 0 of a name."""
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return 0
