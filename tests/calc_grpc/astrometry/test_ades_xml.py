"""What only XML can do to a reader."""

import pytest

from tests.calc_grpc.astrometry.samples import elements, errors, parse, problem, reasons, record, xml

BILLION_LAUGHS = '<!DOCTYPE ades [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><ades version="2022">&b;</ades>'
EXTERNAL = '<!DOCTYPE ades [<!ENTITY e SYSTEM "file:///etc/hostname">]><ades version="2022">&e;</ades>'
EXTERNAL_DTD = '<!DOCTYPE ades SYSTEM "http://127.0.0.1/ades.dtd"><ades version="2022"></ades>'
PARAMETER = '<!DOCTYPE ades [<!ENTITY % e SYSTEM "file:///etc/hostname">%e;]><ades version="2022"></ades>'


@pytest.mark.parametrize("text", [BILLION_LAUGHS, EXTERNAL, EXTERNAL_DTD, PARAMETER])
def test_document_types_and_entities_are_refused_where_they_begin(text):
    parsed = parse(f"<!-- <!DOCTYPE -->\n {text}")
    assert errors(parsed) == ["UNSAFE_XML"]
    found = problem(parsed, "UNSAFE_XML")
    assert (found.line, found.column_start, found.text) == (2, 2, "<!DOCTYPE")


def test_an_undefined_entity_is_a_fault():
    parsed = parse('<ades version="2022">&nbsp;</ades>')
    assert errors(parsed) == ["BAD_XML"]
    assert problem(parsed, "BAD_XML").column_start == 22


def test_character_references_are_text():
    parsed = parse(xml(record(ra="15&#55;.&#x31;")))
    assert parsed.observations[0].observation.ra_deg == 157.1


def test_a_fault_is_placed_by_characters_and_what_came_before_it_is_read():
    text = xml(record()).replace("</obsData>", "<!-- é --></obsdata>")
    parsed = parse(text)
    found = problem(parsed, "BAD_XML")
    line = text.splitlines()[found.line - 1]
    assert line[found.column_start - 1 :].startswith(found.text)
    assert found.text.startswith("obsdata>")
    assert len(parsed.observations) == 1


def test_a_document_that_breaks_off_is_a_fault():
    text = xml(record(), record(obsTime="2020-03-02T10:00:00Z"))
    parsed = parse(text[: text.rindex("<dec>")])
    assert errors(parsed) == ["BAD_XML"]
    assert len(parsed.observations) == 1


@pytest.mark.parametrize("text", ["<html><body>503</body></html>", "<optical></optical>", "<a:ades xmlns:a='x'/>"])
def test_another_document_is_refused(text):
    parsed = parse(text)
    assert errors(parsed) == ["BAD_XML"]
    assert "ades" in problem(parsed, "BAD_XML").hint


def test_deep_nesting_is_refused():
    parsed = parse('<ades version="2022">' + "<obsBlock>" * 100_000)
    assert "BAD_XML" in errors(parsed)
    assert "deeply" in parsed.problems[-1].hint


def test_an_unknown_element_among_records_is_refused():
    parsed = parse(xml(record()).replace("</obsData>", "<Optical><ra>1</ra></Optical></obsData>"))
    assert errors(parsed) == ["BAD_XML"]
    assert problem(parsed, "BAD_XML").text == "<Optical>"


def test_residuals_are_passed_over_and_told():
    parsed = parse(xml(record()).replace("</obsBlock>", "</obsBlock><opticalResidual><ra>1</ra></opticalResidual>"))
    assert errors(parsed) == []
    assert problem(parsed, "IGNORED_LINE").text == "<opticalResidual>"


def test_a_field_that_is_there_twice_is_refused():
    parsed = parse(xml(record()).replace("<astCat>", "<dec>6.4</dec><astCat>"))
    assert errors(parsed) == ["REPEATED_FIELD"]
    assert parsed.observations == ()


def test_elements_within_fields_are_told_except_in_local_use():
    parsed = parse(xml(record()).replace("</optical>", "<localUse><a><b>1</b></a></localUse></optical>"))
    assert errors(parsed) == []
    assert "UNKNOWN_FIELD" not in reasons(parsed)
    parsed = parse(xml(record()).replace("157.1", "157.1<b>2</b>"))
    assert problem(parsed, "UNKNOWN_FIELD").text == "<b>"
    assert parsed.observations[0].observation.ra_deg == 157.1


def test_a_field_named_like_its_record_ends_nothing():
    nested = "<ra>157.1<optical><ra>3</ra></optical></ra>"
    parsed = parse(xml(record()).replace("<ra>157.1</ra>", nested))
    assert parsed.observations[0].observation.ra_deg == 157.1


def test_records_outside_of_a_block_are_read_and_told_once():
    rows = elements(record(), record(obsTime="2020-03-02T10:00:00Z"))
    parsed = parse(f'<ades version="2022">{rows}</ades>')
    assert len(parsed.observations) == 2
    assert problem(parsed, "MISSING_CONTEXT").severity == "WARNING"


def test_an_unknown_group_of_the_context_is_told():
    parsed = parse(xml(record()).replace("</obsContext>", "<weather>fair</weather></obsContext>"))
    assert problem(parsed, "IGNORED_LINE").text == "<weather>"


def test_the_declared_encoding_does_not_matter():
    parsed = parse('<?xml version="1.0" encoding="UTF-16"?>\n' + xml(record()))
    assert len(parsed.observations) == 1
