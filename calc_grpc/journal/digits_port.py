"""What a store of digits of pi promises.

Of a set of digits each is half a byte, in rows of so many digits that one is read and written in a millisecond or two.
A set counts when it is complete. As all sets are beginnings of the same digits, the longest one serves every purpose:
when it is complete the shorter ones are dropped. So a reader of rows must expect that its set is gone, and look for
another. Every method raises JournalUnavailable as a journal does, and is safe to repeat.
"""

from dataclasses import dataclass
from typing import Protocol

from calc_grpc.calculation import SECOND_US, Clock

DIGITS_PER_CHUNK = 262_144
ABANDONED_AFTER_US = 86_400 * SECOND_US  # no set takes a day to be written: whoever wrote it has died


@dataclass(frozen=True, kw_only=True, slots=True)
class DigitSet:
    """The first `digit_count` digits of pi, the 3 included; calculation_id: which calculation worked them out."""

    set_id: str
    calculation_id: str
    digit_count: int


class DigitStore(Protocol):
    """Durable digits of pi; see the module for what all methods share."""

    clock: Clock

    async def find(self, digit_count: int) -> DigitSet | None:
        """Return a complete set of at least so many digits, the longest one; None when there is none."""

    async def read(self, set_id: str, chunk_number: int) -> bytes | None:
        """Return one row, two digits a byte, the first one in the upper half; None when the set has gone."""

    async def begin(self, digits: DigitSet) -> None:
        """Announce a set; it does not count until it is complete."""

    async def write(self, set_id: str, chunk_number: int, packed: bytes) -> None:
        """Store one row: DIGITS_PER_CHUNK digits, but for the last one; writing it again replaces it."""

    async def complete(self, set_id: str) -> None:
        """Make a set count, and drop those that are not longer."""

    async def touch(self, set_id: str) -> None:
        """Note that a set was used, so that it is kept for longer."""

    async def prune(self, *, before_us: int, limit: int) -> int:
        """Drop up to `limit` sets not used since that moment, and any that were abandoned; returns how many."""
