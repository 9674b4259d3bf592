"""The choices of a print: printer, paper, copies, prices, offsets; remembered on this PC."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QHBoxLayout, QVBoxLayout, QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.services.printing import DEFAULT, PAPERS, Paper, PrintOptions
from jxc_desktop.ui.context import Settings
from jxc_desktop.ui.printer import available_printers
from jxc_desktop.ui.widgets import label


class PreviewPanel(QWidget):
    """`changed` comes with every choice. Offsets belong to the printer, the rest to the document kind."""

    changed = Signal()

    def __init__(self, kind: str, copies: Sequence[str], settings: Settings):
        super().__init__()
        self._kind, self._settings = kind, settings
        self.printer, self.paper = QComboBox(), QComboBox()
        self.copies = [QCheckBox(name) for name in copies]
        self.prices = QCheckBox(tr("Print prices"))
        self.offset_x, self.offset_y = _millimetres(), _millimetres()
        self._hint = label(tr("This paper makes its own copies"), "hint")
        for name in available_printers():
            self.printer.addItem(name)
        for paper in PAPERS.values():
            self.paper.addItem(tr(paper.title), paper.key)
        self._build()
        self._restore()
        self._connect()

    @property
    def chosen_printer(self) -> str:
        return self.printer.currentText()

    @property
    def chosen_paper(self) -> Paper:
        return PAPERS[self.paper.currentData()]

    @property
    def options(self) -> PrintOptions:
        copies = None if self.chosen_paper.continuous else tuple(self._ticked())
        return PrintOptions(self.offset_x.value(), self.offset_y.value(), copies, self.prices.isChecked())

    def _ticked(self) -> list[str]:
        return [tick.text() for tick in self.copies if tick.isChecked()]

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for name, field in ((tr("Printer"), self.printer), (tr("Paper"), self.paper)):
            _stack(layout, name, field)
            layout.addSpacing(6)
        if self.copies:
            layout.addWidget(label(tr("Copies"), "caption"))
            layout.addWidget(self._hint)
            layout.addLayout(_row(*self.copies))
        layout.addWidget(self.prices)
        layout.addSpacing(6)
        right, down = QVBoxLayout(), QVBoxLayout()
        _stack(right, tr("To the right"), self.offset_x)
        _stack(down, tr("Down"), self.offset_y)
        layout.addLayout(_row(right, down))
        layout.addWidget(label(tr("Moves everything printed on this printer"), "hint"))

    def _connect(self) -> None:
        self.printer.currentIndexChanged.connect(self._restore_offsets)
        for signal in (self.printer.currentIndexChanged, self.paper.currentIndexChanged, self.prices.toggled,
                       self.offset_x.valueChanged, self.offset_y.valueChanged,
                       *(tick.toggled for tick in self.copies)):
            signal.connect(self._chosen)

    def _chosen(self) -> None:
        self._show_copies()
        for name, value in (("printer", self.chosen_printer), ("paper", self.chosen_paper.key),
                            ("copies", self._ticked()), ("prices", self.prices.isChecked())):
            self._settings.set(f"print/{self._kind}/{name}", value, pc=True)
        offsets = [self.offset_x.value(), self.offset_y.value()]
        self._settings.set(f"print/offset/{self.chosen_printer}", offsets, pc=True)
        self.changed.emit()

    def _restore(self) -> None:
        def known(name: str, default: object) -> object:
            return self._settings.get(f"print/{self._kind}/{name}", default, pc=True)

        self.printer.setCurrentIndex(max(0, self.printer.findText(str(known("printer", "")))))
        self.paper.setCurrentIndex(max(0, self.paper.findData(known("paper", DEFAULT))))
        copies = known("copies", None)
        for tick in self.copies:
            tick.setChecked(not isinstance(copies, list) or tick.text() in copies)
        self.prices.setChecked(bool(known("prices", True)))
        self._restore_offsets()
        self._show_copies()

    def _restore_offsets(self) -> None:
        offsets = self._settings.get(f"print/offset/{self.chosen_printer}", (0.0, 0.0), pc=True)
        for field, value in zip((self.offset_x, self.offset_y), offsets, strict=True):
            field.blockSignals(True)  # nothing was chosen
            field.setValue(float(value))
            field.blockSignals(False)

    def _show_copies(self) -> None:
        continuous = self.chosen_paper.continuous
        self._hint.setVisible(continuous)
        for tick in self.copies:
            tick.setVisible(not continuous)


def _row(*parts: QWidget | QVBoxLayout) -> QHBoxLayout:
    row = QHBoxLayout()
    for part in parts:
        if isinstance(part, QWidget):
            row.addWidget(part)
        else:
            row.addLayout(part, 1)
    if all(isinstance(part, QWidget) for part in parts):
        row.addStretch(1)
    return row


def _stack(layout: QVBoxLayout, name: str, field: QWidget) -> None:
    """A field with its name above it."""
    caption = label(name, "caption")
    caption.setBuddy(field)
    field.setAccessibleName(name)
    layout.addWidget(caption)
    layout.addWidget(field)


def _millimetres() -> QDoubleSpinBox:
    field = QDoubleSpinBox()
    field.setRange(-30, 30)
    field.setSingleStep(0.5)
    field.setDecimals(1)
    field.setSuffix(" mm")
    return field
