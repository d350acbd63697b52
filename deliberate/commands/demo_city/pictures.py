"""Drawn pictures of the sample city, as WebP in the two widths that pages show."""

from pathlib import Path

from deliberate.operations.proposals.file_sanitizing import SanitizedFile
from deliberate.operations.proposals.picture_encoding import Previews
from deliberate.operations.proposals.picture_worker import PREVIEW_WIDTHS

FOLDER = Path(__file__).with_name("pictures")
WIDTH, HEIGHT = 800, 450
SCENES = {
    "bus-stop": "Gambar: warga menunggu di halte beratap saat bus datang",
    "footpath-after": "Gambar: jalur pejalan kaki beratap di tepi jalan, dengan lampu dan pohon",
    "footpath-before": "Gambar: warga berjalan dengan payung di tepi jalan tanpa peneduh",
    "mangrove": "Gambar: nelayan di perahu dan pohon bakau yang baru ditanam",
    "rainwater-tank": "Gambar: rumah panggung dengan tandon air hujan",
    "school": "Gambar: anak-anak di halaman sekolah dasar",
    "service-desk": "Gambar: warga dan petugas di meja kantor layanan",
    "shaded-footpath": "Gambar: orang berjalan di bawah atap dan pohon",
    "village-meeting": "Gambar: warga bermusyawarah di balai desa",
}
"""What each drawing shows, by the name of its files."""


def read_scene(name: str) -> SanitizedFile:
    """Return a drawing in the form in which uploaded pictures are stored."""
    contents = tuple((FOLDER / f"{name}-{width}.webp").read_bytes() for width in PREVIEW_WIDTHS)
    return SanitizedFile("webp", contents[-1], Previews(WIDTH, HEIGHT, contents))
