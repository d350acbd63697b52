"""Attachments: the type is detected by content, pictures and tables are made safe."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from deliberate.database import db
from deliberate.models import Attachment
from deliberate.operations.accounts import deletion as deletion_operations
from deliberate.operations.proposals.attachments import add_attachment, remove_attachment
from deliberate.operations.proposals.file_sanitizing import sanitize_file
from deliberate.permissions.decision import Refused
from deliberate.vocabulary import Role
from tests import factories

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def encode_picture(image_format="JPEG", mode="RGB", **options):
    output = BytesIO()
    Image.new(mode, (40, 20), "red").save(output, image_format, **options)
    return output.getvalue()


def photo_with_location():
    exif = Image.Exif()
    exif[0x010F] = "Kamera Rahasia"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "S"
    return encode_picture(exif=exif, comment=b"rumah saya")


def decompression_bomb():
    """Return a small PNG file that claims 100,000 by 100,000 pixels."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    checked = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return b"\x89PNG\r\n\x1a\n" + checked


@pytest.fixture
def uploads(app):
    """Return the upload directory, emptied."""
    directory = app.config["SETTINGS"].upload_path
    for file in directory.glob("*"):
        file.unlink()
    return directory


def stored_names(directory):
    return sorted(file.name for file in directory.glob("*"))


def test_attachment_is_stored_under_a_random_name_in_one_act(app, uploads, log):
    proposal = factories.create_proposal()
    log()
    attachment = add_attachment(proposal.author, proposal, "Rencana", PDF)
    (entry,) = log()
    assert (entry.kind, entry.details) == ("attachment.added", {"type": "pdf", "bytes": len(PDF)})
    assert (
        stored_names(uploads) == [attachment.name]
        and (uploads / attachment.name).read_bytes() == PDF
    )
    assert (uploads / attachment.name).stat().st_mode & 0o077 == 0


def test_picture_is_reencoded_upright_without_metadata(app):
    sanitized = sanitize_file(photo_with_location())
    reopened = Image.open(BytesIO(sanitized.content))
    assert sanitized.kind == "jpeg" and reopened.size == (20, 40)
    assert (
        dict(reopened.getexif()) == {}
        and "comment" not in reopened.info
        and b"Rahasia" not in sanitized.content
    )


def test_png_keeps_transparency_and_loses_text_chunks(app):
    from PIL.PngImagePlugin import PngInfo

    text_chunks = PngInfo()
    text_chunks.add_text("Author", "Ratna")
    sanitized = sanitize_file(encode_picture("PNG", "RGBA", pnginfo=text_chunks))
    reopened = Image.open(BytesIO(sanitized.content))
    assert (sanitized.kind, reopened.mode) == ("png", "RGBA") and b"Ratna" not in sanitized.content


def test_csv_is_stored_without_formulas(app):
    sanitized = sanitize_file(b"hari;suhu\nSenin;-3,5\n=1+1;@x\n")
    assert (sanitized.kind, sanitized.content) == (
        "csv",
        b"hari;suhu\r\nSenin;-3,5\r\n'=1+1;'@x\r\n",
    )


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
        encode_picture("GIF"),
        encode_picture("PNG")[:60],
        decompression_bomb(),
    ],
    ids=range(15),
)
def test_attachment_of_unknown_or_invalid_type_is_refused_and_not_stored(
    app, uploads, log, content
):
    proposal = factories.create_proposal()
    log()
    with pytest.raises(Refused):
        add_attachment(proposal.author, proposal, "x", content)
    assert stored_names(uploads) == [] and log() == []


def test_attachment_is_added_by_the_author_only_and_at_most_five(app, uploads):
    proposal = factories.create_proposal()
    for person in (factories.create_resident(), factories.create_staff(role=Role.MODERATOR)):
        with pytest.raises(Refused):
            add_attachment(person, proposal, "x", PDF)
    for _ in range(5):
        add_attachment(proposal.author, proposal, "x", PDF)
    with pytest.raises(Refused):
        add_attachment(proposal.author, proposal, "x", PDF)
    assert len(stored_names(uploads)) == 5


@pytest.mark.parametrize("role", [None, Role.MODERATOR])
def test_attachment_is_removed_once_by_author_or_moderator(app, uploads, log, role):
    proposal = factories.create_proposal()
    attachment = add_attachment(proposal.author, proposal, "Foto", PDF)
    log()
    remover = factories.create_staff(role=role) if role else proposal.author
    log()
    with pytest.raises(Refused):
        remove_attachment(factories.create_resident(), attachment)
    log()
    remove_attachment(remover, attachment)
    (entry,) = log()
    assert (
        entry.kind == "attachment.removed"
        and stored_names(uploads) == []
        and attachment.title == ""
    )
    with pytest.raises(Refused):
        remove_attachment(remover, attachment)


def test_account_erasure_removes_attachments(app, uploads):
    proposal = factories.create_proposal()
    attachment_id = add_attachment(proposal.author, proposal, "Foto", PDF).id
    deletion_operations.erase_account(proposal.author, factories.PASSPHRASE)
    assert stored_names(uploads) == []
    assert db.session.get(Attachment, attachment_id).removed_at is not None
