"""Making pictures that may be served: of what a farmer uploads, and of the drawings that come with the product."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from threading import BoundedSemaphore

from marketplace.catalogue.pictures import Photo, PictureData
from marketplace.kernel.errors import Invalid, TryLater
from marketplace.kernel.words import N_
from marketplace.providers.picture_reader import MAIN, TOO_LARGE

READER = Path(__file__).with_name("picture_reader.py")
MOST_BYTES = 12 * 1024 * 1024
SECONDS = 20
WAIT_SECONDS = 10
# A process makes two pictures at a time, each with the memory of one large photo; whoever comes then waits a little.
_DARKROOMS = BoundedSemaphore(2)
BUSY = N_("Gerade werden zu viele Bilder gemacht. Bitte versuchen Sie es in einer Minute noch einmal.")
UNREADABLE = N_("Dieses Bild lässt sich nicht lesen. Bitte nehmen Sie ein JPEG, PNG oder WebP.")

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon"}
ATTRIBUTES = {
    "viewBox", "fill", "fill-rule", "fill-opacity", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin",
    "stroke-dasharray", "stroke-opacity", "opacity", "transform", "d", "cx", "cy", "r", "rx", "ry", "x", "y", "width",
    "height", "x1", "y1", "x2", "y2", "points",
}  # fmt: skip
VALUE = re.compile(r"[\w\s.,#()%+-]*", re.ASCII)


def picture_of_upload(content: bytes, *, wait_seconds: float = WAIT_SECONDS) -> Photo:
    """An uploaded JPEG, PNG or WebP of at most 12 MB made anew: upright, without EXIF, WebP and AVIF in three sizes.

    Raises Invalid (field `picture`) for everything else, an SVG included: it is a program, not a picture. TryLater when
    too many are being made. It takes seconds: never with a transaction open.
    """
    if len(content) > MOST_BYTES:
        raise Invalid({"picture": N_("Das Bild ist größer als 12 MB.")})
    if not _DARKROOMS.acquire(timeout=wait_seconds):
        raise TryLater(BUSY)
    try:
        made = subprocess.run(
            [sys.executable, "-I", str(READER)],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise Invalid({"picture": UNREADABLE}) from None
    finally:
        _DARKROOMS.release()
    if made.returncode == TOO_LARGE:
        raise Invalid({"picture": N_("Das Bild hat zu viele Bildpunkte, mehr als 64 Millionen.")})
    if made.returncode != 0 or not made.stdout:
        raise Invalid({"picture": UNREADABLE})
    renditions = _renditions(made.stdout)
    return Photo(renditions.pop(MAIN), renditions)


def _renditions(told: bytes) -> dict[str, PictureData]:
    """What the reader wrote: lines `ending length`, each followed by so many bytes."""
    found: dict[str, PictureData] = {}
    while told:
        head, _, rest = told.partition(b"\n")
        ending, length = head.decode("ascii").split()
        found[ending] = PictureData(rest[: int(length)], f"image/{ending.rpartition('.')[2]}")
        told = rest[int(length) :]
    return found


def house_drawing(content: bytes) -> PictureData:
    """A drawing of our own, rewritten with nothing but shapes and colours. ValueError for anything else in it."""
    if b"<!" in content or b"<?" in content.removeprefix(b"<?xml"):
        raise ValueError("a drawing has neither entities nor instructions")
    root = ElementTree.fromstring(content)  # noqa: S314 - of our own files, entities refused above
    for element in root.iter():
        name = element.tag.removeprefix(SVG)
        if not element.tag.startswith(SVG) or name not in ELEMENTS:
            raise ValueError(f"a drawing has no {element.tag}")
        for attribute, value in element.attrib.items():
            if attribute not in ATTRIBUTES or not VALUE.fullmatch(value):
                raise ValueError(f"a drawing has no {attribute}={value!r}")
        element.text = element.tail = None
    ElementTree.register_namespace("", SVG[1:-1])
    return PictureData(ElementTree.tostring(root), "image/svg+xml")
