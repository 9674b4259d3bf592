"""PySide6 6.12.0 on Python 3.11 loses one reference to None per void call, until the interpreter aborts."""

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPoint, QRect, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

CALLS = 500


class Model(QAbstractListModel):
    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 3

    def data(self, index: QModelIndex, role: int = 0) -> None:
        return None


class Sender(QObject):
    sent = Signal()


def paint() -> None:
    canvas = QPixmap(10, 10)
    painter = QPainter(canvas)
    for _ in range(CALLS):
        painter.setPen(QColor("red"))
        painter.drawLine(QPoint(0, 0), QPoint(1, 1))
        painter.fillRect(QRect(0, 0, 3, 3), QColor("red"))
        painter.save()
        painter.restore()
    painter.end()


def label() -> None:
    shown = QLabel()
    for _ in range(CALLS):
        shown.setText("进销存")


def signal() -> None:
    sender = Sender()
    sender.sent.connect(lambda: None)
    for _ in range(CALLS):
        sender.sent.emit()


def model() -> None:
    rows = Model()
    for _ in range(CALLS):
        rows.dataChanged.emit(rows.index(0), rows.index(1))
        rows.data(rows.index(0))
        rows.beginInsertRows(QModelIndex(), 1, 1)
        rows.endInsertRows()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
@pytest.mark.parametrize("calls", [paint, label, signal, model])
def test_void_calls_keep_their_references_to_none(calls: Callable[[], None], qtbot: QtBot) -> None:
    calls()
    before = sys.getrefcount(None)
    calls()
    assert abs(sys.getrefcount(None) - before) < CALLS // 10
