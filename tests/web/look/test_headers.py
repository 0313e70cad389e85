"""The security headers, word by word."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.web.headers import init_headers, origin


def test_the_policy_lets_in_only_what_we_serve(visitor: FlaskClient) -> None:
    answer = visitor.get("/_ui")
    nonce = re.search(r"'nonce-([\w-]{22})'", answer.headers["Content-Security-Policy"])
    assert nonce is not None
    assert answer.headers["Content-Security-Policy"] == (
        f"default-src 'none'; script-src 'nonce-{nonce[1]}'; worker-src 'self'; manifest-src 'self'; "
        "connect-src 'self'; img-src 'self' data: blob:; style-src 'self'; font-src 'self'; "
        "form-action 'self' https://pay.example; base-uri 'none'; frame-ancestors 'none'"
    )
    assert set(re.findall(r'nonce="([^"]*)"', answer.text)) == {nonce[1]}


def test_every_answer_has_its_own_nonce(visitor: FlaskClient) -> None:
    first, second = (visitor.get("/_ui").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second


def test_every_script_is_a_file_with_the_nonce(visitor: FlaskClient) -> None:
    for tag, content in re.findall(r"<script([^>]*)>(.*?)</script>", visitor.get("/_ui").text, re.DOTALL):
        assert "nonce=" in tag and "src=" in tag and "defer" in tag
        assert content == ""


def test_the_rest_of_the_headers(visitor: FlaskClient) -> None:
    for path in ("/_ui", "/assets/0/site.css", "/nowhere"):
        headers = visitor.get(path, base_url="https://market.example").headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "microphone=()" in headers["Permissions-Policy"]
        assert headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert "Strict-Transport-Security" not in visitor.get("/_ui").headers


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://x", "pay.example", "https://a@b", ""])
def test_only_the_address_of_a_page_may_be_the_target_of_forms(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        init_headers(Flask("look"), payment_pages=(address,))


def test_only_the_origin_is_named() -> None:
    assert origin("http://127.0.0.1:8100/c/pay?x=1") == "http://127.0.0.1:8100"
