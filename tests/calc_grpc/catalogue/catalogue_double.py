"""main_api's side of a synchronisation as its contract has it, in memory; and a worker without a process."""

import asyncio
import json
import pickle
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from calc_grpc.catalogue.fields import FIELDS
from calc_grpc.catalogue.handover import FetchedPage, PagesWanted
from calc_grpc.catalogue.pages import fetch_pass
from calc_grpc.errors import WorkerCrashed


class Catalogue:
    """Rows by spkid. `answers` are given first: a status and a body; None: no answer, until `released`."""

    def __init__(self) -> None:
        self.rows: dict[int, list[Any]] = {}
        self.pages: dict[tuple[str, int, int], tuple[bytes, dict[str, int]]] = {}
        self.seen: dict[tuple[str, int], set[int]] = {}
        self.ends: list[dict[str, Any]] = []
        self.end_answers: dict[str, dict[str, Any]] = {}
        self.end_stored = asyncio.Event()
        self.end_may_answer = asyncio.Event()
        self.end_may_answer.set()
        self.end_status = 200
        self.answers_in_pieces = False
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[tuple[int, dict[str, Any]] | None] = []
        self.conflict_count = 0
        self.released = asyncio.Event()
        self.arrived = asyncio.Event()
        self.origin = ""

    def application(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_put("/api/asteroids/sync/{id}/pages/{page}", self.put_page)
        app.router.add_post("/api/asteroids/sync/{id}/finish", self.finish)
        return app

    async def put_page(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if (scripted := await self._scripted(request)) is not None:
            return scripted
        page = json.loads(body)
        assert page["fields"] == list(FIELDS)
        key = (request.match_info["id"], page["pass"], int(request.match_info["page"]))
        if key in self.pages:
            held, counts = self.pages[key]
            self.conflict_count += held != body
            return web.json_response(counts)
        counts = {"added_count": 0, "updated_count": 0, "unchanged_count": 0}
        for row in page["rows"]:
            old = self.rows.get(row[0])
            counts["added_count" if old is None else "unchanged_count" if old == row else "updated_count"] += 1
            self.rows[row[0]] = row
        self.seen.setdefault(key[:2], set()).update(row[0] for row in page["rows"])
        self.pages[key] = (body, counts)
        return await in_pieces(request, counts) if self.answers_in_pieces else web.json_response(counts)

    async def finish(self, request: web.Request) -> web.Response:
        end = await request.json()
        if (scripted := await self._scripted(request)) is not None:
            return scripted
        self.ends.append(end)
        calculation_id = request.match_info["id"]
        if calculation_id not in self.end_answers:
            self.end_answers[calculation_id] = self._end(calculation_id, end)
        self.end_stored.set()
        await self.end_may_answer.wait()
        return web.json_response(self.end_answers[calculation_id], status=self.end_status)

    def _end(self, calculation_id: str, end: dict[str, Any]) -> dict[str, Any]:
        seen = self.seen.get((calculation_id, end["pass"]), set())
        gone = self.rows.keys() - seen
        warning = ""
        if end["complete"] and len(seen) != end["object_count"]:
            warning = "NOT_DISTINCT"
        elif end["complete"] and not end["allow_shrink"] and len(seen) < 0.9 * len(self.rows):
            warning = "SHRINKS"
        if end["complete"] and not warning:
            for spkid in gone:
                del self.rows[spkid]
            return {"deleted_count": len(gone), "warning": ""}
        return {"deleted_count": 0, "warning": warning}

    async def _scripted(self, request: web.Request) -> web.Response | None:
        self.asked.append(request.path)
        self.headers.append(dict(request.headers))
        self.arrived.set()
        if not self.answers:
            return None
        answer = self.answers.pop(0)
        if answer is None:
            await self.released.wait()
            return None
        return web.json_response(answer[1], status=answer[0])


async def in_pieces(request: web.Request, answer: dict[str, int]) -> web.StreamResponse:
    """Answer as over a way that makes two segments of it."""
    text = json.dumps(answer).encode()
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(text[:10])
    await asyncio.sleep(0.02)
    await response.write(text[10:])
    return response


class ThreadWorkers:
    """Does in a thread what the worker process does. `crash_after`: dies when it handed over so many pages."""

    def __init__(self) -> None:
        self.on_free: Callable[[], None] = lambda: None
        self.free_count = 1
        self.wanted: list[PagesWanted] = []
        self.crash_after: int | None = None
        self._stopped = False

    async def start(self) -> None:
        """Threads are there at once."""

    async def stop(self) -> None:
        """Threads end by themselves."""

    def cancel(self, calculation_id: str) -> None:
        self._stopped = True

    async def run(
        self,
        calculation_id: str,
        kind: str,
        input_bytes: bytes,
        on_progress: Callable[[float, str], None],
        *,
        created_at: datetime,
        on_part: Callable[[FetchedPage], None] | None,
    ) -> bytes:
        assert on_part is not None
        wanted: PagesWanted = pickle.loads(input_bytes)
        self.wanted.append(wanted)
        self._stopped = False
        handed: list[int] = []

        def hand_over(page: FetchedPage) -> None:
            if self.crash_after is not None and len(handed) >= self.crash_after:
                raise WorkerCrashed
            handed.append(page.number)
            on_part(page)

        def work() -> str:
            return asyncio.run(fetch_pass(wanted, hand_over=hand_over, cancelled=lambda: self._stopped))

        return (await asyncio.to_thread(work)).encode()
