"""The passphrase policy."""

import pytest

from deliberate.queries.accounts.passphrase_policy import _LIST, is_pattern, passphrase_problem


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
def test_guessable_passphrase_is_refused(weak):
    assert passphrase_problem(weak)


@pytest.mark.parametrize(
    "strong",
    ["kopi pahit di teras rumah", "tujuh perahu biru di teluk", "墨汁と海と古い自転車と七人の友"],
)
def test_unrelated_words_are_accepted_as_passphrase(strong):
    assert passphrase_problem(strong, "dwi", "Dwi Hartati") is None


def test_passphrase_of_own_name_is_refused():
    assert passphrase_problem("dwihartati2026dwi", "dwi.h", "Dwi Hartati")
    assert passphrase_problem("kopi dwi hartati di teras rumah", "dwi.h", "Dwi Hartati") is None


def test_common_passphrases_list_has_three_thousand_long_ones():
    lines = [line for line in _LIST.read_text().splitlines() if not line.startswith("#")]
    long = {line for line in lines if len(line) >= 15}
    assert len(long) >= 3000
    assert all(passphrase_problem(line) for line in long)


def test_sentence_is_not_a_pattern():
    assert not is_pattern("pohonpohondidepansekolah")
