"""The network is off in tests: only this machine answers."""

from __future__ import annotations

import ipaddress
import sys

HERE = {"", "localhost", "localhost.localdomain"}


class NetworkIsOff(RuntimeError):
    """A test asked for another host. It must use a stand-in instead."""


def is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if host is None or host in HERE:
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo" and not is_here(arguments[0]):
        raise NetworkIsOff(f"asked for the address of {arguments[0]!r}")
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not is_here(address[0]):  # a path is a unix socket
            raise NetworkIsOff(f"wanted to connect to {address!r}")


def install() -> None:
    """From here to the end of the process; an audit hook cannot be taken back."""
    sys.addaudithook(refuse)
