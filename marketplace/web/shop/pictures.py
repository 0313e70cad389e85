"""The addresses of product pictures (served by web/media.py)."""

from __future__ import annotations


def picture_url(key: str | None) -> str | None:
    """The address of the picture with that key; None for none."""
    return f"/bilder/{key}" if key else None
