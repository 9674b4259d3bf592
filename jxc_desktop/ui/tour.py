"""A working day through the real windows, without a screen: pictures, PDFs and workbooks of every station.

Whatever does not look as it should, any warning and any exception make the tour fail.
"""

import argparse
import datetime as dt
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication

from jxc_desktop.i18n import LANGUAGES, tr
from jxc_desktop.settings import PcFile
from jxc_desktop.ui.tour_driver import Driver, Look, TourFailed, Watch
from jxc_desktop.ui.user_menu import LANGUAGE, MODE

BOOKS, DOCUMENTS, SEED = "demo.db", 700, 2026
_PICTURE = re.compile(r"\d{2,3}_\w+_(light|dark)_\d+x\d+\.png")
Start = Callable[[Path, str], Any]  # (folder for its files, books to open) -> the program


@dataclass
class Tour:
    """What the stations share: the driver, the program, where things go, what was made on the way."""

    drive: Driver
    program: Any
    out: Path
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def window(self) -> Any:
        return self.program.window

    @property
    def page(self) -> Any:
        return self.window.current_page

    @property
    def queries(self) -> Any:
        return self.program.session.queries

    def check(self, fact: object, what: str) -> None:
        """A station's expected state."""
        if not fact:
            raise TourFailed(what)

    def open(self, key: str) -> Any:
        """Bring a page to the front and wait until it has read what it shows."""
        page = self.program.desk.open(key)
        self.drive.settle()
        return page

    def file(self, name: str) -> Path:
        """Where a file of the tour goes; one of an earlier tour gives way."""
        (self.out / name).unlink(missing_ok=True)
        return self.out / name


Station = Callable[[Tour], None]


def main(argv: Sequence[str], start: Start) -> int:
    """`main.py tour --out DIR`; the exit code."""
    parser = argparse.ArgumentParser(prog="main.py tour", description="drive the program through a working day and "
                                     "leave pictures, PDFs and workbooks")
    parser.add_argument("tour")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--language", choices=list(LANGUAGES), default="zh_CN")
    parser.add_argument("--stations", default="", help="only those whose name contains one of these: home,order,…")
    given = parser.parse_args(list(argv))
    return run(given.out, start, given.language, [word for word in given.stations.split(",") if word])


def run(out: Path, start: Start, language: str = "zh_CN", only: Sequence[str] = (), look: Look | None = None) -> int:
    """Make the demo company in `out`, take the tour, check the books."""
    began = time.monotonic()
    out = out.absolute()
    _clear(out)
    books = out / BOOKS
    print(f"demo company: {books}", flush=True)
    build(books)
    watch = Watch()
    with watch.on(), tempfile.TemporaryDirectory() as folder, taken(
            out, start, Path(folder), language, look or Look()) as tour:
        faults = _walk(tour, watch, only)
    faults += check_books(books)
    _report(out, tour.drive, faults, time.monotonic() - began)
    return 1 if faults else 0


def build(books: Path, documents: int = DOCUMENTS) -> None:
    """The demo company that the day is worked in; it ends yesterday."""
    from jxc_desktop.services import demo

    demo.build(str(books), seed=SEED, documents=documents, today=dt.date.today() - dt.timedelta(days=1))


@contextmanager
def taken(out: Path, start: Start, folder: Path, language: str, look: Look) -> Iterator[Tour]:
    """The program on the books in `out`, its own files in `folder`, with a driver; closed at the end."""
    _big_screen(folder)
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    settings = PcFile(folder / "config" / "settings.json")
    settings.set(LANGUAGE, language)
    settings.set(MODE, look.modes[0].value)
    program = start(folder, str(out / BOOKS))
    drive = Driver(lambda: program.window, program.session.tasks, out / "screens", look)
    try:
        drive.until(lambda: program.session.is_open and program.window.current_page, "the program open")
        drive.settle()
        yield Tour(drive, program, out)
    finally:
        drive.close()
        if program.window:
            program.window.close()
        program.close()
        QApplication.closeAllWindows()


def _big_screen(folder: Path) -> None:
    """Without a screen Qt thinks of one of 800 by 800: too small for menus to open where they belong."""
    if QApplication.instance() is None and os.environ.setdefault("QT_QPA_PLATFORM", "offscreen") == "offscreen":
        screen = {"name": "tour", "x": 0, "y": 0, "width": 2400, "height": 1350, "logicalDpi": 96, "dpr": 1}
        file = folder / "screens.json"
        file.write_text(json.dumps({"screens": [screen]}))
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={file}"


def stations() -> list[tuple[str, Station]]:
    """All of them, in the order of the day."""
    from jxc_desktop.ui import tour_day, tour_flows, tour_paper, tour_proof, tour_views

    return [*tour_day.STATIONS, *tour_flows.STATIONS, *tour_proof.STATIONS, *tour_paper.STATIONS,
            *tour_views.STATIONS]


def _walk(tour: Tour, watch: Watch, only: Sequence[str]) -> list[str]:
    """Every station; what went wrong."""
    faults: list[str] = []
    for name, station in stations():
        if only and not any(word in name for word in only):
            continue
        began = time.monotonic()
        try:
            station(tour)
            tour.drive.settle()
        except TourFailed as fault:
            tour.drive.picture().save(str(tour.out / f"failed_{name}.png"))
            faults.append(f"{name}: {fault}")
        found = watch.faults + tour.drive.faults
        faults += [f"{name}: {text}" for text in found]
        watch.faults.clear()
        tour.drive.faults.clear()
        print(f"{'ok  ' if not faults else 'FAIL'} {name} ({time.monotonic() - began:.1f} s)", flush=True)
        if faults:  # what follows builds on what went wrong
            break
    return faults


def check_books(books: Path) -> list[str]:
    """The invariants of the database that were broken."""
    from jxc_desktop.services import books as service
    from jxc_desktop.services import integrity

    engine = service.open_books(str(books)).engine
    try:
        return [f"check {result.check}: {finding.where}: expected {finding.expected}, found {finding.found}"
                for result in integrity.check(engine) for finding in result.findings]
    finally:
        engine.dispose()


def _clear(out: Path) -> None:
    """Take away what an earlier tour left here, and nothing else."""
    from jxc_desktop.services import database

    out.mkdir(parents=True, exist_ok=True)
    for suffix in ("", *database.BESIDE):
        (out / f"{BOOKS}{suffix}").unlink(missing_ok=True)
    for file in (*out.glob("failed_*.png"), *(out / "screens").glob("*.png")):
        if _PICTURE.fullmatch(file.name) or file.name.startswith("failed_"):
            file.unlink()


def _report(out: Path, drive: Driver, faults: Sequence[str], seconds: float) -> None:
    for fault in faults:
        print(f"FAIL {fault}")
    kinds = {suffix: len(list(out.glob(f"*{suffix}"))) for suffix in (".pdf", ".xlsx")}
    print(f"{out}: {len(drive.pictures)} pictures, {kinds['.pdf']} PDF, {kinds['.xlsx']} xlsx, {drive.keys} keys, "
          f"{seconds:.0f} s")
    print(tr("The tour failed") if faults else tr("The tour is complete; the books agree"))
