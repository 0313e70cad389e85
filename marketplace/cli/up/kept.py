"""Ports and secrets of the embedded services, kept in DATA_DIR so that they stay the same over restarts.

Payment links hold the stand-in's address, sessions are signed with the key: both must outlive a restart.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path


class Kept:
    """A JSON file of mode 0600, written whole and moved into place at each change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.values: dict[str, str | int] = json.loads(path.read_text()) if path.exists() else {}

    def secret(self, name: str, prefix: str = "") -> str:
        return str(self.get(name, lambda: prefix + secrets.token_hex(24)))

    def get(self, name: str, make: Callable[[], str | int]) -> str | int:
        if name not in self.values:
            self.set(name, make())
        return self.values[name]

    def port(self, name: str, choose: Callable[[int | None], int]) -> int:
        """`choose` is given the port of the last start and answers with the one to use now."""
        last = self.values.get(name)
        port = choose(int(last) if last else None)
        if port != last:
            self.set(name, port)
        return port

    def set(self, name: str, value: str | int) -> None:
        self.values[name] = value
        write_private(self.path, json.dumps(self.values, indent=1))


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner may read; a reader sees the old text or the new, never half of it."""
    unfinished = path.with_suffix(".new")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)
