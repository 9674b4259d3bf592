"""The row of tabs."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QTabBar, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui import icons, theme
from jxc_desktop.ui.widgets import label

DIRTY = "●"


class _Close(QAbstractButton):
    """The cross of a tab: 24 px to hit, 12 px to see."""

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.setFixedSize(24, 24)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Close tab"))
        self.setToolTip(tr("Close tab") + " (Ctrl W)")

    def sizeHint(self) -> QSize:
        return QSize(24, 24)

    def enterEvent(self, event) -> None:
        self.update()

    def leaveEvent(self, event) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.underMouse():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("chip"))
            painter.drawRoundedRect(QRect(2, 2, 20, 20), 4, 4)
        painter.drawPixmap(QPoint(5, 5), icons.pixmap("x", "text" if self.underMouse() else "text3", 14))


class _Bar(QTabBar):
    """Tabs wide enough for their title in bold: the front one is bold, and nothing may move."""

    WIDEST, AROUND = 240, 50

    def tabSizeHint(self, index: int) -> QSize:
        text = QFontMetrics(theme.font(bold=True)).horizontalAdvance(self.tabText(index).replace("&&", "&"))
        return QSize(min(max(text + self.AROUND, 84), self.WIDEST), theme.current().sizes.tabs)

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)


class TabStrip(QWidget):
    """Shows titles; knows nothing of pages. Every tab has a key."""

    activated = Signal(str)
    close_asked = Signal(str)
    moved = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme.current().sizes.tabs)
        self._bar = _Bar()
        self._bar.setExpanding(False)
        self._bar.setDrawBase(False)
        self._bar.setMovable(True)
        self._bar.setUsesScrollButtons(True)
        self._bar.setElideMode(Qt.TextElideMode.ElideRight)
        self._bar.setAccessibleName(tr("Open tabs"))
        self._bar.setFixedHeight(theme.current().sizes.tabs)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self._bar, 1)
        self._hint = label(tr("Ctrl Tab to switch"), "caption")
        row.addWidget(self._hint)
        self._bar.currentChanged.connect(self._changed)
        self._bar.tabMoved.connect(lambda *_: self.moved.emit())
        self._bar.installEventFilter(self)

    @property
    def keys(self) -> list[str]:
        return [self._bar.tabData(i) for i in range(self._bar.count())]

    @property
    def current(self) -> str | None:
        return self._bar.tabData(self._bar.currentIndex()) if self._bar.count() else None

    def text(self, key: str) -> str:
        return self._bar.tabText(self._at(key))

    def add(self, key: str, title: str, *, last: bool = False) -> None:
        """A new tab, right of the current one or as the last."""
        at = self._bar.insertTab(self._bar.count() if last else self._bar.currentIndex() + 1, title)
        self._bar.setTabData(at, key)
        close = _Close(self._bar)
        close.clicked.connect(lambda *_: self.close_asked.emit(self._key_of(close)))
        self._bar.setTabButton(at, QTabBar.ButtonPosition.RightSide, close)

    def activate(self, key: str) -> None:
        self._bar.setCurrentIndex(self._at(key))

    def step(self, by: int) -> None:
        """The next or previous tab, round and round."""
        if count := self._bar.count():
            self._bar.setCurrentIndex((self._bar.currentIndex() + by) % count)

    def activate_number(self, number: int) -> None:
        """Tab 1 to 8; 9 is the last one."""
        at = self._bar.count() - 1 if number == 9 else number - 1
        if 0 <= at < self._bar.count():
            self._bar.setCurrentIndex(at)

    def describe(self, key: str, title: str, dirty: bool, new_key: str = "") -> None:
        at = self._at(key)
        text = f"{DIRTY} {title}" if dirty else title
        self._bar.setTabText(at, text.replace("&", "&&"))
        self._bar.setTabToolTip(at, title)
        self._bar.setTabData(at, new_key or key)

    def remove(self, key: str) -> None:
        self._bar.removeTab(self._at(key))

    def eventFilter(self, watched, event) -> bool:
        if event.type() == event.Type.MouseButtonRelease and event.button() == Qt.MouseButton.MiddleButton:
            at = self._bar.tabAt(event.position().toPoint())
            if at >= 0:
                self.close_asked.emit(self._bar.tabData(at))
        return False

    def _at(self, key: str) -> int:
        return self.keys.index(key)

    def _key_of(self, close: QWidget) -> str:
        side = QTabBar.ButtonPosition.RightSide
        return next(self._bar.tabData(i) for i in range(self._bar.count()) if self._bar.tabButton(i, side) is close)

    def _changed(self, at: int) -> None:
        if at >= 0 and self._bar.tabData(at):  # a tab being added has no key yet
            self.activated.emit(self._bar.tabData(at))
