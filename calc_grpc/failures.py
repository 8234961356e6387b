"""How a run ends that its kernel could not end itself, and what whoever asked may do, which depends on the kind."""

from typing import Literal

from calc_grpc.journal.port import Outcome

Reason = Literal["WORKER_CRASHED", "TIME_LIMIT_EXCEEDED", "OUT_OF_MEMORY", "COMPUTATION_FAILED"]

CAUSES: dict[Reason, str] = {
    "WORKER_CRASHED": "The worker process died while computing, twice.",
    "TIME_LIMIT_EXCEEDED": "The computation took longer than this server allows.",
    "OUT_OF_MEMORY": "The computation wanted more memory than this server allows.",
    "COMPUTATION_FAILED": "The computation failed by a fault of the program; the server's log has the details.",
}
# What a smaller question is, for each kind; a synchronisation and an identification have the size of the catalogue.
SMALLER = {"distance": "Give fewer observations", "pi": "Ask for an earlier position"}
AGAIN = "Start it again"
LIMITS: tuple[Reason, ...] = ("TIME_LIMIT_EXCEEDED", "OUT_OF_MEMORY")


def failure(reason: Reason, kind: str) -> Outcome:
    """The end of a run of this kind for this reason."""
    return Outcome(state="FAILED", error_reason=reason, error_message=f"{CAUSES[reason]}{_advice(reason, kind)}")


def _advice(reason: Reason, kind: str) -> str:
    if reason == "COMPUTATION_FAILED":
        return ""  # the same again would fail again
    if reason in LIMITS:
        return f" {SMALLER.get(kind, AGAIN)}, or have the limit raised."
    return f" {'Try other observations' if kind == 'distance' else AGAIN}, or report the fault."
