"""The pages of a PDF below each other; only what can be seen is drawn, off the UI thread."""

from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.services.printing import PageImage, page
from jxc_desktop.ui import theme
from jxc_desktop.ui.tasks import TaskRunner

_GAP = 16  # pixels around a page
_STEP = 1.25
_LEAST, _MOST = 0.25, 3.0
_KEPT = 6  # pictures of pages that are kept
_SCREEN = 96 / 25.4  # pixels per millimetre at 100 %


class PreviewPages(QAbstractScrollArea):
    """`page_changed` tells the page (from 0) and the number of pages; `zoom_changed` the zoom."""

    page_changed = Signal(int, int)
    zoom_changed = Signal(float)

    def __init__(self, tasks: TaskRunner, parent: QWidget | None = None):
        super().__init__(parent)
        self._tasks = tasks
        self._pdf, self._count, self._size = b"", 0, (210.0, 297.0)
        self._zoom, self._fitting = 1.0, True
        self._pictures: dict[int, tuple[float, QPixmap]] = {}
        self._asked: set[int] = set()
        self._round = 0  # pictures that were asked for an older PDF or zoom are thrown away
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Print preview"))
        self.verticalScrollBar().valueChanged.connect(self._moved)
        theme.changed.connect(self.viewport().update)

    @property
    def count(self) -> int:
        return self._count

    @property
    def zoom(self) -> float:
        return self._zoom

    @property
    def current(self) -> int:
        """The page that fills the upper part of the view."""
        upper = self.verticalScrollBar().value() + min(self.viewport().height(), self._pitch()) / 2
        return max(0, min(self._count - 1, int(upper / self._pitch())))

    def show_pdf(self, pdf: bytes, count: int, size: tuple[float, float]) -> None:
        """Show `count` pages of `size` millimetres; stays at the page and zoom it was."""
        self._pdf, self._count, self._size = pdf, count, size
        self._forget()
        self._arrange()

    def go_to(self, number: int) -> None:
        self.verticalScrollBar().setValue(round(max(0, min(self._count - 1, number)) * self._pitch()))

    def zoom_by(self, steps: int) -> None:
        """Larger or smaller, staying at the same page."""
        self._fitting = False
        self._set_zoom(self._zoom * _STEP**steps)

    def fit(self) -> None:
        """The whole page in the view."""
        self._fitting = True
        wide, high = self._size
        room = self.viewport().size()
        self._set_zoom(min((room.width() - 2 * _GAP) / wide, (room.height() - 2 * _GAP) / high) / _SCREEN)

    def _set_zoom(self, zoom: float) -> None:
        now, zoom = self.current, max(_LEAST, min(_MOST, zoom))
        if zoom != self._zoom:
            self._zoom = zoom
            self._round += 1
            self._asked.clear()
        self._scroll()
        self.go_to(now)
        self.zoom_changed.emit(zoom)
        self.viewport().update()

    def _page_pixels(self) -> tuple[float, float]:
        return self._size[0] * _SCREEN * self._zoom, self._size[1] * _SCREEN * self._zoom

    def _pitch(self) -> float:
        return self._page_pixels()[1] + _GAP

    def _arrange(self) -> None:
        if self._fitting:
            self.fit()
        else:
            self._set_zoom(self._zoom)
        self._moved()

    def _scroll(self) -> None:
        room, (wide, _) = self.viewport().size(), self._page_pixels()
        down, across = self.verticalScrollBar(), self.horizontalScrollBar()
        down.setRange(0, max(0, round(self._count * self._pitch() + _GAP - room.height())))
        down.setPageStep(room.height())
        down.setSingleStep(40)
        across.setRange(0, max(0, round(wide + 2 * _GAP - room.width())))
        across.setPageStep(room.width())

    def _moved(self) -> None:
        self.viewport().update()
        self.page_changed.emit(self.current, self._count)

    def _place(self, number: int) -> QRectF:
        wide, high = self._page_pixels()
        left = max(_GAP, (self.viewport().width() - wide) / 2) - self.horizontalScrollBar().value()
        free = max(0.0, self.viewport().height() - self._count * self._pitch() - _GAP) / 2
        top = free + _GAP + number * self._pitch() - self.verticalScrollBar().value()
        return QRectF(round(left), round(top), round(wide), round(high))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), theme.colour("strip"))
        for number in range(self._count):
            place = self._place(number)
            if not place.intersects(QRectF(self.viewport().rect())):
                continue
            painter.fillRect(place.translated(QPointF(0, 2)).adjusted(-1, -1, 1, 2), theme.colour("shadow"))
            painter.fillRect(place, Qt.GlobalColor.white)
            dots = self._zoom * self.devicePixelRatioF()
            known, picture = self._pictures.get(number, (0.0, None))
            if picture is not None:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, known != dots)
                painter.drawPixmap(place, picture, QRectF(picture.rect()))
            if known != dots:
                self._ask(number, dots)
            painter.setPen(QPen(theme.colour("ctl"), 1))
            painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _ask(self, number: int, dots: float) -> None:
        if number not in self._asked:
            self._asked.add(number)
            self._tasks.run(page, self._pdf, number, 96 * dots, write=False,
                            done=partial(self._take, self._round, number, dots))

    def _take(self, asked: int, number: int, dots: float, image: PageImage) -> None:
        """A picture has arrived."""
        if asked != self._round:
            return
        drawn = QImage(image.pixels, image.width, image.height, 3 * image.width, QImage.Format.Format_RGB888)
        self._asked.discard(number)
        self._pictures[number] = (dots, QPixmap.fromImage(drawn))
        for far in sorted(self._pictures, key=lambda n: abs(n - self.current))[_KEPT:]:
            del self._pictures[far]
        self.viewport().update()

    def _forget(self) -> None:
        self._round += 1
        self._pictures.clear()
        self._asked.clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ends = {int(Qt.Key.Key_Home): 0, int(Qt.Key.Key_End): self._count - 1}
        if event.key() in ends:
            self.go_to(ends[event.key()])
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)
