"""The writer's thread: who shares what with whom, and whom a fault meets."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from calc_grpc.errors import CalcError, CalculationConflict, JournalUnavailable
from calc_grpc.journal.group_commit import MAX_BATCH, GroupCommit, JointOperation
from calc_grpc.journal.port import Change


class Journal:
    """A table of numbers, and what was told of it."""

    def __init__(self, path: Path) -> None:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY)")
        self.told: list[Sequence[Change]] = []
        self.calls: list[list[int]] = []
        self.at_once_calls: list[list[int]] = []
        self.writer = GroupCommit(connection, self.told.append)
        self.inserting = JointOperation(self.insert)
        self.inserting_at_once = JointOperation(self.insert, at_once=self.insert_at_once)

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
        return await self._ask(self.inserting, numbers)

    async def ask_at_once(self, numbers: Sequence[int]) -> list[object]:
        return await self._ask(self.inserting_at_once, numbers)

    async def _ask(self, operation: JointOperation[int, int], numbers: Sequence[int]) -> list[object]:
        return await asyncio.gather(
            *(self.writer.write_jointly(operation, number) for number in numbers), return_exceptions=True
        )

    def insert_at_once(self, db: sqlite3.Connection, changes: list[Change], numbers: Sequence[int]) -> list[int] | None:
        """One statement without a transaction around it; 13 is for the other way."""
        self.at_once_calls.append(list(numbers))
        if 13 in numbers:
            return None
        changes += [Change(calculation_id=str(n), kind="pi", state="SCHEDULED", due_time_us=0) for n in numbers]
        db.execute(f"INSERT INTO numbers VALUES {', '.join(['(?)'] * len(numbers))}", list(numbers))
        return [number * 10 for number in numbers]

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


async def test_a_batch_of_one_sort_is_written_at_once_and_told_after_its_commit(journal: Journal) -> None:
    assert await journal.ask_at_once(range(3)) == [0, 10, 20]
    assert journal.at_once_calls == [[0, 1, 2]] and journal.calls == []
    assert [change.kind for changes in journal.told for change in changes] == ["pi"] * 3
    await asyncio.gather(journal.ask_at_once([3, 4]), journal.ask([5]))
    assert journal.at_once_calls == [[0, 1, 2]] and await journal.numbers() == [0, 1, 2, 3, 4, 5]


async def test_what_cannot_be_written_at_once_is_written_with_care(journal: Journal) -> None:
    answers = await journal.ask_at_once([12, 13, 14])
    assert isinstance(answers[1], CalculationConflict) and answers[::2] == [120, 140]
    journal.told.clear()
    answers = await journal.ask_at_once([1, 12, 3])
    assert isinstance(answers[1], sqlite3.IntegrityError) and answers[::2] == [10, 30]
    assert await journal.numbers() == [1, 3, 12, 14]
    assert [change.kind for changes in journal.told for change in changes] == ["distance"] * 2


async def test_a_batch_waits_for_as_many_as_shared_the_last_one(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calc_grpc.journal.group_commit.GATHERING_S", 60.0)
    await journal.ask_at_once(range(3))
    early = [asyncio.create_task(journal.ask_at_once([number])) for number in (20, 21)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert journal.at_once_calls == [[0, 1, 2]]
    await asyncio.wait_for(asyncio.gather(*early, journal.ask_at_once([22])), 50.0)
    assert [sorted(numbers) for numbers in journal.at_once_calls] == [[0, 1, 2], [20, 21, 22]]


async def test_what_does_not_come_in_numbers_waits_for_nobody_and_takes_along_who_waits(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calc_grpc.journal.group_commit.GATHERING_S", 60.0)
    await journal.ask_at_once(range(3))
    early = asyncio.create_task(journal.ask_at_once([20]))
    for _ in range(10):
        await asyncio.sleep(0)
    assert await asyncio.wait_for(journal.ask([21]), 50.0) == [210]
    assert await asyncio.wait_for(early, 50.0) == [200]


async def test_who_asks_alone_waits_for_nobody_and_a_batch_only_for_a_moment(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calc_grpc.journal.group_commit.GATHERING_S", 60.0)
    for number in range(3):
        await asyncio.wait_for(journal.ask_at_once([number]), 50.0)
    await journal.ask_at_once(range(3, 6))
    monkeypatch.setattr("calc_grpc.journal.group_commit.GATHERING_S", 0.001)
    await asyncio.wait_for(journal.ask_at_once([6]), 50.0)
    assert journal.at_once_calls == [[0], [1], [2], [3, 4, 5], [6]]


async def test_closing_writes_what_was_handed_in_and_refuses_what_comes_later(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "closing.sqlite3")
    asking = [asyncio.create_task(journal.writer.write_jointly(journal.inserting, number)) for number in range(20, 700)]
    await asyncio.sleep(0)
    await journal.writer.close()
    assert await asyncio.gather(*asking) == [10 * number for number in range(20, 700)]
    with pytest.raises(JournalUnavailable):
        await journal.numbers()
    with sqlite3.connect(tmp_path / "closing.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM numbers").fetchone() == (680,)
    connection.close()


async def test_a_fault_among_several_sorts_undoes_none_of_the_others_and_is_told_to_its_caller_alone(
    journal: Journal,
) -> None:
    other, count = JointOperation(journal.insert), "SELECT count(*) FROM numbers"
    answers = await asyncio.gather(
        journal.writer.write_jointly(journal.inserting, 1),
        journal.writer.write_jointly(journal.inserting, 2),
        journal.writer.write_jointly(other, 1),
        journal.writer.write(lambda db, _: db.execute(count).fetchone()[0]),
        return_exceptions=True,
    )
    assert answers[:2] == [10, 20] and isinstance(answers[2], sqlite3.IntegrityError) and answers[3] == 2
    assert journal.calls == [[1, 2], [1], [1, 2], [1]]
    assert [[change.calculation_id for change in changes] for changes in journal.told] == [["1", "2"]]
