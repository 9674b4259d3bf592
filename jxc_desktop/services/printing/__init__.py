"""The paper engine: sheets (plain values) to PDF, and PDF pages to pictures."""

from jxc_desktop.services.printing.files import CannotWrite, save
from jxc_desktop.services.printing.papers import DEFAULT, PAPERS, Paper
from jxc_desktop.services.printing.preview import PageImage, page, page_count, pages
from jxc_desktop.services.printing.render import PrintOptions, render
from jxc_desktop.services.printing.sheet import (
    COPIES,
    SIGNATURES,
    Align,
    Company,
    Kind,
    Sheet,
    SheetColumn,
    file_name,
)

__all__ = [
    "COPIES",
    "DEFAULT",
    "PAPERS",
    "SIGNATURES",
    "Align",
    "CannotWrite",
    "Company",
    "Kind",
    "PageImage",
    "Paper",
    "PrintOptions",
    "Sheet",
    "SheetColumn",
    "file_name",
    "page",
    "page_count",
    "pages",
    "render",
    "save",
]
