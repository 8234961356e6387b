"""A recorded problem of every reason and of every hint, which the interface's tests read to say them in Russian.

After a wanted change: ASTRODIST_RECORD_WIRE=1 python -m pytest tests/calc_grpc/astrometry/test_problem_samples.py
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from calc_grpc.astrometry import findings, reasons
from tests.calc_grpc.astrometry.samples import CONTEXT_PSV, CONTEXT_XML, elements, line80, parse, psv, record, xml
from tests.calc_grpc.astrometry.test_ades_bad_files import BAD_FIELDS, OFFSET
from tests.calc_grpc.astrometry.test_ades_xml import BILLION_LAUGHS
from tests.calc_grpc.astrometry.test_second_line import FIRST, IN_KM, ROVER, pair

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "wire" / "file_problems.json"
LINE, GOOD = line80(), record()
FULL = record(provID="1898 DQ", rmsRA="0.1", rmsDec="0.1", rmsCorr="0.1", mag="18.3", band="G")
DAYS = [line80(date=f"2020 03 {day}") for day in ("01.400000", "01.410000", "05.400000", "05.410000")]


def bad_files() -> Iterator[str | bytes]:
    """Files with one fault each, most of them."""
    yield from _of_bytes()
    yield from _of_80_columns()
    yield from _of_two_lines()
    yield from _of_ades()
    yield from _of_several()


def _of_bytes() -> Iterator[str | bytes]:
    yield from (b"", "COM nothing here\n", LINE.encode("utf-16"), f"COM José\n{LINE}\n".encode("latin-1"))
    yield (LINE[:60] + "é" + LINE[61:]).encode("latin-1")
    yield from (LINE.replace("00433  ", "00433\t "), LINE[:20] + "\x07" + LINE[21:])


def _of_80_columns() -> Iterator[str]:
    yield from (LINE[:60], f"{LINE}{LINE}", "hello there", f"----- comments -----\n{LINE}", f" {LINE}")
    yield from (line80(name=""), line80(flag="x"), line80(note="?"), line80(note="x"), line80(note="O"))
    yield from (line80(date="2020 13 01.4"), line80(date="2027 03 01.4"), line80(date="2020 03 1.4"))
    yield from (line80(ra="25 28 24.00"), line80(ra="10 28 24"), line80(dec="06 24 00.0"), line80(dec="+96 24 00.0"))
    yield from (line80(magnitude="x"), line80(magnitude="18.3", band="?"), line80(catalogue="?"))
    yield from (line80(station="!!!"), line80(station="247"), line80(station="C51"), line80(note="R", station="251"))
    yield from (LINE[:56] + "7" + LINE[57:],)


def _of_two_lines() -> Iterator[str]:
    yield from (FIRST, pair(IN_KM).splitlines()[1], pair("1   149.0642 -91.2773   1165", note="v", first=ROVER))
    yield pair("1   149.O642 -31.2773   1165", note="v", first=ROVER)
    yield from (pair(IN_KM.replace("+", " ")), pair("9" + IN_KM[1:]), pair(IN_KM.replace("1", "9")))


def _of_ades() -> Iterator[str]:
    for setter in (psv, xml):
        for name, text, _ in BAD_FIELDS:
            yield setter(FULL | {name: text})
        for name in ("stn", "obsTime", "ra", "dec", "mode", "astCat", "permID"):
            yield setter(record(**{name: None}))
        yield from (setter(GOOD | more) for more in STATED)
        yield setter(GOOD, context="")
    yield from (psv(GOOD, version=""), psv(GOOD, version="# version=2012\n"), xml(GOOD, version=' version="1"'))
    yield from (psv(OFFSET), psv(GOOD | {"raStar": "1.0", "decStar": "2.0", "deltaRA": "0.1"}), psv(GOOD) + "433\n")
    yield from (psv(GOOD) + "! name P. Villa\n", "# version=2022\n" + CONTEXT_PSV + "|".join(GOOD) + "\n")
    yield "# version=2022\n433|CCD|F51|2020-03-01T10:00:00Z|157.1|6.4|Gaia2\n" + psv(GOOD, version="")
    yield from _of_xml()


STATED = (
    *({"deprecated": "X"}, {"mag": "18.3"}, {"weather": "fair"}, {"prog": "20"}, {"RA": "157.1"}, {"astcat": "Gaia2"}),
    {"ra": "0157.1"},
    {"sys": "ICRF_KM", "ctr": "399", "pos1": "1000", "pos2": "2000", "stn": "C51"},
    {"sys": "ICRF_KM", "ctr": "399", "pos1": "1", "pos2": "2", "pos3": "3", "stn": "C51"},
    {"sys": "ITRF", "ctr": "399", "pos1": "7000", "pos2": "2", "pos3": "3", "stn": "C51"},
    {"sys": "ICRF_KM", "ctr": "10", "pos1": "7000", "pos2": "2", "pos3": "3", "stn": "C51"},
)


def _of_xml() -> Iterator[str]:
    good, start = xml(GOOD), '<ades version="2022"><obsBlock>'
    yield from (BILLION_LAUGHS, good[:-40], "<html><body>503</body></html>", xml(GOOD, context=""))
    yield good.replace("<astCat>", "<dec>6.4</dec><astCat>")
    yield good.replace("</obsContext>", "<weather>fair</weather></obsContext>")
    yield good.replace("157.1", "157.1<b>2</b>")
    yield from (f"{start}{CONTEXT_XML}<obsData></obsData></obsBlock></ades>", f"{start}{CONTEXT_XML}</obsBlock></ades>")
    mixed = elements(GOOD) + elements(OFFSET, kind="offset")
    yield f"{start}{CONTEXT_XML}<obsData>{mixed}</obsData></obsBlock></ades>"
    yield f"{start}<obsData>{elements(GOOD)}</obsData>{CONTEXT_XML}</obsBlock></ades>"
    yield f'<ades version="2022">{elements(GOOD)}</ades>'
    fields = record()
    yield xml({"dec": fields.pop("dec")} | fields)


def _of_several() -> Iterator[str]:
    yield "\n".join([*DAYS, DAYS[1]])
    yield "\n".join([*DAYS, line80(date="2020 03 01.400000", ra="10 28 24.01")])
    yield "\n".join([*DAYS, *(line.replace("00433", "00434") for line in DAYS), line80(name="00435")])
    yield "\n".join(line80(date=f"2020 03 01.{k}") for k in (401, 402, 403))
    yield line80(station="000", date="2020 06 21.5014")
    yield line80(station="413", date="2020 03 01.6", ra="23 00 00.00", dec="+31 16 38.4")


def test_recorded_problems_are_what_the_reader_says(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for content in bad_files():
        for one in parse(content).problems:
            # Numbers and names of a hint are its values, and its kind is the rest.
            kind = one.reason, re.sub(r"\d+|[a-zA-Z]*[A-Z][A-Za-z0-9]*,? |line \d+", "", one.hint)
            found.setdefault(kind, asdict(one) | {"severity": one.severity.lower()})
    monkeypatch.setattr(findings, "MOST_PROBLEMS", 3)
    for one in parse("\n".join(["x"] * 9)).problems:
        if one.reason == reasons.TOO_MANY_PROBLEMS:
            found[one.reason, ""] = asdict(one) | {"severity": one.severity.lower()}
    assert {reason for reason, _ in found} == set(reasons.MEANINGS)
    ordered = sorted(found.values(), key=lambda one: (one["reason"], one["hint"]))
    text = json.dumps(ordered, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("ASTRODIST_RECORD_WIRE"):
        SAMPLE.write_text(text, encoding="utf-8")
    assert SAMPLE.read_text(encoding="utf-8") == text
