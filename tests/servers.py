"""One PostgreSQL and one Valkey for a whole pytest run, its xdist workers included.

The process that the person started owns them and tells the workers where they are. The kernel ends them with it,
so that a run killed with -9 leaves nothing behind.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from marketplace.cli.up.leash import kill_group, spawn
from marketplace.cli.up.ports import free_port
from marketplace.cli.up.postgres import LOGIN, OWNER, Cluster, Passwords
from marketplace.cli.up.valkey import Broker

PASSWORDS = Passwords("superuser", "owner", "login")
BROKER_PASSWORD = "broker"
PREFIX = "marketplace-tests-"
TEMPLATE = "market_template"
SECONDS_TO_START = 60.0


@dataclass
class Servers:
    """Where the servers are; `processes` only in the process that started them."""

    directory: Path
    database_port: int
    broker_port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    def start(cls) -> Servers:
        sweep()
        directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        directory.chmod(0o711)  # PostgreSQL may have to run as nobody
        servers = cls(directory, free_port(), free_port())
        cluster, broker = servers.cluster, servers.broker
        cluster.prepare(directory / "database.log")
        broker.prepare()
        servers.run(cluster.command(), cluster.environ(), "database", signal.SIGINT, cluster.is_ready)
        servers.run(broker.command(), dict(os.environ), "broker", signal.SIGTERM, broker.is_ready)
        cluster.furnish()
        return servers

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.directory / "database", self.database_port, PASSWORDS, durable=False)

    @property
    def broker(self) -> Broker:
        return Broker(self.directory / "broker", self.broker_port, BROKER_PASSWORD, durable=False)

    def run(
        self,
        command: list[str],
        environ: dict[str, str],
        name: str,
        last_word: signal.Signals,
        is_ready: Callable[[], bool],
    ) -> None:
        log = self.directory / f"{name}.log"
        process = spawn(command, environ, log, cwd=self.directory / name, last_word=last_word)
        self.processes.append(process)
        end = time.monotonic() + SECONDS_TO_START
        while not is_ready():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the {name} of the tests does not start:\n{log.read_text()}")
            time.sleep(0.02)

    def stop(self) -> None:
        for process, word in zip(reversed(self.processes), (signal.SIGTERM, signal.SIGINT), strict=False):
            process.send_signal(word)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                pass
            kill_group(process.pid)
            process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def superuser_url(self, database: str) -> str:
        return self.cluster.url("postgres", PASSWORDS.superuser, database)

    def owner_url(self, database: str) -> str:
        return self.cluster.url(OWNER, PASSWORDS.owner, database)

    def login_url(self, database: str) -> str:
        return self.cluster.url(LOGIN, PASSWORDS.login, database)

    def redis_url(self, number: int) -> str:
        return self.broker.url.removesuffix("/0") + f"/{number}"

    def clone(self, name: str, template: str = TEMPLATE) -> None:
        """A database made like the template, in place of one of that name."""
        with closing(psycopg.connect(self.superuser_url("postgres"), autocommit=True)) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {OWNER} STRATEGY file_copy')

    def create(self, name: str) -> None:
        self.clone(name, "template0")


def sweep() -> None:
    """Remove what runs that were killed left in the temporary directory."""
    for directory in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        pid = directory.name.removeprefix(PREFIX).split("-", 1)[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists() and directory.stat().st_uid == os.geteuid():
            shutil.rmtree(directory, ignore_errors=True)
