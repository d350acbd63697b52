"""The licence of a release: of the platform's own data, of an imported process, of a request."""

from dataclasses import dataclass

from sqlalchemy import select

from deliberate.database import db
from deliberate.models import Interaction, Process
from deliberate.vocabulary.events.processes import ProcessImported

TERMS = "TERMS.md"
KNOWN = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "OGL-UK-3.0": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
}
"""Licences with their addresses; any other is named as it was stated."""


@dataclass(frozen=True)
class Licence:
    """A licence: short name, address if it is known, and the sentence for readers."""

    name: str
    url: str
    text: str

    def as_entry(self) -> dict[str, str]:
        """Return the licence as an entry of a data package."""
        return {"name": self.name, "path": self.url} if self.url else {"name": self.name}


OWN = Licence(
    "CC-BY-4.0",
    KNOWN["CC-BY-4.0"],
    "CC-BY-4.0, of the rows and counts that this platform compiled. Texts of participants are"
    " theirs and not in these files.",
)
PROTECTED = Licence(
    "LicenseRef-Agreement",
    "",
    "none. These files were given to one person under the agreement in TERMS.md.",
)
UNSTATED = Licence(
    "LicenseRef-Unstated",
    "",
    "not stated at the import: nothing may be passed on beyond what the law allows.",
)


def licence_of(process: Process, tier: str) -> Licence:
    """Return the licence of a release: never an open one for what others wrote elsewhere.

    An imported process has the licence that was stated at its last import.
    """
    if tier == "protected":
        return PROTECTED
    if process.source is None:
        return OWN
    name = _stated_licence(process)
    if not name:
        return UNSTATED
    sentence = f"{name}, as stated when the process was imported from {process.source}."
    return Licence(name, KNOWN.get(name, ""), sentence)


def _stated_licence(process: Process) -> str:
    """Return the licence that was stated at the last import, or an empty text."""
    details = db.session.scalar(
        select(Interaction.details)
        .where(Interaction.process_id == process.id, Interaction.kind == ProcessImported.KIND)
        .order_by(Interaction.occurred_at.desc(), Interaction.id.desc())
        .limit(1)
    )
    return str((details or {}).get("licence") or "")


AGREEMENT = """\
# Agreement on protected data · Perjanjian atas data terlindung

## English

These files were given to one researcher for one purpose that an administrator approved. Who opens
them agrees:

1. to use them for that purpose alone, and until the last day of the access alone;
2. to pass on nothing of them, no row and no text, to anybody, nor to any service outside the
   researcher's own institution;
3. not to try to find out who a person is, nor to join the rows with other data that could show it;
4. to publish numbers and quotations only so that nobody can be recognised; no number of fewer than
   ten people;
5. to fetch the files anew after somebody was erased or withdrew consent, and to delete the older
   copy;
6. to delete every copy on the last day, and to say so if asked;
7. to report a loss or a breach to the platform within a day.

They have no open licence. Each download is in the public log.

## Bahasa Indonesia

Berkas ini diberikan kepada satu peneliti untuk satu tujuan yang disetujui pengelola. Yang
membukanya setuju:

1. memakainya hanya untuk tujuan itu, dan hanya sampai hari terakhir akses;
2. tidak meneruskan apa pun darinya, baik baris maupun teks, kepada siapa pun, juga tidak kepada
   layanan di luar lembaganya sendiri;
3. tidak mencoba mengetahui siapa seseorang, dan tidak menggabungkan baris dengan data lain yang
   dapat menunjukkannya;
4. menerbitkan angka dan kutipan hanya bila tidak ada yang dapat dikenali; tidak ada angka tentang
   kurang dari sepuluh orang;
5. mengambil ulang berkas sesudah ada yang dihapus atau mencabut persetujuan, dan menghapus salinan
   yang lama;
6. menghapus semua salinan pada hari terakhir, dan menyatakannya bila ditanya;
7. melaporkan kehilangan atau kebocoran kepada platform dalam sehari.

Berkas ini tidak berlisensi terbuka. Setiap pengunduhan tercatat di catatan publik.
"""
