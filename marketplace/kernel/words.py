"""Words for a reader, translated later by whoever shows them.

The domain does not know in which language a person reads. It says the German sentence (the msgid of the
catalogues) and its values; the web, the mails and the API translate at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def N_(msgid: str) -> str:
    """Marks a sentence for the catalogues without translating it now."""
    return msgid


@dataclass(frozen=True)
class Words:
    """A sentence (German msgid with `%(name)s` places) and its values."""

    msgid: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.msgid % self.values if self.values else self.msgid
