"""A month to pick a day from, in the program's colours."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QWidget

from jxc_desktop.ui import theme


class Calendar(QCalendarWidget):
    """Weeks start on Monday; weekends are quiet, not red. For QDateEdit.setCalendarWidget or on its own."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        self.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames)
        self.setGridVisible(False)
        self._colour()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()

    def _colour(self) -> None:
        """Formats of days are out of a style sheet's reach."""
        weekend = QTextCharFormat()
        weekend.setForeground(theme.colour("text2"))
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.setWeekdayTextFormat(day, weekend)
        header = QTextCharFormat()
        header.setForeground(theme.colour("text3"))
        header.setBackground(theme.colour("raised"))
        self.setHeaderTextFormat(header)
