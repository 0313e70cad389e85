"""Hashed files: what a browser may keep for a year, and what a page weighs."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from marketplace.web.look import STATIC
from marketplace.web.look.assets import Assets, style_files


def test_a_file_is_kept_for_a_year_under_the_hash_of_its_content(dressed: Flask, visitor: FlaskClient) -> None:
    url = dressed.extensions["assets"].url("site.css")
    answer = visitor.get(url, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert b".product" in gzip.decompress(answer.data)
    assert visitor.get(url, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_without_gzip_the_same_file_comes_plain(dressed: Flask, visitor: FlaskClient) -> None:
    answer = visitor.get(dressed.extensions["assets"].url("site.js"))
    assert "Content-Encoding" not in answer.headers
    assert b"use strict" in answer.data


def test_an_old_hash_gets_the_file_of_today_but_may_not_keep_it(visitor: FlaskClient) -> None:
    answer = visitor.get("/assets/000000000000/site.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


def test_nothing_outside_of_static_is_served(visitor: FlaskClient) -> None:
    for path in ("../setup.cfg", "css/base.css", "LICENCES.md", "..%2f..%2fsetup.cfg"):
        assert visitor.get(f"/assets/0/{path}").status_code == 404


def test_another_content_is_another_address(tmp_path: Path) -> None:
    for name in ("css/tokens.css", "css/base.css", "css/print.css", "fonts/a.woff2"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a { background: url(../fonts/a.woff2) } /* note */" if "base" in name else "")
    before = Assets(tmp_path)
    font = before.url("fonts/a.woff2")
    assert font.encode() in before.find("site.css").body  # type: ignore[union-attr]
    assert b"note" not in before.find("site.css").body  # type: ignore[union-attr]
    (tmp_path / "fonts/a.woff2").write_text("other")
    after = Assets(tmp_path)
    assert after.url("fonts/a.woff2") != font
    assert after.url("site.css") != before.url("site.css")


def test_every_style_sheet_is_in_the_joined_one() -> None:
    assert set(style_files(STATIC)) == set(STATIC.rglob("*.css"))


def test_classes_never_need_a_style_attribute() -> None:
    templates = (STATIC.parent / "templates").rglob("*.html")
    styled = [path.name for path in templates if "mail" not in path.parts and re.search(r"\sstyle=", path.read_text())]
    assert styled == []


def test_the_first_view_stays_within_its_budget(dressed: Flask, visitor: FlaskClient) -> None:
    """DESIGN 10, gzipped: CSS 14 KB, fonts 40, icons 10, scripts 25; fonts are as they are."""
    assets = dressed.extensions["assets"]

    def weight(*names: str) -> int:
        found = [assets.find(name) for name in names]
        return sum(len(asset.gzipped or asset.body) for asset in found)

    assert weight("site.css") <= 14 * 1024
    assert weight("fonts/atkinson-next.woff2", "fonts/besley.woff2") <= 40 * 1024
    assert weight("icons/icons.svg") <= 10 * 1024
    assert weight("site.js", "js/vendor/htmx.min.js") <= 25 * 1024
    assert len(gzip.compress(visitor.get("/_ui").data)) <= 14 * 1024
