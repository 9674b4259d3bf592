"""Small parts every screen is built from."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QTreeView, QVBoxLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui import icons, theme
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.card import Card
from jxc_desktop.ui.shortcuts import shown
from jxc_desktop.ui.theme import Tone

__all__ = ["Avatar", "Button", "Card", "Chip", "EmptyState", "FieldLabel", "IconLabel", "KeyHint",
           "LoadingBar", "Metric", "RawLineEdit", "Role", "SearchBox", "Tone", "Tree", "figure_font",
           "label", "restyle"]


def figure_font(size: int = 0, bold: bool = False) -> QFont:
    """The font of figures: digits of one width, so that columns line up."""
    return theme.font(size, bold=bold, figures=True)


def restyle(widget: QWidget, **properties: object) -> None:
    """Set properties the style sheet looks at, and have it look again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def label(text: str = "", look: str = "") -> QLabel:
    """A text in a look of the style sheet: h1, number, strong, label, caption, hint, error, link."""
    made = QLabel(text)
    if look:
        made.setProperty("look", look)
    return made


class Chip(QLabel):
    """A state in one word, on a tinted ground."""

    def __init__(self, text: str = "", tone: Tone | str = Tone.NEUTRAL, parent: QWidget | None = None):
        super().__init__(text, parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setProperty("tone", Tone(tone).value)

    def show_state(self, text: str, tone: Tone | str = Tone.NEUTRAL) -> None:
        self.setText(text)
        if self.property("tone") != Tone(tone).value:
            restyle(self, tone=Tone(tone).value)


class KeyHint(QLabel):
    """A key as it is written on the keyboard."""

    def __init__(self, key: str, parent: QWidget | None = None):
        super().__init__(shown(key), parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


class IconLabel(QWidget):
    """An outline that follows the theme."""

    def __init__(self, name: str, colour_token: str = "text2", size: int = 16, parent: QWidget | None = None):
        super().__init__(parent)
        self._name, self._token = name, colour_token
        self.setFixedSize(size, size)

    def show_icon(self, name: str, colour_token: str) -> None:
        self._name, self._token = name, colour_token
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).drawPixmap(0, 0, icons.pixmap(self._name, self._token, self.width()))


class Avatar(QLabel):
    """The first character of a name in a circle."""

    def __init__(self, name: str, parent: QWidget | None = None):
        super().__init__(name[:1], parent)
        self.setObjectName("avatar")
        self.setFixedSize(26, 26)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)


class Metric(QWidget):
    """A figure with its name above it, as in the totals bar; `words` for an amount in words, at the left."""

    def __init__(self, title: str, value: str = "", big: bool = False, *, words: bool = False,
                 parent: QWidget | None = None):
        super().__init__(parent)
        sizes = theme.current().sizes
        side = Qt.AlignmentFlag.AlignLeft if words else Qt.AlignmentFlag.AlignRight
        self._title, self._value = label(title, "caption"), label(value)
        self._value.setFont(figure_font(sizes.total if big else sizes.metric, bold=not words))
        if words:  # the same height for figures and for words, whose letters are taller
            self._value.setFixedHeight(round(1.6 * sizes.metric))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addStretch(1)
        for part in (self._title, self._value):
            part.setAlignment(side)
            layout.addWidget(part)
        layout.addStretch(1)
        self.show_value(value)

    def show_value(self, value: str, tone: Tone | str | None = None) -> None:
        self._value.setText(value)
        restyle(self._value, tone=Tone(tone).value if tone else "")
        self.setAccessibleName(f"{self._title.text()} {value}")


class FieldLabel(QLabel):
    """The name of a field; a required one carries a star."""

    def __init__(self, text: str, required: bool = False, buddy: QWidget | None = None):
        super().__init__()
        self._text, self._required = text, required
        self.setProperty("look", "label")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._show()
        if buddy:
            self.setBuddy(buddy)
            buddy.setAccessibleName(text)

    def set_required(self, required: bool) -> None:
        self._required = required
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._show()  # the star's colour is written into the text
        super().changeEvent(event)

    def _show(self) -> None:
        star = f'<span style="color:{theme.current().colours.bad}">*</span> ' if self._required else ""
        self.setTextFormat(Qt.TextFormat.RichText if star else Qt.TextFormat.PlainText)
        self.setText(star + self._text)


class RawLineEdit(QLineEdit):
    """A field for codes, figures and dates: the input method is off, keys arrive as typed.

    The attribute WA_InputMethodEnabled does nothing on a QLineEdit: it answers the query by itself.
    """

    def inputMethodQuery(self, query, argument=None):
        if query == Qt.InputMethodQuery.ImEnabled:
            return False
        return super().inputMethodQuery(query)


class SearchBox(QLineEdit):
    """A field with a magnifier; Esc empties it."""

    def __init__(self, placeholder: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(True)
        self.setTextMargins(22, 0, 0, 0)
        self._dress()
        theme.changed.connect(self._dress)

    def _dress(self) -> None:
        """Our cross in place of Qt's, which is black in every theme."""
        if button := self.findChild(QToolButton):
            button.setIcon(icons.icon("x"))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        left = (self.height() - 16) // 2 if self.height() > 32 else 8
        QPainter(self).drawPixmap(left, (self.height() - 16) // 2, icons.pixmap("search", "text3", 16))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.ShortcutFocusReason, Qt.FocusReason.TabFocusReason):
            self.selectAll()


class EmptyState(QWidget):
    """What stands where rows would: an icon, one sentence, one thing to do and at most one link."""

    def __init__(self, icon: str, sentence: str, action_text: str = "",
                 on_action: Callable[[], object] | None = None, link_text: str = "",
                 on_link: Callable[[], object] | None = None):
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addStretch(1)
        layout.addWidget(IconLabel(icon, "text3", 32), 0, Qt.AlignmentFlag.AlignHCenter)
        self.sentence = label(sentence, "label")
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setWordWrap(True)
        layout.addWidget(self.sentence)
        row = QHBoxLayout()
        row.addStretch(1)
        for text, action, role in ((action_text, on_action, Role.PRIMARY), (link_text, on_link, Role.LINK)):
            if text and action:
                button = Button(text, role=role)
                button.clicked.connect(lambda checked=False, call=action: call())
                row.addWidget(button)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addStretch(1)


class LoadingBar(QWidget):
    """Two pixels that say 'working', and only when it takes longer than 150 ms. Never moves anything."""

    DELAY, STEP = 150, 40

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setFixedHeight(2)
        self.setAccessibleName(tr("Loading"))
        self._busy, self._at = 0, 0.0
        self._wait, self._tick = QTimer(self), QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.timeout.connect(self._tick.start)
        self._wait.setInterval(self.DELAY)
        self._tick.setInterval(self.STEP)
        self._tick.timeout.connect(self._advance)

    def start(self) -> None:
        """One more thing is under way; pair with stop()."""
        self._busy += 1
        if self._busy == 1:
            self._at = 0.0
            self._wait.start()

    def stop(self) -> None:
        self._busy = max(0, self._busy - 1)
        if not self._busy:
            self._wait.stop()
            self._tick.stop()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, 2)

    def _advance(self) -> None:
        self._at = (self._at + 0.02) % 1.3
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._tick.isActive():
            width = self.width()
            part = QRectF((self._at - 0.3) * width, 0, 0.3 * width, 2)
            QPainter(self).fillRect(part, theme.colour("selbar"))


class Tree(QTreeView):
    """A tree whose rows get their height: Qt measures them before the style sheet is known."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.doItemsLayout()
