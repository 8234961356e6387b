"""The table of words is whole."""

from calc_grpc.astrometry import reasons


def test_every_word_has_a_meaning_and_every_meaning_a_word():
    words = {value for name, value in vars(reasons).items() if name.isupper() and name != "MEANINGS"}
    assert words == set(reasons.MEANINGS)


def test_the_constants_are_named_by_their_words():
    assert all(vars(reasons)[word] == word for word in reasons.MEANINGS)
