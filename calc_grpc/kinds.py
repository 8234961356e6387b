"""What the engine has to know of one kind of calculation; `convert.KINDS` lists those this server computes."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf.message import Message

from calc_grpc.errors import FieldProblem

ReportProgress = Callable[[float, str], None]
IsCancelled = Callable[[], bool]


@dataclass(frozen=True, kw_only=True)
class CheckedKind:
    """How one kind is checked before it is accepted.

    find_problems: the refused fields of an input message at this moment, paths starting with the kind's name.
    """

    find_problems: Callable[[Message, datetime], list[FieldProblem]]


@dataclass(frozen=True, kw_only=True)
class Kind(CheckedKind):
    """How one kind is computed and carried.

    core, function: the module of the core and its entry, `function(input, *, report, cancelled)`; the module also
    has `warm_up()`. They are named, not imported: a core brings numba, which only workers need.
    takes_as_of: the entry also takes `as_of`, the moment when the calculation was created: what depends on the
    present must come out the same when it is computed again.
    decode, encode: between serialised messages and the core's dataclasses.
    """

    core: str
    function: str
    decode: Callable[[bytes], Any]
    encode: Callable[[Any], bytes]
    takes_as_of: bool = False

    def warm_up(self) -> None:
        """Load and compile the core, in a worker process."""
        importlib.import_module(self.core).warm_up()

    def compute(
        self, input_bytes: bytes, *, created_at: datetime, report: ReportProgress, cancelled: IsCancelled
    ) -> bytes:
        """Run the core on a serialised input, in a worker process; returns the serialised result."""
        run = getattr(importlib.import_module(self.core), self.function)
        present = {"as_of": created_at} if self.takes_as_of else {}
        return self.encode(run(self.decode(input_bytes), **present, report=report, cancelled=cancelled))
