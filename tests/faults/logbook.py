"""What a poster meant to do and what it was told, kept outside the database.

Every line is on the disk before the next step is taken, so that it outlives the death of its writer.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any


class Word(StrEnum):
    """What a line says of its key."""

    INTENT = "intent"  # about to be sent
    POSTED = "posted"  # acknowledged
    REFUSED = "refused"  # a rule said no: not posted
    FAILED = "failed"  # the database said no: not posted
    UNKNOWN = "unknown"  # nobody could say


class Logbook:
    """Appends lines to a file, each synced to the disk."""

    def __init__(self, path: Path):
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, word: Word, key: str, **more: Any) -> None:
        line = json.dumps({"word": word, "key": key, "at": time.monotonic(), **more})
        os.write(self._file, f"{line}\n".encode())
        os.fsync(self._file)


@dataclass
class Story:
    """What became of one key, by what its sender was told last."""

    key: str
    word: Word = Word.INTENT
    seconds: float = 0.0
    ended: float = 0.0
    error: str = ""


@dataclass
class Record:
    """What the logbooks of one run say together."""

    stories: dict[str, Story] = field(default_factory=dict)

    def keys(self, *words: Word) -> set[str]:
        return {s.key for s in self.stories.values() if s.word in words}

    def seconds(self) -> list[float]:
        """How long each answered key took, shortest first."""
        return sorted(s.seconds for s in self.stories.values() if s.word is not Word.INTENT)

    def errors(self) -> list[str]:
        return sorted({s.error for s in self.stories.values() if s.error})


def read(paths: Iterable[Path]) -> Record:
    """The whole record; a line that its writer did not finish is none."""
    record = Record()
    for path in paths:
        started: dict[str, float] = {}
        for line in _lines(path):
            key, word = line["key"], Word(line["word"])
            started.setdefault(key, line["at"])
            record.stories[key] = Story(key, word, line["at"] - started[key], line["at"], line.get("error", ""))
    return record


def fairness(paths: Iterable[Path]) -> float:
    """What the slowest had done when the fastest was through, as a share of it."""
    ends = [[s.ended for s in read([path]).stories.values()] for path in paths]
    first = min(map(max, ends))
    done = [sum(end <= first for end in each) for each in ends]
    return min(done) / max(done)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else ():
        if line.endswith("\n"):
            yield json.loads(line)
