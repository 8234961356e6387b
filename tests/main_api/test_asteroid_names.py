"""How people write which asteroid they mean."""

import pytest

from main_api.asteroids.names import AsteroidName, name_key, provisional_of, read_asteroid_name

WRITTEN = [
    ("433", AsteroidName(number=433)),
    (" (433) ", AsteroidName(number=433)),
    ("433 Eros", AsteroidName(number=433, name="EROS")),
    ("(433) Eros", AsteroidName(number=433, name="EROS")),
    ("(433)Eros", AsteroidName(number=433, name="EROS")),
    ("433  eros (1898 dq)", AsteroidName(number=433, name="EROS", designation="1898DQ")),
    ("433 (A898 PA)", AsteroidName(number=433, designation="A898PA")),
    ("433 A898 PA", AsteroidName(number=433, designation="A898PA")),
    ("Eros", AsteroidName(name="EROS")),
    ("Ceres (Giuseppe Piazzi, 1801)", AsteroidName(name="CERES")),
    ("Mr. Spock", AsteroidName(name="MR. SPOCK")),
    ("2309 Mr. Spock", AsteroidName(number=2309, name="MR. SPOCK")),
    ("Čapek", AsteroidName(name="CAPEK")),
    ("1898 DQ", AsteroidName(designation="1898DQ")),
    ("1898dq", AsteroidName(designation="1898DQ")),
    ("2010 AB123", AsteroidName(designation="2010AB123")),
    ("2040 P-L", AsteroidName(designation="2040P-L")),
    ("3138 T-1", AsteroidName(designation="3138T-1")),
    ("A/2017 U1", AsteroidName(designation="A/2017U1")),
    ("00433", AsteroidName(number=433)),
    ("A0433", AsteroidName(number=100433)),
    ("a0017", AsteroidName(number=360017)),
    ("J98D00Q", AsteroidName(designation="1998DQ")),
    ("J95X00A", AsteroidName(designation="1995XA")),
    ("K07Tf8A", AsteroidName(designation="2007TA418")),
    ("PLS2040", AsteroidName(designation="2040P-L")),
    ("T1S3138", AsteroidName(designation="3138T-1")),
]


@pytest.mark.parametrize(("text", "meant"), WRITTEN)
def test_a_designation_is_read_however_it_is_written(text: str, meant: AsteroidName) -> None:
    assert read_asteroid_name(text) == meant


@pytest.mark.parametrize("text", ["", "  ", "()", "(unknown)"])
def test_a_text_without_a_name_says_nothing(text: str) -> None:
    assert read_asteroid_name(text) is None


@pytest.mark.parametrize(
    ("full_name", "designation", "key"),
    [
        ("433 Eros (A898 PA)", "433", "A898PA"),
        ("(2010 AB12)", "2010 AB12", "2010AB12"),
        ("1 Ceres", "1", ""),
        ("2010 AB12", "2010 AB12", "2010AB12"),
        ("(" + "x" * 90 + ")", "1", "X" * 32),
    ],
)
def test_the_provisional_designation_stands_in_the_brackets_of_the_full_name(
    full_name: str, designation: str, key: str
) -> None:
    assert provisional_of(full_name, designation) == key


def test_a_key_of_a_name_fits_its_column() -> None:
    assert name_key("ß" * 64) == "S" * 64
