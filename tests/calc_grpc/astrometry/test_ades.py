"""ADES records, as PSV and as XML."""

from datetime import UTC, datetime

import pytest

from calc_grpc.orbits.constants import AU_KM
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
)

PLACE = {"sys": "ICRF_KM", "ctr": "399", "pos1": "-4588.997", "pos2": "4208.695", "pos3": "3008.595"}


@SETTERS
def test_all_fields_of_a_record_are_read(setter):
    fields = record(
        provID="1898 DQ", trkSub="abc", prog="12", obsTime="2020-03-01T10:00:00.25Z", ra="157.123456789",
        dec="-0.000000001", rmsRA="0.15", rmsDec="0.13", rmsCorr="-0.21", mag="18.93", band="Vj",
    )  # fmt: skip
    parsed = parse(setter(fields))
    (found,) = parsed.observations
    observation = found.observation
    assert errors(parsed) == []
    assert found.designation == "433"
    assert observation.observed_at == datetime(2020, 3, 1, 10, 0, 0, 250_000, tzinfo=UTC)
    assert (observation.ra_deg, observation.dec_deg) == (157.123456789, -1e-9)
    assert (observation.sigma_ra_arcsec, observation.sigma_dec_arcsec, observation.correlation) == (0.15, 0.13, -0.21)
    assert (observation.magnitude, observation.band) == (18.93, "Vj")
    assert (observation.mode, observation.catalogue, observation.station) == ("CCD", "Gaia2", "F51")
    assert observation.program == "W"  # of the 94 codes in IAU-ADES/ADES-Master, packUtil, that with index 62 + 2


@SETTERS
@pytest.mark.parametrize(
    ("names", "designation"),
    [
        ({"permID": "00433"}, "433"),
        ({"permID": "73P-B"}, "73P-B"),
        ({"permID": None, "provID": "2016 AB12", "trkSub": "abc"}, "2016 AB12"),
        ({"permID": None, "trkSub": "P10_a-b"}, "P10_a-b"),
        ({"permID": None, "artSat": "1998-067A"}, "1998-067A"),
    ],
)
def test_the_object_is_named_by_its_best_designation(setter, names, designation):
    fields = record(**names)
    (found,) = parse(setter(dict(sorted(fields.items(), key=lambda pair: pair[0] not in names)))).observations
    assert found.designation == designation


@SETTERS
def test_exchanged_designations_are_read_the_right_way_round_and_told(setter):
    parsed = parse(setter(record(permID="1898 DQ", provID="433")))
    assert parsed.observations[0].designation == "433"
    assert problem(parsed, "REPAIRED").text == "433"


@SETTERS
def test_a_packed_provisional_designation_is_unpacked_and_told(setter):
    parsed = parse(setter(record(permID=None, provID="K14X00X")))
    assert parsed.observations[0].designation == "2014 XX"
    assert problem(parsed, "REPAIRED").text == "K14X00X"


@SETTERS
@pytest.mark.parametrize("text", ["trkSub_too_long", "aé"])
def test_a_bad_temporary_designation_is_refused(setter, text):
    assert errors(parse(setter(record(permID=None, trkSub=text)))) == ["BAD_DESIGNATION"]


@SETTERS
def test_a_leap_second_is_read_as_midnight_and_told(setter):
    parsed = parse(setter(record(obsTime="2016-12-31T23:59:60.5Z")))
    assert parsed.observations[0].observation.observed_at == datetime(2017, 1, 1, tzinfo=UTC)
    assert problem(parsed, "REPAIRED").text == "2016-12-31T23:59:60.5Z"


@SETTERS
@pytest.mark.parametrize(("name", "text", "value"), [("ra", "057.1", 57.1), ("dec", "6.1234567890", 6.123456789)])
def test_numbers_written_unusually_are_read_and_told(setter, name, text, value):
    parsed = parse(setter(record(**{name: text})))
    assert getattr(parsed.observations[0].observation, f"{name}_deg") == value
    assert problem(parsed, "REPAIRED").text == text


@SETTERS
def test_a_magnitude_without_band_is_kept_and_told(setter):
    parsed = parse(setter(record(mag="18.3")))
    assert parsed.observations[0].observation.magnitude == 18.3
    assert problem(parsed, "UNKNOWN_BAND").severity == "WARNING"


@SETTERS
@pytest.mark.parametrize(
    ("code", "program"), [("06", "6"), ("0A", "!"), ("1V", "z"), ("1W", None), ("20", None), ("6", None)]
)
def test_program_codes_are_those_of_column_14_or_told(setter, code, program):
    parsed = parse(setter(record(prog=code)))
    assert parsed.observations[0].observation.program == program
    assert ("UNKNOWN_FIELD" in reasons(parsed)) == (program is None)


@SETTERS
def test_a_deprecated_record_is_left_out_and_told(setter):
    parsed = parse(setter(record(deprecated="X")))
    assert parsed.observations == ()
    assert problem(parsed, "SUPERSEDED").severity == "WARNING"
    assert errors(parsed) == ["NO_OBSERVATIONS"]


@SETTERS
def test_a_field_that_ades_does_not_know_is_told(setter):
    parsed = parse(setter(record(colour="red")))
    assert len(parsed.observations) == 1
    assert problem(parsed, "UNKNOWN_FIELD").severity == "WARNING"


