"""The stand-in as a web application: one address that speaks the SBDB Query API, and two for whoever tests with it."""

import asyncio
import json
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aiohttp import web

from calc_grpc.catalogue.standin.faults import Fault
from calc_grpc.catalogue.standin.query import Query, Refused, read_query
from calc_grpc.catalogue.standin.rows import Rows

PATH = "/sbdb_query.api"
MAX_OBJECT_COUNT = 2_000_000
SOURCE = "AstroDist stand-in for the NASA/JPL SBDB (Small-Body DataBase) Query API; made-up data"
HTML = "<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Please stand by</h1></body></html>"


class Standin:
    """A source of `object_count` asteroids.

    delay_s: how long every answer takes. is_single_flight: a second request at the same time is answered with 429.
    """

    def __init__(
        self,
        object_count: int,
        *,
        delay_s: float = 0.0,
        is_single_flight: bool = False,
        faults: Sequence[Fault] = (),
    ) -> None:
        self.delay_s = delay_s
        self.is_single_flight = is_single_flight
        self.faults = list(faults)
        self.statuses: Counter[int] = Counter()
        self.pages: Counter[int] = Counter()  # how often each was asked for
        self.present_count = 0
        self.most_at_once = 0
        self._object_count = object_count
        self._is_rotated = False
        self._selected: dict[tuple[object, ...], Sequence[int]] = {}

    def application(self) -> web.Application:
        """What a web server runs."""
        app = web.Application()
        app.router.add_get(PATH, self.answer)
        app.router.add_get("/standin/statistics", self.show_statistics)
        app.router.add_put("/standin/faults", self.set_faults)
        return app

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """GET /sbdb_query.api"""
        self.present_count += 1
        self.most_at_once = max(self.most_at_once, self.present_count)
        try:
            response = await self._answer(request)
        finally:
            self.present_count -= 1
        self.statuses[response.status] += 1
        return response

    async def show_statistics(self, request: web.Request) -> web.Response:
        """GET /standin/statistics: what was asked so far."""
        return web.json_response(
            {
                "statuses": dict(self.statuses),
                "request_count": sum(self.pages.values()),
                "page_count": len(self.pages),
                "most_at_once": self.most_at_once,
            }
        )

    async def set_faults(self, request: web.Request) -> web.Response:
        """PUT /standin/faults, a JSON list of texts as --fault takes them: replaces the faults."""
        try:
            self.faults = [Fault.parse(text) for text in await request.json()]
        except (ValueError, TypeError) as error:
            return web.json_response({"message": str(error), "code": "400"}, status=400)
        return web.Response(status=204)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self.is_single_flight and self.present_count > 1:
            return _refusal(429, "one request at a time", {"Retry-After": "1"})
        try:
            query = read_query(request.query)
        except Refused as error:
            return _refusal(400, str(error))
        self.pages[query.page] += 1
        struck = {fault.kind: fault for fault in self.faults if fault.strikes(query.page)}
        self._change(struck)
        await asyncio.sleep(self.delay_s + (struck["slow"].value if "slow" in struck else 0.0))
        if refusal := _refused_by(struck):
            return refusal
        body = self._body(query, struck.keys())
        if "cut" in struck:
            return await _cut(request, body)
        if "html" in struck:
            return web.Response(text=HTML, content_type="text/html")
        if "truncated" in struck:
            body = body[: len(body) // 2]
        return web.Response(body=body, content_type="application/json")

    def _change(self, struck: dict[str, Fault]) -> None:
        """Let the catalogue change between two pages."""
        if "drift" in struck:
            self._object_count += round(struck["drift"].value)
            self._selected.clear()
        self._is_rotated = self._is_rotated or "moving" in struck

    def _body(self, query: Query, struck: Collection[str]) -> bytes:
        places = self._places(query)
        head = json.dumps({"source": SOURCE, "version": "1.1" if "version" in struck else "1.0"})
        if not query.fields:
            return f'{{"signature":{head},"count":{len(places)}}}'.encode()
        end = query.start + query.limit if query.limit else len(places)
        texts = list(Rows(self._object_count).texts(places[query.start : end], query.fields, full=query.is_full))
        if "short-row" in struck and texts:
            texts[-1] = texts[-1][: texts[-1].rindex(",")] + "]"
        data = "null" if "null-data" in struck or not texts else f"[{','.join(texts)}]"
        names = json.dumps(query.fields)
        return f'{{"signature":{head},"fields":{names},"data":{data},"count":{len(places)}}}'.encode()

    def _places(self, query: Query) -> Sequence[int]:
        """The rows that match, in order."""
        if query.has_comets_only:
            return ()
        key = (*query.filters, query.is_descending, self._is_rotated)
        if key not in self._selected:
            places: Sequence[int] = range(self._object_count)
            if any(query.filters):
                rows = Rows(self._object_count)
                places = [place for place in places if _matches(rows, place, query)]
            if query.is_descending:
                places = places[::-1]
            self._selected[key] = [*places[1:], *places[:1]] if self._is_rotated else places
        return self._selected[key]


def _matches(rows: Rows, place: int, query: Query) -> bool:
    if query.numbered and (query.numbered == "n") != rows.is_numbered(place):
        return False
    values = rows.prototype_at(place).values
    return (not query.group or values[query.group] == "Y") and (not query.classes or values["class"] in query.classes)


def _refused_by(struck: dict[str, Fault]) -> web.Response | None:
    if "503" in struck:
        seconds = round(struck["503"].value)
        headers = {"Retry-After": str(seconds)} if seconds else None
        return web.Response(status=503, text=HTML, content_type="text/html", headers=headers)
    if "429-bare" in struck:
        return _refusal(429, "too many requests")
    if "429" in struck:
        return _refusal(429, "too many requests", {"Retry-After": str(round(struck["429"].value))})
    if "429-date" in struck:
        # Dates have whole seconds: one more, so that it is no sooner than was said.
        moment = datetime.now(UTC) + timedelta(seconds=struck["429-date"].value + 1.0)
        return _refusal(429, "too many requests", {"Retry-After": format_datetime(moment, usegmt=True)})
    return None


def _refusal(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"message": message, "code": str(status)}, status=status, headers=headers)


async def _cut(request: web.Request, body: bytes) -> web.StreamResponse:
    """Promise a whole answer, send half of it, and hang up."""
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    assert request.transport is not None
    request.transport.abort()
    return response
