"""The supervisor with small programs in place of the services."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from marketplace.cli.up.progress import Progress
from marketplace.cli.up.supervisor import Failed, Service, Stopped, Supervisor
from marketplace.cli.up.undertaker import members

LIVES = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"]
# A leader with a child in its group, as gunicorn and Celery are.
FAMILY = [sys.executable, "-c", "import subprocess, time; subprocess.Popen(['sleep', '61']); time.sleep(60)"]


def service(name: str, command: list[str], **more: object) -> Service:
    return Service(name, command, dict(os.environ), settle_seconds=0.2, **more)  # type: ignore[arg-type]


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path, Progress())
    yield supervisor
    supervisor.stop()


def pid_of(supervisor: Supervisor, name: str) -> int:
    process = supervisor.running[name].process
    assert process is not None
    return process.pid


def until(true: Callable[[], bool], supervisor: Supervisor | None = None, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        if supervisor:
            supervisor.tick()
        time.sleep(0.02)


def test_a_killed_service_comes_back(supervisor: Supervisor, capsys: pytest.CaptureFixture[str]) -> None:
    supervisor.start(service("web", LIVES))
    first = pid_of(supervisor, "web")
    os.kill(first, signal.SIGKILL)
    until(lambda: not supervisor.running["web"].ready, supervisor)
    until(lambda: supervisor.running["web"].ready, supervisor)
    assert pid_of(supervisor, "web") != first
    said = capsys.readouterr().out
    assert "web ended unexpectedly (signal SIGKILL)" in said
    assert "web is back" in said


def test_what_a_dead_leader_left_is_killed(supervisor: Supervisor) -> None:
    supervisor.start(service("worker", FAMILY))
    leader = pid_of(supervisor, "worker")
    until(lambda: len(members([leader])) == 2, supervisor)
    os.kill(leader, signal.SIGKILL)
    until(lambda: not members([leader]), supervisor)


def test_it_waits_for_what_it_needs(supervisor: Supervisor, tmp_path: Path) -> None:
    door = tmp_path / "open"
    door.touch()
    supervisor.start(service("database", LIVES, is_ready=door.exists))
    supervisor.start(service("relay", LIVES, needs=("database",)))
    door.unlink()
    os.kill(pid_of(supervisor, "database"), signal.SIGKILL)
    until(lambda: not supervisor.running["database"].ready, supervisor)
    os.kill(pid_of(supervisor, "relay"), signal.SIGKILL)
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        supervisor.tick()
    assert supervisor.running["relay"].process is None
    door.touch()
    until(lambda: supervisor.running["relay"].ready, supervisor)


def test_one_that_fails_again_and_again_ends_all(supervisor: Supervisor) -> None:
    with pytest.raises(Failed, match="web ended 5 times within a minute") as raised:
        supervisor.start(service("web", [sys.executable, "-c", "import sys; sys.exit('no such table')"]))
    assert raised.value.log is not None
    assert raised.value.log.read_text().count("no such table") == 5


def test_kills_from_outside_do_not_end_all(supervisor: Supervisor) -> None:
    supervisor.start(service("web", LIVES))
    for _ in range(6):
        os.kill(pid_of(supervisor, "web"), signal.SIGKILL)
        supervisor.tick()
        supervisor.running["web"].wait_seconds = 0.0
        until(lambda: supervisor.running["web"].ready, supervisor)


def test_a_step_that_fails_names_its_log(supervisor: Supervisor) -> None:
    with pytest.raises(Failed, match=r"The step `release` failed \(exit code 3\)") as raised:
        supervisor.run("release", [sys.executable, "-c", "print('bad'); raise SystemExit(3)"], dict(os.environ))
    assert raised.value.log is not None
    assert raised.value.log.read_text() == "bad\n"


def test_a_wish_to_stop_ends_a_step(supervisor: Supervisor) -> None:
    supervisor.on_signal()
    with pytest.raises(Stopped):
        supervisor.run("demo", LIVES, dict(os.environ))


def test_all_end_in_reverse_order(supervisor: Supervisor, tmp_path: Path) -> None:
    note = "import signal, sys, time, pathlib\ndef end(*_):\n  open({0!r}, 'a').write({1!r})\n  sys.exit()\n"
    note += "signal.signal(signal.SIGTERM, end)\npathlib.Path({2!r}).touch()\ntime.sleep(60)"
    for name in "ab":
        code = note.format(str(tmp_path / "order"), name, str(tmp_path / name))
        supervisor.start(service(name, [sys.executable, "-c", code], is_ready=(tmp_path / name).exists))
    supervisor.stop()
    assert (tmp_path / "order").read_text() == "ba"


def test_one_that_does_not_stop_is_killed(supervisor: Supervisor) -> None:
    supervisor.start(service("web", STUBBORN, stop_seconds=0.3))
    pid = pid_of(supervisor, "web")
    supervisor.stop()
    assert not members([pid])


def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    code = f"""
        import os, sys
        from pathlib import Path
        from marketplace.cli.up.progress import Progress
        from marketplace.cli.up.supervisor import Service, Supervisor
        supervisor = Supervisor(Path({str(tmp_path)!r}), Progress())
        commands = enumerate({[LIVES, FAMILY, STUBBORN]!r})
        supervisor.start(*(Service(str(n), c, dict(os.environ), settle_seconds=0.5) for n, c in commands))
        print(*(running.process.pid for running in supervisor.running.values()), flush=True)
        supervisor.watch()
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        children = [int(word) for word in process.stdout.readline().split()]
        assert [len(members([pid])) for pid in children] == [1, 2, 1]
        process.kill()
    until(lambda: not members(children))


def test_it_stops_when_its_parent_is_gone(supervisor: Supervisor) -> None:
    supervisor.parent = os.getppid()
    assert not supervisor.must_stop
    supervisor.parent = 1
    assert supervisor.must_stop
