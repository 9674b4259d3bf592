"""The whole program for a test: its own folders, real books, and waiting until it has settled."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QDialog

from jxc_desktop import document_types
from jxc_desktop.services import access, database, documents
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Commands
from jxc_desktop.ui.program import Folders, Program
from tests.company import Company, line, opened
from tests.ui.desk import PATIENCE


@dataclass
class Office:
    """A program, and what the tests ask of it."""

    program: Program
    qtbot: Any

    @property
    def window(self) -> Any:
        return self.program.window

    @property
    def session(self) -> Any:
        return self.program.session

    def wait(self, until: Callable[[], object], timeout: int = PATIENCE) -> None:
        self.qtbot.waitUntil(lambda: bool(until()), timeout=timeout)

    def settle(self) -> None:
        """Nothing is under way any more."""
        self.qtbot.wait(30)
        self.wait(lambda: not self.session.tasks.busy)
        self.qtbot.wait(10)

    def open_books(self, address: str = "") -> None:
        self.program.start(address)
        self.wait(lambda: self.session.is_open or self.dialog())
        self.settle()

    def page(self, key: str) -> Any:
        page = self.program.desk.open(key)  # type: ignore[union-attr]
        self.settle()
        return page

    def dialog(self) -> Any:
        """The dialog in front, if there is one."""
        shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
        return shown[-1] if shown else None


@contextmanager
def office(folder: Path, qtbot: Any) -> Iterator[Office]:
    """A program with folders below `folder`; it ends with the block."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    made = Office(Program(app, Folders(folder / "config", folder / "data" / "jxc.db")), qtbot)
    try:
        yield made
    finally:  # also when the books did not open: no thread of it may run on into the next test
        made.program.close()
        qtbot.wait(10)


def trade(company: Company) -> dict[str, int]:
    """A few documents around today, a low item and a draft."""
    today = dt.date.today()
    tea = company.item(code="10001", name="茉莉花茶", reorder_point=Decimal(50))
    rice = company.item(code="10002", name="长粒香米")
    company.post("goods_receipt", line(tea, 60, "11.30"), line(rice, 90, "5.45"), date=today - dt.timedelta(days=3))
    sold = company.post("delivery_note", line(tea, 20, "22.60"), line(rice, 10, "10.90"), date=today)
    company.run(documents.park, company.draft("delivery_note", line(rice, 1, "10.90"), date=today))
    return {"tea": tea, "rice": rice, "sold": sold.id}


def books(template: Path, folder: Path, *people: tuple[str, str]) -> tuple[str, dict[str, int]]:
    """A SQLite file with a small company in it; `people` are (name, role)."""
    path = shutil.copyfile(template, folder / "东方商贸.db")
    with opened(f"sqlite:///{path.as_posix()}") as company:
        made = trade(company)
        company.settings(name="东方商贸")
        for number, (name, role) in enumerate(people):
            company.record("employee", code=f"E{number}", name=name, role=role)
    return str(path), made


def sell(address: str, item: int) -> None:
    """One of an item, at another PC."""
    engine = database.open_engine(address)
    queries = Queries(engine, access.administrator())
    draft = document_types.BY_KEY["delivery_note"].new_draft(dt.date.today())
    draft.header |= {"partner_id": queries.choices("partner")[0].id, "warehouse_id": queries.choices("warehouse")[0].id}
    draft.lines = [line(item, 1, "10.90")]
    Commands(engine, access.administrator("李文博"), "another PC").execute(documents.save, draft)
    engine.dispose()
