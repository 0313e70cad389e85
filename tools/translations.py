#!/usr/bin/env python3
"""Extract translatable texts and keep the catalogues of translations/ up to date.

    python tools/translations.py update     # new texts into translations/{en,nl}/LC_MESSAGES/messages.po
    python tools/translations.py missing    # list what is untranslated; exit code 1 when there is any
    python tools/translations.py fill en FILE.json   # {"German": "English"} or {"German": ["one", "many"]}

German is the source language: its texts are the message ids. The application reads the `.po` files itself, there is
nothing to compile.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from marketplace.web.look import catalogues


def main(arguments: list[str] | None = None) -> int:
    """Run one of the three commands; the exit code is 1 when `missing` finds something."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("update")
    commands.add_parser("missing")
    fill = commands.add_parser("fill")
    fill.add_argument("language", choices=catalogues.TRANSLATED)
    fill.add_argument("file", type=Path)
    chosen = parser.parse_args(arguments)
    if chosen.command == "update":
        for language, count in catalogues.update().items():
            print(f"{language}: {count} texts")
        return 0
    if chosen.command == "fill":
        texts = json.loads(chosen.file.read_text(encoding="utf-8"))
        unknown = catalogues.fill(chosen.language, texts)
        for text in unknown:
            print(f"not a text of the product: {text}", file=sys.stderr)
        return 1 if unknown else 0
    missing = catalogues.missing_translations()
    for language, text in missing:
        print(f"{language}\t{text}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
