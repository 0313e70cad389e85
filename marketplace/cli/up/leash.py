"""Start a child that cannot outlive us, not even when we are killed with -9."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str],
    environ: Mapping[str, str],
    log: Path,
    *,
    cwd: Path | None = None,
    last_word: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Run `command` in a session of its own, its output appended to `log`.

    The kernel sends it `last_word` when this thread ends, so call it from the main thread only.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            env=dict(environ),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the others in order
            preexec_fn=on_death_of_parent(last_word),
        )


def on_death_of_parent(word: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def prepare() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(word))
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return prepare


def kill_group(leader: int) -> None:
    """End what a dead leader left behind in its process group."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def describe_exit(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
