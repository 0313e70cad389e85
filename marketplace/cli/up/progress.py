"""What the supervisor says on the terminal: a line a step, with seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

NAME_WIDTH = 24


class Progress:
    """Steps on a terminal are shown while they last; in a file only when they are done."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self.began = now()
        self.open_step: str | None = None
        self.live = sys.stdout.isatty()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = self.now()
        self.open_step = name
        if self.live:
            print(f"  …  {name}", end="\r", flush=True)
        try:
            yield
        except BaseException:
            self.open_step = None
            print(f"  ✗  {name:{NAME_WIDTH}}{self.now() - began:6.1f} s", flush=True)
            raise
        self.open_step = None
        print(f"  ✓  {name:{NAME_WIDTH}}{self.now() - began:6.1f} s", flush=True)

    def say(self, text: str = "") -> None:
        # A step that is on the screen without its end of line gives way and is shown again below.
        if self.live and self.open_step:
            print(" " * (NAME_WIDTH + 5), end="\r")
        print(text, flush=True)
        if self.live and self.open_step:
            print(f"  …  {self.open_step}", end="\r", flush=True)

    def seconds(self) -> float:
        return self.now() - self.began


class Follower:
    """Shows what is added to the log files, each line with the name of its process."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.read: dict[Path, int] = {}

    def watch(self, log: Path) -> None:
        self.read.setdefault(log, log.stat().st_size if log.exists() else 0)

    def show(self) -> None:
        for log, offset in self.read.items():
            if not log.exists():
                continue
            with log.open("rb") as file:
                file.seek(offset)
                added = file.read()
            whole, _, _ = added.rpartition(b"\n")
            for line in whole.decode(errors="replace").splitlines():
                self.say(f"{log.stem:10}| {line}")
            self.read[log] = offset + len(whole) + (1 if whole else 0)


def last_lines(log: Path, count: int = 15) -> list[str]:
    """The end of a log, for the message that says why a start failed."""
    if not log.exists():
        return []
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16_384))
        return file.read().decode(errors="replace").splitlines()[-count:]
