#!/usr/bin/env python3
"""Print the contrasts of the colour tokens in light and dark; exit code 1 when a pair misses its floor.

    python tools/contrast.py [static/css/tokens.css]

The formula is that of WCAG 2.1, relative luminance; floors: 7 for text one reads long, 4.5 for text, 3 for edges of
controls and the focus ring.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

TOKENS = Path(__file__).resolve().parents[1] / "static/css/tokens.css"
_COLOUR = re.compile(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})")

LONG, TEXT, EDGE = 7.0, 4.5, 3.0
PAIRS: tuple[tuple[str, str, float], ...] = (
    ("ink", "paper", LONG),
    ("ink", "surface", LONG),
    ("ink", "sunken", LONG),
    ("ink-2", "paper", TEXT),
    ("ink-2", "surface", TEXT),
    ("ink-2", "sunken", TEXT),
    ("ink-3", "surface", TEXT),
    ("ink-3", "paper", TEXT),
    ("ink-3", "sunken", TEXT),
    ("hecke", "surface", TEXT),
    ("hecke", "paper", TEXT),
    ("hecke", "hecke-tint", TEXT),
    ("on-hecke", "hecke", TEXT),
    ("on-band", "band", LONG),
    ("on-band", "band-deko", TEXT),
    ("raps", "band", TEXT),
    ("on-raps", "raps", LONG),
    ("ink", "raps-tint", LONG),
    ("ink-2", "raps-tint", TEXT),
    ("raps-line", "surface", EDGE),
    ("raps-line", "raps-tint", EDGE),
    ("klinker", "surface", TEXT),
    ("klinker", "paper", TEXT),
    ("klinker", "klinker-tint", TEXT),
    ("on-klinker", "klinker", TEXT),
    ("ocker", "surface", TEXT),
    ("ocker", "ocker-tint", TEXT),
    ("gras", "surface", TEXT),
    ("gras", "gras-tint", TEXT),
    ("himmel", "surface", TEXT),
    ("himmel", "himmel-tint", TEXT),
    ("ink", "hecke-tint", LONG),
    ("ink", "klinker-tint", LONG),
    ("line-strong", "surface", EDGE),
    ("line-strong", "paper", EDGE),
    ("line-strong", "sunken", EDGE),
    ("focus", "surface", EDGE),
    ("focus", "paper", EDGE),
)


def palettes(css: str) -> tuple[dict[str, str], dict[str, str]]:
    """The colours of the light and of the dark theme, by token."""
    light = dict(_COLOUR.findall(css.split("@media")[0]))
    dark = css.split(':root[data-theme="dark"]')[1].split("}")[0]
    return light, light | dict(_COLOUR.findall(dark))


def luminance(colour: str) -> float:
    """Relative luminance of `#RRGGBB`, 0 to 1."""
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def ratio(one: str, other: str) -> float:
    """Contrast of two colours, 1 to 21."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def misses(css: str) -> list[str]:
    """The pairs below their floor, as sentences."""
    found = []
    for theme, palette in zip(("light", "dark"), palettes(css), strict=True):
        for front, ground, floor in PAIRS:
            measured = ratio(palette[front], palette[ground])
            if measured < floor:
                found.append(f"{theme}: {front} on {ground} has {measured:.1f}, needs {floor}")
    return found


def main(arguments: list[str]) -> int:
    """Print the table; 1 when something is too faint."""
    css = (Path(arguments[0]) if arguments else TOKENS).read_text(encoding="utf-8")
    light, dark = palettes(css)
    print("| pair (text or edge on ground) | light | dark | floor |\n| --- | --- | --- | --- |")
    for front, ground, floor in PAIRS:
        figures = f"{ratio(light[front], light[ground]):.1f} | {ratio(dark[front], dark[ground]):.1f}"
        print(f"| {front} on {ground} | {figures} | {floor:g} |")
    faint = misses(css)
    for sentence in faint:
        print(sentence, file=sys.stderr)
    return 1 if faint else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
