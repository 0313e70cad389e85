"""A farm with products and a market day, and what it uploads."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import openpyxl
import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.exchange.jobs import JobView, confirm_import, job_of
from marketplace.exchange.upload import upload_table
from marketplace.exchange.work import work
from marketplace.kernel import clock
from marketplace.kernel.database import db as database
from tests.pickup.scene import Scene, set_up


@dataclass
class Farmer:
    """The farm Brink of the scene: `send` uploads a table and lets the worker look at it."""

    scene: Scene
    farm_id: int
    last: int = field(default=0)

    def send(self, content: bytes, name: str = "tabelle.csv", kind: str = "products") -> JobView:
        day = self.scene.day_id if kind == "stock" else None
        self.last = upload_table(self.farm_id, kind, content, name, day)
        work(self.last)
        return self.job()

    def apply(self) -> JobView:
        confirm_import(self.farm_id, self.last, self.job().digest)
        work(self.last)
        return self.job()

    def job(self) -> JobView:
        database.session.rollback()
        found = job_of(self.farm_id, self.last)
        database.session.rollback()
        return found


@pytest.fixture
def farmer(db: SQLAlchemy) -> Iterator[Farmer]:
    clock.forget()
    scene = set_up()
    yield Farmer(scene, scene.farms["brink"])
    clock.forget()


def table(*lines: str) -> bytes:
    """Lines of a CSV as a German Excel writes it."""
    return b"\xef\xbb\xbf" + "\r\n".join(lines).encode()


def said(job: JobView) -> list[tuple[int, str, str]]:
    """(line, column, sentence) of the findings."""
    return [(it["line"], it["column"], it["msgid"] % it["values"]) for it in job.findings]


def workbook(*lines: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
