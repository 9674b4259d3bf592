"""The editor of a picture: shows it small; chosen from a file, pasted or dropped."""

from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QWidget

from jxc_desktop.document_types.schema import Field
from jxc_desktop.i18n import tr
from jxc_desktop.ui.buttons import Button, Role
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.widgets import restyle

_SHOWN, _KEPT = 72, 800  # px; a bigger picture is made smaller before it is kept


class PictureField(QWidget):
    """A FieldEditor for FieldType.PICTURE; the value is the bytes of a PNG or JPEG."""

    changed, entered = Signal(), Signal()

    def __init__(self, field: Field, context: Context, parent: QWidget | None = None):
        super().__init__(parent)
        self.field, self._value, self._wrong = field, None, ""
        self.setAccessibleName(tr(field.title))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._view = QLabel(tr("No picture"))
        self._view.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._view.setFixedSize(_SHOWN, _SHOWN)
        self._choose = Button(tr("Choose…"), "image")
        self._clear = Button(tr("Remove"), role=Role.GHOST)
        self._choose.clicked.connect(self._ask)
        self._clear.clicked.connect(lambda checked=False: self._take(None))
        for part in (self._view, self._choose, self._clear):
            row.addWidget(part)
        row.addStretch(1)

    def value(self) -> bytes | None:
        return self._value

    def peek(self) -> bytes | None:
        return self._value

    def commit(self) -> None:
        """Nothing is ever half typed."""

    def set_value(self, value: Any, label: str = "") -> None:
        self._value, self._wrong = value, ""
        picture = QPixmap()
        if value and picture.loadFromData(value):
            self._view.setPixmap(picture.scaled(_SHOWN, _SHOWN, Qt.AspectRatioMode.KeepAspectRatio,
                                                Qt.TransformationMode.SmoothTransformation))
        else:
            self._view.setText(tr("No picture"))

    def fault(self) -> str:
        return self._wrong

    def show_problem(self, text: str) -> None:
        restyle(self, invalid=bool(text))
        self.setToolTip(text)

    def set_read_only(self, read_only: bool) -> None:
        self._choose.setVisible(not read_only)
        self._clear.setVisible(not read_only)

    def load(self, path: str) -> None:
        """Take the picture of a file; one that cannot be read becomes a problem."""
        image = QImage(path)
        self._wrong = tr("{file} is not a picture", file=path) if image.isNull() else ""
        self.show_problem(self._wrong)
        if not image.isNull():
            self._take(_packed(image))

    def _ask(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Choose a picture"), "",
                                              f"{tr('Pictures')} (*.png *.jpg *.jpeg *.bmp *.webp)")
        if path:
            self.load(path)

    def _take(self, value: bytes | None) -> None:
        self.set_value(value)
        self.changed.emit()


def _packed(image: QImage) -> bytes:
    if max(image.width(), image.height()) > _KEPT:
        image = image.scaled(_KEPT, _KEPT, Qt.AspectRatioMode.KeepAspectRatio,
                             Qt.TransformationMode.SmoothTransformation)
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG" if image.hasAlphaChannel() else "JPG", 85)  # type: ignore[call-overload]
    return bytes(content.data())
