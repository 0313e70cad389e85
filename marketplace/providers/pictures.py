"""Making pictures that may be served: of what a farmer uploads, and of the drawings that come with the product."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from marketplace.catalogue.pictures import PictureData
from marketplace.kernel.errors import Invalid
from marketplace.kernel.words import N_

READER = Path(__file__).with_name("picture_reader.py")
MOST_BYTES = 10 * 1024 * 1024
SECONDS = 15

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon"}
ATTRIBUTES = {
    "viewBox", "fill", "fill-rule", "fill-opacity", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin",
    "stroke-dasharray", "stroke-opacity", "opacity", "transform", "d", "cx", "cy", "r", "rx", "ry", "x", "y", "width",
    "height", "x1", "y1", "x2", "y2", "points",
}  # fmt: skip
VALUE = re.compile(r"[\w\s.,#()%+-]*", re.ASCII)


def picture_of_upload(content: bytes) -> PictureData:
    """A new WebP, at most 1200 pixels a side, of an uploaded JPEG, PNG or WebP of at most 10 MB.

    Raises Invalid (field `picture`) for everything else, an SVG included: it is a program, not a picture.
    """
    if len(content) > MOST_BYTES:
        raise Invalid({"picture": N_("Das Bild ist größer als 10 MB.")})
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
        raise Invalid(
            {"picture": N_("Dieses Bild lässt sich nicht lesen. Bitte nehmen Sie ein JPEG, PNG oder WebP.")}
        ) from None
    if made.returncode != 0 or not made.stdout:
        raise Invalid({"picture": N_("Dieses Bild lässt sich nicht lesen. Bitte nehmen Sie ein JPEG, PNG oder WebP.")})
    return PictureData(made.stdout, "image/webp")


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
