"""Pictures made to hurt: any file is stored anew or refused, and costs a bounded amount."""

import os
import random
import re
import struct
import sys
import threading
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from deliberate.operations.proposals import attachments, drafts, picture_encoding, picture_worker
from deliberate.operations.proposals.file_sanitizing import sanitize_file
from deliberate.operations.proposals.picture_encoding import unpack
from deliberate.operations.proposals.picture_worker import (
    TooManyPixels,
    UnreadablePicture,
    reencode,
)
from deliberate.permissions.decision import Refused
from tests import factories
from tests.client import signed_in_client, submit_form
from tests.proposals.test_attachments import PDF, encode_picture, photo_with_location

FUZZED_FILES = int(os.environ.get("FUZZED_FILES", "2000"))
"""`make chaos` sets a larger number."""
WORKER = picture_worker.__file__


def png(width: int, height: int, pixels: bytes = b"") -> bytes:
    """Return a PNG file that declares a size, with compressed pixels or without any."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))]
    chunks += [(b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def black_png(width: int, height: int) -> bytes:
    """Return a complete picture of few bytes and many pixels."""
    return png(width, height, bytes((3 * width + 1) * height))


def small_pictures() -> list[tuple[str, bytes]]:
    """Return pictures of both formats with all that decoders and EXIF parsers read."""
    jpeg = BytesIO()
    Image.new("L", (17, 9), 90).save(jpeg, "JPEG", progressive=True, dpi=(72, 72))
    pictures = [("JPEG", photo_with_location()), ("JPEG", jpeg.getvalue())]
    modes = ("RGB", "RGBA", "LA", "P", "1", "I;16")
    pictures += [("PNG", encode_picture_of(mode)) for mode in modes]
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 3, "x" * 40
    return [*pictures, ("PNG", encode_picture("PNG", exif=exif, icc_profile=b"icc" * 20))]


def encode_picture_of(mode: str) -> bytes:
    output = BytesIO()
    Image.new(mode, (13, 7)).save(output, "PNG")
    return output.getvalue()


def mutate(content: bytes, chance: random.Random) -> bytes:
    """Return a file with changed, removed, repeated or inserted bytes; its beginning stays."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(4, len(data))
        length = chance.randint(1, 12)
        kind = chance.randrange(5)
        if kind == 0:
            data[at] = chance.randrange(256)
        elif kind == 1:
            data[at : at + 4] = chance.choice([b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"])
        elif kind == 2 and len(data) > 40:
            del data[at : at + length]
        elif kind == 3:
            data[at:at] = data[at : at + length]
        else:
            data[at:at] = chance.randbytes(length)
        if len(data) < 8:
            return bytes(data) + b"\0" * 8
    return fix_checksums(bytes(data)) if chance.random() < 0.7 else bytes(data)


def fix_checksums(data: bytes) -> bytes:
    """Return a PNG file with right checksums, so that the decoder reads the changed chunks."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    fixed, at = bytearray(data), 8
    while at + 12 <= len(fixed):
        (length,) = struct.unpack(">I", fixed[at : at + 4])
        end = at + 8 + length
        if end + 4 > len(fixed):
            break
        fixed[end : end + 4] = struct.pack(">I", zlib.crc32(fixed[at + 4 : end]))
        at = end + 4
    return bytes(fixed)


def test_mutated_picture_is_encoded_anew_or_refused():
    chance, originals = random.Random(20260302), small_pictures()
    outcomes = dict.fromkeys(("encoded", "unreadable", "too many pixels"), 0)
    for number in range(FUZZED_FILES):
        image_format, content = originals[number % len(originals)]
        try:
            encoded = reencode(mutate(content, chance), image_format)
        except UnreadablePicture:
            outcomes["unreadable"] += 1
        except TooManyPixels:
            outcomes["too many pixels"] += 1
        else:
            assert Image.open(BytesIO(unpack(encoded).content)).format == image_format
            outcomes["encoded"] += 1
    assert all(outcomes.values()), outcomes


def refusal_of(content: bytes) -> str:
    """Return the Indonesian words with which a file is refused."""
    with pytest.raises(Refused) as refused:
        sanitize_file(content)
    return str(refused.value.reason)


def test_pixels_are_counted_before_they_are_decoded(app):
    assert "12 megapiksel" in refusal_of(png(6000, 4000, b"no pixels at all"))
    assert "tidak dapat dibaca" in refusal_of(png(400, 300, b"no pixels at all"))


def test_picture_of_twelve_megapixels_is_accepted(app):
    assert Image.open(BytesIO(sanitize_file(black_png(4032, 3024)).content)).size == (4032, 3024)


def use_worker(monkeypatch, tmp_path: Path, program: str) -> None:
    """Run another program in place of the worker."""
    script = tmp_path / "worker.py"
    script.write_text(program)
    monkeypatch.setattr(picture_worker, "__file__", str(script))


@pytest.mark.parametrize(
    "program",
    ["import os; os.kill(os.getpid(), 9)", "raise MemoryError", "import sys; sys.exit(139)"],
)
def test_picture_that_ends_its_worker_is_refused(app, monkeypatch, tmp_path, program):
    use_worker(monkeypatch, tmp_path, program)
    assert "tidak dapat dibaca" in refusal_of(encode_picture("PNG"))


def test_picture_that_takes_too_long_is_refused(app, monkeypatch, tmp_path):
    use_worker(monkeypatch, tmp_path, "import time; time.sleep(60)")
    monkeypatch.setattr(picture_encoding, "TIMEOUT_SECONDS", 0.3)
    assert "tidak dapat dibaca" in refusal_of(encode_picture("PNG"))


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of memory needs Linux")
def test_worker_cannot_use_more_memory_than_its_limit(app, monkeypatch, tmp_path):
    program = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("worker", {WORKER!r})
worker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(worker)
worker._encode = lambda picture, image_format: worker.HEADER.pack(1, 1, 4, 0, 0) + bytes(SIZE)[:4]
sys.exit(worker.main())
"""
    limit = picture_worker.MAX_MEMORY_BYTES
    use_worker(monkeypatch, tmp_path, program.replace("SIZE", "4"))
    assert sanitize_file(encode_picture("PNG")).content == bytes(4)
    use_worker(monkeypatch, tmp_path, program.replace("SIZE", str(limit)))
    assert "tidak dapat dibaca" in refusal_of(encode_picture("PNG"))


def test_two_pictures_are_decoded_at_a_time_and_many_more_are_refused(app, monkeypatch, tmp_path):
    record = tmp_path / "times"
    program = f"""
import os, time
for word in ("begin", "end"):
    with open({str(record)!r}, "a") as file:
        file.write(word + "\\n")
    time.sleep(0.4)
"""
    use_worker(monkeypatch, tmp_path, program)
    refusals = []

    def upload() -> None:
        try:
            sanitize_file(encode_picture("PNG"))
        except Refused as refusal:
            refusals.append(refusal)

    threads = [threading.Thread(target=upload) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    words = record.read_text().split()
    running = [
        words[: i + 1].count("begin") - words[: i + 1].count("end") for i in range(len(words))
    ]
    assert max(running) == picture_encoding.SLOTS
    assert words.count("begin") == picture_encoding.MAX_CALLERS
    assert len(refusals) == 24  # the four that ran returned no picture


def test_number_of_files_is_checked_before_a_file_is_decoded(app, monkeypatch):
    proposal = factories.create_proposal()
    draft = drafts.save_draft(proposal.author, {"title": "x"})
    for _ in range(attachments.MAX_ATTACHMENTS):
        attachments.add_attachment(proposal.author, proposal, "x", PDF)
        drafts.add_draft_attachment(proposal.author, draft, "x", PDF)

    def fail(_content: bytes) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(attachments, "sanitize_file", fail)
    monkeypatch.setattr(drafts, "sanitize_file", fail)
    with pytest.raises(Refused):
        attachments.add_attachment(proposal.author, proposal, "x", PDF)
    with pytest.raises(Refused):
        drafts.add_draft_attachment(proposal.author, draft, "x", PDF)


def upload_page(proposal, kind: str) -> str:
    if kind == "proposal":
        return f"/en/proposals/{proposal.id}/files"
    fields = {"title": "x" * 20, "process": proposal.process.slug}
    return f"/en/proposals/drafts/{drafts.save_draft(proposal.author, fields).id}/place"


@pytest.mark.parametrize("kind", ["proposal", "draft"])
def test_refused_uploads_count_until_the_limit_is_shown_at_the_field(app, kind, clock):
    proposal = factories.create_proposal()
    client = signed_in_client(app, proposal.author)
    page = upload_page(proposal, kind)

    def upload():
        file = (BytesIO(b"no picture"), "x.png")
        return submit_form(client, page, title="Foto halte", file=file, add="1")

    for _ in range(10):
        response = upload()
        assert response.status_code == 422 and "Only PDF, PNG, JPEG" in response.text
    response = upload()
    assert response.status_code == 429 and int(response.headers["Retry-After"]) > 0
    assert re.search(r"Too many attempts. Try again at \d\d.\d\d", response.text)
    assert 'value="Foto halte"' in response.text
