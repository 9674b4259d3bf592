"""What a tab shows, as far as the window knows it."""

from typing import Any, Protocol

from PySide6.QtCore import SignalInstance


class Page(Protocol):
    """A QWidget with these. `key` finds and restores it ("document/delivery_note/17"); it may change.

    Optional: `close_requested() -> bool` (False keeps it open), `closed()` (it is gone for good), `info` (a
    widget for the information panel), `nav_key` (the navigation entry to mark; else `key`).
    """

    title: str
    key: str
    dirty: bool
    keys: list[tuple[str, str]]
    title_changed: SignalInstance

    def focus_first(self) -> None: ...

    def refresh(self) -> None: ...


def optional(page: Any, name: str, default: Any = None) -> Any:
    """An optional part of the protocol."""
    return getattr(page, name, default)
