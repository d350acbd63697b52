"""Program of the process that draws one share card, as a JPEG of at most 80 KB.

It runs as a file of its own, with limits, and imports nothing of the platform. Usage: on standard
input one line of JSON (label, title, state, tone, footer, brand, colour), then the picture beside
the title, if there is one; the card on standard output.
"""

import json
import math
import resource
import sys
import unicodedata
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont, ImageOps

WIDTH, HEIGHT, MARGIN = 1200, 630, 64
SIDE = 400
"""Width of the picture at the right."""
MAX_BYTES = 80_000
MAX_MEMORY_BYTES = 512 * 1024 * 1024
MAX_CPU_SECONDS = 10
MAX_PICTURE_PIXELS = 2_000_000
"""Pictures of pages are at most 800 wide and twice as high."""
TITLE_SIZES = range(68, 25, -2)
STATE_SIZES = range(30, 19, -2)
LINE_HEIGHT = 1.24
TITLE_TOP, TITLE_HEIGHT = 150, 320
PAPER, INK, MUTED = "#fbf9f4", "#1b2a27", "#4d5b57"
TONES = {
    "official": ("#dcece8", "#0b5148"),
    "warning": ("#fbe9c6", "#6b4200"),
    "error": ("#fbdcd7", "#8c1d18"),
    "": ("#e9e6dd", "#36423f"),
}
QUALITIES = (86, 80, 72, 64, 56, 48, 40, 30, 20)
FONTS = Path(__file__).parent / "fonts"


@cache
def font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    """Return the font of a weight and a size."""
    path = str(FONTS / f"OpenSans-{weight}.ttf")
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@cache
def can_draw(character: str) -> bool:
    """Return whether the font has the character: another one would be drawn as an empty box."""
    if character.isspace() or unicodedata.combining(character):
        return character.isspace()
    sample = font("Bold", 24)
    return bytes(sample.getmask(character)) != bytes(sample.getmask("\uffff"))


def drawable(text: str) -> str:
    """Return a text without what the font lacks, such as emoji; empty if that is most letters."""
    plain = unicodedata.normalize("NFC", text)
    kept = " ".join("".join(c for c in plain if can_draw(c)).split())
    letters = sum(c.isalpha() for c in plain)
    return kept if 2 * sum(c.isalpha() for c in kept) >= letters else ""


