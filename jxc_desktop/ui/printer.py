"""From PDF to the spooler, on paper of exactly the right size."""

import sys

from PySide6.QtCore import QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from jxc_desktop.errors import UserError
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.printing import Paper, page, page_count

_SAME = 1.5  # millimetres by which a form of the driver may differ
_FINEST = 360  # dots per inch of the pictures sent; finer only costs memory
_UNIT = QPageSize.Unit.Millimeter


class PrinterGone(UserError):
    message = N_("The printer {printer} is not there any more; please choose another one")


class PrintFailed(UserError):
    message = N_("The printer {printer} did not take the job; is it switched on and connected?")


class FormMissing(UserError):
    """The driver would feed another length: `width` and `height` in centimetres, as Windows asks for them."""

    message = N_("The printer {printer} has no form of {width} × {height} cm and would feed too much paper. "
                 "Create it once:\n"
                 "1. Open Control Panel › Devices and Printers, select any printer, "
                 "then ‘Print server properties’.\n"
                 "2. Tick ‘Create a new form’, name it {form}, width {width} cm, height {height} cm, "
                 "margins 0; press ‘Save form’.\n"
                 "3. Right-click {printer} › Printing preferences › Advanced › Paper size: choose {form}.\n"
                 "4. Print again.")


def available_printers() -> list[str]:
    """Names of the printers of this PC, the default one first."""
    default = QPrinterInfo.defaultPrinterName()
    return sorted(QPrinterInfo.availablePrinterNames(), key=lambda name: (name != default, name))


def print_pdf(pdf: bytes, printer_name: str, paper: Paper) -> None:
    """Print every page unscaled; returns when the spooler has the job. May run on a worker."""
    info = QPrinterInfo.printerInfo(printer_name)
    if info.isNull():
        raise PrinterGone(printer=printer_name)
    printer = QPrinter(info, QPrinter.PrinterMode.HighResolution)
    layout = page_layout(paper)
    form = next((size for size in info.supportedPageSizes() if _same(size, layout.pageSize())), None)
    if form is not None:
        layout.setPageSize(form, QMarginsF())
    elif paper.continuous and sys.platform == "win32":
        raise form_missing(printer_name, paper)  # the driver would silently take its default length
    printer.setPageLayout(layout)
    if not _same(printer.pageLayout().pageSize(), layout.pageSize()):
        raise form_missing(printer_name, paper)
    draw(pdf, printer, paper)


def page_layout(paper: Paper) -> QPageLayout:
    """The whole paper without margins; cut paper by its standard name, forms by their exact size."""
    wide, high = paper.width_mm, paper.height_mm
    turned = not paper.continuous and wide > high
    match = QPageSize.SizeMatchPolicy.ExactMatch if paper.continuous else QPageSize.SizeMatchPolicy.FuzzyMatch
    size = QPageSize(QSizeF(high, wide) if turned else QSizeF(wide, high), _UNIT, paper.key, match)
    orientation = QPageLayout.Orientation.Landscape if turned else QPageLayout.Orientation.Portrait
    layout = QPageLayout(size, orientation, QMarginsF(), QPageLayout.Unit.Millimeter)
    layout.setMode(QPageLayout.Mode.FullPageMode)
    return layout


def form_missing(printer_name: str, paper: Paper) -> FormMissing:
    return FormMissing(printer=printer_name, form=f"JXC {paper.key}",
                       width=f"{paper.width_mm / 10:.2f}", height=f"{paper.height_mm / 10:.2f}")


def _same(one: QPageSize, other: QPageSize) -> bool:
    a, b = one.size(_UNIT), other.size(_UNIT)
    return abs(a.width() - b.width()) <= _SAME and abs(a.height() - b.height()) <= _SAME


def draw(pdf: bytes, printer: QPrinter, paper: Paper) -> None:
    """Paint the pages of `pdf` on the pages of `printer`, each at its true size."""
    dots = min(printer.resolution(), _FINEST)
    printer.setDocName(tr("JXC print job"))
    painter = QPainter()
    if not painter.begin(printer):
        raise PrintFailed(printer=printer.printerName())
    try:
        scale = printer.resolution() / 25.4
        whole = QRectF(0, 0, paper.width_mm * scale, paper.height_mm * scale)
        for number in range(page_count(pdf)):
            if number and not printer.newPage():
                raise PrintFailed(printer=printer.printerName())
            image = page(pdf, number, dots, smooth=not paper.continuous)
            painter.drawImage(whole, QImage(image.pixels, image.width, image.height, 3 * image.width,
                                            QImage.Format.Format_RGB888))
    finally:
        accepted = painter.end()
    if not accepted or printer.printerState() is QPrinter.PrinterState.Error:
        raise PrintFailed(printer=printer.printerName())
