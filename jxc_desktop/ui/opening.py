"""Opening the books on a worker: everything the window needs to know, in one go."""

import hashlib
from dataclasses import dataclass
from typing import Any

from jxc_desktop.services import books as service
from jxc_desktop.services import preferences, sync


@dataclass(frozen=True)
class Opened:
    """Books, who works in them, and how that person likes it."""

    books: service.Books
    actor: Any
    preferences: dict[str, Any]
    label: str
    host: str
    since: sync.Start  # what others commit from then on is news


def open_books(address: str, password: str = "", create: bool = False, user: str = "") -> Opened:
    """Raises the DatabaseError family. `user` is who worked here last; else the first administrator does."""
    address, given = service.without_password(address)
    books = service.open_books(address, password or given, create=create)
    since = sync.start_of(books.engine)
    actor = next((a for a in books.users if a.name == user), books.users[0])
    label, host = service.location(address)
    return Opened(books, actor, preferences.load(books.engine, actor), label, host, since)


def journal_name(address: str) -> str:
    """A folder name for the drafts of these books."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]
