"""A process that outlives a killed supervisor by a few seconds, to end what did not end by itself.

The kernel tells every service that the supervisor is gone, but Celery, told to stop while its broker goes as well, now
and then waits for it forever. The undertaker reads from a pipe whose other end the supervisor holds: `+PID` for each
leader of a session that was started, `-PID` when it is gone. At the end of the pipe it gives them a moment, then kills
the sessions. Run as a file of its own, with nothing but the standard library, so that it is small and quick.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

GRACE_SECONDS = 3.0


class Undertaker:
    """The supervisor's end of the pipe."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__], stdin=subprocess.PIPE, start_new_session=True
        )

    def watch(self, leader: int) -> None:
        self.say(f"+{leader}\n")

    def forget(self, leader: int) -> None:
        self.say(f"-{leader}\n")

    def dismiss(self) -> None:
        """When everything was stopped in order there is nothing left to do."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.wait()

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(line.encode())
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # somebody killed it; the kernel's own leash is left


def members(sessions: Iterable[int]) -> list[int]:
    """Living processes of these sessions."""
    wanted, found = set(sessions), []
    for entry in Path("/proc").iterdir() if wanted else ():
        if entry.name.isdigit():
            try:
                state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            except OSError:  # gone meanwhile
                continue
            if int(session) in wanted and state != "Z":
                found.append(int(entry.name))
    return found


def main() -> None:
    for word in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(word, signal.SIG_IGN)
    sessions: set[int] = set()
    for line in sys.stdin:
        if line.startswith("+"):
            sessions.add(int(line[1:]))
        else:
            sessions.discard(int(line[1:]))
    end = time.monotonic() + GRACE_SECONDS
    while members(sessions):
        if time.monotonic() > end:
            for pid in members(sessions):
                try:
                    os.kill(pid, signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    pass
        time.sleep(0.1)


if __name__ == "__main__":
    main()
