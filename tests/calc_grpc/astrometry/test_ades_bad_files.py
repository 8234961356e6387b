"""The bad files of the official ADES tests (IAU-ADES/ADES-Master, tests/xml/invalidxml and tests/psv), in both dresses.

Each was one fault in a file that is good otherwise; so it is here.
"""

import pytest

from tests.calc_grpc.astrometry.samples import (
    CONTEXT_PSV,
    CONTEXT_XML,
    SETTERS,
    elements,
    errors,
    parse,
    problem,
    psv,
    reasons,
    record,
    xml,
)

GOOD = record()
OFFSET = {
    "permID": "599", "mode": "CCD", "stn": "F51", "obsTime": "2020-03-01T10:00:00Z", "obsCenter": "Jupiter",
    "deltaRA": "0.01", "deltaDec": "0.02",
}  # fmt: skip

BAD_FIELDS = [
    ("obsTime", "2016-08-29T12:32:34", "BAD_DATE"),
    ("obsTime", "2016-08-29T12:32:34-05:00", "BAD_DATE"),
    ("obsTime", "2016-08-29T12:32:3Z", "BAD_DATE"),
    ("obsTime", "2016-13-29T12:32:34Z", "BAD_DATE"),
    ("obsTime", "2016-04-31T12:32:34Z", "BAD_DATE"),
    ("obsTime", "2015-02-29T12:32:34Z", "BAD_DATE"),
    ("obsTime", "2016-08-29T12:00:00.Z", "BAD_DATE"),
    ("obsTime", "20166-08-29T12:32:34Z", "BAD_DATE"),
    ("obsTime", "-2016-08-29T12:32:34Z", "BAD_DATE"),
    ("obsTime", "2014-12-31T23:59:60Z", "BAD_DATE"),
    ("obsTime", "2027-08-29T12:32:34Z", "FUTURE_TIME"),
    ("ra", "360.0", "BAD_RA"),
    ("ra", "-0.0001", "BAD_RA"),
    ("ra", "10 28 24.0", "BAD_RA"),
    ("ra", "1.571e2", "BAD_RA"),
    ("dec", "90.0009", "BAD_DEC"),
    ("dec", "-90.0009", "BAD_DEC"),
    ("rmsCorr", "1.0", "BAD_SIGMA"),
    ("rmsCorr", "-1.5", "BAD_SIGMA"),
    ("rmsRA", "0", "BAD_SIGMA"),
    ("rmsDec", "-0.1", "BAD_SIGMA"),
    ("permID", "Eros", "BAD_DESIGNATION"),
    ("permID", "Jupiter XIII", "BAD_DESIGNATION"),
    ("provID", "2016 IB1", "BAD_DESIGNATION"),
    ("mode", "XYZ", "BAD_MODE"),
    ("stn", "!!!", "UNKNOWN_STATION"),
    ("stn", "247", "SITE_WITHOUT_POSITION"),
    ("astCat", "2MA", "UNKNOWN_CATALOGUE"),
    ("mag", "35.1", "BAD_MAGNITUDE"),
    ("mag", "-5.1", "BAD_MAGNITUDE"),
    ("band", "Zz", "UNKNOWN_BAND"),
]


@SETTERS
def test_the_good_file_is_good(setter):
    parsed = parse(setter(GOOD))
    assert errors(parsed) == []
    assert reasons(parsed) == ["TOO_FEW_OBSERVATIONS", "SINGLE_POSITION"]
    assert len(parsed.observations) == 1


@SETTERS
@pytest.mark.parametrize(("name", "text", "reason"), BAD_FIELDS)
def test_a_bad_field_is_named_where_it_stands(setter, name, text, reason):
    full = record(provID="1898 DQ", rmsRA="0.1", rmsDec="0.1", rmsCorr="0.1", mag="18.3", band="G")
    bad, good = full | {name: text}, full | {"obsTime": "2020-03-02T10:00:00Z"}
    content = setter(bad, good)
    parsed = parse(content)
    found = problem(parsed, reason)
    assert errors(parsed) == [reason]
    assert len(parsed.observations) == 1
    assert content.splitlines()[found.line - 1][found.column_start - 1 : found.column_end] == found.text == text


@SETTERS
@pytest.mark.parametrize("name", ["stn", "obsTime", "ra", "dec"])
def test_a_missing_field_that_a_position_needs_is_an_error(setter, name):
    parsed = parse(setter(record(**{name: None})))
    assert errors(parsed) == ["MISSING_FIELD"]
    assert name in problem(parsed, "MISSING_FIELD").hint


@SETTERS
@pytest.mark.parametrize("name", ["mode", "astCat"])
def test_a_missing_field_that_a_position_can_do_without_is_a_warning(setter, name):
    parsed = parse(setter(record(**{name: None})))
    assert errors(parsed) == []
    assert problem(parsed, "MISSING_FIELD").severity == "WARNING"


@SETTERS
def test_a_record_without_any_name_is_refused(setter):
    assert errors(parse(setter(record(permID=None)))) == ["BAD_DESIGNATION"]


