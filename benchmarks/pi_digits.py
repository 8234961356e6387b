"""How fast are digits of pi, and how much memory do they take? Usage: python benchmarks/pi_digits.py [--quick]

Prints ratios against peers in the same run, each in a process of its own, in turn, the best of a few rounds: gmpy2's
own pi (MPFR), python-flint's and mpmath's on Python's own integers, all with the text. The peers are not among the
project's dependencies; whichever is missing is left out: `.venv/bin/pip install python-flint mpmath`.
`--quick` leaves out 10^7 digits and mpmath, which take a minute or two.
"""

import argparse
import asyncio
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from astrodist.calc.v1 import pi_pb2

from calc_grpc.workers import WorkerPool

ROUNDS = {1_000_000: 5, 10_000_000: 2}
GOALS = {1_000_000: 1.3, 10_000_000: 1.5}  # times the quickest peer
MPMATH_GOAL = 5.0
BYTES_PER_DIGIT_GOAL = 12.0
CANCEL_GOAL_S = 0.2


def ours(count: int) -> str:
    """The core, as a worker runs it."""
    from calc_grpc.digits.pi import find_digits  # each program is loaded in its own process only

    text = find_digits(count + 1, report=lambda fraction, stage: None, cancelled=lambda: False).decode()
    return f"3.{text[1:]}"


def gmpy2_own(count: int) -> str:
    """MPFR's constant, by the arithmetic-geometric mean."""
    import gmpy2

    bits = int(count * 3.3219280949) + 64
    mantissa, _, _ = gmpy2.const_pi(bits).digits(10, count + 20)
    return f"3.{mantissa[1 : count + 1]}"


def flint(count: int) -> str:
    """FLINT's constant, by the same series as ours."""
    import flint

    flint.ctx.dps = count + 20
    return str(flint.arb.pi().str(count + 10, radius=False))[: count + 2]


def mpmath(count: int) -> str:
    """On Python's own integers: the environment says so."""
    import mpmath

    assert mpmath.libmp.BACKEND == "python"
    sys.set_int_max_str_digits(0)
    mpmath.mp.dps = count + 20
    return str(mpmath.nstr(+mpmath.pi, count + 10, strip_zeros=False))[: count + 2]


PROGRAMS: dict[str, Callable[[int], str]] = {"ours": ours, "gmpy2": gmpy2_own, "flint": flint, "mpmath": mpmath}


def measure_here(name: str, count: int) -> None:
    """In a process of its own: print seconds, and what came out."""
    PROGRAMS[name](1000)
    began = time.process_time()
    text = PROGRAMS[name](count)
    print(time.process_time() - began, hashlib.sha256(text.encode()).hexdigest())


def measured(name: str, count: int) -> tuple[float, str]:
    """Seconds of CPU, for the machine may be busy, and the checksum of the text."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "MPMATH_NOGMPY": "1"}
    command = [sys.executable, __file__, "--measure", name, str(count)]
    seconds, checksum = subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    ).stdout.split()
    return float(seconds), checksum


def compare(count: int, names: list[str]) -> None:
    """Each in turn, so that a busy minute hits all of them."""
    best: dict[str, float] = {}
    checksums: dict[str, str] = {}
    for _ in range(ROUNDS[count]):
        for name in names:
            seconds, checksums[name] = measured(name, count)
            best[name] = min(seconds, best.get(name, seconds))
    assert len(set(checksums.values())) == 1, checksums
    print(f"{count:>10,} digits with their text, CPU:", ", ".join(f"{name} {best[name]:.2f} s" for name in names))
    peers = {name: seconds for name, seconds in best.items() if name != "ours"}
    if peers:
        limit = min(peers, key=lambda name: peers[name])
        ratio = best["ours"] / peers[limit]
        print(f"{'':10} {ratio:.2f} times {limit}, the quickest peer (goal: at most {GOALS[count]})")


def compare_with_mpmath(count: int) -> None:
    seconds, checksum = measured("mpmath", count)
    mine, own_checksum = measured("ours", count)
    assert checksum == own_checksum
    print(f"{count:>10,} digits, mpmath without gmpy2: {seconds:.1f} s, {seconds / mine:.0f} times ours", end=" ")
    print(f"(goal: at least {MPMATH_GOAL:.0f})")


def peak_bytes(pid: int) -> int:
    """The most memory a process has held."""
    match = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert match is not None
    return int(match[1]) * 1024


async def measure_worker(count: int) -> None:
    """A real worker: its memory, how often it reports, and how soon it is there again when it is cancelled."""
    with tempfile.TemporaryDirectory() as folder:
        pool = WorkerPool(
            worker_count=1, numba_cache_path=Path(folder), table="calc_grpc.convert_pi", cancel_grace_s=0.15
        )
        await pool.start()
        pid = pool._slots[0].pid
        assert pid is not None
        idle = peak_bytes(pid)
        message = pi_pb2.PiInput(digit_position=count).SerializeToString()
        told: list[tuple[float, float, str]] = []

        def tell(fraction: float, stage: str) -> None:
            told.append((time.monotonic(), fraction, stage))

        began = time.monotonic()
        answer = await pool.run("a", "pi", message, tell, created_at=datetime.now(UTC))
        duration_s = time.monotonic() - began
        per_digit = (peak_bytes(pid) - idle) / count
        print(
            f"{count:>10,} digits in a worker: {duration_s:.1f} s, handed over {len(answer) / count:.2f} bytes a digit"
        )
        print(f"{'':10} peak memory {per_digit:.1f} bytes a digit above the idle worker's {idle / 1e6:.0f} MB", end=" ")
        print(f"(goal: at most {BYTES_PER_DIGIT_GOAL:.0f})")
        print(f"{'':10} {len(told)} reports, at most {most_in_a_second(told)} in any second (goal: at most 10)")
        for share in (0.3, 0.74, 0.9):
            await cancel_at(pool, message, share * duration_s)
        await pool.stop()


def most_in_a_second(told: list[tuple[float, float, str]]) -> int:
    moments = [moment for moment, _, _ in told]
    return max(sum(1 for other in moments if moment <= other < moment + 1) for moment in moments)


async def cancel_at(pool: WorkerPool, message: bytes, moment_s: float) -> None:
    run = asyncio.create_task(pool.run("b", "pi", message, lambda *step: None, created_at=datetime.now(UTC)))
    await asyncio.sleep(moment_s)
    freed = asyncio.Event()
    began = time.monotonic()
    pool.cancel("b")
    await asyncio.gather(run, return_exceptions=True)
    ended_s = time.monotonic() - began
    pool.on_free = freed.set
    while not pool.free_count:
        freed.clear()
        await freed.wait()
    free_s = time.monotonic() - began
    print(f"{'':10} cancelled after {moment_s:.1f} s: ended in {ended_s * 1e3:.0f} ms", end=" ")
    print(f"(goal: at most {CANCEL_GOAL_S * 1e3:.0f}), the worker free again after {free_s * 1e3:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--measure", nargs=2, metavar=("NAME", "COUNT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure_here(arguments.measure[0], int(arguments.measure[1]))
        return
    names = ["ours", "gmpy2"] + ["flint"] * (find_spec("flint") is not None)
    counts = [1_000_000] if arguments.quick else [1_000_000, 10_000_000]
    for count in counts:
        compare(count, names if count == 1_000_000 or "flint" not in names else ["ours", "flint"])
    if find_spec("mpmath") is not None and not arguments.quick:
        compare_with_mpmath(1_000_000)
    asyncio.run(measure_worker(counts[-1]))


if __name__ == "__main__":
    main()
