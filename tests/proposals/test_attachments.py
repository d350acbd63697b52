"""Files beside proposals: told by content, made anew, and gone with what they belong to."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from deliberate.database import db
from deliberate.models import Attachment
from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.proposals.attachments import add_attachment, remove_attachment
from deliberate.operations.proposals.file_types import kept_form
from deliberate.permissions.decision import Refused
from deliberate.vocabulary import Role
from tests import factories

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def picture(form="JPEG", mode="RGB", **more):
    made = BytesIO()
    Image.new(mode, (40, 20), "red").save(made, form, **more)
    return made.getvalue()


def photo_with_place():
    exif = Image.Exif()
    exif[0x010F] = "Kamera Rahasia"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "S"
    return picture(exif=exif, comment=b"rumah saya")


def bomb():
    """A small file that claims 100,000 by 100,000 points."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    checked = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + checked


@pytest.fixture
def uploads(app):
    """The folder of uploads, empty."""
    folder = app.config["SETTINGS"].upload_path
    for file in folder.glob("*"):
        file.unlink()
    return folder


def there(folder):
    return sorted(file.name for file in folder.glob("*"))


def test_a_file_is_kept_under_a_random_name_in_one_act(app, uploads, log):
    proposal = factories.a_proposal()
    log()
    attachment = add_attachment(proposal.author, proposal, "Rencana", PDF)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("attachment.added", {"type": "pdf", "bytes": len(PDF)})
    assert there(uploads) == [attachment.name] and (uploads / attachment.name).read_bytes() == PDF
    assert (uploads / attachment.name).stat().st_mode & 0o077 == 0


def test_a_picture_is_made_anew_upright_and_tells_no_place(app):
    kept = kept_form(photo_with_place())
    made = Image.open(BytesIO(kept.content))
    assert kept.kind == "jpeg" and made.size == (20, 40)
    assert (
        dict(made.getexif()) == {} and "comment" not in made.info and b"Rahasia" not in kept.content
    )


def test_a_png_keeps_what_is_see_through_and_loses_its_words(app):
    from PIL.PngImagePlugin import PngInfo

    said = PngInfo()
    said.add_text("Author", "Ratna")
    kept = kept_form(picture("PNG", "RGBA", pnginfo=said))
    made = Image.open(BytesIO(kept.content))
    assert (kept.kind, made.mode) == ("png", "RGBA") and b"Ratna" not in kept.content


def test_a_table_is_kept_without_formulas(app):
    kept = kept_form(b"hari;suhu\nSenin;-3,5\n=1+1;@x\n")
    assert (kept.kind, kept.content) == ("csv", b"hari;suhu\r\nSenin;-3,5\r\n'=1+1;'@x\r\n")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x" * (2 * 1024 * 1024 + 1),
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<a>,<b>\n<script>,x\n",
        b"%PDF-1.4 without an end",
        b"\x89PNG\r\n\x1a\nnothing",
        b"\xff\xd8\xff\xe0 no picture",
        b"GIF89a,b\n1,\x002",
        b"MZ\x90\x00",
        b"a,b\n1,2,3\n",
        b"only words",
        picture("GIF"),
        picture("WEBP"),
        picture("PNG")[:60],
        bomb(),
    ],
    ids=range(16),
)
def test_whatever_else_is_refused_and_leaves_nothing(app, uploads, log, content):
    proposal = factories.a_proposal()
    log()
    with pytest.raises(Refused):
        add_attachment(proposal.author, proposal, "x", content)
    assert there(uploads) == [] and log() == []


def test_only_the_author_adds_and_five_at_most(app, uploads):
    proposal = factories.a_proposal()
    for person in (factories.resident(), factories.staff(role=Role.MODERATOR)):
        with pytest.raises(Refused):
            add_attachment(person, proposal, "x", PDF)
    for _ in range(5):
        add_attachment(proposal.author, proposal, "x", PDF)
    with pytest.raises(Refused):
        add_attachment(proposal.author, proposal, "x", PDF)
    assert len(there(uploads)) == 5


@pytest.mark.parametrize("role", [None, Role.MODERATOR])
def test_author_and_moderator_remove_a_file_once(app, uploads, log, role):
    proposal = factories.a_proposal()
    attachment = add_attachment(proposal.author, proposal, "Foto", PDF)
    log()
    remover = factories.staff(role=role) if role else proposal.author
    log()
    with pytest.raises(Refused):
        remove_attachment(factories.resident(), attachment)
    log()
    remove_attachment(remover, attachment)
    (entry,) = log()
    assert entry.kind == "attachment.removed" and there(uploads) == [] and attachment.title == ""
    with pytest.raises(Refused):
        remove_attachment(remover, attachment)


def test_an_erased_account_takes_its_files_along(app, uploads):
    proposal = factories.a_proposal()
    number = add_attachment(proposal.author, proposal, "Foto", PDF).id
    deletion_operations.erase_account(proposal.author, factories.PASSPHRASE)
    assert there(uploads) == []
    assert db.session.get(Attachment, number).removed_at is not None
