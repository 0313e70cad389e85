"""Start services in order, bring back those that die, stop all in reverse order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from marketplace.cli.up.leash import describe_exit, kill_group, spawn
from marketplace.cli.up.progress import Follower, Progress
from marketplace.cli.up.undertaker import Undertaker

TICK_SECONDS = 0.1
FAILURES, FAILURES_WITHIN_SECONDS = 5, 60.0
LONGEST_WAIT_SECONDS = 5.0
LARGEST_LOG_BYTES = 10_000_000


class Stopped(Exception):
    """Somebody asked for the end (Ctrl-C, SIGTERM) while something was being started."""


class Failed(Exception):
    """A service or a step cannot be had; `log` tells more."""

    def __init__(self, sentence: str, log: Path | None = None) -> None:
        super().__init__(sentence)
        self.log = log


@dataclass(frozen=True, slots=True)
class Service:
    """A process to keep running. `is_ready` answers within 2 s; `needs` names what must be ready before it."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str]
    is_ready: Callable[[], bool] | None = None
    ready_words: str = ""  # what it writes when it is ready; without, it is ready once it has lived `settle_seconds`
    needs: tuple[str, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    last_word: signal.Signals = signal.SIGTERM  # what the kernel sends it when the supervisor is killed
    stop_seconds: float = 15.0
    ready_seconds: float = 60.0
    settle_seconds: float = 20.0
    cwd: Path | None = None


@dataclass(slots=True)
class Running:
    service: Service
    log: Path
    process: subprocess.Popen[bytes] | None = None
    ready: bool = False
    log_start: int = 0  # where in the log this process began to write
    since: float = 0.0  # start of the process, or of the wait for the next one
    wait_seconds: float = 0.0
    restarts: deque[float] = field(default_factory=deque)
    failures: deque[float] = field(default_factory=deque)


class Supervisor:
    def __init__(self, logs: Path, progress: Progress, *, follow: bool = False, parent: int | None = None) -> None:
        self.logs = logs
        self.progress = progress
        self.follower = Follower(progress.say) if follow else None
        self.parent = parent
        self.undertaker = Undertaker()
        self.running: dict[str, Running] = {}
        self.groups: list[list[Running]] = []  # those started together stop together
        self.asked_to_stop = 0

    def listen(self) -> None:
        """Take signals as a wish to stop; a second one as impatience."""
        for word in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(word, self.on_signal)

    def on_signal(self, *_: object) -> None:
        self.asked_to_stop += 1

    @property
    def must_stop(self) -> bool:
        if self.parent is not None and os.getppid() != self.parent and not self.asked_to_stop:
            self.asked_to_stop = 1
        return self.asked_to_stop > 0

    def start(self, *services: Service) -> None:
        """Start these together and wait until each is ready. Raises Stopped or Failed."""
        group = [Running(service, self.log_of(service.name)) for service in services]
        self.groups.append(group)
        for running in group:
            self.running[running.service.name] = running
            self.launch(running)
        while not all(self.running[service.name].ready for service in services):
            self.tick()
            time.sleep(TICK_SECONDS / 4)

    def run(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> None:
        """Run a step to its end, keeping an eye on the services meanwhile. Raises Stopped or Failed."""
        log = self.log_of(name)
        process = spawn(command, environ, log)
        self.undertaker.watch(process.pid)
        try:
            while (code := process.poll()) is None:
                self.tick()
                time.sleep(TICK_SECONDS / 4)
        except BaseException:
            end(process, signal.SIGTERM, 5.0)
            raise
        finally:
            self.undertaker.forget(process.pid)
        if code:
            raise Failed(f"The step `{name}` failed ({describe_exit(code)}).", log)

    def watch(self) -> None:
        """Keep everything running until somebody asks for the end. Raises Failed when a service cannot be kept."""
        try:
            while True:
                self.tick()
                time.sleep(TICK_SECONDS)
        except Stopped:
            return

    def tick(self) -> None:
        if self.must_stop:
            raise Stopped
        if self.follower:
            self.follower.show()
        for running in self.running.values():
            self.look_after(running)

    def look_after(self, running: Running) -> None:
        service, process, now = running.service, running.process, time.monotonic()
        if process is None:
            if now - running.since >= running.wait_seconds and all(self.is_ready(name) for name in service.needs):
                self.launch(running)
        elif (code := process.poll()) is not None:
            self.on_death(running, code)
        elif not running.ready:
            if self.has_become_ready(running):
                running.ready = True
                if running.restarts:
                    self.progress.say(f"  ✓  {service.name} is back after {now - running.restarts[-1]:.1f} s")
            elif now - running.since > service.ready_seconds:
                self.progress.say(f"  !  {service.name} does not answer after {service.ready_seconds:.0f} s")
                process.kill()

    def launch(self, running: Running) -> None:
        service = running.service
        running.log_start = running.log.stat().st_size if running.log.exists() else 0
        running.process = spawn(
            service.command, service.environ, running.log, cwd=service.cwd, last_word=service.last_word
        )
        self.undertaker.watch(running.process.pid)
        running.ready, running.since = False, time.monotonic()

    def on_death(self, running: Running, code: int) -> None:
        """Plan the next start; give up on a service that fails again and again by itself."""
        assert running.process is not None
        kill_group(running.process.pid)
        self.undertaker.forget(running.process.pid)
        now, service = time.monotonic(), running.service
        # Killed from outside, or for want of what it needs, is not its own failure.
        if code != -signal.SIGKILL and all(self.is_ready(name) for name in service.needs):
            running.failures.append(now)
        running.restarts.append(now)
        for times in (running.failures, running.restarts):
            while times and now - times[0] > FAILURES_WITHIN_SECONDS:
                times.popleft()
        running.process, running.ready, running.since = None, False, now
        if len(running.failures) >= FAILURES:
            raise Failed(f"{service.name} ended {FAILURES} times within a minute ({describe_exit(code)}).", running.log)
        running.wait_seconds = min(0.1 * 2 ** len(running.restarts), LONGEST_WAIT_SECONDS)
        self.progress.say(f"  !  {service.name} ended unexpectedly ({describe_exit(code)}); starting it again")

    def is_ready(self, name: str) -> bool:
        return name not in self.running or self.running[name].ready

    def has_become_ready(self, running: Running) -> bool:
        service = running.service
        if service.is_ready is not None:
            return service.is_ready()
        if service.ready_words and wrote(running.log, running.log_start, service.ready_words):
            return True
        # A level of logging that leaves the words out only costs time.
        return time.monotonic() - running.since >= service.settle_seconds

    def stop(self) -> None:
        """End everything in reverse order of its start; after a second signal without waiting."""
        for group in reversed(self.groups):
            for running in reversed(group):
                if running.process is not None and running.process.poll() is None:
                    running.process.send_signal(running.service.stop_signal)
            for running in reversed(group):
                if running.process is not None:
                    self.await_end(running.process, running.service)
            if self.follower:
                self.follower.show()
        self.undertaker.dismiss()

    def await_end(self, process: subprocess.Popen[bytes], service: Service) -> None:
        asked = self.asked_to_stop
        until = time.monotonic() + service.stop_seconds
        while process.poll() is None:
            if time.monotonic() > until or self.asked_to_stop > max(asked, 1):
                self.progress.say(f"  !  {service.name} does not stop by itself; killing it")
                break
            time.sleep(0.02)
        kill_group(process.pid)
        process.wait()

    def log_of(self, name: str) -> Path:
        log = self.logs / f"{name}.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        if self.follower:
            self.follower.watch(log)
        return log


def end(process: subprocess.Popen[bytes], word: signal.Signals, seconds: float) -> None:
    if process.poll() is None:
        process.send_signal(word)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    kill_group(process.pid)
    process.wait()


def wrote(log: Path, start: int, words: str) -> bool:
    """Whether the words stand in the log from `start` on."""
    with log.open("rb") as file:
        file.seek(start)
        return words.encode() in file.read(1_000_000)


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
