"""A list of the whole stock ledger in the program, in a process of its own. Run by bench.lists.

python -m bench.ledger bare | list FOLDER DATABASE PAGES. The list is the product's page of stock ledgers without
its item; the program is started and its home page shown before.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.processes import memory

PATIENCE = 120
OWN = "RssAnon"  # without the pages of files: libraries, fonts


def wait(app: Any, until: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not until():
        app.processEvents()
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.001)


def settle(app: Any, tasks: Any) -> None:
    """Until nothing is under way, and it is painted."""
    wait(app, lambda: not tasks.busy)
    app.processEvents()
    wait(app, lambda: not tasks.busy)


class Shown:
    """A list page, timed in CPU: of the whole process until its rows are there, then of the thread that paints."""

    def __init__(self, program: Any, app: Any, key: str):
        from jxc_desktop.ui.pages import filters, saved_views
        from jxc_desktop.ui.pages.list_page import ListPage, ListSpec

        self._app, self._tasks = app, program.session.tasks
        spec = ListSpec("moves", "Stock ledger", "history", "Number, partner", ("stock", "item"), filters.of_moves(),
                        saved_views.of_moves(), export="item.export")
        self.page: Any = None

        def make() -> Any:
            self.page = ListPage(program.session, key, spec)
            return self.page

        begin = time.process_time()
        program.window.open_page(key, make)
        self.first = self._until_rows(begin)
        self.sums = self._sums()

    def _until_rows(self, begin: float) -> float:
        """What there is to count and add up is asked after the first page, on a worker: not counted here."""
        seen: list[float] = []
        self.page.feed.shown.connect(lambda: seen.append(time.process_time() - begin))
        wait(self._app, lambda: bool(seen))
        painting = time.thread_time()
        self.page.table.viewport().repaint()
        self._app.processEvents()
        return (seen[0] + time.thread_time() - painting) * 1000

    def _sums(self) -> float:
        begin = time.monotonic()
        settle(self._app, self._tasks)
        return (time.monotonic() - begin) * 1000

    def scroll(self) -> float:
        """To the end of what is loaded, which brings the next page."""
        begin, rows = time.process_time(), len(self.page.model.rows)
        self.page.table.scrollToBottom()
        wait(self._app, lambda: len(self.page.model.rows) > rows)
        self.page.table.scrollTo(self.page.model.index(rows + 30, 0))
        self.page.table.viewport().repaint()
        settle(self._app, self._tasks)
        return (time.process_time() - begin) * 1000


def list_(folder: str, address: str, pages: str) -> dict[str, Any]:
    from jxc_desktop.ui import program as ours

    program = ours.start_in(Path(folder), address)
    app = program._app
    wait(app, lambda: program.session.is_open)
    settle(app, program.session.tasks)
    started = memory()
    shown = Shown(program, app, "bench/first")
    found = {"first": shown.first, "sums": shown.sums, "scroll": [shown.scroll() for _ in range(int(pages))]}
    found |= {"started": started, "memory": memory(), "own": memory(OWN), "rows": len(shown.page.model.rows)}
    found["again"] = Shown(program, app, "bench/again").first
    program.close()
    return found


def bare() -> dict[str, Any]:
    """An empty Qt window, shown."""
    from PySide6.QtWidgets import QApplication, QWidget

    app = QApplication(sys.argv[:1])
    window = QWidget()
    window.resize(1366, 768)
    window.show()
    app.processEvents()
    return {"memory": memory(), "own": memory(OWN)}


ROLES: dict[str, Callable[..., dict[str, Any]]] = {"bare": bare, "list": list_}

if __name__ == "__main__":
    print(json.dumps(ROLES[sys.argv[1]](*sys.argv[2:])))
