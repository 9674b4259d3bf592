"""Sheets as PDF files in a folder."""

from collections.abc import Sequence
from pathlib import Path

from jxc_desktop.errors import UserError
from jxc_desktop.i18n import N_
from jxc_desktop.services.printing.papers import Paper
from jxc_desktop.services.printing.render import PrintOptions, render
from jxc_desktop.services.printing.sheet import Sheet, file_name


class CannotWrite(UserError):
    message = N_("{file} cannot be written: {reason}")


def save(sheets: Sequence[Sheet], paper: Paper, options: PrintOptions, target: Path) -> list[Path]:
    """One PDF per sheet in the folder `target`, or the only sheet as the file `target`."""
    written = []
    for sheet in sheets:
        file = target / file_name(sheet) if target.is_dir() else target
        try:
            file.write_bytes(render([sheet], paper, options))
        except OSError as error:
            raise CannotWrite(file=str(file), reason=error.strerror or str(error)) from error
        written.append(file)
    return written
