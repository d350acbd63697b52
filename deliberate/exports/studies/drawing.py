"""Small drawings of lines, marks and texts, written as SVG and as PNG from the same shapes."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import escape

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

PAPER, INK, MUTED, AXIS = "#ffffff", "#1b2a27", "#4d5b57", "#cfcabd"
SCALE = 2
"""Pixels of a PNG for each unit of a drawing: 1,800 wide, sharp in print."""
FONTS = Path(__file__).parents[2] / "operations" / "site" / "share_cards" / "fonts"
DASHES = 12


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str = AXIS
    width: float = 2


@dataclass(frozen=True)
class Mark:
    """A mark of a series: a dashed ring, a square, a diamond or a bar."""

    shape: str
    x: float
    y: float


@dataclass(frozen=True)
class Text:
    """One line of text, centred on `y`. `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    size: int = 15
    anchor: str = "start"
    is_bold: bool = False
    colour: str = INK


Shape = Line | Mark | Text


@dataclass(frozen=True)
class Drawing:
    """A drawing of a size, with the text that says it to people who do not see it."""

    width: int
    height: int
    label: str
    shapes: Sequence[Shape]


def to_svg(drawing: Drawing, language: str) -> str:
    """Return a drawing as an SVG document whose texts stay texts."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.width} {drawing.height}"'
        f' width="{drawing.width}" height="{drawing.height}" lang="{language}" role="img"'
        ' font-family="Open Sans, Noto Sans, DejaVu Sans, sans-serif">',
        f"<title>{escape(drawing.label)}</title>",
        f'<rect width="{drawing.width}" height="{drawing.height}" fill="{PAPER}"/>',
        *(_svg_shape(shape) for shape in drawing.shapes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _svg_shape(shape: Shape) -> str:
    if isinstance(shape, Line):
        return (
            f'<line x1="{shape.x1:g}" y1="{shape.y1:g}" x2="{shape.x2:g}" y2="{shape.y2:g}"'
            f' stroke="{shape.colour}" stroke-width="{shape.width:g}"/>'
        )
    if isinstance(shape, Text):
        weight = ' font-weight="700"' if shape.is_bold else ""
        return (
            f'<text x="{shape.x:g}" y="{shape.y + shape.size * 0.35:g}" font-size="{shape.size}"'
            f' text-anchor="{shape.anchor}" fill="{shape.colour}"{weight}>'
            f"{escape(shape.text)}</text>"
        )
    return _SVG_MARKS[shape.shape].format(x=f"{shape.x:g}", y=f"{shape.y:g}")


_SVG_MARKS = {
    "ring": '<circle cx="{x}" cy="{y}" r="11" fill="none" stroke="#1b2a27" stroke-width="2.5"'
    ' stroke-dasharray="3.5 2.3"/>',
    "square": '<path transform="translate({x} {y})" d="M-6-6h12v12h-12z" fill="#5b5675"/>',
    "diamond": '<path transform="translate({x} {y})" d="M0-9L9 0L0 9L-9 0z" fill="#8a4b00"/>',
    "bar": '<path transform="translate({x} {y})" d="M-2.5-13h5v26h-5z" fill="#0b5148"/>',
}


def to_png(drawing: Drawing) -> bytes:
    """Return a drawing as a PNG of twice its size."""
    from PIL import Image, ImageDraw  # pages do not need it

    image = Image.new("RGB", (drawing.width * SCALE, drawing.height * SCALE), PAPER)
    pen = ImageDraw.Draw(image)
    for shape in drawing.shapes:
        _draw_shape(pen, shape)
    output = io.BytesIO()
    image.save(output, "PNG", optimize=True, dpi=(192, 192))
    return output.getvalue()


def _draw_shape(pen: "ImageDraw", shape: Shape) -> None:
    if isinstance(shape, Line):
        ends = [value * SCALE for value in (shape.x1, shape.y1, shape.x2, shape.y2)]
        pen.line(ends, shape.colour, round(shape.width * SCALE))
    elif isinstance(shape, Text):
        place = (shape.x * SCALE, shape.y * SCALE)
        anchor = {"start": "lm", "middle": "mm", "end": "rm"}[shape.anchor]
        pen.text(place, shape.text, shape.colour, _font(shape.is_bold, shape.size), anchor=anchor)
    else:
        _DRAWN_MARKS[shape.shape](pen, shape.x * SCALE, shape.y * SCALE)


@cache
def _font(is_bold: bool, size: int) -> "FreeTypeFont":
    from PIL import ImageFont

    path = FONTS / f"OpenSans-{'Bold' if is_bold else 'Regular'}.ttf"
    return ImageFont.truetype(str(path), size * SCALE, layout_engine=ImageFont.Layout.BASIC)


def _draw_ring(pen: "ImageDraw", x: float, y: float) -> None:
    r, step = 11 * SCALE, 360 / DASHES
    for dash in range(DASHES):
        box = (x - r, y - r, x + r, y + r)
        pen.arc(box, dash * step, dash * step + step * 0.6, INK, round(2.5 * SCALE))


def _draw_square(pen: "ImageDraw", x: float, y: float) -> None:
    r = 6 * SCALE
    pen.rectangle((x - r, y - r, x + r, y + r), "#5b5675")


def _draw_diamond(pen: "ImageDraw", x: float, y: float) -> None:
    r = 9 * SCALE
    pen.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], "#8a4b00")


def _draw_bar(pen: "ImageDraw", x: float, y: float) -> None:
    pen.rectangle((x - 2.5 * SCALE, y - 13 * SCALE, x + 2.5 * SCALE, y + 13 * SCALE), "#0b5148")


_DRAWN_MARKS: dict[str, Callable[["ImageDraw", float, float], None]] = {
    "ring": _draw_ring,
    "square": _draw_square,
    "diamond": _draw_diamond,
    "bar": _draw_bar,
}
