"""The media store in a folder (MEDIA_URL file:///…)."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from marketplace.catalogue.pictures import ENDINGS, PictureData

KEY = re.compile(r"[0-9a-f]{40}(?:\.svg|(?:-(?:320|640|1200))?\.(?:webp|avif))")
TYPES = {ending: media_type for media_type, ending in ENDINGS.items()}


class MediaFiles:
    """One file a picture, in folders by the first two letters of its key."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, picture: PictureData, key: str = "") -> str:
        """Writes aside and renames, so that nobody ever reads half a picture."""
        key = key or picture.key
        path = self._path(key)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, aside = tempfile.mkstemp(dir=path.parent, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                file.write(picture.content)
            Path(aside).chmod(0o644)
            Path(aside).replace(path)
        return key

    def get(self, key: str) -> PictureData | None:
        """Keys that we never made, paths above all, are not there."""
        if not KEY.fullmatch(key):
            return None
        try:
            content = self._path(key).read_bytes()
        except FileNotFoundError:
            return None
        return PictureData(content, TYPES[Path(key).suffix])

    def _path(self, key: str) -> Path:
        return self.root / key[:2] / key


def media_files(media_url: str) -> MediaFiles:
    """The store of a file:// address. ValueError for another kind of address."""
    parts = urlsplit(media_url)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise ValueError(f"not a folder: {media_url!r}")
    return MediaFiles(Path(unquote(parts.path)))
