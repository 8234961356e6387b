"""The words of a request's life, the same here, in protos/, in the database and on the screen."""

from django.db import models


class RequestStatus(models.TextChoices):
    """DRAFT -> FORMED -> COMPLETED | REJECTED, and DRAFT -> DELETED."""

    DRAFT = "DRAFT", "DRAFT"
    FORMED = "FORMED", "FORMED"
    COMPLETED = "COMPLETED", "COMPLETED"
    REJECTED = "REJECTED", "REJECTED"
    DELETED = "DELETED", "DELETED"


class CalculationState(models.TextChoices):
    """SCHEDULED -> RUNNING -> SUCCEEDED | FAILED | CANCELLED."""

    SCHEDULED = "SCHEDULED", "SCHEDULED"
    RUNNING = "RUNNING", "RUNNING"
    SUCCEEDED = "SUCCEEDED", "SUCCEEDED"
    FAILED = "FAILED", "FAILED"
    CANCELLED = "CANCELLED", "CANCELLED"


FINAL_STATES = (CalculationState.SUCCEEDED, CalculationState.FAILED, CalculationState.CANCELLED)
FINAL_STATE_CHOICES = [(state.value, state.value) for state in FINAL_STATES]


class Verdict(models.TextChoices):
    """How well a distance is known."""

    DETERMINED = "DETERMINED", "DETERMINED"
    WEAK = "WEAK", "WEAK"
    NOT_DETERMINED = "NOT_DETERMINED", "NOT_DETERMINED"


class Action(models.TextChoices):
    """What happened to a request."""

    CREATED = "CREATED", "CREATED"
    FORMED = "FORMED", "FORMED"
    COMPLETED = "COMPLETED", "COMPLETED"
    REJECTED = "REJECTED", "REJECTED"
    DELETED = "DELETED", "DELETED"
    RECALCULATED = "RECALCULATED", "RECALCULATED"
    RECALCULATION_UNDONE = "RECALCULATION_UNDONE", "RECALCULATION_UNDONE"
    RESULT_RECORDED = "RESULT_RECORDED", "RESULT_RECORDED"
    RESULT_REPLACED = "RESULT_REPLACED", "RESULT_REPLACED"
    CALCULATION_FAILED = "CALCULATION_FAILED", "CALCULATION_FAILED"
    CALCULATION_CANCELLED = "CALCULATION_CANCELLED", "CALCULATION_CANCELLED"
