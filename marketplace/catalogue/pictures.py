"""Pictures of products and farms: the port of the store that keeps them, and the row that says which is shown.

Uploaded bytes are never served (I35): whoever calls `add_picture` has made new ones of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from marketplace.kernel.database import command, rows
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.plain_text import one_line
from marketplace.kernel.words import N_

MOST_PICTURES = 8
LONGEST_ALT = 200

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


@dataclass(frozen=True)
class OwnPicture:
    """A picture as its farmer looks after it."""

    id: int
    media_key: str
    alt: str


@dataclass(frozen=True)
class Album:
    """The pictures of one kind of thing: its table, the column that names its owner, the owners of a farm."""

    table: str
    owner: str
    owners: str  # a statement of the owners' ids with :farm_id

    def _of_farm(self, statement: str, **values: object) -> Sequence[Any]:
        names = {"table": self.table, "owner": self.owner, "owners": self.owners}
        return rows(statement.format(**names), **values)

    def _one(self, statement: str, farm_id: int, picture_id: int, **values: object) -> None:
        """NotFound when the picture is not this farm's."""
        if not self._of_farm(statement, id=picture_id, farm_id=farm_id, **values):
            raise NotFound()

    @command
    def add(self, farm_id: int, owner_id: int, picture: PictureData | Photo, alt: str, store: MediaStore) -> str:
        """One picture more; its key. Another farm's thing is NotFound; more than it shows is a Conflict.

        The file is written before the row: a file without a row wastes a few kilobytes, a row without one would show.
        """
        if not self._of_farm("{owners} AND id = :owner_id FOR NO KEY UPDATE", farm_id=farm_id, owner_id=owner_id):
            raise NotFound()
        if len(self.own(farm_id, owner_id)) >= MOST_PICTURES:
            raise Conflict(N_("Mehr als %(most)s Bilder zeigt der Markt nicht."), most=MOST_PICTURES)
        kind = picture.main.media_type if isinstance(picture, Photo) else picture.media_type
        key = picture.keep(store) if isinstance(picture, Photo) else store.put(picture)
        self._of_farm(
            """
            INSERT INTO {table} ({owner}, media_key, kind, position, alt)
            SELECT :owner_id, :key, :kind, coalesce(max(position) + 1, 0), :alt
            FROM {table} WHERE {owner} = :owner_id RETURNING id
            """,
            owner_id=owner_id,
            key=key,
            kind=kind,
            alt=one_line(alt)[:LONGEST_ALT],
        )
        return key

    def own(self, farm_id: int, owner_id: int) -> list[OwnPicture]:
        """The pictures of a farm's thing, the one that is shown first."""
        found = self._of_farm(
            "SELECT id, media_key, alt FROM {table} WHERE {owner} = :owner_id AND {owner} IN ({owners})"
            " ORDER BY position, id",
            owner_id=owner_id,
            farm_id=farm_id,
        )
        return [OwnPicture(**row._mapping) for row in found]

    @command
    def describe(self, farm_id: int, picture_id: int, alt: str) -> None:
        """What is to be seen, in words, for those who do not see it (at most 200 letters)."""
        statement = "UPDATE {table} SET alt = :alt WHERE id = :id AND {owner} IN ({owners}) RETURNING id"
        self._one(statement, farm_id, picture_id, alt=one_line(alt)[:LONGEST_ALT])

    @command
    def show_first(self, farm_id: int, picture_id: int) -> None:
        """This picture is the one that is shown."""
        statement = """
            UPDATE {table} i SET position = (SELECT min(o.position) - 1 FROM {table} o WHERE o.{owner} = i.{owner})
            WHERE id = :id AND {owner} IN ({owners}) RETURNING id
        """
        self._one(statement, farm_id, picture_id)

    @command
    def remove(self, farm_id: int, picture_id: int) -> None:
        """It is not shown any more. Its file stays: others may show the same one."""
        self._one("DELETE FROM {table} WHERE id = :id AND {owner} IN ({owners}) RETURNING id", farm_id, picture_id)


PRODUCT_PICTURES = Album("picture", "product_id", "SELECT id FROM product WHERE farm_id = :farm_id")
FARM_PICTURES = Album("farm_picture", "farm_id", "SELECT id FROM farm WHERE id = :farm_id")
