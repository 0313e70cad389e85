"""One message to be written, before it is a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Occasion:
    """One message to one recipient; `subject_ref` makes it once. `values`: ids the letter is written from."""

    kind: str
    recipient: str
    subject_ref: str
    market_id: int
    order_id: int | None = None
    language: str = "de"
    values: dict[str, Any] | None = None
