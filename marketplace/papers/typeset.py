"""PDF from plain data, by typst in a child process: tagged (PDF/UA-1), in the house's own fonts.

    typeset("packing_list", {"title": …})     a template of this folder (packing_list.typ) and what it shows

Templates read their data with `#let data = json(bytes(sys.inputs.data))`: strings are content, never markup (I36).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from marketplace.kernel.errors import TryLater
from marketplace.kernel.words import N_
from marketplace.papers.printable import printable

TYPESETTER = Path(__file__).with_name("typesetter.py")
SECONDS = 30
WAIT_SECONDS = 10
NAME = re.compile(r"[a-z_]{1,40}")
# A process sets two papers at a time; whoever comes then waits a little.
_PRESSES = BoundedSemaphore(2)


BUSY = N_("Das Papier ist gerade nicht zu machen. Bitte versuchen Sie es in einer Minute noch einmal.")


def typeset(template: str, data: Mapping[str, Any], *, wait_seconds: int = WAIT_SECONDS) -> bytes:
    """The PDF of a template of this folder. RuntimeError for a mistake in a template.

    TryLater when both presses are busy for `wait_seconds`, or setting takes longer than SECONDS. Every string of
    `data` is made printable: no control characters, no turned lines, no emoji.
    """
    if not NAME.fullmatch(template):
        raise ValueError(template)
    asked = json.dumps({"template": template, "data": cleaned(data)}, ensure_ascii=False)
    if not _PRESSES.acquire(timeout=wait_seconds):
        raise TryLater(BUSY)
    try:
        made = subprocess.run(
            [sys.executable, "-I", str(TYPESETTER)],
            input=asked.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise TryLater(BUSY) from None
    finally:
        _PRESSES.release()
    if made.returncode != 0:
        raise RuntimeError(f"{template}: {made.returncode} {made.stderr.decode(errors='replace')}")
    return made.stdout


def cleaned(value: Any) -> Any:
    """The same data with every string printable."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: cleaned(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    return value