@SETTERS
@pytest.mark.parametrize("version", ["", "2012", "2022.1"])
def test_a_missing_or_unknown_version_is_refused(setter, version):
    if setter is psv:
        text = psv(GOOD, version=f"# version={version}\n" if version else "")
    else:
        text = xml(GOOD, version=f' version="{version}"' if version else "")
    assert errors(parse(text)) == ["BAD_VERSION"]


@SETTERS
def test_version_2017_is_taken(setter):
    text = psv(GOOD, version="# version=2017\n") if setter is psv else xml(GOOD, version=' version="2017"')
    assert errors(parse(text)) == []


@SETTERS
@pytest.mark.parametrize(
    ("fields", "kind", "reason"),
    [
        (OFFSET, "offset", "OFFSET_RECORD"),
        (GOOD | {"raStar": "1.0", "decStar": "2.0", "deltaRA": "0.1"}, "occultation", "OCCULTATION_RECORD"),
        (
            {"permID": "433", "trx": "251", "rcv": "251", "obsTime": "2020-03-01T10:00:00Z", "delay": "1.0"},
            "radar",
            "RADAR_RECORD",
        ),
    ],
)
def test_what_is_no_sky_position_is_refused_by_name(setter, fields, kind, reason):
    text = psv(fields) if setter is psv else xml(fields, kind=kind)
    parsed = parse(text)
    assert errors(parsed) == [reason]
    assert parsed.observations == ()


def test_an_empty_obs_data_is_refused():
    parsed = parse(f'<ades version="2022"><obsBlock>{CONTEXT_XML}<obsData></obsData></obsBlock></ades>')
    assert errors(parsed) == ["NO_OBSERVATIONS"]
    assert problem(parsed, "NO_OBSERVATIONS").text == "<obsData>"


def test_an_obs_block_without_obs_data_is_refused():
    parsed = parse(f'<ades version="2022"><obsBlock>{CONTEXT_XML}</obsBlock></ades>')
    assert problem(parsed, "NO_OBSERVATIONS").text == "<obsBlock>"


def test_a_header_without_records_is_refused():
    parsed = parse("# version=2022\n" + CONTEXT_PSV + "|".join(GOOD) + "\n")
    assert errors(parsed) == ["NO_OBSERVATIONS"]
    assert problem(parsed, "NO_OBSERVATIONS").line == 10


def test_records_of_two_types_in_one_obs_data_are_refused():
    data = elements(GOOD) + elements(OFFSET, kind="offset")
    parsed = parse(f'<ades version="2022"><obsBlock>{CONTEXT_XML}<obsData>{data}</obsData></obsBlock></ades>')
    assert sorted(errors(parsed)) == ["MIXED_RECORDS", "OFFSET_RECORD"]
    assert problem(parsed, "MIXED_RECORDS").text == "<offset>"


def test_an_obs_block_without_obs_context_is_refused():
    parsed = parse(xml(GOOD, context=""))
    assert errors(parsed) == ["MISSING_CONTEXT"]


def test_an_incomplete_context_is_told():
    parsed = parse(xml(GOOD, context="<obsContext><telescope></telescope></obsContext>"))
    found = problem(parsed, "MISSING_CONTEXT")
    assert found.severity == "WARNING"
    assert found.hint.startswith("observatory, submitter, measurers is missing")


def test_psv_without_a_context_is_told():
    parsed = parse(psv(GOOD, context=""))
    assert errors(parsed) == []
    assert problem(parsed, "MISSING_CONTEXT").severity == "WARNING"


@pytest.mark.parametrize("row", ["433|CCD|F51|2020-03-01T10:00:00Z|157.1|6.4", "433|CCD|F51|x|157.1|6.4|Gaia2|", "433"])
def test_a_record_with_another_number_of_fields_is_refused(row):
    parsed = parse(psv(GOOD) + row + "\n")
    found = problem(parsed, "BAD_FIELD_COUNT")
    assert (found.line, found.column_start, found.column_end, found.text) == (12, 1, len(row), row)
    assert len(parsed.observations) == 1


def test_a_record_before_any_header_is_refused():
    parsed = parse("# version=2022\n433|CCD|F51|2020-03-01T10:00:00Z|157.1|6.4|Gaia2\n" + psv(GOOD, version=""))
    assert problem(parsed, "BAD_HEADER").line == 2
    assert len(parsed.observations) == 1


def test_a_line_of_a_group_among_records_is_refused():
    parsed = parse(psv(GOOD) + "! name P. Villa\n")
    assert errors(parsed) == ["BAD_ORDER"]


def test_fields_out_of_order_are_told():
    fields = record()
    parsed = parse(xml({"dec": fields.pop("dec")} | fields))
    assert errors(parsed) == []
    assert problem(parsed, "BAD_ORDER").text == "<permID>"


def test_a_context_after_the_data_is_told():
    text = f'<ades version="2022"><obsBlock><obsData>{elements(GOOD)}</obsData>{CONTEXT_XML}</obsBlock></ades>'
    parsed = parse(text)
    assert errors(parsed) == []
    assert problem(parsed, "BAD_ORDER").text == "<obsContext>"
