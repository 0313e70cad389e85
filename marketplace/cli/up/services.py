"""The services of a market on one machine: what each is started with, and how it shows that it is ready."""

from __future__ import annotations

import http.client
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from marketplace.cli.up.ports import LOOPBACK
from marketplace.cli.up.postgres import Cluster
from marketplace.cli.up.supervisor import Service, python
from marketplace.cli.up.valkey import Broker

THREADS = "8"
QUEUES = ("money", "mail", "slow")  # those of workers/routes.py


def database(cluster: Cluster) -> Service:
    return Service(
        "database",
        cluster.command(),
        cluster.environ(),
        cluster.is_ready,
        stop_signal=signal.SIGINT,  # "fast": does not wait for clients
        last_word=signal.SIGINT,
        cwd=cluster.directory,
    )


def broker(server: Broker, environ: Mapping[str, str]) -> Service:
    return Service("broker", server.command(), environ, server.is_ready, cwd=server.directory)


def payment_stand_in(port: int, state: Path, environ: Mapping[str, str]) -> Service:
    """The sandbox of the payment provider; its state outlives restarts, as links and ids point into it."""
    own = {
        "STAND_IN_STATE": str(state),
        "STAND_IN_SECRET": environ["STRIPE_WEBHOOK_SECRET"].split(",")[0],
        "STAND_IN_WEBHOOK_URL": f"http://{LOOPBACK}:{environ['PORT']}/webhooks/stripe",
        "STAND_IN_KEY": environ["STRIPE_API_KEY"],
        "STAND_IN_PUBLIC_URL": environ["STRIPE_API_BASE"],
    }
    command = gunicorn("marketplace.providers.stand_ins.stripe.app:create_app()", port, workers=1)
    return Service("stand-in", command, {**environ, **own}, answers(port, "/"))


def web(port: int, environ: Mapping[str, str]) -> Service:
    workers = int(environ.get("WEB_CONCURRENCY", "2"))
    command = gunicorn("marketplace.app:create_app()", port, workers=workers)
    return Service("web", command, environ, answers(port, "/healthz"))


def relay(environ: Mapping[str, str]) -> Service:
    return Service(
        "relay", python("-m", "workers.relay"), environ, needs=("database",), ready_words="the relay listens"
    )


def worker(environ: Mapping[str, str]) -> Service:
    command = python("-m", "celery", "-A", "workers.app", "worker", "--concurrency", "2", "--loglevel", "INFO")
    command += ["--without-gossip", "--without-mingle"]
    command += ["--queues", environ.get("WORKER_QUEUES") or ",".join(QUEUES)]
    # As root Celery prints a page of warning; the embedded broker takes JSON alone.
    quiet = {"PYTHONWARNINGS": "ignore:You're running the worker", **environ}
    return Service(
        "worker",
        command,
        quiet,
        needs=("broker", "database"),
        ready_words=" ready.",
        last_word=signal.SIGQUIT,  # "cold": what it was doing is delivered again
        stop_seconds=25.0,
    )


def clock(environ: Mapping[str, str]) -> Service:
    command = python("-m", "celery", "-A", "workers.app", "beat", "--loglevel", "INFO", "--pidfile=")
    command += ["--scheduler", "celery.beat:Scheduler"]  # in memory: what is due stands in rows, not in a file
    return Service("clock", command, environ, needs=("broker", "database"), ready_words="beat: Starting")


def gunicorn(application: str, port: int, workers: int) -> list[str]:
    command = python("-m", "gunicorn", "--no-control-socket", "--worker-class", "gthread", "--workers", str(workers))
    command += ["--threads", THREADS, "--bind", f"{LOOPBACK}:{port}", "--timeout", "60", "--graceful-timeout", "10"]
    return [*command, application]


def answers(port: int, path: str) -> Callable[[], bool]:
    """Whether an HTTP server on that port answers with anything but a failure of its own."""

    def ask() -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ask
