"""`python -m calc_grpc solve FILE`: what it prints for people and machines, and how it ends."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from astrodist.calc.v1 import calculation_pb2, calculation_service_pb2
from google.protobuf import json_format

from calc_grpc import solve
from calc_grpc.cli import main
from calc_grpc.convert import KINDS, json_of
from calc_grpc.orbits.observation import Observation
from calc_grpc.orbits.result import DistanceResult, FollowUp, ObservationResult
from calc_grpc.solve_table import SolvedObject, object_text
from tests.calc_grpc.conftest import Stub
from tests.calc_grpc.fakes import FakePool
from tests.calc_grpc.test_cli import environment

DATA = Path(__file__).parents[1] / "data"
CERES = DATA / "ceres_1801.obs"
TIMEOUT_S = 60.0
SUCCEEDED = calculation_pb2.Calculation.State.SUCCEEDED


def line_of(designation: str, *, date: str, ra: str = "10 00 00.00", magnitude: str = "18.0") -> str:
    """An observation in 80 columns."""
    return f"     {designation:7}  C{date:17}{ra:12}{'+05 00 00.0':12}{'':9}{magnitude:>5}V      500\n"


TEN_LINES = "".join(
    line_of(f"Made{k // 5}", date=f"2020 01 {1 + k % 5:02d}.50000", ra=f"10 00 0{k % 5}.00", magnitude=f"18.{k % 5}")
    for k in range(10)
)


@pytest.fixture(autouse=True)
def _same_environment() -> Iterator[None]:
    """The command sets what numerical libraries read when they are loaded."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Answer without solving; notes how many observations each object had."""
    counts: list[int] = []

    began_at = datetime.now(UTC)

    def answer(
        observations: list[Observation], *, as_of: datetime, report: Callable[[float, str], None]
    ) -> DistanceResult:
        assert began_at <= as_of <= datetime.now(UTC)  # the nights to come follow the present
        counts.append(len(observations))
        report(0.5, "refining orbits")
        rows = tuple(ObservationResult(id=None, result_state="NOT_DETERMINED") for _ in observations)
        return DistanceResult(verdict="NOT_DETERMINED", verdict_reason="Made up.", orbit=None, observations=rows)

    monkeypatch.setattr(solve, "determine_distance", answer)
    return counts


@pytest.fixture
def two_objects(tmp_path: Path) -> Path:
    path = tmp_path / "two.obs"
    path.write_text(TEN_LINES, encoding="ascii")
    return path


def solved_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code = main(["solve", *arguments, "--json"])
    printed = capsys.readouterr()
    assert printed.err == ""
    return code, json.loads(printed.out, parse_constant=pytest.fail)


def test_ceres_of_1801_is_solved_for_people(capsys):
    assert main(["solve", str(CERES)]) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[0] == "1: DETERMINED"
    assert "41 days" in lines[1] and "1 observation left out" in lines[1]
    assert lines[2] == "21 observations, 1801-01-01 to 1801-02-11, station 535"
    rows = [line for line in lines if line.startswith("1801-")]
    assert [row.split()[0] for row in rows if row.endswith("no")] == ["1801-01-18"]
    assert all(1.9 < float(row.split()[3]) < 2.5 for row in rows) and len(rows) == 21
    assert any(line.split()[:1] == ["a"] and "± " in line and line.endswith("au") for line in lines)
    assert "class MBA" in printed.out and "MOID 1.5" in printed.out
    assert "SINGLE_POSITION" in printed.err and "SINGLE_POSITION" not in printed.out
    assert printed.err.count("\n") == 5  # three of 21 alike, how many more, and the sum
    assert printed.err.endswith("1 object, 0 not solved; 21 problems, 0 errors\n")


