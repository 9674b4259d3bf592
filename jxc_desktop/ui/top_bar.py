"""The bar on top: whose books these are, search, connection, alerts, user."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui import icons, theme
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.shortcuts import shown
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Avatar, Chip, label


class SearchField(QPushButton):
    """Looks like a field; a click or Ctrl+K opens the palette over it."""

    WIDTH = 420

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("omni")
        self.setAccessibleName(tr("Search functions, documents, items, partners"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(self.WIDTH)
        self.setMinimumWidth(160)

    def sizeHint(self) -> QSize:
        return QSize(self.WIDTH, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(10, (self.height() - 16) // 2, icons.pixmap("search", "text3", 16))
        key, small = shown("Ctrl+K"), theme.font(theme.current().sizes.kbd)
        width = QFontMetrics(small).horizontalAdvance(key) + 14
        box = QRectF(self.width() - width - 8.5, (self.height() - 18) / 2, width, 18)
        painter.setPen(QPen(theme.colour("border"), 1))
        painter.setBrush(theme.colour("kbd"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme.colour("text2"))
        painter.setFont(small)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text3"))
        room = QRect(33, 0, int(box.left()) - 41, self.height())
        text = QFontMetrics(painter.font()).elidedText(self.accessibleName(), Qt.TextElideMode.ElideRight,
                                                       room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)


class _Dot(QWidget):
    """Connected or not, beside the word that says so."""

    def __init__(self) -> None:
        super().__init__()
        self.tone = Tone.NEUTRAL
        self.setFixedSize(7, 7)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(theme.current().colours.tone(self.tone)[0]))
        painter.drawEllipse(self.rect())


class TopBar(QWidget):
    """Emits what was asked for; shows what it is told."""

    search_asked = Signal()
    alerts_asked = Signal()
    user_asked = Signal(QWidget)

    def __init__(self, company: str, database: str, user: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("topbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme.current().sizes.topbar)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(10)
        mark, name = QLabel("仓"), QLabel(company)
        mark.setObjectName("mark")
        name.setObjectName("company")
        mark.setFixedSize(26, 26)
        mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._database = label(database, "caption")
        left, right = QHBoxLayout(), QHBoxLayout()
        for part in (mark, name, self._database):
            left.addWidget(part)
        left.addStretch(1)
        self.search = SearchField()
        self._fill_right(right, user)
        for side in (left, right):
            side.setSpacing(10)
        row.addLayout(left, 1)
        row.addWidget(self.search)
        row.addLayout(right, 1)
        self.search.clicked.connect(self.search_asked)
        self.bell.clicked.connect(self.alerts_asked)
        self.user.clicked.connect(lambda: self.user_asked.emit(self.user))
        self.set_alerts(0)

    def set_connection(self, text: str, tone: Tone | str = Tone.OK) -> None:
        """`text` says it in words: "Connected 192.168.1.8"."""
        self._dot.tone = Tone(tone)
        self._dot.update()
        self._host.setText(text)

    def set_alerts(self, count: int, tone: Tone | str = Tone.BAD) -> None:
        """Unread errors and warnings."""
        self._count.show_state("99+" if count > 99 else str(count), tone)
        self._count.setVisible(count > 0)
        self.bell.setAccessibleName(f"{tr('Alerts')} {count}" if count else tr("Alerts"))

    def _fill_right(self, right: QHBoxLayout, user: str) -> None:
        self._dot, self._host = _Dot(), label("", "caption")
        self.bell = Button("", "bell", role=Role.GHOST, accessible_name=tr("Alerts"))
        self._count = Chip("", Tone.BAD)
        self.user = Button(user, role=Role.GHOST, accessible_name=tr("User menu of {user}", user=user))
        for button in (self.bell, self.user):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the cursor where it is
        right.addStretch(1)
        for part in (self._dot, self._host, self.bell, self._count, Avatar(user), self.user):
            right.addWidget(part)
