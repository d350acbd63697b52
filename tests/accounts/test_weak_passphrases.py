"""Passphrases that are guessed first are refused, with words that help."""

import pytest

from deliberate.queries.accounts.weak_passphrases import _LIST, is_pattern, weakness


@pytest.mark.parametrize(
    "weak",
    [
        "pendek",
        "Kata Sandi Rahasia",
        "akucintaindonesia123",
        "P@ssw0rdP@ssw0rd",
        "correct horse battery staple",
        "qwertyuiop asdfgh",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "3276 0111 0290 0001",
        "abcdefghijklmnopq",
        "x" * 257,
    ],
)
def test_what_is_guessed_first_is_refused(weak):
    assert weakness(weak)


@pytest.mark.parametrize(
    "strong",
    ["kopi pahit di teras rumah", "tujuh perahu biru di teluk", "墨汁と海と古い自転車と七人の友"],
)
def test_words_that_do_not_belong_together_are_welcome(strong):
    assert weakness(strong, "dwi", "Dwi Hartati") is None


def test_ones_own_name_and_little_else_is_refused():
    assert weakness("dwihartati2026dwi", "dwi.h", "Dwi Hartati")
    assert weakness("kopi dwi hartati di teras rumah", "dwi.h", "Dwi Hartati") is None


def test_the_list_holds_more_than_three_thousand_long_ones():
    lines = [line for line in _LIST.read_text().splitlines() if not line.startswith("#")]
    long = {line for line in lines if len(line) >= 15}
    assert len(long) >= 3000
    assert all(weakness(line) for line in long)


def test_a_sentence_is_no_pattern():
    assert not is_pattern("pohonpohondidepansekolah")