def wrap(text: str, face: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Return the lines of a text; a word that is wider than a line is broken."""
    lines, line = [], ""
    for word in text.split():
        joined = f"{line} {word}".strip()
        if face.getlength(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while face.getlength(line) > width:
            end = next(n for n in range(len(line), 0, -1) if face.getlength(line[:n]) <= width)
            lines.append(line[:end])
            line = line[end:]
    return [*lines, line] if line else lines


def fit_title(title: str, width: float) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """Return the lines and the largest font in which the whole title fits into its box."""
    for size in TITLE_SIZES:
        face = font("Bold", size)
        lines = wrap(title, face, width)
        most = int(TITLE_HEIGHT / (size * LINE_HEIGHT))
        if len(lines) <= most:
            return lines, face
    return [*lines[: most - 1], shorten(" ".join(lines[most - 1 :]), face, width)], face


def shorten(text: str, face: ImageFont.FreeTypeFont, width: float) -> str:
    """Return a text in one line, with an ellipsis where something is left out."""
    if face.getlength(text) <= width:
        return text
    while text and face.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def draw_card(content: dict[str, str], picture: bytes) -> bytes:
    """Return the card as a JPEG."""
    card = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(card)
    side = beside(picture) or illustration(content["colour"])
    card.paste(side, (WIDTH - SIDE, 0))
    draw.rectangle((0, 0, 14, HEIGHT), fill=content["colour"])
    width = WIDTH - SIDE - 2 * MARGIN
    label = shorten(drawable(content["label"]), font("Bold", 30), width)
    draw.text((MARGIN, 52), label, INK, font("Bold", 30))
    lines, face = fit_title(drawable(content["title"]) or label, width)
    for n, line in enumerate(lines):
        draw.text((MARGIN, TITLE_TOP - 34 + n * face.size * LINE_HEIGHT), line, INK, face)
    draw_state(draw, drawable(content["state"]), content["tone"], width)
    small = font("Regular", 26)
    footer = " · ".join(filter(None, (drawable(content["footer"]), drawable(content["brand"]))))
    draw.text((MARGIN, HEIGHT - 76), shorten(footer, small, width), MUTED, small)
    return encode(card)


def draw_state(draw: ImageDraw.ImageDraw, text: str, tone: str, width: float) -> None:
    """Draw the state as a tag above the footer."""
    if not text:
        return
    sizes = (size for size in STATE_SIZES if font("Bold", size).getlength(text) <= width - 40)
    face = font("Bold", next(sizes, STATE_SIZES[-1]))
    text = shorten(text, face, width - 40)
    tint, ink = TONES.get(tone, TONES[""])
    top = HEIGHT - 150
    draw.rounded_rectangle((MARGIN, top, MARGIN + face.getlength(text) + 40, top + 54), 14, tint)
    draw.text((MARGIN + 20, top + 27), text, ink, face, anchor="lm")


def beside(content: bytes) -> Image.Image | None:
    """Return a picture cut to its place at the right, None without one that can be read."""
    if not content:
        return None
    try:
        with Image.open(BytesIO(content), formats=("WEBP",)) as picture:
            if picture.width * picture.height > MAX_PICTURE_PIXELS:
                return None
            return ImageOps.fit(picture.convert("RGB"), (SIDE, HEIGHT))
    except Exception:  # decoders raise errors of many types
        return None


def illustration(colour: str) -> Image.Image:
    """Return a drawing of hills, houses and a leaf in shades of the colour of the site."""
    scale = 2
    width, height = SIDE * scale, HEIGHT * scale
    image = Image.new("RGB", (width, height), shade(colour, 0.86))
    draw = ImageDraw.Draw(image)
    draw.ellipse(
        (width * 0.55, height * 0.1, width * 0.83, height * 0.1 + width * 0.28), shade(colour, 0.68)
    )
    for level, tint in ((0.52, 0.62), (0.64, 0.42), (0.78, 0.2)):
        points = [
            (x, height * (level + 0.05 * math.sin(x / width * 5 + level * 20)))
            for x in range(0, width + 9, 8)
        ]
        draw.polygon([*points, (width, height), (0, height)], shade(colour, tint))
    for x, y, size in ((0.14, 0.66, 0.2), (0.44, 0.7, 0.26), (0.76, 0.67, 0.17)):
        draw_house(draw, (x * width, y * height), size * width, colour)
    return image.resize((SIDE, HEIGHT), Image.Resampling.LANCZOS)


def draw_house(
    draw: ImageDraw.ImageDraw, corner: tuple[float, float], size: float, colour: str
) -> None:
    """Draw a house on posts; `corner` is the left end of its roof."""
    x, y = corner
    roof = [(x - size * 0.12, y), (x + size / 2, y - size * 0.5), (x + size * 1.12, y)]
    draw.polygon(roof, shade(colour, 0.0))
    draw.rectangle((x, y, x + size, y + size * 0.55), shade(colour, 0.94))
    door = (x + size * 0.4, y + size * 0.15, x + size * 0.6, y + size * 0.55)
    draw.rectangle(door, shade(colour, 0.3))
    for post in (0.08, 0.46, 0.84):
        left, top = x + size * post, y + size * 0.55
        draw.rectangle((left, top, left + size * 0.08, top + size * 0.2), shade(colour, 0.0))


def shade(colour: str, lightness: float) -> tuple[int, int, int]:
    """Return a colour mixed with white; `lightness` 0 is the colour itself."""
    red, green, blue = ImageColor.getrgb(colour)[:3]
    mixed = [round(part + (255 - part) * lightness) for part in (red, green, blue)]
    return mixed[0], mixed[1], mixed[2]


def encode(card: Image.Image) -> bytes:
    """Return the card in the best quality that is small enough."""
    for quality in QUALITIES:
        output = BytesIO()
        card.save(output, "JPEG", quality=quality, optimize=True, progressive=True)
        if output.tell() <= MAX_BYTES:
            break
    return output.getvalue()


def main() -> None:
    """Limit this process and draw the card."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    content = json.loads(sys.stdin.buffer.readline())
    sys.stdout.buffer.write(draw_card(content, sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
