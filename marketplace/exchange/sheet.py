"""The port to whoever reads uploaded tables: bytes in, rows of text out, or the sentence that says why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from marketplace.kernel.words import Words

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5_000
ENDINGS = (".xlsx", ".csv", ".txt", ".tsv")


@dataclass(frozen=True)
class Sheet:
    """The rows with content, by their number in the table (1 is the first); cells as one types them in German.

    `formulas`: (row, column from 0) of cells that are computed: their kept value stands in `rows`. `linked`: the file
    names other files, from which nothing is fetched.
    """

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    formulas: tuple[tuple[int, int], ...] = ()
    linked: bool = False


class Unreadable(Exception):
    """No table comes of these bytes; `words` say why and what would be taken."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(str(words))


class SheetReader(Protocol):
    """Reads a table, apart from this process. Raises Unreadable, and nothing else, for whatever bytes come in."""

    def read(self, content: bytes, file_name: str) -> Sheet: ...


_reader: SheetReader | None = None


def use(chosen: SheetReader) -> None:
    """Called by wiring."""
    global _reader
    _reader = chosen


def reader() -> SheetReader:
    """The reader of this process."""
    if _reader is None:
        raise RuntimeError("no reader of tables: wiring.connect was not called")
    return _reader
