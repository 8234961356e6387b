"""Where a call comes from: the address that the gateway tells, and nobody else's word for it."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED_PREFIX = "HTTP_X_FORWARDED_"
FORWARDED_FOR = "HTTP_X_FORWARDED_FOR"
# Whoever has one address of an IPv6 network of this size has all of them.
NETWORK_BITS = 64


class ClientAddressMiddleware:
    """Puts the client's own address into REMOTE_ADDR. From peers that are not trusted, headers of a proxy are dropped,
    also those that tell of https."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        if is_trusted(meta.get("REMOTE_ADDR", ""), settings.TRUSTED_PROXIES):
            # The last word is that of the proxy which called us.
            told = meta.get(FORWARDED_FOR, "").rpartition(",")[2].strip()
            if is_address(told):
                meta["REMOTE_ADDR"] = told
        else:
            for name in [name for name in meta if name.startswith(FORWARDED_PREFIX)]:
                del meta[name]
        return self.get_response(request)


@lru_cache(maxsize=1024)
def is_trusted(peer: str, networks: tuple[str, ...]) -> bool:
    """Whether a peer is one of our proxies. An empty one is a socket of this machine that has no address."""
    if not peer:
        return True
    return is_address(peer) and any(ip_address(peer) in ip_network(network) for network in networks)


@lru_cache(maxsize=1024)
def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def counted_address(request: HttpRequest) -> str:
    """The address under which attempts of a client are counted: of an IPv6 address, its network."""
    text = request.META.get("REMOTE_ADDR", "")
    if not is_address(text):
        return ""
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Network((int(address), NETWORK_BITS), strict=False))
    return str(address)
