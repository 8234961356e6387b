"""A journal on the bench, and what tests of every journal do with it."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from calc_grpc.journal.port import Change, Claim, Journal, Outcome
from tests.calc_grpc.fakes import new_calculation

DONE = Outcome(state="SUCCEEDED", result=b"result")
LONG_S = 3600.0  # longer than any lease
ID = new_calculation().calculation_id


@dataclass
class Bench:
    """A journal that can be closed and opened again, as a restart would."""

    open: Callable[[], Awaitable[Journal]]
    journal: Journal
    heard: list[Change] = field(default_factory=list)

    async def reopen(self) -> Journal:
        await self.journal.close()
        self.journal = await self.open()
        return self.journal


async def claim_one(journal: Journal, owner: str = "me") -> Claim:
    (claim,) = await journal.claim(owner=owner, kinds=["distance"], limit=1)
    return claim


async def finished(journal: Journal, number: int = 0, **values: object) -> None:
    await journal.accept(new_calculation(number, has_callback=True, **values))
    await journal.cancel(str(uuid.UUID(int=number)))
