"""The books opened lately on this PC, the last ones first. Never a password."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 8


@dataclass(frozen=True)
class Entry:
    """One set of books: where it is, what it was called, who worked in it last."""

    address: str
    company: str
    label: str
    user: str
    at: str


class RecentBooks:
    """Kept in the settings of the PC; entries that make no sense are passed over."""

    def __init__(self, settings: Any):
        self._settings = settings

    @property
    def entries(self) -> list[Entry]:
        names = set(Entry.__dataclass_fields__)
        return [Entry(**row) for row in self._settings.get("books", [])
                if isinstance(row, dict) and set(row) == names and all(isinstance(v, str) for v in row.values())]

    @property
    def last(self) -> str:
        """The address opened last, or nothing."""
        entries = self.entries
        return entries[0].address if entries else ""

    def find(self, address: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.address == address), None)

    def user_of(self, address: str) -> str:
        entry = self.find(address)
        return entry.user if entry else ""

    def remember(self, address: str, company: str, label: str, user: str) -> None:
        now = dt.datetime.now().isoformat(timespec="minutes")
        entry = Entry(address, company, label, user, now)
        others = [e for e in self.entries if e.address != address]
        self._settings.set("books", [asdict(e) for e in (entry, *others)][:KEPT])

    def forget(self, address: str) -> None:
        self._settings.set("books", [asdict(e) for e in self.entries if e.address != address])
