"""What a failed run tells whoever asked for it."""

import pytest

from calc_grpc.failures import Reason, failure


@pytest.mark.parametrize(
    ("reason", "kind", "advice"),
    [
        ("WORKER_CRASHED", "distance", "Try other observations, or report the fault."),
        ("WORKER_CRASHED", "catalogue_sync", "Start it again, or report the fault."),
        ("WORKER_CRASHED", "identification", "Start it again, or report the fault."),
        ("TIME_LIMIT_EXCEEDED", "distance", "Give fewer observations, or have the limit raised."),
        ("OUT_OF_MEMORY", "pi", "Ask for an earlier position, or have the limit raised."),
        ("OUT_OF_MEMORY", "catalogue_sync", "Start it again, or have the limit raised."),
    ],
)
def test_what_to_do_next_fits_the_kind(reason: Reason, kind: str, advice: str) -> None:
    outcome = failure(reason, kind)
    assert (outcome.state, outcome.error_reason) == ("FAILED", reason)
    assert outcome.error_message is not None and outcome.error_message.endswith(f". {advice}")


def test_a_fault_of_the_program_is_not_to_be_tried_again() -> None:
    message = failure("COMPUTATION_FAILED", "distance").error_message or ""
    assert "the server's log" in message and "again" not in message
