"""The right side of the connect card: one page for each way of keeping books."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from jxc_desktop.i18n import tr
from jxc_desktop.ui import icons, theme
from jxc_desktop.ui.dialogs.connect_steps import Steps
from jxc_desktop.ui.recent import Entry
from jxc_desktop.ui.tasks import TaskRunner
from jxc_desktop.ui.widgets import Button, FieldLabel, RawLineEdit, label

FILES = "JXC Desktop (*.db)"


class Page(QWidget):
    """`address` and `password` are what is filled in; `creates` when opening makes new books."""

    changed = Signal()
    password = ""
    testable = True

    def __init__(self, title: str, text: str):
        super().__init__()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(10)
        self.body.addWidget(label(title, "h1"))
        explained = label(text, "label")
        explained.setWordWrap(True)
        self.body.addWidget(explained)
        self.body.addSpacing(4)

    @property
    def address(self) -> str:
        return ""

    @property
    def creates(self) -> bool:
        return False

    def focus_first(self) -> None:
        self.setFocus()


class FilePage(Page):
    """Books in a file, on this PC or in a shared folder."""

    def __init__(self, title: str, text: str, tasks: TaskRunner, proposal: str = "", warning: str = ""):
        super().__init__(title, text)
        self.field = QLineEdit(proposal)
        browse = Button(tr("Choose…"), "folder-open")
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        row.addWidget(FieldLabel(tr("File"), True, self.field))
        row.addWidget(self.field, 1)
        row.addWidget(browse)
        self.body.addLayout(row)
        self._there = label("", "hint")
        self._there.setWordWrap(True)
        self.body.addWidget(self._there)
        self.warning = label(warning, "caption")
        self.warning.setWordWrap(True)
        self.warning.setProperty("tone", "warn")
        self.warning.setVisible(bool(warning))
        self.body.addWidget(self.warning)
        self.steps = Steps(tasks)
        self.body.addWidget(self.steps)
        self.body.addStretch(1)
        self.field.textChanged.connect(self._changed)
        self._changed()

    @property
    def address(self) -> str:
        text = self.field.text().strip().strip('"')
        path = Path(text)
        return str(path if path.suffix else path / "jxc.db") if text else ""

    @property
    def creates(self) -> bool:
        return bool(self.field.text().strip()) and not Path(self.address).exists()

    def focus_first(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _changed(self) -> None:
        there = tr("New books will be made here.") if self.creates else tr("Books are there already.")
        self._there.setText(there if self.address else "")
        self.steps.clear()
        self.changed.emit()

    def _browse(self) -> None:
        start = self.address if self.field.text().strip() else str(Path.home())
        dialog = QFileDialog(self, tr("Choose the file of the books"), str(Path(start).parent), FILES)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)  # existing or new
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, tr("Choose"))
        dialog.setDefaultSuffix("db")
        dialog.fileSelected.connect(self.field.setText)
        dialog.open()


class ServerPage(Page):
    """Books on a PostgreSQL server."""

    def __init__(self, tasks: TaskRunner):
        super().__init__(tr("PostgreSQL server"), tr("For several people at once, and for large books. Ask whoever "
                                                     "looks after the server for these."))
        self.host, self.port, self.database = QLineEdit(), RawLineEdit("5432"), QLineEdit("jxc")
        self.user, self.secret = QLineEdit(), RawLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.keep = QCheckBox(tr("Keep the password in the keyring of this PC"))
        self.keep.setChecked(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(3, 1)
        for row, column, text, field in ((0, 0, tr("Server"), self.host), (0, 2, tr("Port"), self.port),
                                         (1, 0, tr("Database"), self.database), (2, 0, tr("User"), self.user),
                                         (3, 0, tr("Password"), self.secret)):
            grid.addWidget(FieldLabel(text, column == 0 and row < 3, field), row, column)
            grid.addWidget(field, row, column + 1, 1, 1 if row == 0 else 3)
            field.textChanged.connect(self._changed)
        grid.addWidget(self.keep, 4, 1, 1, 3)
        self.body.addLayout(grid)
        self.steps = Steps(tasks)
        self.body.addWidget(self.steps)
        self.body.addStretch(1)

    @property
    def address(self) -> str:
        if not (self.host.text().strip() and self.database.text().strip() and self.user.text().strip()):
            return ""
        return (f"postgresql://{quote(self.user.text().strip(), safe='')}@{self.host.text().strip()}:"
                f"{self.port.text().strip() or '5432'}/{quote(self.database.text().strip(), safe='')}")

    @property
    def password(self) -> str:  # type: ignore[override]
        return self.secret.text()

    @property
    def creates(self) -> bool:
        return True  # a database that is there stays as it is

    def fill(self, address: str) -> None:
        """Show an address that was used before."""
        from urllib.parse import unquote, urlsplit

        parts = urlsplit(address)
        self.host.setText(parts.hostname or "")
        self.port.setText(str(parts.port or 5432))
        self.database.setText(unquote(parts.path.lstrip("/")))
        self.user.setText(unquote(parts.username or ""))

    def focus_first(self) -> None:
        empty = next((f for f in (self.host, self.database, self.user, self.secret) if not f.text()), self.host)
        empty.setFocus(Qt.FocusReason.OtherFocusReason)

    def _changed(self) -> None:
        self.steps.clear()
        self.changed.emit()


class DemoPage(Page):
    """A company to look around in."""

    testable = False

    def __init__(self, path: str):
        super().__init__(tr("Demo company"), tr(
            "A wholesaler with some 300 items, 40 partners, three warehouses and a year of documents. Try whatever "
            "you like: your own books are not touched."))
        self._path = path
        self.bar, self.news = QProgressBar(), label("", "hint")
        self.bar.setTextVisible(False)
        self.bar.hide()
        self.body.addWidget(self.bar)
        self.body.addWidget(self.news)
        self.body.addStretch(1)

    @property
    def address(self) -> str:
        return self._path

    @property
    def creates(self) -> bool:
        return not Path(self._path).exists()

    def show_progress(self, done: int, total: int) -> None:
        self.bar.show()
        self.bar.setMaximum(max(total, 1))
        self.bar.setValue(done)
        self.news.setText(tr("Making documents: {done} of {total}", done=done, total=total))


class _Tile(QAbstractButton):
    """Books opened lately."""

    def __init__(self, entry: Entry, where: str):
        super().__init__()
        self._lines = (entry.company or entry.label, where, _last(entry))
        self.setAccessibleName(", ".join(self._lines))
        self.setFixedHeight(64)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._icon = "server" if "://" in entry.address else "database"

    def sizeHint(self) -> QSize:
        return QSize(320, 64)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = self.hasFocus()
        edge = "accent" if ring else "ctl" if self.underMouse() else "border"
        painter.setPen(QPen(theme.colour(edge), 2 if ring else 1))
        painter.setBrush(theme.colour("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        painter.drawPixmap(16, 22, icons.pixmap(self._icon, "text2", 20))
        small = theme.current().sizes.caption
        title, where, last = self._lines
        for text, size, ink, bold, y in ((title, 14, "text", True, 8), (where, small, "text2", False, 34)):
            painter.setFont(theme.font(size, bold=bold))
            painter.setPen(theme.colour(ink))
            fitted = QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideMiddle, self.width() - 200)
            painter.drawText(QRect(50, y, self.width() - 190, 22), Qt.AlignmentFlag.AlignVCenter, fitted)
        painter.setFont(theme.font(small, figures=True))
        painter.setPen(theme.colour("text3"))
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect().adjusted(0, 0, -16, 0), align, last)


def _last(entry: Entry) -> str:
    try:
        at = dt.datetime.fromisoformat(entry.at)
    except ValueError:
        return entry.user
    return f"{entry.user}  {at:%m-%d %H:%M}"


class RecentPage(Page):
    """Books opened lately; a click opens them."""

    testable = False

    def __init__(self, entries: list[Entry], on_open: Callable[[str], Any]):
        super().__init__(tr("Recent books"), tr("Click to open."))
        self._tiles = []
        for entry in entries[:5]:
            where = entry.address if "://" not in entry.address else entry.address.rpartition("@")[2]
            tile = _Tile(entry, where)
            tile.clicked.connect(lambda *_, address=entry.address: on_open(address))
            self.body.addWidget(tile)
            self._tiles.append(tile)
        self._first = entries[0].address if entries else ""
        self.body.addStretch(1)

    @property
    def address(self) -> str:
        return self._first

    def focus_first(self) -> None:
        if self._tiles:
            self._tiles[0].setFocus(Qt.FocusReason.OtherFocusReason)
