"""Readable accents from one brand colour, so that no choice in `[site]` can make text illegible.

A company picks its colour for a logo, not for text. Hue and saturation stay; only the lightness
moves, and only as far as WCAG asks (SC 1.4.3: 4.5 to 1 for text).
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

Rgb = tuple[float, float, float]

TEXT_CONTRAST = 4.5
STEPS = 200  # lightness is tried in half percents: finer than an eye sees
ROUNDING = 0.1  # of contrast: what rounding to eight bits a channel may cost
WHITE: Rgb = (1, 1, 1)
NEARLY_BLACK: Rgb = (0.063, 0.067, 0.078)


@dataclass(frozen=True, slots=True)
class Theme:
    """Grounds of portal.css: the page's own, and the one on which text is hardest to read.

    ``tint`` is the share of the accent in its soft tint: enough to see, little enough to read on.
    """

    page: Rgb
    hardest: Rgb
    tint: float
    extreme: float
    """The lightness, 0 or 1, that always reads."""


LIGHT = Theme(page=(1, 1, 1), hardest=(0.957, 0.957, 0.961), tint=0.07, extreme=0)  # #f4f4f5
DARK = Theme(page=(0.075, 0.078, 0.094), hardest=(0.133, 0.137, 0.157), tint=0.11, extreme=1)


@dataclass(frozen=True, slots=True)
class Accent:
    """Colours of one theme as ``#rrggbb``: text and fill, what stands on the fill, and a tint."""

    text: str
    on_fill: str
    soft: str

    @property
    def values(self) -> list[str]:
        """All of them, in this order."""
        return [self.text, self.on_fill, self.soft]


def accent(colour: str, theme: Theme) -> Accent:
    """The nearest accent to ``colour`` (``#rrggbb``) that reads on every ground of ``theme``.

    The fill has the accent's colour, so what stands on it is white or nearly black.
    """
    hue, lightness, saturation = colorsys.rgb_to_hls(*parse(colour))
    for step in range(STEPS + 1):
        moved = lightness + (theme.extreme - lightness) * step / STEPS
        text = colorsys.hls_to_rgb(hue, moved, saturation)
        soft = mix(text, theme.page, theme.tint)
        if min(contrast(text, theme.hardest), contrast(text, soft)) >= TEXT_CONTRAST + ROUNDING:
            break
    white_reads = contrast(text, WHITE) >= contrast(text, NEARLY_BLACK)
    on_fill = hexadecimal(WHITE if white_reads else NEARLY_BLACK)
    return Accent(hexadecimal(text), on_fill, hexadecimal(soft))


def parse(colour: str) -> Rgb:
    """``#rrggbb`` as three numbers from 0 to 1."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def hexadecimal(rgb: Rgb) -> str:
    """Three numbers from 0 to 1 as ``#rrggbb``."""
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in rgb)


def mix(top: Rgb, ground: Rgb, share: float) -> Rgb:
    """``share`` of ``top`` laid over ``ground``."""
    red, green, blue = (a * share + b * (1 - share) for a, b in zip(top, ground, strict=True))
    return red, green, blue


def luminance(rgb: Rgb) -> float:
    """Relative luminance, 0 to 1, as WCAG 2.2 defines it for sRGB."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: Rgb, second: Rgb) -> float:
    """Contrast ratio, 1 to 21, as WCAG 2.2 defines it."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)
