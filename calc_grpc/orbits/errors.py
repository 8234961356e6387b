"""Failures of the orbit room.

OrbitError
  + DidNotConverge
  + Cancelled
  + UnusableObservations
      + UnknownStation
      + StationWithoutPosition
"""


class OrbitError(Exception):
    """The orbit could not be worked out."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class DidNotConverge(OrbitError):
    """An iteration reached its bound before its tolerance."""

    def __init__(self, iterations: int, residual: float) -> None:
        super().__init__(f"No convergence after {iterations} iterations; the residual is still {residual:.3g}.")
        self.iterations = iterations
        self.residual = residual

    def __reduce__(self) -> tuple[type["DidNotConverge"], tuple[int, float]]:
        """Pickle by the two numbers, since results cross a process boundary."""
        return (type(self), (self.iterations, self.residual))


class Cancelled(OrbitError):
    """The caller asked to stop."""


class UnusableObservations(OrbitError):
    """The observations cannot be used; correct them as `find_problems` says."""


class UnknownStation(UnusableObservations):
    """The MPC has no station of this code."""


class StationWithoutPosition(UnusableObservations):
    """The station has no fixed place; give observer_position_km."""