async def test_the_json_is_what_the_server_answers(capsys, server, stub: Stub, pool: FakePool):
    """The same observations through rpc CreateCalculation and the solver that workers run."""
    code, printed = solved_json(capsys, str(CERES))
    assert code == 0 and len(printed["objects"]) == 1
    found = printed["objects"][0]
    names = {field.name for field in calculation_service_pb2.ParsedObservation.DESCRIPTOR.fields}
    assert "observation" in names
    given = calculation_service_pb2.ParsedObservation.DESCRIPTOR.fields_by_name["observation"].message_type
    asked = [{name: row[name] for name in row if name in given.fields_by_name} for row in found["observations"]]
    created = await stub.CreateCalculation(
        json_format.ParseDict({"distance": {"observations": asked}}, calculation_service_pb2.CreateCalculationRequest())
    )
    run = await pool.next_run()
    run.succeed(
        KINDS["distance"].compute(run.input, created_at=run.created_at, report=lambda *_: None, cancelled=lambda: False)
    )
    watched = stub.WatchCalculation(
        calculation_service_pb2.WatchCalculationRequest(calculation_id=created.calculation_id)
    )
    ended = [snapshot async for snapshot in watched][-1]
    assert ended.state == SUCCEEDED
    answer = json_of(ended.distance_result)
    worked_out = set(answer["observations"][0])
    assert found | {"observations": None} == (
        {"designation": "1", "state": "SUCCEEDED"} | answer | {"observations": None}
    )
    assert [{name: row[name] for name in worked_out} for row in found["observations"]] == answer["observations"]
    assert [row["line"] for row in found["observations"]] == list(range(2, 23))


def test_the_json_has_the_observation_the_result_and_the_problems(capsys, quick, tmp_path):
    path = tmp_path / "one.obs"
    path.write_text(TEN_LINES[: 81 * 5] + line_of("Made0", date="2020 13 01.50000"), encoding="ascii")
    code, printed = solved_json(capsys, str(path))
    assert code == 1
    assert list(printed) == ["objects", "problems", "problem_count", "error_count"]
    assert printed["error_count"] == 1
    problem = next(one for one in printed["problems"] if one["severity"] == "ERROR")
    assert list(problem) == ["line", "column_start", "column_end", "text", "reason", "severity", "hint"]
    assert (problem["line"], problem["reason"]) == (6, "BAD_DATE")
    row = printed["objects"][0]["observations"][1]
    assert row["observed_at"] == "2020-01-02T12:00:00Z"
    assert (row["station"], row["magnitude"], row["band"], row["result_state"]) == ("500", 18.1, "V", "NOT_DETERMINED")


def test_the_same_file_gives_the_same_text(capsys, quick, two_objects):
    texts = []
    for _ in range(2):
        main(["solve", str(two_objects), "--json"])
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]


def test_objects_are_solved_one_by_one_in_the_order_of_the_file(capsys, quick, two_objects):
    code, printed = solved_json(capsys, str(two_objects))
    assert code == 0 and quick == [5, 5]
    assert [one["designation"] for one in printed["objects"]] == ["Made0", "Made1"]


def test_an_object_with_too_few_observations_does_not_stop_the_others(capsys, quick, tmp_path):
    path = tmp_path / "few.obs"
    path.write_text(TEN_LINES[81 * 3 :], encoding="ascii")
    code, printed = solved_json(capsys, str(path))
    assert code == 1 and quick == [5]
    few, enough = printed["objects"]
    assert (few["state"], few["error"]["reason"]) == ("FAILED", "TOO_FEW_OBSERVATIONS")
    assert len(few["observations"]) == 2 and "verdict" not in few
    assert enough["state"] == "SUCCEEDED"
    assert main(["solve", str(path)]) == 1
    assert "Made0: not solved, TOO_FEW_OBSERVATIONS\n" in capsys.readouterr().out


def test_a_fault_with_one_object_is_shown_and_does_not_stop_the_others(capsys, quick, two_objects, monkeypatch):
    answer = solve.determine_distance

    def fail_first(observations: list[Observation], **values: Any) -> DistanceResult:
        if not quick:
            quick.append(0)
            raise ZeroDivisionError
        return answer(observations, **values)

    monkeypatch.setattr(solve, "determine_distance", fail_first)
    code = main(["solve", str(two_objects), "--json"])
    failed, solved = json.loads(capsys.readouterr().out)["objects"]
    assert code == 1
    assert failed["error"]["reason"] == "COMPUTATION_FAILED" and solved["state"] == "SUCCEEDED"


