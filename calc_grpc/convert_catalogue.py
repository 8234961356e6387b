"""Between messages of the wire and synchronisations of the catalogue."""

from dataclasses import dataclass
from datetime import datetime

from astrodist.calc.v1 import catalogue_sync_pb2
from google.protobuf.message import Message

from calc_grpc.errors import FieldProblem
from calc_grpc.kinds import CheckedKind


@dataclass(frozen=True, kw_only=True)
class SyncCounts:
    """How far a synchronisation is; the fields of CatalogueSyncProgress, where each is described."""

    pass_number: int = 1
    object_count: int | None = None
    page_count: int | None = None
    done_page_count: int = 0
    added_count: int = 0
    updated_count: int = 0
    unchanged_count: int = 0
    deleted_count: int = 0
    objects_per_second: float = 0.0

    @property
    def fraction(self) -> float:
        """Share of the pages that are stored."""
        return self.done_page_count / self.page_count if self.page_count else 0.0


def allows_shrink(input_bytes: bytes) -> bool:
    """Whether a serialised CatalogueSyncInput allows objects to be deleted however many they are."""
    return catalogue_sync_pb2.CatalogueSyncInput.FromString(input_bytes).allow_shrink


def progress_bytes(counts: SyncCounts) -> bytes:
    """Write the figures of a snapshot."""
    return _message_of(counts).SerializeToString(deterministic=True)


def result_bytes(counts: SyncCounts, *, duration_s: float, warning: str) -> bytes:
    """Write what a synchronisation did."""
    message = catalogue_sync_pb2.CatalogueSyncResult(counts=_message_of(counts), duration_s=duration_s, warning=warning)
    return message.SerializeToString(deterministic=True)


def _find_problems(message: Message, now: datetime) -> list[FieldProblem]:
    """A CatalogueSyncInput has nothing that could be wrong."""
    return []


CATALOGUE_SYNC = CheckedKind(find_problems=_find_problems)


def _message_of(counts: SyncCounts) -> catalogue_sync_pb2.CatalogueSyncProgress:
    return catalogue_sync_pb2.CatalogueSyncProgress(**vars(counts))
