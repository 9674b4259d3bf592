"""Views of a list as tabs: those every list has, and those the user kept."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QTabBar, QVBoxLayout, QWidget

from jxc_desktop.document_types.schema import DocumentType, Progress, Promise, RecordType, Status
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.pages.filters import period
from jxc_desktop.ui.widgets import FieldLabel, label

Filters = dict[str, Any]
ALL = "all"


@dataclass(frozen=True)
class View:
    """A named selection. `filters(actor, today)` is asked anew each time, so that 'today' stays today."""

    key: str
    title: str
    filters: Callable[[str, dt.date], Filters] = lambda actor, today: {}


def _dated(name: str) -> Callable[[str, dt.date], Filters]:
    def filters(actor: str, today: dt.date) -> Filters:
        first, last = period(name, today)
        return {"date_from": first, "date_to": last}
    return filters


def _fixed(**given: Any) -> Callable[[str, dt.date], Filters]:
    return lambda actor, today: dict(given)


EVERYTHING = View(ALL, N_("All"))
TODAY, MONTH = View("today", N_("Today"), _dated("today")), View("month", N_("This month"), _dated("month"))


def of_document(kind: DocumentType) -> tuple[View, ...]:
    """All, today, this month, drafts, unfinished orders and of them the late and those with goods, mine."""
    opened = {"status": [Status.POSTED.value], "progress": [Progress.OPEN.value, Progress.PARTLY.value]}
    orders = [View("open", N_("Unfinished"), _fixed(**opened))] if kind.promise else []
    if kind.promise and any(f.name == "due_date" for f in kind.header):
        orders.append(View("late", N_("Late"), lambda actor, today: {
            **opened, "date_due": today - dt.timedelta(days=1)}))
    if kind.promise is Promise.RESERVED:
        orders.append(View("ready", N_("Deliverable"), _fixed(**opened, ready=True)))
    return (EVERYTHING, TODAY, MONTH, View("draft", N_("Drafts"), _fixed(status=Status.DRAFT.value)),
            View("submitted", N_("Waits for approval"), _fixed(status=Status.SUBMITTED.value)),
            *orders,
            View("mine", N_("Mine"), lambda actor, today: {"created_by": actor}))


def of_record(kind: RecordType) -> tuple[View, ...]:
    names = {f.name for f in kind.fields}
    roles = [View(name, title, _fixed(**{name: True})) for name, title in (
        ("customer", N_("Customers")), ("supplier", N_("Suppliers"))) if name in names]
    stopped = View("stopped", N_("Stopped"), _fixed(active=False))
    in_use = View("active", N_("In use"), _fixed(active=True))
    return (EVERYTHING, *roles, *((in_use, stopped) if "active" in names else ()))


def of_stock() -> tuple[View, ...]:
    return (EVERYTHING, View("nonzero", N_("In stock"), _fixed(nonzero=True)),
            View("low", N_("Low stock"), _fixed(low=True)))


def of_moves() -> tuple[View, ...]:
    return (EVERYTHING, TODAY, MONTH)


class ViewBar(QWidget):
    """The views as tabs. Del on one of the user's own forgets it."""

    chosen = Signal()
    forgotten = Signal(str)

    def __init__(self, views: Sequence[View], parent: QWidget | None = None):
        super().__init__(parent)
        self._views = list(views)
        self._own: list[str] = []
        self.bar = QTabBar()
        self.bar.setAccessibleName(tr("Views"))
        self.bar.setExpanding(False)
        self.bar.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for view in self._views:
            self.bar.addTab(tr(view.title))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar)
        self.bar.currentChanged.connect(lambda at: self.chosen.emit())
        self.bar.setVisible(len(self._views) > 1)

    @property
    def current(self) -> str:
        """The key of a view; of one's own, its name behind a star."""
        at = self.bar.currentIndex()
        return self._views[at].key if at < len(self._views) else f"*{self._own[at - len(self._views)]}"

    def filters(self, actor: str, today: dt.date) -> Filters:
        at = self.bar.currentIndex()
        return self._views[at].filters(actor, today) if 0 <= at < len(self._views) else {}

    def title(self) -> str:
        return self.bar.tabText(self.bar.currentIndex())

    def choose(self, key: str) -> None:
        keys = [*(v.key for v in self._views), *(f"*{name}" for name in self._own)]
        if key in keys:
            self.bar.setCurrentIndex(keys.index(key))

    def set_own(self, names: Sequence[str]) -> None:
        """The user's views behind the common ones."""
        kept = self.current if self.bar.count() else ALL
        self.bar.blockSignals(True)
        while self.bar.count() > len(self._views):
            self.bar.removeTab(self.bar.count() - 1)
        self._own = list(names)
        for name in self._own:
            at = self.bar.addTab(name)
            self.bar.setTabToolTip(at, tr("Your view; Del forgets it"))
        self.choose(kept)
        self.bar.blockSignals(False)
        self.bar.setVisible(self.bar.count() > 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.current.startswith("*"):
            self.forgotten.emit(self.current[1:])
        else:
            super().keyPressEvent(event)


class NameDialog(QDialog):
    """Asks how a view shall be called."""

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.setWindowTitle(tr("Keep this view"))
        self.setMinimumWidth(380)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label(tr("Keep this view"), "h1"))
        layout.addWidget(label(tr("Search and filters come back with one click."), "label"))
        self.name = QLineEdit()
        self.name.setMaxLength(20)
        line, buttons = QHBoxLayout(), QHBoxLayout()
        line.addWidget(FieldLabel(tr("Name"), True, self.name))
        line.addWidget(self.name, 1)
        layout.addLayout(line)
        self.keep, cancel = Button(tr("Keep"), "check", "Enter", Role.PRIMARY), Button(tr("Cancel"), key_hint="Esc")
        self.keep.setDefault(True)
        self.keep.setEnabled(False)
        self.name.textChanged.connect(lambda text: self.keep.setEnabled(bool(text.strip())))
        self.keep.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        buttons.addStretch(1)
        buttons.addWidget(self.keep)
        buttons.addWidget(cancel)
        layout.addLayout(buttons)
