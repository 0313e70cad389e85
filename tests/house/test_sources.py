"""The habits of the house that a look at the sources can prove."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.sources import ROOT, files, python_below, short, tree

LONGEST_FILE, LONGEST_FUNCTION = 300, 70
NAMELESS = re.compile(r"^(utils?|common|helpers?|core|misc|managers?)$")
# The one door to PostgreSQL. The stand-in of the payment provider is a program of its own, with its own SQLite file.
MAY_COMMIT = ("marketplace/kernel/database.py", "marketplace/providers/stand_ins/")
MONEY = (
    "marketplace/kernel/money.py",
    "marketplace/ledger/",
    "marketplace/orders/",
    "marketplace/payments/",
    "marketplace/payouts/",
    "marketplace/papers/",
    "marketplace/checkout/",
    "marketplace/basket/",
)


def test_only_the_kernel_commits() -> None:
    found = [
        f"{short(path)}:{node.lineno}"
        for path in python_below("marketplace/", "workers/")
        if not short(path).startswith(MAY_COMMIT)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert not found, "commit() stands in kernel/database.py alone; use transaction()"


def written(*kinds: str) -> Iterator[Path]:
    """All but migrations: those are lists that nobody edits again, and stay whole."""
    return (path for path in files(*kinds) if not short(path).startswith("migrations/versions/"))


def test_files_are_short() -> None:
    kinds = (".py", ".html", ".css", ".js", ".sh")
    lengths = {short(path): len(path.read_text().splitlines()) for path in written(*kinds)}
    assert not {name: count for name, count in lengths.items() if count > LONGEST_FILE}


def test_functions_are_short() -> None:
    lengths = {
        f"{short(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in written(".py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert not {name: count for name, count in lengths.items() if count > LONGEST_FUNCTION}


def test_a_name_says_what_the_thing_is() -> None:
    nameless = {
        short(path)
        for path in files("")
        for part in path.relative_to(ROOT).parts
        if NAMELESS.match(part.partition(".")[0])
    }
    assert not nameless


def test_no_float_comes_near_money() -> None:
    found = [
        f"{short(path)}:{line} {what}"
        for path in python_below("marketplace/")
        if short(path).startswith(MONEY)
        for line, what in floats(path)
    ]
    assert not found, "money is whole cents; use // or marketplace.kernel.money"


def floats(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno, str(node.value)
        elif isinstance(node, ast.Name) and node.id == "float":
            yield node.lineno, "float"
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            yield node.lineno, "/"


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        short(path)
        for path in python_below("marketplace/", "workers/", "migrations/versions/")
        if path.read_text().strip() and not ast.get_docstring(tree(path))
    ]
    assert not silent


def test_nothing_is_left_unfinished() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|(?i:lorem ipsum))\b|NotImplementedError")
    found = [
        f"{short(path)}:{number} {line.strip()}"
        for path in files(".py", ".html", ".js", ".css", ".sh", "Makefile")
        if path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if marks.search(line)
    ]
    assert not found
