"""Texts: English message ids, a shipped catalogue per language.

Declared texts are marked with N_ where they are written and translated with tr where they are shown.
"""

import json
from functools import cache

from jxc_desktop.paths import RESOURCES

LANGUAGES = {"zh_CN": "简体中文", "en": "English"}
TRANSLATIONS = RESOURCES / "translations"

_language = "zh_CN"


def N_(text: str) -> str:
    """Marks a declared text for translation without translating it yet."""
    return text


@cache
def catalogue(language: str) -> dict[str, str]:
    """All messages of a language, from every JSON file of its folder."""
    texts: dict[str, str] = {}
    for file in sorted((TRANSLATIONS / language).glob("*.json")):
        texts |= json.loads(file.read_text(encoding="utf-8"))
    return texts


def use_language(language: str) -> None:
    """Switch the language of every text asked for from now on; KeyError for an unknown one."""
    global _language
    LANGUAGES[language]
    _language = language


def language() -> str:
    return _language


def tr(text: str, /, **values: object) -> str:
    """`text` in the current language, with {name} places filled from `values`."""
    translated = catalogue(_language).get(text, text)
    return translated.format(**values) if values else translated


def titled(title: str, value: object) -> str:
    """A title and what stands there, with the colon of the language."""
    return tr("{title}: {value}", title=title, value=value)
