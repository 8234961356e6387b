"""How accurate the distances are: solves published cases and compares with the true distances.

Prints one line per set: how many cases lie within 1 % and 10 % at every observation, the median of the largest
relative errors, shares of the verdicts, cases called determined that are wrong by more than 5 %, coverage (median of
|error| / sigma; 0.67 for honest sigmas), and the time of a case.
"""

import argparse
import json
import math
import statistics
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from calc_grpc.orbits.distance import determine_distance, warm_up
from calc_grpc.orbits.observation import Observation

ROOT = Path(__file__).resolve().parents[1]
# Beside the developers' checkouts lies the whole collection; the repository holds a part of it.
WHOLE_COLLECTION = ROOT.parent / "shared" / "data" / "orbit_cases.json"
DEFAULT_CASES = WHOLE_COLLECTION if WHOLE_COLLECTION.exists() else ROOT / "tests" / "data" / "orbit_cases.json"
COLUMNS = f"{'set':<16}{'n':>4}{'<1%':>6}{'<10%':>6}{'median':>9}{'det':>5}{'weak':>5}{'not':>5}{'bad':>5}"
COLUMNS += f"{'|e|/s':>7}{'>2s':>6}{'chi2':>6}{'ms':>7}{'max ms':>8}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One case solved: largest relative error (infinite without distances), verdict, errors in sigmas."""

    name: str
    error: float
    verdict: str
    pulls: tuple[float, ...]
    chi2: float
    duration_s: float


def solve(case: dict[str, Any]) -> Outcome:
    """Solve one case and compare."""
    observations = [
        Observation(
            observed_at=datetime.fromisoformat(row["observed_at"]),
            ra_deg=row["ra_deg"],
            dec_deg=row["dec_deg"],
            station=row["station"],
            sigma_ra_arcsec=row.get("sigma_ra_arcsec"),
            sigma_dec_arcsec=row.get("sigma_dec_arcsec"),
        )
        for row in case["observations"]
    ]
    begin_s = time.perf_counter()
    result = determine_distance(observations)
    duration_s = time.perf_counter() - begin_s
    errors, pulls = [], []
    for row, truth in zip(result.observations, case["distance_au"], strict=True):
        if row.distance_au is None or row.distance_sigma_au is None:
            errors.append(math.inf)
            continue
        errors.append(abs(row.distance_au - truth) / truth)
        pulls.append(abs(row.distance_au - truth) / row.distance_sigma_au)
    chi2 = result.orbit.chi2_reduced if result.orbit and result.orbit.chi2_reduced else math.nan
    return Outcome(
        name=case["id"],
        error=max(errors),
        verdict=result.verdict,
        pulls=tuple(pulls),
        chi2=chi2,
        duration_s=duration_s,
    )


def line(name: str, outcomes: list[Outcome]) -> str:
    """One row of the table."""
    count = len(outcomes)
    verdicts = [outcome.verdict for outcome in outcomes]
    worst = [max(outcome.pulls) for outcome in outcomes if outcome.pulls]
    bad = sum(outcome.verdict == "DETERMINED" and outcome.error > 0.05 for outcome in outcomes)
    return (
        f"{name:<16}{count:>4}"
        f"{share(outcome.error <= 0.01 for outcome in outcomes):>6}"
        f"{share(outcome.error <= 0.10 for outcome in outcomes):>6}"
        f"{100 * statistics.median(outcome.error for outcome in outcomes):>8.4f}%"
        f"{verdicts.count('DETERMINED'):>5}{verdicts.count('WEAK'):>5}{verdicts.count('NOT_DETERMINED'):>5}{bad:>5}"
        f"{statistics.median(pull for outcome in outcomes for pull in outcome.pulls or (math.inf,)):>7.2f}"
        f"{share(pull > 2.0 for pull in worst):>6}"
        f"{statistics.median(outcome.chi2 for outcome in outcomes):>6.2f}"
        f"{1000 * statistics.fmean(outcome.duration_s for outcome in outcomes):>7.1f}"
        f"{1000 * max(outcome.duration_s for outcome in outcomes):>8.1f}"
    )


def share(flags: Any) -> str:
    """Percentage of true flags."""
    values = list(flags)
    return f"{100 * sum(values) / max(len(values), 1):.0f}%"


def main() -> int:
    """Read the arguments, solve, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="?", type=Path, default=DEFAULT_CASES, help="JSON file of cases")
    parser.add_argument("--each", action="store_true", help="print every case as well")
    arguments = parser.parse_args()
    cases = json.loads(arguments.cases.read_text(encoding="utf-8"))["cases"]
    begin_s = time.perf_counter()
    warm_up()
    sys.stdout.write(f"warm-up {time.perf_counter() - begin_s:.1f} s\n{COLUMNS}\n")
    sets: dict[str, list[Outcome]] = defaultdict(list)
    for case in cases:
        outcome = solve(case)
        sets["hard" if case["kind"] == "hard" else f"{case['kind']} {case['arc']}"].append(outcome)
        if arguments.each:
            pull = max(outcome.pulls, default=math.nan)
            sys.stdout.write(
                f"  {outcome.name:<40}{100 * outcome.error:>10.4f}% {outcome.verdict:<15}"
                f"{pull:>8.2f} sigma, chi2 {outcome.chi2:.2f}, {1000 * outcome.duration_s:.0f} ms\n"
            )
    for name, outcomes in sets.items():
        sys.stdout.write(line(name, outcomes) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