def test_errors_of_the_file_are_named_with_their_place(capsys, quick, tmp_path):
    path = tmp_path / "bad.obs"
    path.write_text(TEN_LINES.replace("10 00 02.00", "25 00 02.00", 1), encoding="ascii")
    assert main(["solve", str(path)]) == 1
    printed = capsys.readouterr()
    assert f"{path}:3:33-44: error: BAD_RA" in printed.err
    assert "BAD_RA" not in printed.out and "Made1" in printed.out


def test_a_file_without_observations_has_no_objects(capsys, quick, tmp_path):
    path = tmp_path / "empty"
    path.write_bytes(b"")
    code, printed = solved_json(capsys, str(path))
    assert (code, printed["objects"], printed["problems"][0]["reason"]) == (1, [], "EMPTY_FILE")


def test_a_dash_reads_stdin(capsys, quick, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEN_LINES.encode())))
    code, printed = solved_json(capsys, "-")
    assert code == 0 and len(printed["objects"]) == 2


@pytest.mark.parametrize("name", ["missing.obs", ".", "no\0name"])
def test_what_cannot_be_read_is_said_in_one_line(capsys, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert main(["solve", name]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert name in printed.err and printed.err.count("\n") == 1 and "Traceback" not in printed.err


def test_control_characters_do_not_reach_the_terminal(capsys, quick, tmp_path):
    path = tmp_path / "\x1b[31mred.obs"
    path.write_bytes(TEN_LINES.encode() + b"\x1b[31m\x07\n")
    assert main(["solve", str(path)]) == 1
    printed = capsys.readouterr()
    assert "red.obs" in printed.err and "BAD_CHARACTER" in printed.err
    assert all(line.isprintable() for line in (printed.out + printed.err).splitlines())


def test_progress_is_shown_on_a_terminal_only(capsys, quick, two_objects, monkeypatch):
    main(["solve", str(two_objects)])
    assert "\r" not in capsys.readouterr().err
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda stream: True)
    main(["solve", str(two_objects)])
    shown = capsys.readouterr().err
    assert "\rMade1 (2 of 2): refining orbits, 50 %" in shown
    assert shown.split("\r")[-1].startswith("\x1b[K")  # nothing is left of it
    main(["solve", str(two_objects), "--quiet"])
    assert "\r" not in capsys.readouterr().err


def test_an_interrupt_while_solving_ends_quietly(capsys, two_objects, monkeypatch):
    def interrupted(observations: list[Observation], **values: Any) -> DistanceResult:
        raise KeyboardInterrupt

    monkeypatch.setattr(solve, "determine_distance", interrupted)
    assert main(["solve", str(two_objects)]) == 130
    assert capsys.readouterr().out == ""


@pytest.fixture
def _heard_interrupts() -> Iterator[None]:
    """What a script starts in the background ignores SIGINT, and so would what the test starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_heard_interrupts")
def test_an_interrupt_of_the_process_ends_quietly(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = start(str(pipe))
    with pipe.open("wb"):  # opens when the process has opened its end
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, out, err) == (130, b"", b"")


def test_a_reader_that_leaves_is_no_error():
    process = start(str(DATA / "astrometry" / "layup_ades_sample.xml"), "--json")
    process.stdout.close()
    _, err = process.communicate(timeout=TIMEOUT_S)
    assert (process.returncode, err) == (141, b"")


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "calc_grpc", "solve", *arguments],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_help_loads_neither_server_nor_solver():
    code = (
        "import sys; from calc_grpc.cli import _parser; _parser().format_help(); "
        "sys.exit(bool({'grpc', 'numba', 'numpy', 'google.protobuf'} & set(sys.modules)))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], env=environment(), timeout=TIMEOUT_S, check=False).returncode == 0
    )


@pytest.mark.parametrize(
    ("command", "expected"), [("solve", ("exit codes:", "stdin", "--json")), ("serve", ("SIGTERM",))]
)
def test_each_command_explains_itself(capsys, command, expected):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    printed = capsys.readouterr().out
    assert ended.value.code == 0 and all(text in printed for text in expected)


EXAMPLES = [
    ("findorb_example.txt", {"Example2": 20, "Jupiter 9": 32, "Example1": 37, "Mir": 10}),
    ("outfit_8467.obs", {"8467": 61}),
    ("oorb_K08K42V_lsl.mpc", {"2008 KV42": 15}),
    ("layup_example.psv", {"3666": 26}),
    ("layup_j4767_wise_excerpt.txt", {"454767": 12}),
]


@pytest.mark.parametrize(("name", "counts"), EXAMPLES)
def test_the_examples_of_every_format_are_solved(capsys, name, counts):
    code, printed = solved_json(capsys, str(DATA / "astrometry" / name))
    assert code == 0
    assert {one["designation"]: len(one["observations"]) for one in printed["objects"]} == counts
    assert all(one["state"] == "SUCCEEDED" for one in printed["objects"])


def test_the_table_is_aligned_and_fits_a_terminal(capsys):
    main(["solve", str(CERES)])
    table = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("time", "1801"))]
    assert max(map(len, table)) <= 120
    ends = [line.index("  535") for line in table[1:]]
    assert len(set(ends)) == 1 and table[0].index("  stn") == ends[0]


def test_where_nothing_was_fitted_there_is_no_table(capsys, quick, two_objects):
    main(["solve", str(two_objects)])
    printed = capsys.readouterr().out
    assert "Made0: NOT DETERMINED\nMade up.\n5 observations, 2020-01-01 to 2020-01-05, station 500\n" in printed
    assert "distance/au" not in printed


@pytest.mark.parametrize(
    ("start_day", "end_day", "note", "said"),
    [
        (
            16,
            6,
            "Grows.",
            "observe by 2020-01-06 at the latest to find it, from 2020-01-16 on to reach 1 %. Grows.",
        ),
        (6, 16, "", "observe from 2020-01-06 on to reach 1 %, by 2020-01-16 at the latest to find it."),
        (None, None, "Near the Sun.", "Near the Sun."),
    ],
)
def test_what_to_do_next_is_said_in_the_order_of_its_dates(start_day, end_day, note, said):
    first = datetime(2020, 1, 1, tzinfo=UTC)
    start, end = (day and first.replace(day=day) for day in (start_day, end_day))
    plan = FollowUp(station="F51", relative_sigma=0.1, nights=(), observe_from=start, observe_by=end, note=note)
    result = DistanceResult(verdict="WEAK", verdict_reason="Made up.", orbit=None, observations=(), follow_up=plan)
    seen = (Observation(observed_at=first, ra_deg=1.0, dec_deg=2.0, station="F51"),)
    text = object_text(SolvedObject(designation="Made0", observations=seen, result=result))
    assert text.endswith(f"\nNext, at F51: {said}\n")


@pytest.mark.parametrize(
    ("distance_au", "sigma_au", "said"),
    [(2.2536, 0.0123, "2.254 0.012"), (2.4, 210.0, "2.4 210.0"), (0.306, 20.0, "0.31 20.00"), (2.25, None, "2.2500 -")],
)
def test_a_distance_keeps_two_digits_however_uncertain(distance_au, sigma_au, said):
    seen = Observation(observed_at=datetime(2020, 1, 1, tzinfo=UTC), ra_deg=1.0, dec_deg=2.0, station="F51")
    row = ObservationResult(id=1, result_state="WEAK", used=True, distance_au=distance_au, distance_sigma_au=sigma_au)
    result = DistanceResult(verdict="WEAK", verdict_reason="Made up.", orbit=None, observations=(row,))
    text = object_text(SolvedObject(designation="Made0", observations=(seen,), result=result))
    (line,) = (line for line in text.splitlines() if line.startswith("2020-01-01 "))
    assert line.split()[3:5] == said.split()
