"""The catalogues of translations, as pages and mails read them.

German is the source language of every text (`_("Zur Kasse")`). Catalogues for English and Dutch lie as `.po`
files in translations/; they are read and compiled in memory on first use, so there is no build step and no
compiled file in the repository. `tools/translations.py` extracts and updates them.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = {"de": "Deutsch", "en": "English", "nl": "Nederlands"}
SOURCE = "de"
TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> NullTranslations:
    """The translations of `language`, compiled in memory; empty for German and where no file is."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    if language == SOURCE or not path.is_file():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=language))
    compiled.seek(0)
    return Translations(compiled)
