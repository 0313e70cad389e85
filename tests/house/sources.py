"""The files of the house, and what their syntax trees show."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Brought along, not written here.
FOREIGN = ("static/js/vendor/", "requirements/", "translations/")


@cache
def files(*endings: str) -> tuple[Path, ...]:
    """What git knows or would add, so that what a build left behind does not count."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    names = sorted({name for name in listed if name.endswith(endings) and not name.startswith(FOREIGN)})
    return tuple(path for name in names if (path := ROOT / name).is_file())


def python_below(*folders: str) -> Iterator[Path]:
    for path in files(".py"):
        if short(path).startswith(folders):
            yield path


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))
