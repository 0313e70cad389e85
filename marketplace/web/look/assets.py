"""Static files read once into memory, named by the hash of their content.

A browser may keep such a file for a year: another content is another address. All style sheets become one
response (`site.css`) and all own scripts another (`site.js`); there is no build step, the joining happens when
the process starts. Text is gzipped beforehand, at the highest level.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PREFIX = "/assets"
STYLES = "site.css"
SCRIPTS = "site.js"

_MIMETYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
    ".webp": "image/webp",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
_PAYS_TO_GZIP = {".css", ".js", ".svg", ".json", ".webmanifest", ".txt"}
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_URL = re.compile(r"""url\(\s*["']?(?P<address>[^"')]+)["']?\s*\)""")


@dataclass(frozen=True)
class Asset:
    """One file as it goes over the wire. `gzipped` is None where compressing would not pay."""

    name: str
    body: bytes
    gzipped: bytes | None
    mimetype: str
    digest: str

    @property
    def url(self) -> str:
        """The path that changes whenever the content does."""
        return f"{PREFIX}/{self.digest}/{self.name}"


class Assets:
    """All files below `root`, plus the joined style sheet and script."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._by_name: dict[str, Asset] = {}
        self._stamp = -1.0
        self._load()

    def url(self, name: str) -> str:
        """Address of `name` (relative to static/, or `site.css`, `site.js`). KeyError when there is no such file."""
        return self._by_name[name].url

    def find(self, name: str) -> Asset | None:
        """The asset called `name`, or None."""
        return self._by_name.get(name)

    def reload_if_changed(self) -> None:
        """Read everything again when a file is newer than the last reading: for development only."""
        if self._newest() > self._stamp:
            self._load()

    def _newest(self) -> float:
        return max((path.stat().st_mtime for path in self.root.rglob("*")), default=0.0)

    def _load(self) -> None:
        self._stamp = self._newest()
        self._by_name = {}
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root).as_posix()
            if path.is_file() and path.suffix in _MIMETYPES and not _is_joined(name):
                self._add(name, path.read_bytes())
        self._add(STYLES, self._joined_styles())
        self._add(SCRIPTS, self._joined_scripts())

    def _add(self, name: str, body: bytes) -> None:
        suffix = PurePosixPath(name).suffix
        gzipped = gzip.compress(body, 9, mtime=0) if suffix in _PAYS_TO_GZIP else None
        if gzipped is not None and len(gzipped) > 0.9 * len(body):
            gzipped = None
        digest = hashlib.sha256(body).hexdigest()[:12]
        self._by_name[name] = Asset(name, body, gzipped, _MIMETYPES[suffix], digest)

    def _joined_styles(self) -> bytes:
        parts = [self._style(path) for path in style_files(self.root)]
        return "\n".join(parts).encode()

    def _style(self, path: Path) -> str:
        """One style sheet without comments and indentation, its relative addresses turned into hashed ones."""

        def hashed(match: re.Match[str]) -> str:
            address = match["address"]
            if address.startswith(("data:", "/", "#")):
                return match[0]
            target = (path.parent / address).resolve().relative_to(self.root.resolve()).as_posix()
            return f'url("{self.url(target)}")'

        text = _URL.sub(hashed, _COMMENT.sub("", path.read_text(encoding="utf-8")))
        return "\n".join(line for line in (line.strip() for line in text.splitlines()) if line)

    def _joined_scripts(self) -> bytes:
        return "\n".join(path.read_text(encoding="utf-8") for path in sorted(self.root.glob("js/*.js"))).encode()


def style_files(root: Path) -> Iterator[Path]:
    """The style sheets in the order of the cascade: tokens, base, layout, components, print."""
    yield root / "css/tokens.css"
    yield root / "css/base.css"
    yield from sorted(root.glob("css/layout/*.css"))
    yield from sorted(root.glob("css/components/*.css"))
    yield root / "css/print.css"


def _is_joined(name: str) -> bool:
    """Whether the file reaches the browser only as part of `site.css` or `site.js`."""
    path = PurePosixPath(name)
    return path.parts[0] == "css" or (path.suffix == ".js" and path.parent == PurePosixPath("js"))
