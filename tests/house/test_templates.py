"""Templates: they parse, they call what exists, and they hold nothing that the content security policy forbids."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import TemplateNotFound, meta

from tests.house.sources import ROOT, files, short

TEMPLATES = ROOT / "templates"
ALL = [path for path in files(".html", ".txt", ".xml") if path.is_relative_to(TEMPLATES)]
PAGES = [path for path in ALL if path.suffix == ".html" and not short(path).startswith("templates/mail/")]
COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)
STYLE = re.compile(r"\sstyle\s*=|<style\b", re.IGNORECASE)
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
INLINE_SCRIPT = re.compile(r"<script\b(?![^>]*(?:\bsrc=|\bnonce=|type=\"application/))", re.IGNORECASE)


@pytest.mark.parametrize("path", ALL, ids=short)
def test_it_compiles(path: Path, session_app: Flask) -> None:
    environment = session_app.jinja_env
    name = path.relative_to(TEMPLATES).as_posix()
    environment.get_template(name)  # unknown filters and tests are refused here as well
    source = environment.parse(path.read_text())
    for referenced in meta.find_referenced_templates(source):
        if referenced is not None:
            try:
                environment.get_template(referenced)
            except TemplateNotFound as missing:
                pytest.fail(f"{name} wants {missing}")


@pytest.mark.parametrize("path", ALL, ids=short)
def test_its_links_lead_somewhere(path: Path, session_app: Flask) -> None:
    endpoints = set(re.findall(r"url_for\(\s*['\"]([^'\".][^'\"]*)['\"]", COMMENT.sub("", path.read_text())))
    assert not endpoints - set(session_app.view_functions)


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_the_content_security_policy_lets_it_through(path: Path) -> None:
    text = COMMENT.sub("", path.read_text())
    assert not STYLE.search(text), "no style attribute and no <style>: use a class"
    assert not HANDLER.search(text), "no on… attribute: use a script file"
    assert not INLINE_SCRIPT.search(text), "a script has src or nonce"
