"""Tells open pages that something was committed, here or on another PC."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QShowEvent


class Changes(QObject):
    """`changes` is a frozenset of (entity, id); `initiator` is who caused them, None for another PC."""

    committed = Signal(object, object)

    def publish(self, changes: Iterable[tuple[str, int]], initiator: object = None) -> None:
        self.committed.emit(frozenset(changes), initiator)


class RefreshOnChange:
    """For pages (list it before QWidget): refreshes a visible page at once, a hidden one when it is shown.

    Call `watch(changes, *entities)` when the page is built; the page has `refresh()`.
    """

    _stale = False
    _entities: frozenset[str] = frozenset()

    def watch(self, changes: Changes, *entities: str) -> None:
        """Refresh when one of these kinds of thing changes; with no names, at every change."""
        self._entities = frozenset(entities)
        changes.committed.connect(self._on_committed)

    @property
    def stale(self) -> bool:
        return self._stale

    def _on_committed(self, changes: frozenset[tuple[str, int]], initiator: object) -> None:
        concerned = not self._entities or any(entity in self._entities for entity, _ in changes)
        if initiator is self or not concerned:
            return
        if self.isVisible():  # type: ignore[attr-defined]
            self.refresh()  # type: ignore[attr-defined]
        else:
            self._stale = True

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)  # type: ignore[misc]
        if self._stale:
            self._stale = False
            self.refresh()  # type: ignore[attr-defined]
