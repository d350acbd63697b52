"""The colours of the sheet can be told apart, in light and in dark, by weak eyes too."""

import re
from pathlib import Path

import pytest

SHEET = (Path(__file__).parents[2] / "static" / "deliberate.css").read_text()
GROUNDS = ("bg", "page", "sunk")
TINTS = ("pro", "con", "neu", "off", "warn")
TEXTS = (
    *((text, ground) for text in ("ink", "mute") for ground in GROUNDS),
    *((text, ground) for text in ("link", "act", "off", "err") for ground in ("bg", "page")),
    *((kind, f"{kind}-bg") for kind in ("pro", "con", "neu", "warn", "err", "off")),
    *((kind, "bg") for kind in ("pro", "con", "neu", "warn")),
    *((text, f"{kind}-bg") for text in ("ink", "mute", "link") for kind in TINTS),
    ("link", "sunk"),
    ("act-ink", "act"),
    ("brand-ink", "brand"),
    ("brand", "brand-soft"),
    ("bg", "ink"),
)
EDGES = (("edge", "bg"), ("edge", "page"), ("err", "bg"), ("act", "bg"), ("focus", "ink-of-day"))


def tokens(scheme: str) -> dict[str, str]:
    """The colour tokens of the light or the dark scheme; dark ones stand upon the light ones."""
    light, dark = re.findall(r":root\{(.*?)\}", SHEET, re.DOTALL)[:2]
    found = re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})\b", light + (dark if scheme == "dark" else ""))
    return dict(found) | {"ink-of-day": "#17211f"}


def brightness(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((brightness(one), brightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(colour: str, ground: str, share: float) -> str:
    def parts(of: str) -> list[int]:
        return [int(of[i : i + 2], 16) for i in (1, 3, 5)]

    pairs = zip(parts(colour), parts(ground.ljust(7, ground[-1])), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    colours = tokens(scheme)
    weak = {
        (text, ground): round(contrast(colours[text], colours[ground]), 2)
        for text, ground in TEXTS
        if contrast(colours[text], colours[ground]) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_and_focus_stand_out(scheme: str) -> None:
    colours = tokens(scheme)
    assert {pair for pair in EDGES if contrast(colours[pair[0]], colours[pair[1]]) < 3} == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_for_and_against_weigh_the_same(scheme: str) -> None:
    colours = tokens(scheme)
    assert contrast(colours["pro"], colours["con"]) < 1.15
    assert contrast(colours["pro-bg"], colours["con-bg"]) < 1.1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_in_a_heat_map_can_be_read(scheme: str) -> None:
    colours = tokens(scheme)
    steps = [float(step) for step in re.findall(r"\.h[0-3]\{opacity:([.\d]+)\}", SHEET)]
    assert len(steps) == 4
    for step in steps:
        assert contrast(colours["ink"], mixed(colours["act"], colours["bg"], step)) >= 4.5
