"""QR codes of addresses, for paper."""

import segno
from markupsafe import Markup


def qr_code(address: str, title: str) -> Markup:
    """Return a QR code as inline SVG; a long address is drawn with small modules."""
    code = segno.make(address, error="l")
    svg = code.svg_inline(scale=2 if code.version > 10 else 3, border=4, light="#fff", title=title)  # type: ignore[operator]  # version is a number here: no Micro QR
    return Markup(svg)  # noqa: S704  # drawn by segno; it escapes the title
