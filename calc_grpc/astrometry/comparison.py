"""What only shows beside the other observations of a file."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from calc_grpc.astrometry import reasons
from calc_grpc.astrometry.draft import Draft
from calc_grpc.astrometry.findings import WHOLE_FILE, Findings
from calc_grpc.orbits.validation import FEWEST

NIGHT_GAP = timedelta(hours=8)  # a longer pause of one station begins another night
SHORTEST_ARC = timedelta(hours=16)  # shorter ones are of one night
MOST_NAMED = 5


def by_object(drafts: Iterable[Draft]) -> dict[str, list[Draft]]:
    """Group by object, in the order of the file; a provisional designation goes to the number some record gives it."""
    drafts = list(drafts)
    number_of = {draft.other_designation: draft.designation for draft in drafts if draft.other_designation}
    groups: dict[str, list[Draft]] = {}
    for draft in drafts:
        name = number_of.get(draft.designation, draft.designation)
        same = draft if name == draft.designation else replace(draft, designation=name)
        groups.setdefault(name, []).append(same)
    return groups


def without_repetitions(group: Sequence[Draft], findings: Findings) -> list[Draft]:
    """Keep the first of several observations of one object with the same station and time."""
    first_of: dict[tuple[object, ...], Draft] = {}
    kept = []
    for draft in group:
        observation = draft.observation
        first = first_of.setdefault((observation.station, observation.observed_at), draft)
        if first is draft:
            kept.append(draft)
        elif first.observation == observation:
            hint = f"The same as line {first.span.line}. It is left out."
            findings.warning(draft.span, reasons.DUPLICATE, hint)
        else:
            hint = (
                f"Line {first.span.line} has the same object, station and time, but other values. Remove the wrong one."
            )
            findings.error(draft.span, reasons.CONFLICT, hint)
    return kept


def warn_of_arc(name: str, group: Sequence[Draft], findings: Findings) -> None:
    """Say what the observations of one object, none of them repeated, lack for an orbit."""
    times = [draft.observation.observed_at for draft in group]
    arc = max(times) - min(times)
    if len(group) < FEWEST:
        hint = f"An orbit of {name} needs at least {FEWEST} observations, not {len(group)}. Add more."
        findings.warning(group[0].span, reasons.TOO_FEW_OBSERVATIONS, hint)
    elif arc < SHORTEST_ARC:
        hint = (
            f"All observations of {name} lie within {_in_words(arc)}. Add another night: one seldom gives a distance."
        )
        findings.warning(group[0].span, reasons.ARC_TOO_SHORT, hint)
    _warn_of_single_positions(name, group, findings)


def warn_of_mixture(names: Sequence[str], findings: Findings) -> None:
    """Say that a file holds several objects."""
    if len(names) > 1:
        rest = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        hint = f"The file holds {len(names)} objects: {', '.join(names[:MOST_NAMED])}{rest}. Each is solved by itself."
        findings.warning(WHOLE_FILE, reasons.MIXED_OBJECTS, hint)


def _warn_of_single_positions(name: str, group: Sequence[Draft], findings: Findings) -> None:
    of_station: dict[str, list[Draft]] = {}
    for draft in group:
        of_station.setdefault(draft.observation.station, []).append(draft)
    for station, drafts in of_station.items():
        drafts.sort(key=lambda draft: draft.observation.observed_at)
        times = [draft.observation.observed_at for draft in drafts]
        for k, draft in enumerate(drafts):
            alone_before = k == 0 or times[k] - times[k - 1] > NIGHT_GAP
            alone_after = k == len(times) - 1 or times[k + 1] - times[k] > NIGHT_GAP
            if alone_before and alone_after:
                hint = f"The only position of {name} by {station} in this night: nothing shows whether it is wrong."
                findings.warning(draft.span, reasons.SINGLE_POSITION, hint)


def _in_words(arc: timedelta) -> str:
    minutes = arc.total_seconds() / 60.0
    return f"{minutes:.0f} minutes" if minutes < 120.0 else f"{minutes / 60.0:.0f} hours"
