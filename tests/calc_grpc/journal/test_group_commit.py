"""The writer's thread: who shares what with whom, and whom a fault meets."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from calc_grpc.errors import CalcError, CalculationConflict, JournalUnavailable
from calc_grpc.journal.group_commit import MAX_BATCH, GroupCommit
from calc_grpc.journal.port import Change


class Journal:
    """A table of numbers, and what was told of it."""

    def __init__(self, path: Path) -> None:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY)")
        self.told: list[Sequence[Change]] = []
        self.calls: list[list[int]] = []
        self.writer = GroupCommit(connection, self.told.append)

    def insert(self, db: sqlite3.Connection, changes: list[Change], numbers: Sequence[int]) -> list[int | CalcError]:
        """One statement for all; 13 is refused, what is there already is a fault."""
        self.calls.append(list(numbers))
        answers: list[int | CalcError] = []
        for number in numbers:
            if number == 13:
                answers.append(CalculationConflict())
                continue
            db.execute("INSERT INTO numbers VALUES (?)", (number,))
            changes.append(Change(calculation_id=str(number), kind="distance", state="SCHEDULED", due_time_us=0))
            answers.append(number * 10)
        return answers

    async def ask(self, numbers: Sequence[int]) -> list[object]:
        joint = self.insert
        return await asyncio.gather(
            *(self.writer.write_jointly(joint, number) for number in numbers), return_exceptions=True
        )

    async def numbers(self) -> list[int]:
        query = "SELECT number FROM numbers ORDER BY number"
        return await self.writer.write(lambda db, _: [row[0] for row in db.execute(query)])


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = Journal(tmp_path / "numbers.sqlite3")
    yield journal
    await journal.writer.close()


async def test_those_who_ask_together_share_one_call_and_one_commit(journal: Journal) -> None:
    assert await journal.ask(range(5)) == [0, 10, 20, 30, 40]
    assert journal.calls == [[0, 1, 2, 3, 4]]
    assert [[change.calculation_id for change in changes] for changes in journal.told] == [["0", "1", "2", "3", "4"]]


async def test_a_refusal_meets_its_own_caller_alone(journal: Journal) -> None:
    answers = await journal.ask([12, 13, 14])
    assert isinstance(answers[1], CalculationConflict) and answers[::2] == [120, 140]
    assert await journal.numbers() == [12, 14] and journal.calls == [[12, 13, 14]]


async def test_a_fault_undoes_and_repeats_the_call_for_each_alone(
    journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    await journal.ask([2])
    journal.told.clear()
    answers = await journal.ask([1, 2, 3])
    assert isinstance(answers[1], sqlite3.IntegrityError) and answers[::2] == [10, 30]
    assert await journal.numbers() == [1, 2, 3] and journal.calls[1:] == [[1, 2, 3], [1], [2], [3]]
    assert [[change.calculation_id for change in changes] for changes in journal.told] == [["1", "3"]]
    assert [record.message for record in caplog.records] == ["journal operation failed"]


async def test_more_than_a_batch_is_written_in_order_and_whole(journal: Journal) -> None:
    count = 2 * MAX_BATCH + 20
    assert await journal.ask(range(20, count)) == [10 * number for number in range(20, count)]
    assert await journal.numbers() == list(range(20, count))
    assert max(map(len, journal.calls)) <= MAX_BATCH


async def test_closing_writes_what_was_handed_in_and_refuses_what_comes_later(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "closing.sqlite3")
    asking = [asyncio.create_task(journal.writer.write_jointly(journal.insert, number)) for number in range(20, 700)]
    await asyncio.sleep(0)
    await journal.writer.close()
    assert await asyncio.gather(*asking) == [10 * number for number in range(20, 700)]
    with pytest.raises(JournalUnavailable):
        await journal.numbers()
    with sqlite3.connect(tmp_path / "closing.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM numbers").fetchone() == (680,)
    connection.close()
