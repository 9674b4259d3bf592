"""One working day, driven once through the real windows; the tests look at what it left."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from jxc_desktop.services import books as service
from jxc_desktop.services.queries import Queries
from jxc_desktop.ui import tour, tour_day, tour_paper
from jxc_desktop.ui.program import start_in
from jxc_desktop.ui.theme import Mode
from jxc_desktop.ui.tour_driver import Look, Watch

STATIONS = dict((*tour_day.STATIONS, *tour_paper.STATIONS))


@dataclass(frozen=True)
class Day:
    """What the day left: its files, its books, what it made, and what should not have happened."""

    out: Path
    queries: Queries
    made: dict[str, Any]
    faults: list[str]


@pytest.fixture(scope="module")
def day(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """In one theme and size."""
    out, folder = tmp_path_factory.mktemp("tour"), tmp_path_factory.mktemp("pc")
    books, watch = out / tour.BOOKS, Watch()
    tour.build(books, documents=120)
    look = Look((Mode.LIGHT,), ((1366, 768),))
    with watch.on(), tour.taken(out, start_in, folder, "zh_CN", look) as walk:
        for station in STATIONS.values():
            station(walk)
        walk.drive.settle()
    opened = service.open_books(str(books))
    yield Day(out, Queries(opened.engine, opened.users[0]), walk.made, watch.faults + walk.drive.faults)
    opened.engine.dispose()
