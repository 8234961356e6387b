"""calc_grpc, at one address or several, as gRPC takes them: calls go in turn to those that are healthy."""

import ipaddress
import json
from collections.abc import Sequence

SERVICE = "astrodist.calc.v1.CalculationService"


def target(addresses: Sequence[str]) -> str:
    """What a channel is opened with: host:port, or a list of IP addresses, which are all of one kind."""
    if len(addresses) == 1:
        return addresses[0]
    return f"ipv{ip_version(host_of(addresses[0]))}:" + ",".join(addresses)


def options(addresses: Sequence[str], name: str) -> list[tuple[str, str]]:
    """How calls are spread and repeated, and which name certificates must bear: `name`, or else the first host.

    Every call may be repeated, Create too: its id is ours, so that sending it twice is one calculation.
    """
    retries = {
        "maxAttempts": 3,
        "initialBackoff": "0.05s",
        "maxBackoff": "0.5s",
        "backoffMultiplier": 3,
        "retryableStatusCodes": ["UNAVAILABLE"],
    }
    config: dict[str, object] = {
        "loadBalancingConfig": [{"round_robin": {}}],
        "methodConfig": [{"name": [{"service": SERVICE}], "retryPolicy": retries}],
    }
    authority = name
    if len(addresses) > 1:
        # One that is starting, or stopping, or that cannot write is left out.
        config["healthCheckConfig"] = {"serviceName": ""}
        authority = name or addresses[0]
    return [("grpc.service_config", json.dumps(config))] + (
        [("grpc.default_authority", authority)] if authority else []
    )


def host_of(address: str) -> str:
    """The host of host:port, an IPv6 address without its brackets."""
    return address.rpartition(":")[0].strip("[]")


def ip_version(host: str) -> int:
    """4 or 6 of an IP address, 0 of a name."""
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return 0
