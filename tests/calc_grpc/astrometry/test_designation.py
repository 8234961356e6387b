"""Packed designations, spelled out."""

import pytest

from calc_grpc.astrometry.designation import is_perm_id, is_prov_id, unpack

# MPC documentation, "Packed Provisional and Permanent Designations", "Provisional Designations" (extended scheme) and
# "Format for Astrometric Observations", all examples given there.
PUBLISHED = [
    ("00001       ", "1"), ("03202       ", "3202"), ("50000       ", "50000"), ("A0345       ", "100345"),
    ("a0017       ", "360017"), ("K3289       ", "203289"), ("z9999       ", "619999"), ("~0000       ", "620000"),
    ("~000z       ", "620061"), ("~AZaz       ", "3140113"), ("~zzzz       ", "15396335"),
    ("     J95X00A", "1995 XA"), ("     J95X01L", "1995 XL1"), ("     J95F13B", "1995 FB13"),
    ("     J98SA8Q", "1998 SQ108"), ("     J98SC7V", "1998 SV127"), ("     J98SG2S", "1998 SS162"),
    ("     K99AJ3Z", "2099 AZ193"), ("     K08Aa0A", "2008 AA360"), ("     K07Tf8A", "2007 TA418"),
    ("     I92X00A", "1892 XA"), ("     PLS2040", "2040 P-L"), ("     T1S3138", "3138 T-1"),
    ("     T2S1010", "1010 T-2"), ("     T3S4101", "4101 T-3"), ("     _QC0000", "2026 CA620"),
    ("     _QC0aEM", "2026 CZ6190"), ("0001P       ", "1P"), ("0116P       ", "116P"), ("0003D       ", "3D"),
    ("    CJ95A010", "C/1995 A1"), ("    PJ94P01b", "P/1994 P1-B"), ("    PJ94P010", "P/1994 P1"),
    ("    CK48X130", "C/2048 X13"), ("    CK33L89c", "C/2033 L89-C"), ("    CK88AA30", "C/2088 A103"),
    ("0073P      b", "73P-B"), ("0073P     bt", "73P-BT"), ("    IK17U010", "I/2017 U1"),
    ("J013S       ", "Jupiter 13"), ("S010S       ", "Saturn 10"), ("N002S       ", "Neptune 2"),
    ("    SJ99U030", "S/1999 U 3"), ("    SK20J010", "S/2020 J 1"),
]  # fmt: skip


@pytest.mark.parametrize(("packed", "name"), PUBLISHED)
def test_the_published_examples_unpack(packed, name):
    found = unpack(packed)
    assert found is not None
    assert (found.name, found.doubt) == (name, None)


def test_a_number_wins_and_the_provisional_designation_is_kept():
    assert unpack("j4767K10F61M")[:2] == ("454767", "2010 FM61")


@pytest.mark.parametrize("packed", ["     A10TlFw", "     P10abc ", "     1      ", "     C2AB-_1"])
def test_a_temporary_designation_stays_as_it_is(packed):
    assert unpack(packed) == (packed.strip(), None, None)


@pytest.mark.parametrize("packed", ["    Example2", "ABCDEFGH    ", "0000P       ", "           x"])
def test_a_temporary_designation_out_of_place_is_read_with_a_doubt(packed):
    found = unpack(packed)
    assert found.name == packed.strip()
    assert found.doubt


@pytest.mark.parametrize("packed", [" " * 12, "     a b    ", "  433  x    ", "     é      "])
def test_what_names_no_object_is_refused(packed):
    assert unpack(packed) is None


@pytest.mark.parametrize("packed", ["00433  a b  ", "00433678    "])
def test_a_number_with_something_unreadable_behind_is_doubted(packed):
    found = unpack(packed)
    assert found.name == "433"
    assert "columns 6-12" in found.doubt


@pytest.mark.parametrize("text", ["433", "0433", "73P", "73P-BT", "1I", "Jupiter 13", "(243) 1"])
def test_ades_numbers_are_taken(text):
    assert is_perm_id(text)


@pytest.mark.parametrize(
    "text", ["0", "000", "Eros", "Jupiter XIII", "433 Eros", "(433)", "٤٣٣", "1" * 5000, "73Q", ""]
)
def test_other_ades_numbers_are_not(text):
    assert not is_perm_id(text)


@pytest.mark.parametrize(
    "text", ["2016 AB12", "2040 P-L", "1010 T-2", "C/2014 UN271", "A/2017 U1", "S/2022 J 1", "A898 DQ", "P/1994 P1-B"]
)
def test_ades_provisional_designations_are_taken(text):
    assert is_prov_id(text)


@pytest.mark.parametrize("text", ["2016 IB12", "2016AB12", "16 AB12", "2016 AB123456", "2040 P-M", "K16A12B", "3666"])
def test_other_ades_provisional_designations_are_not(text):
    assert not is_prov_id(text)
