"""Pictures of products: the port of the store that keeps them, and the row that says which is shown.

Uploaded bytes are never served (I35): whoever calls `add_picture` has made new ones of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from marketplace.kernel.database import command, rows
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.plain_text import one_line
from marketplace.kernel.words import N_

MOST_PICTURES = 8

# media type -> how the key of such a picture ends
ENDINGS = {"image/webp": ".webp", "image/avif": ".avif", "image/svg+xml": ".svg"}
# What a photo is kept in besides its own key `<stem>.webp`: `<stem>-<width>.<kind>`, for screens of every kind.
WIDTHS = (320, 640, 1200)


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

    def put(self, picture: PictureData, key: str = "") -> str:
        """Keeps the picture, as `key` or under its own, and answers with that; again is nothing."""

    def get(self, key: str) -> PictureData | None:
        """The picture, None for a key that is not there."""


@dataclass(frozen=True)
class Photo:
    """A photo as it is served: the one that every browser reads, and the same in other sizes and kinds.

    `more`: by how their keys end behind the stem, `-320.avif`.
    """

    main: PictureData
    more: Mapping[str, PictureData]

    def keep(self, store: MediaStore) -> str:
        """All of it goes into the store; the key of the main one."""
        stem = self.main.key.partition(".")[0]
        for ending, picture in self.more.items():
            store.put(picture, stem + ending)
        return store.put(self.main)


@command
def add_picture(farm_id: int, product_id: int, picture: PictureData | Photo, alt: str, store: MediaStore) -> str:
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
    kind = picture.main.media_type if isinstance(picture, Photo) else picture.media_type
    key = picture.keep(store) if isinstance(picture, Photo) else store.put(picture)
    rows(
        """
        INSERT INTO picture (product_id, media_key, kind, position, alt)
        SELECT :product_id, :key, :kind, coalesce(max(position) + 1, 0), :alt
        FROM picture WHERE product_id = :product_id
        RETURNING id
        """,
        product_id=product_id,
        key=key,
        kind=kind,
        alt=alt[:200],
    )
    return key


@dataclass(frozen=True)
class OwnPicture:
    """A picture of a product as its farmer looks after it."""

    id: int
    media_key: str
    alt: str


def own_pictures(farm_id: int, product_id: int) -> list[OwnPicture]:
    """The pictures of a farm's product, the one that the shop shows first."""
    found = rows(
        """
        SELECT i.id, i.media_key, i.alt FROM picture i JOIN product p ON p.id = i.product_id
        WHERE p.id = :product_id AND p.farm_id = :farm_id ORDER BY i.position, i.id
        """,
        product_id=product_id,
        farm_id=farm_id,
    )
    return [OwnPicture(**row._mapping) for row in found]


@command
def describe_picture(farm_id: int, picture_id: int, alt: str) -> None:
    """What is to be seen, in words, for those who do not see it (at most 200 letters)."""
    _one_of(
        "UPDATE picture i SET alt = :alt FROM product p"
        " WHERE p.id = i.product_id AND i.id = :id AND p.farm_id = :farm_id RETURNING i.id",
        picture_id,
        farm_id,
        alt=one_line(alt)[:200],
    )


@command
def show_first(farm_id: int, picture_id: int) -> None:
    """This picture is the one that the shop shows."""
    _one_of(
        """
        UPDATE picture i SET position = (SELECT min(o.position) - 1 FROM picture o WHERE o.product_id = i.product_id)
        FROM product p WHERE p.id = i.product_id AND i.id = :id AND p.farm_id = :farm_id RETURNING i.id
        """,
        picture_id,
        farm_id,
    )


@command
def remove_picture(farm_id: int, picture_id: int) -> None:
    """The shop does not show it any more. Its file stays: others may show the same one."""
    _one_of(
        "DELETE FROM picture i USING product p"
        " WHERE p.id = i.product_id AND i.id = :id AND p.farm_id = :farm_id RETURNING i.id",
        picture_id,
        farm_id,
    )


def _one_of(statement: str, picture_id: int, farm_id: int, **values: object) -> None:
    """NotFound when the picture is not this farm's."""
    if not rows(statement, id=picture_id, farm_id=farm_id, **values):
        raise NotFound()
