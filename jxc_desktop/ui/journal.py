"""What is being typed, kept in local files, so that a killed program loses five seconds at most.

Each running program has its own folder with a lock; a folder whose lock can be taken belongs to one that died.
"""

import datetime as dt
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile

from jxc_desktop.document_types.schema import Draft, Status

INTERVAL = 5000  # ms


@dataclass(frozen=True)
class Kept:
    """A draft found in the journal, and the key that its save has or will have."""

    draft: Draft
    at: dt.datetime
    path: Path
    save_key: str = ""

    @property
    def key(self) -> str:
        """Of the page that types it."""
        prefix = f"document_{self.draft.kind}_"
        return f"document/{self.draft.kind}/{self.path.stem.removeprefix(prefix)}"

    def forget(self) -> None:
        """It was opened again or is not wanted."""
        self.path.unlink(missing_ok=True)
        folder = self.path.parent
        if not any(folder.glob("*.json")):
            shutil.rmtree(folder, ignore_errors=True)


class Journal:
    """Drafts of this running program under `folder`, one file each."""

    def __init__(self, folder: Path):
        self._root = folder
        self._own = folder / uuid.uuid4().hex
        self._own.mkdir(parents=True)
        self._lock = _lock(self._own)
        self._lock.tryLock(0)

    def write(self, key: str, draft: Draft, save_key: str = "") -> None:
        """Keep `draft` under `key`, in place of what was kept before. Complete or not at all.

        With the key of its save, a program that starts again can ask whether that was carried out.
        """
        text = json.dumps({"at": dt.datetime.now().isoformat(), "draft": asdict(draft), "save_key": save_key},
                          default=_packed, ensure_ascii=False)
        waiting = self._path(key).with_suffix(".new")
        waiting.write_text(text, encoding="utf-8")
        os.replace(waiting, self._path(key))

    def kept(self, key: str) -> Kept | None:
        """What this program kept under `key`."""
        return _read(self._path(key))

    def discard(self, key: str) -> None:
        """The draft is saved, or thrown away on purpose."""
        self._path(key).unlink(missing_ok=True)

    def waiting(self) -> list[Kept]:
        """Everything that this program keeps, the newest first."""
        found = [kept for file in self._own.glob("*.json") if (kept := _read(file))]
        return sorted(found, key=lambda kept: kept.at, reverse=True)

    def recover(self) -> list[Kept]:
        """The drafts of programs that ended without saving them, oldest first. Unreadable files stay where they are."""
        found = [kept for folder in self._abandoned() for file in folder.glob("*.json") if (kept := _read(file))]
        return sorted(found, key=lambda kept: kept.at)

    def close(self) -> None:
        """The program ends; drafts that are left are found at the next start."""
        self._lock.unlock()
        if not any(self._own.glob("*.json")):
            shutil.rmtree(self._own, ignore_errors=True)

    def _path(self, key: str) -> Path:
        return self._own / f"{key}.json"

    def _abandoned(self) -> Iterator[Path]:
        for folder in self._root.iterdir():
            if folder != self._own and folder.is_dir():
                lock = _lock(folder)
                if lock.tryLock(0):
                    lock.unlock()
                    yield folder


def _lock(folder: Path) -> QLockFile:
    lock = QLockFile(str(folder / "lock"))
    lock.setStaleLockTime(0)  # only the death of its program frees it
    return lock


def _packed(value: Any) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    if isinstance(value, dt.time):
        return {"$time": value.isoformat()}
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return {"$date": value.isoformat()}
    raise TypeError(f"a draft does not hold {type(value).__name__}")


def _unpacked(value: dict[str, Any]) -> Any:
    if "$decimal" in value:
        return Decimal(value["$decimal"])
    if "$time" in value:
        return dt.time.fromisoformat(value["$time"])
    return dt.date.fromisoformat(value["$date"]) if "$date" in value else value


def _read(file: Path) -> Kept | None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"), object_hook=_unpacked)
        draft = Draft(**content["draft"])
        draft.status = Status(draft.status)
        return Kept(draft, dt.datetime.fromisoformat(content["at"]), file, str(content.get("save_key", "")))
    except (OSError, ValueError, KeyError, TypeError):
        return None
