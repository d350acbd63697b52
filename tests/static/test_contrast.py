"""Contrast of the colours of the stylesheet, in the light and the dark scheme (WCAG 2.2 AA)."""

import re
from pathlib import Path

import pytest

SHEET = (Path(__file__).parents[2] / "static" / "deliberate.css").read_text()
SURFACES = ("surface", "page", "surface-sunken")
TINTS = ("for", "against", "neutral", "official", "warning")
TEXTS = (
    *((text, surface) for text in ("text", "text-muted") for surface in SURFACES),
    *(
        (text, surface)
        for text in ("link", "action", "official", "error")
        for surface in ("surface", "page")
    ),
    *((kind, f"{kind}-surface") for kind in (*TINTS, "error")),
    *((kind, "surface") for kind in ("for", "against", "neutral", "warning")),
    *((text, f"{kind}-surface") for text in ("text", "text-muted", "link") for kind in TINTS),
    ("link", "surface-sunken"),
    ("on-action", "action"),
    ("brand-ink", "brand"),
    ("brand", "brand-soft"),
    ("surface", "text"),
)
EDGES = (
    ("border-strong", "surface"),
    ("border-strong", "page"),
    ("error", "surface"),
    ("action", "surface"),
    ("focus", "light-text"),
)


def tokens(scheme: str) -> dict[str, str]:
    """Return the colour tokens of a scheme; the dark scheme overrides the light one."""
    light, dark = re.findall(r":root \{(.*?)\}", SHEET, re.DOTALL)[:2]
    colours = re.findall(
        r"--([\w-]+): (#[0-9a-f]{3,6})\b", light + (dark if scheme == "dark" else "")
    )
    return dict(colours) | {"light-text": "#17211f"}


def brightness(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted((brightness(first), brightness(second)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, surface: str, share: float) -> str:
    def parts(of: str) -> list[int]:
        return [int(of[i : i + 2], 16) for i in (1, 3, 5)]

    pairs = zip(parts(colour), parts(surface.ljust(7, surface[-1])), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_contrasts_with_its_surface(scheme: str) -> None:
    colours = tokens(scheme)
    weak = {
        (text, surface): round(contrast(colours[text], colours[surface]), 2)
        for text, surface in TEXTS
        if contrast(colours[text], colours[surface]) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_borders_and_focus_contrast_with_their_surface(scheme: str) -> None:
    colours = tokens(scheme)
    assert {pair for pair in EDGES if contrast(colours[pair[0]], colours[pair[1]]) < 3} == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_for_and_against_have_equal_contrast(scheme: str) -> None:
    colours = tokens(scheme)
    assert contrast(colours["for"], colours["against"]) < 1.15
    assert contrast(colours["for-surface"], colours["against-surface"]) < 1.1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_in_heat_map_contrasts_with_its_cell(scheme: str) -> None:
    colours = tokens(scheme)
    cell = r"\.heat-[1-3] \{\s*background: color-mix\(in srgb, var\(--action\) (\d+)%, "
    steps = [int(step) / 100 for step in re.findall(cell, SHEET)]
    assert len(steps) == 3
    for step in steps:
        assert contrast(colours["text"], mixed(colours["action"], colours["surface"], step)) >= 4.5
    assert contrast(colours["text"], colours["surface-sunken"]) >= 4.5
    assert contrast(colours["on-action"], colours["action"]) >= 4.5