@SETTERS
def test_lower_case_names_as_the_mpc_database_gives_them_are_read_and_told(setter):
    fields = {name.lower(): text for name, text in record().items()}
    parsed = parse(setter(fields))
    assert len(parsed.observations) == 1
    assert reasons(parsed).count("REPAIRED") == 3  # permid, obstime, astcat


@SETTERS
@pytest.mark.parametrize(
    ("changed", "expected_km"),
    [
        ({}, (-4588.997, 4208.695, 3008.595)),
        ({"sys": "ICRF_AU", "pos1": "0.01", "pos2": "-0.0", "pos3": "0.00001"}, (0.01 * AU_KM, 0.0, 0.00001 * AU_KM)),
    ],
)
def test_an_icrf_position_is_read(setter, changed, expected_km):
    (found,) = parse(setter(record(stn="250", **(PLACE | changed)))).observations
    assert found.observation.observer_position_km == pytest.approx(expected_km, rel=1e-15)


@SETTERS
def test_a_wgs84_position_is_that_of_the_80_column_rover(setter):
    place = {"sys": "WGS84", "ctr": "399", "pos1": "149.0642", "pos2": "-31.2773", "pos3": "1165"}
    (found,) = parse(setter(record(stn="247", **place))).observations
    first = "00433         V2020 03 01.41666710 28 24.00 +06 24 00.0                      247"
    second = "00433         v2020 03 01.4166671   149.0642 -31.2773    1165                247"
    (rover,) = parse(f"{first}\n{second}").observations
    apart_km = 0.0288 * 0.47  # the day fraction is 29 ms late, and the Earth turns there at 0.4 km/s
    assert found.observation.observer_position_km == pytest.approx(rover.observation.observer_position_km, abs=apart_km)


@SETTERS
@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"sys": "ITRF"}, "UNSUPPORTED_SYSTEM"),
        ({"sys": "IAU"}, "UNSUPPORTED_SYSTEM"),
        ({"ctr": "10"}, "UNSUPPORTED_SYSTEM"),
        ({"pos1": "12", "pos2": "0", "pos3": "0"}, "BAD_POSITION"),
        ({"sys": "ICRF_AU"}, "BAD_POSITION"),
        ({"sys": "WGS84"}, "BAD_POSITION"),
        ({"pos2": "4.2e3"}, "BAD_POSITION"),
    ],
)
def test_a_position_that_cannot_be_used_is_refused(setter, changed, reason):
    parsed = parse(setter(record(stn="250", **(PLACE | changed))))
    assert errors(parsed) == [reason]
    assert parsed.observations == ()


@SETTERS
def test_half_a_position_is_refused(setter):
    half = {name: text for name, text in PLACE.items() if name != "pos3"}
    parsed = parse(setter(record(stn="250", **half)))
    assert errors(parsed) == ["BAD_POSITION"]
    assert "pos3" in problem(parsed, "BAD_POSITION").hint


@SETTERS
def test_a_missing_centre_is_the_earth_and_told(setter):
    place = {name: text for name, text in PLACE.items() if name != "ctr"}
    parsed = parse(setter(record(stn="250", **place)))
    assert len(parsed.observations) == 1
    assert problem(parsed, "MISSING_FIELD").severity == "WARNING"


def test_several_blocks_and_headers_of_psv_are_read():
    first = psv(record(), context=CONTEXT_PSV)
    other_columns = psv(record(permID=None, trkSub="abc", obsTime="2020-03-02T10:00:00Z"), version="", context="")
    another_block = psv(record(obsTime="2020-03-03T10:00:00Z"), version="")
    parsed = parse(first + other_columns + another_block)
    assert errors(parsed) == []
    assert [row.designation for row in parsed.observations] == ["433", "433", "abc"]
    assert [row.line for row in parsed.observations] == [11, 23, 13]


def test_several_blocks_of_xml_are_read():
    blocks = "".join(
        f"<obsBlock>{CONTEXT_XML}<obsData>{elements(record(obsTime=f'2020-03-0{day}T10:00:00Z'))}</obsData></obsBlock>"
        for day in (1, 2)
    )
    parsed = parse(f'<?xml version="1.0" encoding="UTF-8"?>\n<ades version="2022">{blocks}</ades>')
    assert errors(parsed) == []
    assert [row.line for row in parsed.observations] == [4, 7]


def test_cells_are_padded_with_blanks_and_placed_to_the_column():
    parsed = parse(psv(record()).replace("|157.1|", "|   360.5 |"))
    found = problem(parsed, "BAD_RA")
    assert (found.line, found.column_start, found.column_end, found.text) == (11, 37, 41, "360.5")


def test_a_tabulator_in_psv_is_refused():
    parsed = parse(psv(record()).replace("|157.1|", "|\t157.1|"))
    assert (problem(parsed, "TAB_FOUND").line, problem(parsed, "TAB_FOUND").column_start) == (11, 34)


def test_a_column_that_is_there_twice_spoils_its_records():
    parsed = parse(psv(record()).replace("|mode|", "|ra|"))
    assert errors(parsed) == ["REPEATED_FIELD", "BAD_HEADER"]


def test_a_group_that_ades_does_not_know_is_told():
    parsed = parse(psv(record(), context=CONTEXT_PSV + "# weather\n"))
    assert problem(parsed, "IGNORED_LINE").text == "# weather"


def test_psv_is_known_by_its_column_names_where_the_version_is_missing():
    parsed = parse(psv(record(), version="", context="\n"))
    assert errors(parsed) == ["BAD_VERSION"]
    assert len(parsed.observations) == 1
