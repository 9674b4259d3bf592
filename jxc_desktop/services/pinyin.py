"""Initials and full pinyin of names, in every reading, so that 重庆 is found by cq and by zq."""

from collections.abc import Sequence
from itertools import product

LIMIT = 24  # words kept per name: a long name of many polyphones would multiply without end


def readings(name: str) -> tuple[str, str]:
    """(initials, full pinyin) of `name`: each the blank-separated words that its readings spell.

    The reading of the whole phrase comes first, then those of its characters taken one by one.
    """
    from pypinyin import Style, pinyin

    def read(text: str, *, every: bool) -> list[list[str]]:
        return pinyin(text, style=Style.NORMAL, heteronym=every, errors=_letter_by_letter)  # type: ignore[arg-type]

    phrase = [_bare(group[0]) for group in read(name, every=False)]
    single = [[_bare(s) for group in read(c, every=True) for s in group] for c in name]
    if len(phrase) != len(single):
        phrase = [group[0] if group else "" for group in single]
    syllables = [list(dict.fromkeys([first, *rest])) for first, rest in zip(phrase, single, strict=True)]
    initials = [list(dict.fromkeys(s[:1] for s in group)) for group in syllables]
    return " ".join(_spell(initials)), " ".join(_spell(syllables))


def _letter_by_letter(rest: str) -> list[list[str]]:
    return [[c] for c in rest.lower()]


def _bare(syllable: str) -> str:
    return "".join(c for c in syllable.lower() if c.isalnum())


def _spell(groups: Sequence[Sequence[str]]) -> list[str]:
    """The distinct words that the choices make; choices that would pass LIMIT are left at their first."""
    words = [""]
    for options in groups:
        allowed = options if len(words) * len(options) <= LIMIT else options[:1]
        words = [a + b for a, b in product(words, allowed)]
    return list(dict.fromkeys(w for w in words if w))
