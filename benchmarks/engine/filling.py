"""Putting calculations into a journal before a server opens it, a thousand times quicker than one rpc for each."""

import asyncio
import hashlib
import uuid
from collections.abc import Sequence

from calc_grpc.journal.opening import open_journal
from calc_grpc.journal.port import NewCalculation

AT_ONCE = 500


def fill(url: str, due_times_us: Sequence[int], *, create_time_us: int, content: bytes) -> None:
    """Accept a distance calculation for each due time."""
    asyncio.run(_fill(url, due_times_us, create_time_us, content))


async def _fill(url: str, due_times_us: Sequence[int], create_time_us: int, content: bytes) -> None:
    journal = await open_journal(url)
    digest = hashlib.sha256(content).digest()
    for first in range(0, len(due_times_us), AT_ONCE):
        await asyncio.gather(
            *(
                journal.accept(
                    NewCalculation(
                        calculation_id=str(uuid.uuid4()),
                        kind="distance",
                        creator="observer",
                        input=content,
                        input_sha256=digest,
                        create_time_us=create_time_us,
                        due_time_us=due_us,
                    )
                )
                for due_us in due_times_us[first : first + AT_ONCE]
            )
        )
    await journal.close()
