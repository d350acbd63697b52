"""Program of the process that encodes one picture anew, and smaller: no metadata, no hidden data.

It runs as a file of its own, with a memory limit, and imports nothing of the platform, so that it
starts fast and what a hostile picture does to it ends with it. Usage: the format as argument, the
picture on standard input, HEADER and the new pictures on standard output, the outcome as exit code.
"""

from __future__ import annotations

import resource
import struct
import sys
import warnings
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 12_200_000
"""12 megapixels, of which phones make a few more: 4032 by 3024."""
MAX_MEMORY_BYTES = 512 * 1024 * 1024
MAX_CPU_SECONDS = 20
PREVIEW_WIDTHS = (400, 800)
"""Widths of the WebP pictures that pages show."""
HEADER = struct.Struct(">5I")
"""Width and height of the largest preview, then the lengths of the picture and the previews."""
OK, UNREADABLE, TOO_MANY_PIXELS = 0, 3, 4
"""Exit codes."""


class UnreadablePicture(Exception):
    """The decoder fails on the picture."""


class TooManyPixels(Exception):
    """The header declares more pixels than are decoded."""


def reencode(content: bytes, image_format: str) -> bytes:
    """Return a picture upright and without metadata in its format, PNG, JPEG or WEBP, packed with
    smaller ones for pages.

    Raises UnreadablePicture or TooManyPixels, the latter before any pixel is decoded.
    """
    from PIL import Image  # imported late: the platform reads the constants above

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=(image_format,)) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise TooManyPixels
                return _encode(picture, image_format)
    except (TooManyPixels, Image.DecompressionBombError) as error:
        raise TooManyPixels from error
    except Exception as error:  # decoders raise errors of many types
        raise UnreadablePicture(type(error).__name__) from error


def _encode(picture: Image.Image, image_format: str) -> bytes:
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(picture)
    keeps_alpha = image_format != "JPEG" and _has_alpha(upright)
    plain = upright.convert("RGBA" if keeps_alpha else "RGB")
    plain.info.clear()
    previews = [_shrink(plain, width) for width in PREVIEW_WIDTHS]
    contents = [_save(plain, image_format, optimize=True, quality=88)]
    contents += [_save(preview, "WEBP", quality=76) for preview in previews]
    return HEADER.pack(*previews[-1].size, *map(len, contents)) + b"".join(contents)


def _shrink(picture: Image.Image, width: int) -> Image.Image:
    """Return the picture at most `width` wide and twice as high."""
    from PIL.Image import Resampling

    smaller = picture.copy()
    smaller.thumbnail((width, 2 * width), Resampling.LANCZOS)
    return smaller


def _save(picture: Image.Image, image_format: str, **options: int) -> bytes:
    output = BytesIO()
    picture.save(output, image_format, **options)
    return output.getvalue()


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info


def main() -> int:
    """Limit this process, encode the picture and return the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
    try:
        encoded = reencode(sys.stdin.buffer.read(), sys.argv[1])
    except TooManyPixels:
        return TOO_MANY_PIXELS
    except UnreadablePicture:
        return UNREADABLE
    sys.stdout.buffer.write(encoded)
    return OK


if __name__ == "__main__":
    sys.exit(main())
