"""Torture: kill and starve the whole system at random while requests stream in, then check that nothing was lost:
python scripts/torture.py [--seed N] [--kills N] [--minutes M] [--database sqlite|postgresql]

Everything runs in a temporary folder on free ports. The schedule of faults follows from the seed and is printed.
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.postgres import find_initdb
from tests.torture.clock import find_faketime
from tests.torture.plan import make_plan
from tests.torture.run import Torture

DATABASES = ("sqlite", "postgresql")


def main() -> int:
    options = _parser().parse_args()
    if options.database == "postgresql" and find_initdb() is None:
        print("PostgreSQL is missing: apt install postgresql")
        return 2
    can_jump = find_faketime() is not None
    if not can_jump:
        print("The clock will not jump, because libfaketime is missing: apt install faketime")
    duration_s = options.minutes * 60
    plan = make_plan(
        options.seed, kill_count=options.kills, duration_s=duration_s, database=options.database, can_jump=can_jump
    )
    print(f"seed {options.seed}, {options.kills} kills in {duration_s:.0f} s on {options.database}")
    for event in plan:
        print(event)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the services are stopped
    with tempfile.TemporaryDirectory(prefix="astrodist-torture-") as folder:
        Path(folder).chmod(0o755)
        torture = Torture(Path(folder), database=options.database, seed=options.seed, user_count=options.users, say=say)
        report = torture.run(plan)
        print(report.text())
        if report.findings.all() and options.keep is not None:
            torture.keep_logs(options.keep)
            print(f"logs and databases are in {options.keep}")
    return 1 if report.findings.all() else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="exit codes: 0 every promise was kept; 1 one was not, the evidence is printed; 2 it cannot run",
    )
    seed = random.SystemRandom().randrange(1_000_000)
    parser.add_argument(
        "--seed", type=int, default=seed, help="repeats the schedule of an earlier run (default: drawn)"
    )
    parser.add_argument("--kills", type=int, default=220, help="how many processes are killed (220)")
    parser.add_argument("--minutes", type=_minutes, default=5.5, help="for how long there are faults (5.5)")
    parser.add_argument("--users", type=int, default=5, help="how many requests are pursued at the same time (5)")
    parser.add_argument("--database", choices=DATABASES, default="sqlite", help="of all services (sqlite)")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="where to put logs and databases if something is wrong"
    )
    return parser


def _minutes(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.1 <= value <= 10_000:
        raise argparse.ArgumentTypeError("expected minutes, 0.1 to 10000")
    return value


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    print(f"took {time.monotonic() - began:.0f} s")
    sys.exit(code)
