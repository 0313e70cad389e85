"""Shares for bars. Widths are classes in steps of 5, because the pages carry no style attributes."""

from __future__ import annotations


def share_step(part: int, whole: int) -> int:
    """`part` of `whole` in per cent, rounded to a step of 5 (0–100); anything above nothing shows at least 5."""
    if whole <= 0 or part <= 0:
        return 0
    step = (20 * part + whole // 2) // whole * 5
    return max(5, min(100, step))


def brick_kind(part: int, whole: int) -> str:
    """Green below 75 per cent, `warn` up to 90, `full` above."""
    if whole <= 0 or 100 * part > 90 * whole:
        return "full" if part > 0 else ""
    return "warn" if 100 * part >= 75 * whole else ""
