"""The navigation at the left: groups of entries, given as data. Only the active group is open."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QVBoxLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui import icons, theme
from jxc_desktop.ui.pill import PILL_PAD, draw_pill
from jxc_desktop.ui.tokens import Tone

Opens = str | Callable[[], object]


class NavEntry(NamedTuple):
    """One page to go to: `opens` is its key or something to call; `title` is a message id."""

    key: str
    title: str
    opens: Opens
    badge: Callable[[], int] | None = None


class NavGroup(NamedTuple):
    """A work area. Without entries it opens something itself; `bottom` puts it at the foot (settings)."""

    key: str
    title: str
    icon: str
    entries: tuple[NavEntry, ...] = ()
    opens: Opens | None = None
    bottom: bool = False


class _Item(QAbstractButton):
    """A group (with an icon) or an entry."""

    def __init__(self, key: str, text: str, icon: str = ""):
        super().__init__()
        self.key, self._icon, self.rail, self.marked = key, icon, False, False
        self.badge, self.tone = 0, Tone.WARN
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolTip("")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(52, 35 if self._icon else 28)

    def set_badge(self, count: int, tone: Tone) -> None:
        self.badge, self.tone = count, tone
        self.setAccessibleName(f"{self.text()} {count}" if count else self.text())
        self.update()

    def set_rail(self, rail: bool) -> None:
        self.rail = rail
        cut = QFontMetrics(theme.font(bold=True)).horizontalAdvance(self.text()) > theme.current().sizes.nav - 51
        self.setToolTip(self.text() if rail or cut else "")

    def mark(self, marked: bool) -> None:
        if marked != self.marked:
            self.marked = marked
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and Enter belong to the navigation; a button would take them for itself."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, area, sizes = QPainter(self), self.rect(), theme.current().sizes
        tinted = self.marked and (self.rail or not self._icon)
        if tinted or self.underMouse():
            painter.fillRect(area, theme.colour("sel" if tinted else "hover"))
        if tinted:
            painter.fillRect(QRect(0, 0, 3, area.height()), theme.colour("selbar"))
        ink = "accent" if tinted and not self._icon else "text" if self.marked or self.underMouse() else "text2"
        if self._icon:
            size = sizes.icon_nav
            x = (area.width() - size) // 2 if self.rail else 16
            at = QPoint(x, (area.height() - size) // 2)
            painter.drawPixmap(at, icons.pixmap(self._icon, ink, size))
        if not self.rail:
            painter.setFont(theme.font(bold=tinted))
            painter.setPen(theme.colour(ink))
            room = area.adjusted(43, 0, -8, 0)
            text = QFontMetrics(painter.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        self._draw_badge(painter, area)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("accent"), 2))
            painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), 4, 4)

    def _draw_badge(self, painter: QPainter, area: QRect) -> None:
        if not self.badge:
            return
        text = "99+" if self.badge > 99 else str(self.badge)
        font = theme.font(theme.current().sizes.caption, figures=True)
        width = QFontMetrics(font).horizontalAdvance(text) + PILL_PAD
        where = area.adjusted(0, 0, 0, -14) if self.rail else area
        draw_pill(painter, area.width() - width - (2 if self.rail else 8), where, text, self.tone)


class Navigation(QWidget):
    """Emits `opened` with what an entry opens. Mark the entry of the current page with `mark`."""

    opened = Signal(object)

    def __init__(self, groups: Iterable[NavGroup], parent: QWidget | None = None):
        super().__init__(parent)
        self.groups: tuple[NavGroup, ...] = ()
        self._rail, self._open = False, ""
        self._items: dict[str, _Item] = {}
        self.setObjectName("nav")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Navigation"))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 8, 1, 8)
        self._layout.setSpacing(1)
        self.set_groups(groups)

    @property
    def rail(self) -> bool:
        return self._rail

    def set_groups(self, groups: Iterable[NavGroup]) -> None:
        """These in place of those before."""
        self.groups = tuple(groups)
        while item := self._layout.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._items = {}
        for group in (g for g in self.groups if not g.bottom):
            self._add(group)
        self._layout.addStretch(1)
        for group in (g for g in self.groups if g.bottom):
            self._add(group)
        self.set_rail(self._rail)
        self.update_badges()

    def set_rail(self, rail: bool) -> None:
        """Icons only, for narrow windows."""
        self._rail = rail
        sizes = theme.current().sizes
        self.setFixedWidth(sizes.nav_rail if rail else sizes.nav)
        for item in self._items.values():
            item.set_rail(rail)
        self._show_entries()

    def mark(self, key: str) -> None:
        """Mark the entry that is `key` or opens the page `key`, and open its group."""
        found = ("", "")
        for group in self.groups:
            if key in (group.key, group.opens):
                found = (group.key, "")
            for entry in group.entries:
                if key in (entry.key, entry.opens):
                    found = (group.key, entry.key)
        for item in self._items.values():
            item.mark(item.key in found)
        if found[0]:
            self._open = found[0]
        self._show_entries()

    def open_group(self, number: int) -> None:
        """Group 1 to 9 by key: opens it and puts the focus there."""
        if 0 < number <= len(self.groups):
            group = self.groups[number - 1]
            self._choose_group(group)
            if group.entries and not self._rail:
                self._items[group.entries[0].key].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_badge(self, key: str, count: int, tone: Tone | str = Tone.WARN) -> None:
        """A count at a group or an entry; 0 takes it away."""
        self._items[key].set_badge(count, Tone(tone))

    def update_badges(self) -> None:
        """Ask the entries for their counts."""
        for entry in (e for g in self.groups for e in g.entries if e.badge):
            self._items[entry.key].set_badge(entry.badge(), Tone.WARN)  # type: ignore[misc]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down go through what is visible, Enter opens."""
        shown = [i for i in self._items.values() if i.isVisible()]
        at = next((n for n, item in enumerate(shown) if item.hasFocus()), -1)
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step and shown:
            shown[(at + step) % len(shown)].setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and at >= 0:
            shown[at].click()
        else:
            super().keyPressEvent(event)

    def _add(self, group: NavGroup) -> None:
        item = self._items[group.key] = _Item(group.key, tr(group.title), group.icon)
        item.clicked.connect(lambda *_: self._choose_group(group))
        self._layout.addWidget(item)
        for entry in group.entries:
            sub = self._items[entry.key] = _Item(entry.key, tr(entry.title))
            sub.clicked.connect(lambda *_, opens=entry.opens: self.opened.emit(opens))
            self._layout.addWidget(sub)

    def _choose_group(self, group: NavGroup) -> None:
        if group.opens is not None:
            self.opened.emit(group.opens)
        elif self._rail:
            self._show_menu(group)
        else:
            self._open = "" if self._open == group.key else group.key
            self._show_entries()

    def _show_entries(self) -> None:
        for group in self.groups:
            for entry in group.entries:
                self._items[entry.key].setVisible(group.key == self._open and not self._rail)

    def _show_menu(self, group: NavGroup) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for entry in group.entries:
            menu.addAction(tr(entry.title)).triggered.connect(
                lambda *_, opens=entry.opens: self.opened.emit(opens))
        item = self._items[group.key]
        menu.popup(item.mapToGlobal(QPoint(item.width(), 0)))
