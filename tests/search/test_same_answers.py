"""The same questions have the same answers on SQLite and on PostgreSQL."""

from deliberate.operations.proposals.proposals import submit_proposal
from deliberate.queries.search.query import SearchQuery, search_texts
from tests import factories

TEXTS = {
    "a": ("Participación vecinal", "Más árboles en la plaza mayor."),
    "b": ("Halte Jalan Melati 42", "Butir #42: halte beratap di RT-03/RW-07."),
    "c": ("Air bersih", "Pipa ke Desa Bumi Harapan, 3,5 km; biaya Rp1.500."),
    "d": ("Taman bermain anak-anak", "Ayunan dan bangku. E-mail: ani@contoh.id"),
    "e": ("Pasar malam Jum'at", "Buka 18.30–22.00 di Kelurahan Sepaku."),
    "f": ("Señalización", "Cafés y niños, naïve façade über Øst."),
    "g": ("Taman \U0001f468\u200d\U0001f469\u200d\U0001f467 keluarga", "می\u200cخواهم سقف ایستگاه"),
    "h": ("Perbaikan jalan", "Memperbaiki jalan berlubang, perjalanan aman."),
    "i": ("Menyapu pantai", "Warga menyapu; kebersihan desa."),
    "j": ("Free wi\u00adfi for students", "Cities need buses, benches and co-op shops."),
    "k": ("Путь к школе", "Безопасный путь. Ёлка и чай."),
    "l": ("“Kutipan” — tanda", "«Angka» 2024/2025 № 7, 10% <b>tebal</b> & x_y."),
    "m": ("Việt Nam", "Đường phố và công viên."),
    "n": ("Ob IT", "TK, SD, dan SMP: iya. C++ 5kg 1e5 007"),
}
QUESTIONS = {
    "participacion": "a",
    "participación": "a",
    "PARTICIPACIÓN": "a",
    "participacio\u0301n": "a",
    "arboles": "a",
    "más": "a",
    "mas": "a",
    "plaza mayor": "a",
    "particip": "a",
    "#42": "b",
    "42": "b",
    "RT-03": "b",
    "rt 03": "b",
    "RW-07": "b",
    "03/RW": "b",
    "halte": "b",
    "melati 42": "b",
    "air": "c",
    "ai": "",
    "3,5": "c",
    "3,5 km": "c",
    "rp1.500": "c",
    "harapan": "c",
    "anak-anak": "d",
    "anak": "d",
    "ani@contoh.id": "d",
    "e-mail": "d",
    "email": "",
    "jum'at": "e",
    "jum at": "e",
    "jumat": "",
    "18.30": "e",
    "22.00": "e",
    "sepaku": "e",
    "senalizacion": "f",
    "cafes": "f",
    "ninos": "f",
    "naive": "f",
    "facade": "f",
    "uber": "f",
    "øst": "f",
    "keluarga": "g",
    "\U0001f468\u200d\U0001f469": "",
    "می\u200cخواهم": "g",
    "خواهم": "g",
    "ایستگاه": "g",
    "jalan": "bh",
    "berjalan": "bh",
    "perbaikan": "h",
    "baik": "h",
    "lubang": "h",
    "sapu": "i",
    "bersih": "ci",
    "menyapu": "i",
    "students": "j",
    "student": "j",
    "bus": "",
    "buses": "j",
    "bench": "j",
    "co-op": "j",
    "путь": "k",
    "школе": "k",
    "чай": "k",
    "kutipan": "l",
    "tanda": "l",
    "angka": "l",
    "2024/2025": "l",
    "2025": "l",
    "№ 7": "l",
    "10%": "l",
    "tebal": "l",
    "x_y": "l",
    "viet": "m",
    "việt nam": "m",
    "cong vien": "m",
    "it": "n",
    "tk": "n",
    "ob it": "n",
    "5kg": "n",
    "1e5": "n",
    "007": "n",
    "taman": "dg",
    "taman anak": "d",
    "di": "be",
    "tiada": "",
    "halte tiada": "",
}


def test_questions_have_the_same_answers_on_every_engine(app):
    author, process = factories.create_resident(), factories.create_process()
    letters = {
        submit_proposal(author, process, title, body).id: letter
        for letter, (title, body) in TEXTS.items()
    }
    answers = {
        question: "".join(
            sorted(letters[found.id] for found in search_texts(SearchQuery(question)))
        )
        for question in QUESTIONS
    }
    assert len(QUESTIONS) >= 60
    assert {q: a for q, a in answers.items() if a != QUESTIONS[q]} == {}
