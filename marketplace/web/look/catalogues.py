"""The catalogues of translations as files: extract, update, fill, and say what is missing."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from marketplace.kernel.catalogues import TRANSLATIONS

ROOT = TRANSLATIONS.parent
TRANSLATED = ("en", "nl")
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}
# Header lines that say nothing, or change with every run.
_UNSTEADY = ('"POT-Creation', '"PO-Revision', '"Last-Translator', '"Language-Team', '"Report-Msgid', '"Generated-By')
_PLACEHOLDER = re.compile(r"%\((\w+)\)")


def extract() -> Catalog:
    """Every text of code and templates, with the files it stands in (no line numbers: they would change daily)."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as lines:
        methods, options = parse_mapping_cfg(lines)
    found = Catalog(project="Pättkesmarkt", charset="utf-8")
    for folder in ("marketplace", "workers", "templates"):
        rows = extract_from_dir(
            ROOT / folder,
            method_map=[(_below(pattern, folder), method) for pattern, method in methods if _fits(pattern, folder)],
            options_map={_below(pattern, folder): values for pattern, values in options.items()},
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
        )
        for name, _line, message, comments, context in rows:
            found.add(message, None, [(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return found


def _fits(pattern: str, folder: str) -> bool:
    return pattern.startswith(f"{folder}/")


def _below(pattern: str, folder: str) -> str:
    return pattern.removeprefix(f"{folder}/")


def path_of(language: str) -> Path:
    """Where the catalogue of `language` lies."""
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """The catalogue as it lies on disk; an empty one when there is none yet."""
    path = path_of(language)
    if not path.is_file():
        return Catalog(locale=language, project="Pättkesmarkt", charset="utf-8")
    with path.open("rb") as lines:
        return read_po(lines, locale=language)


def _write(language: str, catalogue: Catalog) -> None:
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.fuzzy = False
    catalogue.header_comment = f"# {language}: texts of Pättkesmarkt, German is the source; see tools/translations.py"
    text = io.BytesIO()
    write_po(text, catalogue, sort_output=True, include_lineno=False, width=0)
    kept = (line for line in text.getvalue().decode().splitlines() if not line.startswith(_UNSTEADY))
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


def _source(message: Message) -> str:
    """The German text, of a plural its singular."""
    return message.id if isinstance(message.id, str) else message.id[0]


def update(languages: Sequence[str] = TRANSLATED) -> dict[str, int]:
    """Bring catalogues to the texts of today; texts that are gone are dropped, nothing is guessed."""
    template = extract()
    counts = {}
    for language in languages:
        catalogue = read(language)
        was_plural = {_source(message): message.pluralizable for message in catalogue}
        catalogue.update(template, no_fuzzy_matching=True)
        for message in catalogue:  # a text that got a plural, or lost it: what stood there says nothing any more
            if was_plural.get(_source(message), message.pluralizable) != message.pluralizable:
                message.string = ("", "") if message.pluralizable else ""
        catalogue.obsolete.clear()
        _write(language, catalogue)
        counts[language] = len(catalogue)
    return counts


def fill(language: str, texts: Mapping[str, str | list[str]]) -> list[str]:
    """Write translations into a catalogue; returns the message ids that are not texts of the product."""
    update([language])
    catalogue = read(language)
    unknown = []
    for source, translated in texts.items():
        message = catalogue.get(source)
        if message is None:
            unknown.append(source)
        else:
            message.string = tuple(translated) if isinstance(translated, list) else translated
    _write(language, catalogue)
    return unknown


def missing_translations() -> list[tuple[str, str]]:
    """(language, German text) of each text that has no translation, or one whose placeholders differ."""
    template = extract()
    missing = []
    for language in TRANSLATED:
        catalogue = read(language)
        for message in template:
            if not message.id:
                continue
            sources = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
            known = catalogue.get(sources[0], context=message.context)
            if known is None or not _complete(sources, known.string):
                missing.append((language, sources[0]))
    return missing


def _complete(sources: tuple[str, ...] | list[str], translated: object) -> bool:
    forms = translated if isinstance(translated, (tuple, list)) else (translated,)
    allowed = {name for source in sources for name in _PLACEHOLDER.findall(source)}
    required = set(_PLACEHOLDER.findall(sources[-1]))
    return all(isinstance(form, str) and form and set(_PLACEHOLDER.findall(form)) <= allowed for form in forms) and (
        required <= set(_PLACEHOLDER.findall(str(forms[-1])))
    )
