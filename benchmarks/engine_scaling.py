"""Do two servers on one PostgreSQL do more than one? Usage: python benchmarks/engine_scaling.py

Calculations that burn 50 ms of a core each wait in a database; one server with one worker takes them, then, on another
database, two servers with one worker each. Printed: calculations a second from the first start to the last end, and
the ratio. The database shares the machine, so on two cores the ratio cannot be 2.
"""

import argparse
import tempfile
import time
import uuid
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from engine.filling import fill
from engine.load import CreateRequest, median
from engine.processes import calculation_server

from tests.postgres import PostgresServer, running_postgres

JOB_COUNT = 200
CPU_S = 0.05
ROUND_COUNT = 3
FILL_S = 5  # the calculations are there before the first becomes due
END_TIMEOUT_S = 120.0
GOAL = 1.6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUND_COUNT)
    try:
        ratios = _ratios(parser.parse_args().rounds)
    except pytest.skip.Exception as missing:
        print(f"not measured: {missing}")
        return
    print(f"two servers do {median(ratios):.2f} times the work of one (goal: {GOAL} or more)")


def _ratios(rounds: int) -> list[float]:
    ratios = []
    with running_postgres() as postgres:
        for _ in range(rounds):
            one, two = (_rate(postgres, server_count) for server_count in (1, 2))
            print(f"one server {one:.1f}/s, two servers {two:.1f}/s: {two / one:.2f}")
            ratios.append(two / one)
    return ratios


def _rate(postgres: PostgresServer, server_count: int) -> float:
    name = f"scaling_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    url = postgres.url_of(name)
    with ExitStack() as servers:
        for _ in range(server_count):
            folder = Path(servers.enter_context(tempfile.TemporaryDirectory()))
            settings = {"CALC_DATABASE_URL": url, "BENCHMARK_CPU_S": str(CPU_S)}
            servers.enter_context(calculation_server(folder, **settings))
        due_us = time.time_ns() // 1000 + FILL_S * 1_000_000
        fill(url, [due_us] * JOB_COUNT, create_time_us=due_us, content=CreateRequest(delay_s=0).input)
        return _wait_for_the_last(url)


def _wait_for_the_last(url: str) -> float:
    query = """SELECT count(*) FILTER (WHERE state = 'SUCCEEDED'), (max(finish_time_us) - min(start_time_us)) / 1e6
        FROM calculations"""
    deadline = time.monotonic() + END_TIMEOUT_S
    with psycopg.connect(url, autocommit=True) as database:
        while time.monotonic() < deadline:
            row = database.execute(query).fetchone()
            if row and row[0] == JOB_COUNT:
                return JOB_COUNT / float(row[1])
            time.sleep(0.5)
    raise TimeoutError(f"not all calculations ended within {END_TIMEOUT_S:.0f} s")


if __name__ == "__main__":
    main()
