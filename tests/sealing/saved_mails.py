"""The mail to a witness as mail programs save it: each function returns the bytes of a file."""

import html
import textwrap
from base64 import encodebytes
from email.message import EmailMessage
from quopri import encodestring

HEADERS = (
    "From: Deliberate <deliberate@localhost>\nTo: pers@example.org\n"
    "Subject: Log head of 2026-03-01: 3 entries\nDate: Sun, 1 Mar 2026 02:10:00 +0800\n"
    "MIME-Version: 1.0\n"
)
GMAIL = (
    "Delivered-To: pers@example.org\nReceived: by 2002:a05:7010:a38e with SMTP id gw14csp;\n"
    "        Sun, 1 Mar 2026 02:10:04 -0800 (PST)\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org;\n"
    "        bh=abc/=; b=de+\n"
)


def _text(mail: EmailMessage) -> str:
    return mail.get_body(("plain",)).get_content()


def _part(content_type: str, encoding: str, content: bytes, *more: str) -> bytes:
    lines = [f"Content-Type: {content_type}", f"Content-Transfer-Encoding: {encoding}", *more]
    encode = {"base64": encodebytes, "quoted-printable": encodestring}.get(encoding, bytes)
    return "\n".join(lines).encode() + b"\n\n" + encode(content)


def _multipart(kind: str, headers: str, *parts: bytes) -> bytes:
    start = f'{headers}Content-Type: multipart/{kind}; boundary="=-b"\n\n'.encode()
    return start + b"".join(b"--=-b\n" + part + b"\n" for part in parts) + b"--=-b--\n"


def _page(text: str) -> str:
    return "<html><body><p>" + html.escape(text).replace("\n", "<br>\n") + "</p></body></html>"


def as_sent(mail):
    """Return the mail as the server has it."""
    return mail.as_bytes()


def mbox_of_mutt(mail):
    """Return a folder with one mail: a line `From ` first, line ends of Unix."""
    content = mail.as_bytes().replace(b"\r\n", b"\n")
    return b"From deliberate@localhost Sun Mar  1 02:10:00 2026\n" + content


def eml_of_thunderbird(mail):
    """Return raw text: 8bit, not wrapped, with the program's own headers."""
    marks = "X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\nX-Mozilla-Keys: \n"
    content = _part("text/plain; charset=UTF-8", "8bit", _text(mail).encode())
    return (marks + HEADERS).encode().replace(b"\n", b"\r\n") + content


def text_of_thunderbird(mail):
    """Return `Save as text`: some headers, and long lines wrapped anywhere."""
    wrapped = [textwrap.fill(line, 72, break_on_hyphens=False) for line in _text(mail).splitlines()]
    return (HEADERS + "\n\n" + "\n".join(wrapped)).encode()


def original_of_gmail(mail):
    """Return `Download original`: text in base64 beside HTML in quoted-printable."""
    text = _text(mail)
    return _multipart(
        "alternative",
        GMAIL + HEADERS,
        _part('text/plain; charset="UTF-8"', "base64", text.encode()),
        _part('text/html; charset="UTF-8"', "quoted-printable", _page(text).encode()),
    )


def html_of_outlook(mail):
    """Return HTML alone, in base64 and an old character set."""
    body = _page(_text(mail)).replace(",", ",<wbr>").encode("cp1252")
    return HEADERS.encode() + _part("text/html; charset=windows-1252", "base64", body)


def text_of_outlook(mail):
    """Return `Save as text`: two bytes a character, with a mark of their order."""
    return (HEADERS + "\n" + _text(mail)).replace("\n", "\r\n").encode("utf-16")


def eml_of_apple_mail(mail):
    """Return flowed text in quoted-printable."""
    flowed = "text/plain; charset=us-ascii; format=flowed; delsp=yes"
    headers = "X-Uniform-Type-Identifier: com.apple.mail-draft\n" + HEADERS
    return headers.encode() + _part(flowed, "quoted-printable", _text(mail).encode())


def attachment_alone(mail):
    """Return a mail whose text was cut off by a list server; the attachment is there."""
    (attachment,) = mail.iter_attachments()
    return _multipart(
        "mixed",
        HEADERS,
        _part("text/plain", "7bit", b"[text removed]"),
        _part("application/octet-stream", "base64", attachment.get_content()),
    )


def forwarded_as_attachment(mail):
    """Return a mail that contains the mail."""
    note = _part("text/plain", "7bit", b"Mohon disimpan.")
    inner = b"Content-Type: message/rfc822\n\n" + mail.as_bytes().replace(b"\r\n", b"\n")
    return _multipart("mixed", HEADERS, note, inner)


def quoted_answer(mail):
    """Return an answer that quotes the mail, wrapped below two marks."""
    lines = [part for line in _text(mail).splitlines() for part in textwrap.wrap(line, 70)]
    quoted = "\n".join(f"> > {line}" for line in lines)
    return (HEADERS + "\nTerima kasih.\n\n" + quoted + "\n").encode()


def letter_of_earlier_versions(mail):
    """Return a letter that names text, signature and key below each other."""
    import json

    (attachment,) = mail.iter_attachments()
    head = json.loads(attachment.get_content())
    text = f"{head['body']}\nsignature {head['signature']}\nkey {head['key']}\n\n-- \nDeliberate\n"
    return HEADERS.encode() + _part("text/plain", "quoted-printable", text.encode())


SAVED = (
    as_sent,
    mbox_of_mutt,
    eml_of_thunderbird,
    text_of_thunderbird,
    original_of_gmail,
    html_of_outlook,
    text_of_outlook,
    eml_of_apple_mail,
    attachment_alone,
    forwarded_as_attachment,
    quoted_answer,
    letter_of_earlier_versions,
)
