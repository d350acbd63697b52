"""Draft regulations written for the tests, with the true lineage of every Pasal."""

import random
from pathlib import Path

from deliberate.commands.demo_city.consultation import TEXTS as CITY_TEXTS
from deliberate.operations.documents.answers import AnswerEntry, answer_unit
from deliberate.operations.documents.contributions import (
    AmendmentEntry,
    comment_on_unit,
    join_amendment,
    propose_amendment,
)
from deliberate.operations.documents.versions import (
    DraftEntry,
    RevisionEntry,
    open_document,
    revise_document,
)
from deliberate.queries.documents.documents import get_unit, get_version
from deliberate.vocabulary import ResponseGround, Stance, UnitDecision

FOLDER = Path(__file__).parent / "texts"
DRAFT_TITLE = "Naskah tanya jawab"
SMALL = "Pasal 1\n(1) Warga berhak bertanya.\n(2) Otorita menjawab.\n\nPasal 2\nBerlaku hari ini.\n"
_SYLLABLES = [f"{first}{vowel}" for first in "bcdgklmnprstw" for vowel in "aiu"]
_FRAMES = (
    "Setiap {0} yang memakai {1} wajib memiliki {2} dari {3}.",
    "Permohonan {0} diajukan kepada {1} dengan menyebut {2} dan {3}.",
    "Jangka waktu {0} paling lama 14 (empat belas) hari sejak {1} menerima {2} dan {3}.",
    "Biaya {0} ditetapkan dalam musyawarah {1} yang dihadiri {2} atau {3}.",
)


def read_draft(name):
    path = FOLDER / name
    return (path if path.exists() else CITY_TEXTS / name).read_text()


def add_draft_text(officer, process, author, other, *, answers=False):
    """Open a small draft of two versions with a comment, a question and a joined amendment."""
    document = open_document(officer, process, DraftEntry(DRAFT_TITLE, "id", SMALL))
    note = "Jawaban diberi tenggat."
    text = SMALL.replace("menjawab.", "menjawab dalam 14 hari.")
    first = get_unit(get_version(document), "pasal-1/ayat-1")
    comment_on_unit(author, document, first, "Hak ini penting bagi kampung.", Stance.FOR)
    revise_document(officer, document, RevisionEntry(1, text, note))
    version = get_version(document)
    second = get_unit(version, "pasal-1/ayat-2")
    asked = "Siapa yang menghitung harinya?"
    comment_on_unit(author, document, second, asked, Stance.NEUTRAL, is_question=True)
    entry = AmendmentEntry(2, "Otorita menjawab dalam 7 hari.", "Empat belas hari terlalu lama.")
    amendment = propose_amendment(author, document, second, entry)
    join_amendment(other, amendment)
    if answers:
        refused = UnitDecision.NOT_ADOPTED, ResponseGround.BUDGET, "Petugasnya terlalu sedikit."
        answer_unit(officer, document, second, AnswerEntry(*refused, [amendment.id]))
    return document


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
