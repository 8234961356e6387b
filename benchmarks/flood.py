"""What floods of bad calls leave behind: memory of every process, rows and bytes of main_api's database.

    python benchmarks/flood.py [--seconds 90]

The real services in a folder of their own. Floods, all at once, none of which ever repeats itself: sign-ins with new
names and new addresses, wrong keys and tokens, unknown paths and methods, malformed JSON, bodies up to the limit and
beyond it, refused upgrades, headers that never end, connections that are opened and left. The first third is for
warming up; what is told is the most memory in the second third and in the last, since bodies come and go. Exit code 1
where a process grew by more than a quarter.
"""

import argparse
import asyncio
import contextlib
import itertools
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.system.deployment import Deployment, running  # noqa: E402

GROWTH_MAX = 1.25  # bodies come and go by some 20 MB; 1 kB left by each call would be more
LOOK_EVERY_S = 5.0
number = itertools.count()
random.seed(1)
Flood = Callable[[aiohttp.ClientSession, Deployment], Awaitable[int]]


def new(kind: str) -> str:
    return f"{kind}-{next(number)}-{random.getrandbits(64):x}"


async def _status(call: aiohttp.client._RequestContextManager) -> int:
    async with call as response:
        await response.read()
        return response.status


async def sign_in(session: aiohttp.ClientSession, services: Deployment) -> int:
    """From one address, which is soon locked out, with ever new names."""
    body = {"username": new("name"), "password": new("password")}
    return await _status(session.post(f"{services.url}/api/auth/login", json=body))


async def sign_in_elsewhere(session: aiohttp.ClientSession, services: Deployment) -> int:
    """From ever new addresses: as main_api is told by the gateway, which believes nobody else."""
    bits = random.getrandbits(24)
    headers = {"X-Forwarded-For": f"10.{bits >> 16}.{bits >> 8 & 255}.{bits & 255}", "X-Request-Id": new("id")}
    body = {"username": new("name"), "password": new("password")}
    return await _status(session.post(f"{services.callback_base}/api/auth/token", json=body, headers=headers))


async def wrong_key(session: aiohttp.ClientSession, services: Deployment) -> int:
    headers = {"X-Calc-Key": new("key"), "webhook-id": new("id"), "webhook-signature": new("v1,")}
    return await _status(session.put(f"{services.url}/api/requests/{next(number)}/result", json={}, headers=headers))


async def wrong_token(session: aiohttp.ClientSession, services: Deployment) -> int:
    headers = {"Authorization": f"Token {new('token')}", "Cookie": f"sessionid={new('session')}"}
    return await _status(session.get(f"{services.url}/v1/calculations", headers=headers))


async def unknown_path(session: aiohttp.ClientSession, services: Deployment) -> int:
    method = random.choice(("GET", "PUT", "BREW", "X" + format(random.getrandbits(32), "X")))
    place = random.choice(("", "api/", "v1/", "api/requests/", "assets/", "docs/", "api/static/"))
    return await _status(session.request(method, f"{services.url}/{place}{new('path')}?{new('query')}=1"))


async def malformed(session: aiohttp.ClientSession, services: Deployment) -> int:
    body = random.choice(("{", '{"' + new("field") + '": 1}', "[" * 500, "\x00", '{"username": 1e999}'))
    call = random.choice(("login", "register", "token"))
    headers = {"Content-Type": "application/json", "Accept-Language": new("en"), "traceparent": new("00")}
    return await _status(session.post(f"{services.url}/api/auth/{call}", data=body, headers=headers))


async def big_body(session: aiohttp.ClientSession, services: Deployment) -> int:
    size = random.choice((1_000_000, 2_600_000, 4_100_000, 6_000_000))
    headers = {"Content-Type": "application/json"}
    return await _status(session.post(f"{services.url}/api/auth/login", data=b"x" * size, headers=headers))


async def upgrade(session: aiohttp.ClientSession, services: Deployment) -> int:
    with contextlib.suppress(aiohttp.WSServerHandshakeError):
        async with session.ws_connect(f"{services.url}/v1/calculations:watch?{new('query')}"):
            pass
    return 101


