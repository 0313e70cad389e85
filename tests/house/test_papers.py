"""What stands beside the code: locks, processes, translations, contrast, the command line's table."""

from __future__ import annotations

import configparser
import importlib.util
import re
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from marketplace.cli import COMMANDS, main
from marketplace.cli.up import services
from tests.house.sources import ROOT
from workers.routes import CONSUMERS

PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / "requirements" / name).read_text()))


def wanted() -> dict[str, list[str]]:
    config = configparser.ConfigParser(interpolation=None)
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lists = {"runtime": config["options"]["install_requires"], **config["options.extras_require"]}
    return {
        extra: [
            re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0].lower().replace("_", "-")
            for line in text.splitlines()
            if line.strip()
        ]
        for extra, text in lists.items()
    }


def test_locks_hold_what_is_wanted() -> None:
    runtime, everything, names = pins("runtime.lock"), pins("dev.lock"), wanted()
    assert not set(names["runtime"] + names["embedded"]) - set(runtime)
    assert not set().union(*names.values()) - set(everything)
    assert not {name: pin for name, pin in runtime.items() if everything.get(name) != pin}
    assert "pytest" not in runtime


@pytest.mark.parametrize("name", ["runtime.lock", "dev.lock", "uv.lock"])
def test_locks_name_no_place_and_hash_everything(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    assert "://" not in text
    assert "--find-links" not in text
    assert "--index" not in text
    assert text.count("--hash=sha256:") >= len(pins(name)) > 0


def test_workers_serve_every_queue_there_is() -> None:
    queues = {consumer.queue for consumer in CONSUMERS.values()}
    assert set(services.QUEUES) == queues
    assert f"${{WORKER_QUEUES:-{','.join(services.QUEUES)}}}" in (ROOT / "Procfile").read_text()


def test_the_procfile_has_its_five_lines() -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["web", "worker", "relay", "clock", "release"]


@pytest.mark.parametrize("tool", [["contrast.py", "static/css/tokens.css"], ["translations.py", "missing"]])
def test_the_tools_are_content(tool: list[str]) -> None:
    name, *arguments = tool
    found = subprocess.run(
        [sys.executable, f"tools/{name}", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-2000:]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    if not importlib.util.find_spec(COMMANDS[name][0]):
        assert name not in main.list_commands(click.Context(main))
        return
    shown = CliRunner().invoke(main, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    assert "Usage:" in shown.output


def test_help_imports_no_command() -> None:
    code = "import sys; from marketplace.cli import main; main(['--help'], standalone_mode=False); "
    code += "print([name for name in sys.modules if name.startswith(('marketplace.cli.', 'flask', 'sqlalchemy'))])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"
