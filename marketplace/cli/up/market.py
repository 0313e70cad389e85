"""`marketplace up`, step by step."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

from marketplace.cli.up import services
from marketplace.cli.up.accounts import table
from marketplace.cli.up.kept import Kept, write_private
from marketplace.cli.up.ports import LOOPBACK, becomes_free, kept_or_free
from marketplace.cli.up.postgres import Cluster, Passwords, PostgresUnavailable
from marketplace.cli.up.progress import Progress, last_lines
from marketplace.cli.up.supervisor import Failed, Stopped, Supervisor, python
from marketplace.cli.up.unprivileged import NoUnprivilegedUser
from marketplace.cli.up.valkey import Broker, ValkeyUnavailable
from marketplace.kernel.settings import EMBEDDED, Settings, SettingsError, services_file

SECONDS_FOR_A_KILLED_RUN = 15.0


def run(*, follow: bool, with_parent: bool, demo: bool) -> int:
    """Everything from the first look at DATA_DIR to the last process stopped; answers with the exit code."""
    progress = Progress()
    os.umask(0o077)
    try:
        market = Market(progress, follow=follow, with_parent=with_parent)
    except (Failed, SettingsError) as problem:
        print(f"marketplace up: {problem}", file=sys.stderr)
        return 1
    return market.run(demo)


class Market:
    def __init__(self, progress: Progress, *, follow: bool, with_parent: bool) -> None:
        self.progress = progress
        self.environ = {name: value for name, value in os.environ.items() if value or name not in EMBEDDED}
        self.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{self.environ.get('PATH', os.defpath)}"
        self.environ["PYTHONUNBUFFERED"] = "1"
        self.environment = self.environ.get("MARKETPLACE_ENV", "development")
        if self.environment == "production":
            Settings.load(self.environ)  # nothing is lent to production: complain before anything is started
        self.data_dir = Path(self.environ.get("DATA_DIR") or "var").absolute()
        self.environ["DATA_DIR"] = str(self.data_dir)
        for folder in (self.data_dir, self.data_dir / "run", self.data_dir / "log"):
            folder.mkdir(parents=True, exist_ok=True)
        self.lock = self.take_lock()
        # The note of a run that was killed: its processes may need a moment to give their ports back.
        self.patience = SECONDS_FOR_A_KILLED_RUN if services_file(self.data_dir).exists() else 0.0
        services_file(self.data_dir).unlink(missing_ok=True)
        self.port = self.take_port()
        self.kept = Kept(self.data_dir / "embedded.json")
        self.lent: dict[str, str] = {}
        parent = os.getppid() if with_parent else None
        self.supervisor = Supervisor(self.data_dir / "log", progress, follow=follow, parent=parent)

    def take_lock(self) -> IO[str]:
        lock = (self.data_dir / "run" / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failed(
                f"A market already runs on {self.data_dir}; stop it, or choose another place with DATA_DIR."
            ) from None
        return lock

    def take_port(self) -> int:
        text = self.environ.setdefault("PORT", "8000")
        if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
            raise Failed(f"PORT is {text!r}, but must be a whole number from 1 to 65535.")
        if not becomes_free(int(text), self.patience):
            raise Failed(
                f"Port {text} is taken by another program; choose another, such as: PORT={int(text) + 1} make run"
            )
        return int(text)

    def run(self, demo: bool) -> int:
        supervisor = self.supervisor
        supervisor.listen()
        self.progress.say(f"Pättkesmarkt starts in {self.data_dir} ({self.environment})")
        try:
            self.start(demo)
            supervisor.watch()
            return 0
        except Stopped:
            return 0
        except (Failed, PostgresUnavailable, ValkeyUnavailable, NoUnprivilegedUser, SettingsError) as problem:
            self.explain(problem, getattr(problem, "log", None))
            return 1
        finally:
            self.finish()

    def start(self, demo: bool) -> None:
        step, start = self.progress.step, self.supervisor.start
        fresh = self.start_lent_services()
        Settings.load(self.environ)
        with step("migrations"):
            self.supervisor.run("release", python("-m", "marketplace.cli", "db", "upgrade"), self.environ)
        marker = self.demo_marker()
        if fresh:
            marker.unlink(missing_ok=True)
        if demo and self.environment != "production" and not marker.exists():
            with step("demo market"):
                self.supervisor.run("demo", python("-m", "marketplace.cli", "demo", "load"), self.environ)
            marker.touch()
        # Only the release needs the owner's login.
        plain = {name: value for name, value in self.environ.items() if name != "MIGRATION_DATABASE_URL"}
        with step("web"):
            start(services.web(self.port, plain))
        with step("relay, worker, clock"):
            start(services.relay(plain), services.worker(plain), services.clock(plain))
        self.announce(plain)

    def start_lent_services(self) -> bool:
        """Start what no setting names; True when the database cluster is a new one."""
        fresh = False
        if "DATABASE_URL" not in self.environ:
            with self.progress.step("database"):
                fresh = self.start_database()
        if "REDIS_URL" not in self.environ:
            with self.progress.step("broker"):
                self.start_broker()
        if "SECRET_KEY" not in self.environ:
            self.lend(SECRET_KEY=self.kept.secret("secret_key"))
        if "PUBLIC_URL" not in self.environ:
            self.lend(PUBLIC_URL=f"http://{LOOPBACK}:{self.port}")
        if "STRIPE_API_BASE" not in self.environ and "STRIPE_API_KEY" not in self.environ:
            with self.progress.step("payment stand-in"):
                self.start_stand_in()
        return fresh

    def start_database(self) -> bool:
        passwords = Passwords(*(self.kept.secret(f"database_{role}") for role in ("superuser", "owner", "login")))
        cluster = Cluster(self.data_dir / "database", self.kept_port("database_port"), passwords)
        fresh = cluster.prepare(self.supervisor.log_of("database"))
        self.supervisor.start(services.database(cluster))
        cluster.furnish()
        self.environ.pop("MIGRATION_DATABASE_URL", None)
        self.lend(DATABASE_URL=cluster.login_url, MIGRATION_DATABASE_URL=cluster.owner_url)
        return fresh

    def start_broker(self) -> None:
        server = Broker(self.data_dir / "broker", self.kept_port("broker_port"), self.kept.secret("broker_password"))
        server.prepare()
        self.supervisor.start(services.broker(server, self.environ))
        self.lend(REDIS_URL=server.url)

    def start_stand_in(self) -> None:
        port = self.kept_port("stand_in_port")
        state = self.data_dir / "stand-in" / "stripe.sqlite3"
        state.parent.mkdir(exist_ok=True)
        self.environ.pop("STRIPE_WEBHOOK_SECRET", None)
        self.lend(
            STRIPE_API_BASE=f"http://{LOOPBACK}:{port}",
            STRIPE_API_KEY=self.kept.secret("stand_in_key", "sk_test_"),
            STRIPE_WEBHOOK_SECRET=self.kept.secret("stand_in_webhook_secret", "whsec_"),
        )
        self.supervisor.start(services.payment_stand_in(port, state, self.environ))

    def kept_port(self, name: str) -> int:
        return self.kept.port(name, lambda last: kept_or_free(last, self.patience))

    def lend(self, **addresses: str) -> None:
        """Give the children, and commands started beside this one, the address of an embedded service."""
        self.lent |= addresses
        self.environ |= addresses
        write_private(services_file(self.data_dir), json.dumps(self.lent, indent=1))

    def demo_marker(self) -> Path:
        """A file for each database that the demo was loaded into; it goes with the embedded one."""
        if "DATABASE_URL" in self.lent:
            return self.data_dir / "database" / "demo-loaded"
        name = hashlib.sha256(self.environ["DATABASE_URL"].encode()).hexdigest()[:12]
        return self.data_dir / "run" / f"demo-loaded-{name}"

    def announce(self, environ: dict[str, str]) -> None:
        say = self.progress.say
        say(f"\nReady after {self.progress.seconds():.1f} s:  {environ['PUBLIC_URL']}/\n")
        if lent := embedded_words(self.lent):
            say(f"Embedded, not for production: {lent}.")
        if "SMTP_URL" not in environ:
            say(f"Mails are files in {self.data_dir / 'mail'}.")
        if self.environment != "production":
            answer = subprocess.run(
                python("-m", "marketplace.cli", "demo", "accounts"), env=environ, capture_output=True, check=False
            )
            if answer.returncode == 0:
                say("\n" + "\n".join(table(json.loads(answer.stdout))))
        say("\nCtrl-C stops everything; the next start keeps the data.")

    def explain(self, problem: Exception, log: Path | None) -> None:
        self.progress.say(f"\n{problem}")
        if log:
            self.progress.say(f"The last lines of {log}:")
            for line in last_lines(log):
                self.progress.say(f"    {line}")

    def finish(self) -> None:
        if self.supervisor.running:
            self.progress.say("\nStopping …")
        began = self.progress.seconds()
        self.supervisor.stop()
        services_file(self.data_dir).unlink(missing_ok=True)
        self.progress.say(f"Stopped after {self.progress.seconds() - began:.1f} s.")


def embedded_words(lent: dict[str, str]) -> str:
    words = {
        "DATABASE_URL": "PostgreSQL",
        "REDIS_URL": "Valkey",
        "STRIPE_API_BASE": "the stand-in of the payment provider",
    }
    return ", ".join(word for name, word in words.items() if name in lent)