async def slow_headers(_: aiohttp.ClientSession, services: Deployment) -> int:
    """Headers without an end, until the gateway has had enough."""
    address = urlsplit(services.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    with contextlib.suppress(OSError):
        writer.write(f"GET /{new('path')} HTTP/1.1\r\nHost: a\r\n".encode())
        while not reader.at_eof() and not (await _some(reader)):
            writer.write(f"X-{new('header')}: {new('value')}\r\n".encode())
        writer.close()
    return 408


async def _some(reader: asyncio.StreamReader) -> bytes:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.5):
            return await reader.read(1000)
    return b""


async def left_connections(_: aiohttp.ClientSession, services: Deployment) -> int:
    """Opened, some with half a request, and left."""
    address = urlsplit(services.url)
    for number_of in range(50):
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        if number_of % 2:
            writer.write(b"POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n{")
        writer.transport.abort()
    return 0


FLOODS: dict[Flood, int] = {
    sign_in: 4,
    sign_in_elsewhere: 2,
    wrong_key: 4,
    wrong_token: 4,
    unknown_path: 8,
    malformed: 4,
    big_body: 2,
    upgrade: 2,
    slow_headers: 40,
    left_connections: 1,
}


def memory_mb(services: Deployment) -> dict[str, float]:
    """Resident memory of every process by the name of its service; the largest of several first."""
    found: dict[str, float] = {}
    for name, leader in services.processes.items():
        sizes = sorted((_resident_mb(pid) for pid in _group(leader.pid)), reverse=True)
        found |= {f"{name} {index}" if index else name: size for index, size in enumerate(sizes)}
    return found


def _group(leader: int) -> list[int]:
    """The processes of a session."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[3]) == leader:
                found.append(int(entry.name))
    return found


def _resident_mb(pid: int) -> float:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)
    return 0.0


def stored(services: Deployment) -> str:
    with sqlite3.connect(services.folder / "main.sqlite3") as database:
        counts = {
            name: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for name, table in (("attempts", "accounts_attempts"), ("sessions", "django_session"))
        }
    counts["MB"] = round(sum(path.stat().st_size for path in services.folder.glob("main.sqlite3*")) / 1e6, 1)
    return str(counts)


async def flood(services: Deployment, seconds: float) -> list[dict[str, float]]:
    """Memory at each look."""
    ends_at, statuses, looks = time.monotonic() + seconds, Counter[str](), []

    async def repeat(one: Flood, session: aiohttp.ClientSession) -> None:
        while time.monotonic() < ends_at:
            try:
                statuses[f"{one.__name__} {await one(session, services)}"] += 1
            except (aiohttp.ClientError, OSError) as error:
                statuses[f"{one.__name__} {type(error).__name__}"] += 1

    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        tasks = [asyncio.create_task(repeat(one, session)) for one, count in FLOODS.items() for _ in range(count)]
        while time.monotonic() < ends_at:
            await asyncio.sleep(LOOK_EVERY_S)
            looks.append(memory_mb(services))
        await asyncio.gather(*tasks)
    print(f"{sum(statuses.values())} calls in {seconds:.0f} s: {dict(sorted(statuses.items()))}")
    return looks


def most(looks: list[dict[str, float]]) -> dict[str, float]:
    """The largest of each process."""
    return {name: max(look.get(name, 0.0) for look in looks) for name in looks[0]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=90.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder, running(Deployment(Path(folder))) as services:
        print(f"stored before: {stored(services)}")
        looks = asyncio.run(flood(services, seconds))
        print(f"stored after: {stored(services)}")
    third = len(looks) // 3
    warm, end = most(looks[third:-third]), most(looks[-third:])
    grown = False
    for name in warm:
        ratio = end.get(name, 0.0) / warm[name] if warm[name] else 1.0
        grown |= ratio > GROWTH_MAX
        print(f"{name:14} {warm[name]:7.1f} MB {end.get(name, 0.0):7.1f} MB  x {ratio:.3f}")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
