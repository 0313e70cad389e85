"""QR codes as SVG for the page: no size, no style, so that the content security policy and the ticket are content."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr(text: str) -> Markup:
    """`text` as a QR code of error level M, without quiet zone (the ticket's white edge is one)."""
    code = segno.make_qr(text, error="m", boost_error=False)
    drawn = code.svg_inline(border=0, omitsize=True, svgclass=None, lineclass=None)
    return Markup(drawn)  # noqa: S704 - drawn by segno: paths and numbers, the text is not in it
