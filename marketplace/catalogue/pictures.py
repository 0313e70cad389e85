"""Pictures of products: the port of the store that keeps them, and the row that says which is shown.

Uploaded bytes are never served (I35): whoever calls `add_picture` has made new ones of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

from marketplace.kernel.database import command, rows
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.words import N_

MOST_PICTURES = 8

# media type -> how the key of such a picture ends
ENDINGS = {"image/webp": ".webp", "image/svg+xml": ".svg"}


@dataclass(frozen=True)
class PictureData:
    """Bytes that may be served, and what they are (`media_type` is a key of ENDINGS)."""

    content: bytes
    media_type: str

    @property
    def key(self) -> str:
        """The picture's name: of its content, so that the same picture is kept once and never changes."""
        return hashlib.sha256(self.content).hexdigest()[:40] + ENDINGS[self.media_type]


class MediaStore(Protocol):
    """Keeps pictures by key. A key is written once and its content never changes."""

    def put(self, picture: PictureData) -> str:
        """Keeps the picture and answers with its key; again is nothing."""

    def get(self, key: str) -> PictureData | None:
        """The picture, None for a key that is not there."""


@command
def add_picture(farm_id: int, product_id: int, picture: PictureData, alt: str, store: MediaStore) -> str:
    """The product gets one picture more; its key. Another farm's product is NotFound.

    The file is written before the row: a picture without a row wastes a few kilobytes, a row without one would show.
    """
    found = rows(
        """
        SELECT (SELECT count(*) FROM picture i WHERE i.product_id = p.id) AS pictures
        FROM product p WHERE p.id = :product_id AND p.farm_id = :farm_id FOR UPDATE OF p
        """,
        product_id=product_id,
        farm_id=farm_id,
    )
    if not found:
        raise NotFound()
    if found[0].pictures >= MOST_PICTURES:
        raise Conflict(N_("Ein Produkt zeigt höchstens %(most)s Bilder."), most=MOST_PICTURES)
    key = store.put(picture)
    rows(
        """
        INSERT INTO picture (product_id, media_key, kind, position, alt)
        SELECT :product_id, :key, :kind, coalesce(max(position) + 1, 0), :alt
        FROM picture WHERE product_id = :product_id
        RETURNING id
        """,
        product_id=product_id,
        key=key,
        kind=picture.media_type,
        alt=alt[:200],
    )
    return key
