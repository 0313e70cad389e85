"""Ports on the loopback interface; nothing here listens to the outside."""

from __future__ import annotations

import socket
import time

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: TIME_WAIT is no neighbour
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def becomes_free(port: int, seconds: float) -> bool:
    """Wait for a server of an earlier run that is still on its way out."""
    end = time.monotonic() + seconds
    while not is_free(port):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def kept_or_free(port: int | None, seconds: float) -> int:
    """The port of the last start if it can be had again, else another."""
    return port if port and becomes_free(port, seconds) else free_port()
