"""The small parts of the embedded services."""

from __future__ import annotations

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from marketplace.cli.release import release
from marketplace.cli.up.accounts import table
from marketplace.cli.up.kept import Kept
from marketplace.cli.up.ports import LOOPBACK, becomes_free, free_port, is_free, kept_or_free
from marketplace.cli.up.postgres import await_end_of_old_server
from marketplace.cli.up.progress import Follower, last_lines
from marketplace.cli.up.unprivileged import Disguise, NoUnprivilegedUser, disguise_for
from tests.house.sources import ROOT
from tests.servers import Servers


def test_secrets_and_ports_stay_the_same(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    first = Kept(path)
    secret, port = first.secret("key", "sk_test_"), first.port("web", lambda last: last or 4711)
    assert secret.startswith("sk_test_")
    assert path.stat().st_mode & 0o777 == 0o600
    second = Kept(path)
    assert second.secret("key", "sk_test_") == secret
    assert second.port("web", lambda last: last or 0) == port == 4711


def test_a_taken_port_is_exchanged() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        taken = server.getsockname()[1]
        assert not is_free(taken)
        assert not becomes_free(taken, 0.1)
        assert kept_or_free(taken, 0.0) != taken
    assert kept_or_free(port := free_port(), 0.0) == port


def test_a_note_of_a_server_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / "postmaster.pid").write_text(f"{ended.pid}\n{tmp_path}\n")
    await_end_of_old_server(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


def test_a_number_that_means_another_program_by_now_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text("1\n")
    await_end_of_old_server(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


def test_root_needs_a_disguise_and_others_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disguise_for.cache_clear()
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert disguise_for(Path("/nowhere/initdb"), tmp_path) == Disguise()
    disguise_for.cache_clear()
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(NoUnprivilegedUser, match="choose another DATA_DIR"):
        disguise_for(Path("/nowhere/initdb"), tmp_path)
    disguise_for.cache_clear()


def test_a_follower_shows_whole_lines_that_were_added(tmp_path: Path) -> None:
    said: list[str] = []
    log = tmp_path / "web.log"
    log.write_text("old\n")
    follower = Follower(said.append)
    follower.watch(log)
    with log.open("a") as file:
        file.write("new\nhalf")
    follower.show()
    with log.open("a") as file:
        file.write(" a line\n")
    follower.show()
    assert said == ["web       | new", "web       | half a line"]


def test_the_last_lines_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last_lines(log) == []
    log.write_text("\n".join(str(number) for number in range(100)))
    assert last_lines(log, 2) == ["98", "99"]


def test_a_table_of_accounts_is_short() -> None:
    accounts = [{"role": "farm", "email": f"{n}@hof", "password": "pw", "totp_secret": None} for n in range(20)]
    lines = table([*accounts, {"role": "admin", "email": "a@b", "password": "pw", "totp_secret": "ABC"}])
    assert len(lines) == 1 + 3 + 1 + 1
    assert "ABC" in lines[4]
    assert "demo accounts" in lines[-1]


def test_two_releases_at_once(servers: Servers) -> None:
    name = "two_releases"
    servers.create(name)
    urls = servers.owner_url(name), servers.login_url(name)
    # Processes of their own, since alembic keeps its context in the module.
    code = "import sys, pathlib; from marketplace.cli.release import release; "
    code += "release(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]))"
    command = [sys.executable, "-c", code, *urls, str(ROOT / "migrations")]
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda _: subprocess.run(command, check=False).returncode, range(2)))
    assert ended == [0, 0]
    with psycopg.connect(urls[1]) as connection:
        connection.execute("SELECT * FROM contract.orders")


def test_one_login_for_everything_will_do(servers: Servers) -> None:
    """A small installation may have a single role, which then is owner and application."""
    name = "one_login"
    servers.create(name)
    url = servers.owner_url(name)
    release(url, url, ROOT / "migrations")
    with psycopg.connect(url) as connection:
        connection.execute("SET ROLE marketplace_app")
        connection.execute("SELECT count(*) FROM orders")
