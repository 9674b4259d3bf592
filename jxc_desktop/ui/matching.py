"""Which characters of a name a query met: by themselves, by pinyin initials or by whole syllables."""

from functools import cache

Span = tuple[int, int]


def matched(name: str, query: str) -> Span | None:
    """(start, end) of the first run of `name` that `query` stands for; None if it met something else.

    Imports the pinyin tables on first use: call it on a worker.
    """
    wanted = query.casefold().replace("'", "").replace(" ", "")
    if not wanted:
        return None
    at = name.casefold().find(wanted)
    if at >= 0:
        return at, at + len(wanted)
    if not wanted.isascii():
        return None
    for start in range(len(name)):
        if (end := _reach(name, start, wanted)) is not None:
            return start, end
    return None


def _reach(name: str, at: int, rest: str) -> int | None:
    """Where the run that starts at `at` ends when it uses up `rest`."""
    if not rest:
        return at
    if at >= len(name):
        return None
    for reading in _readings(name[at]):
        if rest.startswith(reading) and (end := _reach(name, at + 1, rest[len(reading):])) is not None:
            return end
    return None


@cache
def _readings(character: str) -> tuple[str, ...]:
    """Whole syllables of every reading, longest first, then initials."""
    if character.isascii():
        return (character.lower(),)
    from pypinyin import Style, pinyin

    syllables = {s for s in pinyin(character, style=Style.NORMAL, heteronym=True)[0] if s.isascii()}
    return (*sorted(syllables, key=len, reverse=True), *sorted({s[0] for s in syllables}))
