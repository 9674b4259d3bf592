"""The bar at the bottom: the keys that matter now, sums of a selection, scanner and printer."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui import theme
from jxc_desktop.ui.widgets import IconLabel, KeyHint, label

KEYS = 6


class StatusBar(QWidget):
    """Shows at most six keys; more would be read by nobody."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme.current().sizes.status)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(8)
        self._keys = QHBoxLayout()
        self._keys.setSpacing(8)
        row.addLayout(self._keys)
        row.addStretch(1)
        self._sums = label("", "caption")
        self._scanner_icon, self._scanner = IconLabel("scan-line", "text3", 14), label("", "caption")
        self._printer_icon, self._printer = IconLabel("printer", "text2", 14), label("", "caption")
        row.addWidget(self._sums)
        row.addSpacing(10)
        for part in (self._scanner_icon, self._scanner):
            row.addWidget(part)
        row.addSpacing(10)
        for part in (self._printer_icon, self._printer):
            row.addWidget(part)
        self.set_scanner("", False)
        self.set_printer("")

    def show_keys(self, keys: Iterable[tuple[str, str]]) -> None:
        """[(key, what it does)], the texts already translated."""
        while item := self._keys.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for key, text in [*list(keys)[:KEYS - 1], ("F1", tr("All keys"))]:
            self._keys.addWidget(KeyHint(key), 0, Qt.AlignmentFlag.AlignVCenter)
            self._keys.addWidget(label(text, "caption"))
            self._keys.addSpacing(6)

    def show_sums(self, text: str) -> None:
        """Sum, average and count of the selected cells; empty for none."""
        self._sums.setText(text)

    def set_scanner(self, text: str, ready: bool) -> None:
        self._scanner.setText(text)
        self._scanner_icon.show_icon("scan-line", "ok" if ready else "text3")
        for part in (self._scanner, self._scanner_icon):
            part.setVisible(bool(text))

    def set_printer(self, text: str) -> None:
        """The printer and the form that the next print will take."""
        self._printer.setText(text)
        for part in (self._printer, self._printer_icon):
            part.setVisible(bool(text))
