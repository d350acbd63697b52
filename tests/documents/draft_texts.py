"""Draft regulations written for the tests, with the true lineage of every Pasal."""

import random
from pathlib import Path

FOLDER = Path(__file__).parent / "texts"
_SYLLABLES = [f"{first}{vowel}" for first in "bcdgklmnprstw" for vowel in "aiu"]
_FRAMES = (
    "Setiap {0} yang memakai {1} wajib memiliki {2} dari {3}.",
    "Permohonan {0} diajukan kepada {1} dengan menyebut {2} dan {3}.",
    "Jangka waktu {0} paling lama 14 (empat belas) hari sejak {1} menerima {2} dan {3}.",
    "Biaya {0} ditetapkan dalam musyawarah {1} yang dihadiri {2} atau {3}.",
)


def read_draft(name):
    return (FOLDER / name).read_text()


def _word(rng):
    return "".join(rng.choice(_SYLLABLES) for _ in range(3))


def _pasal(rng, ayat=3):
    """Return the ayat of a Pasal that has words of its own."""
    own = [_word(rng) for _ in range(6)]
    return [rng.choice(_FRAMES).format(*rng.sample(own, 4)) for _ in range(ayat)]


def render(pasal, per_bab=10):
    """Return a draft of (number, ayat) pairs; a table, an inserted number and an annex are odd."""
    lines = ["RANCANGAN", "PERATURAN TENTANG CONTOH", "", "MEMUTUSKAN:", ""]
    for index, (number, ayat) in enumerate(pasal):
        if index % per_bab == 0:
            lines += [
                f"BAB {_roman(index // per_bab + 1)}",
                f"BAGIAN CONTOH {index // per_bab}",
                "",
            ]
        lines += [f"Pasal {number}"]
        lines += [f"({n}) {text}" for n, text in enumerate(ayat, 1)] if len(ayat) > 1 else ayat
        lines.append("")
    return "\n".join(
        [*lines, "Ditetapkan di …", "", "LAMPIRAN", "a. tabel", "PENJELASAN", "I. UMUM"]
    )


def _roman(number):
    tens, ones = divmod(number, 10)
    ones_text = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"][ones]
    return "X" * tens + ones_text


def large_draft(count=200, seed=3, ayat=3):
    """Return a draft with 12A after 12, one table and an annex, `count` Pasal in all."""
    rng = random.Random(seed)
    numbers = [str(n) for n in range(1, count)]
    numbers.insert(12, "12A")
    pasal = [(number, _pasal(rng, ayat)) for number in numbers]
    pasal[20][1][0] += "\n| a. Golongan | Rp1.000\n| b. Lainnya | Rp2.000"
    return pasal


def revised_draft(seed=5):
    """Return two versions of 40 Pasal and the sources of each Pasal of the second.

    Ten move, five split in two, three pairs merge, and what stands behind is renumbered.
    """
    rng = random.Random(seed)
    old = [[f"p{n}", _pasal(rng, 4)] for n in range(1, 41)]
    splits, pairs = {4, 9, 15, 24, 33}, {(6, 7), (18, 19), (28, 29)}
    moved = [2, 11, 13, 21, 22, 26, 31, 35, 37, 39]
    rows = []
    for n, (_name, ayat) in enumerate(old, 1):
        if n in splits:
            rows += [([n], ayat[:2]), ([n], ayat[2:])]
        elif any(n == second for _first, second in pairs):
            rows[-1] = ([n - 1, n], rows[-1][1] + ayat)
        elif n not in moved:
            rows.append(([n], [_edited(rng, text) for text in ayat] if n % 3 == 0 else ayat))
    for n in moved:
        rows.insert(rng.randrange(len(rows)), ([n], old[n - 1][1]))
    first = render([(str(n), ayat) for n, (_name, ayat) in enumerate(old, 1)])
    second = render([(str(n), ayat) for n, (_sources, ayat) in enumerate(rows, 1)])
    lineage = {
        f"pasal-{n}": {f"pasal-{source}" for source in sources}
        for n, (sources, _ayat) in enumerate(rows, 1)
    }
    return first, second, lineage


def _edited(rng, text):
    words = text.split()
    words[rng.randrange(len(words))] = _word(rng)
    return " ".join(words)
