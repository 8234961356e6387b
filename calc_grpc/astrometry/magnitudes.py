"""Bounds of apparent magnitudes."""

from typing import Final

BRIGHTEST: Final = -5.0  # as submit.xsd of ADES
FAINTEST: Final = 35.0
