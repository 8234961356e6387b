"""Which tables a program works on: its own version, older ones, which it brings up to date, and one newer.

One newer, so that on several machines one calc_grpc is upgraded after the other, and a release can be taken back. The
rule for the steps of both journals follows from it: all that a release adds is one step, and after it the program of
the release before still does everything right. So a step may add tables, indexes, and columns that may be absent or
have a default; it removes and renames nothing, changes no meaning, and refuses no row that was written before it or
that the program before would write.
"""

from calc_grpc.errors import StartRefused

NEWER_BY_MAX = 1


def refuse_unknown(place: str, version: int, *, known: int) -> None:
    """Raises StartRefused, naming where the tables are, when they are of a version that this program cannot keep."""
    if version > known + NEWER_BY_MAX:
        raise StartRefused(
            f"CALC_DATABASE_URL: {place} has version {version}, this program knows {known} and works on "
            f"{known + NEWER_BY_MAX} as well; start the newer program"
        )
