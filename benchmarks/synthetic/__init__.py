"""Synthetic cases with exact truth: populations, observing nights, integration among the bodies of JPL DE440."""
