"""The demo company: a wholesaler's year made by a seeded generator through the real services."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, event, select

from jxc_desktop.errors import UserError
from jxc_desktop.i18n import N_
from jxc_desktop.models import TABLES
from jxc_desktop.services import access, daily, sealing
from jxc_desktop.services import database as databases
from jxc_desktop.services.demo import workdays
from jxc_desktop.services.demo.business import Business
from jxc_desktop.services.demo.desk import Desk
from jxc_desktop.services.demo.founding import Founding
from jxc_desktop.services.demo.workdays import Agenda
from jxc_desktop.services.demo.year import Year
from jxc_desktop.services.unit_of_work import Commands

DOCUMENTS = 3000
RECORDS = 440  # about as many commands set up the records
YEAR = dt.timedelta(days=365)


class NotEmpty(UserError):
    message = N_("The database already holds {what}; the demo company needs an empty one")


def build(database: str, progress: Any = None, *, seed: int = 2026, today: dt.date | None = None,
          documents: int | None = None) -> None:
    """Make the demo company in a new or empty database, with about `documents` documents up to `today`.

    The same seed and day make the same company. `progress.step(done, total)` may raise Cancelled; a SQLite file
    that was made for it is then removed. Raises NotEmpty, and the DatabaseError family.
    """
    last = workdays.last_open(today or dt.date.today() - workdays.DAY)
    number = documents or DOCUMENTS
    with _removed_unless_done(database) as made:
        databases.upgrade(database)
        engine = databases.open_engine(database)
        if made:  # a file that is removed when anything fails need not reach the disk after each command
            event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
        try:
            _refuse_filled(engine)
            desk = Desk(engine, seed, number + RECORDS, progress)
            rng = Random(seed)
            first = workdays.after(last - YEAR, 1)
            firm = Founding(desk, rng, number).found()
            look = today or dt.date.today()
            Year(Business(desk, firm, rng, first, Agenda(last)), number, look).live()
            office = Commands(engine, access.administrator(), "PC-01")
            office.execute(daily.look, look)
            office.execute(sealing.seal)
        finally:
            engine.dispose()


@contextmanager
def _removed_unless_done(database: str) -> Iterator[bool]:
    """Leave no half-made SQLite file behind where there was none; tells whether that is so."""
    url = databases.as_url(database)
    file = Path(str(url.database))
    ours = url.get_backend_name() == "sqlite" and not file.exists()
    try:
        yield ours
    except BaseException:
        for suffix in ("", *databases.BESIDE) if ours else ():
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        raise


def _refuse_filled(engine: Engine) -> None:
    with engine.connect() as connection:
        for table, what in (("document", N_("documents")), ("item", N_("items")), ("partner", N_("partners"))):
            if connection.scalar(select(TABLES[table].c.id).limit(1)):
                raise NotEmpty(what=what)
