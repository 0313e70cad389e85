"""Bars in steps of 5, and their kinds."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.web.look.steps import brick_kind, share_step

ROOT = Path(__file__).resolve().parents[3]


@given(st.integers(-5, 10_000), st.integers(-5, 10_000))
def test_every_share_has_its_class(part: int, whole: int) -> None:
    step = share_step(part, whole)
    assert step in range(0, 101, 5)
    if whole > 0 and 0 < part <= whole:
        assert abs(step - 100 * part / whole) <= 5


@pytest.mark.parametrize(
    ("part", "whole", "kind"),
    [(74, 100, ""), (75, 100, "warn"), (90, 100, "warn"), (91, 100, "full"), (0, 0, ""), (1, 0, "full"), (0, 9, "")],
)
def test_kinds(part: int, whole: int, kind: str) -> None:
    assert brick_kind(part, whole) == kind


def test_every_class_of_a_step_is_in_the_style_sheet() -> None:
    css = (ROOT / "static/css/components/bricks.css").read_text()
    for step in range(0, 101, 5):
        assert f".fill-{step} " in css


def test_the_colours_can_be_read() -> None:
    spec = importlib.util.spec_from_file_location("contrast", ROOT / "tools/contrast.py")
    assert spec is not None and spec.loader is not None
    contrast = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(contrast)
    css = contrast.TOKENS.read_text()
    assert contrast.misses(css) == []
    assert contrast.misses(css.replace("--ink-3: #5A6861", "--ink-3: #9AA8A1"))
