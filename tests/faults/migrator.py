"""Upgrades a database in copies of this process, each of which dies one statement later."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jxc_desktop.services import database
from tests.faults.poster import die_at


@dataclass(frozen=True)
class Task:
    """`version` and `folder` are those of the program that upgrades; it dies before every `step`th statement."""

    url: str
    folder: str
    version: str
    notes: str
    step: int = 1


def upgrade_everywhere(task: Task) -> None:
    """One line of notes per death: the statement, and the version that was found then."""
    database.MIGRATIONS, database.SCHEMA = Path(task.folder), task.version  # type: ignore[misc]
    number, ended = 1, 9
    while ended == 9:
        if not (child := os.fork()):
            _dying(number)
            database.upgrade(task.url)
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with Path(task.notes).open("a") as notes:
            notes.write(f"{number} {ended} {state(task.url)}\n")
        number += task.step


def _dying(number: int) -> None:
    open_engine = database.open_engine

    def opened(*args: Any) -> Any:
        engine = open_engine(*args)
        die_at(engine, number)
        return engine

    database.open_engine = opened


def state(url: str) -> str:
    """The version in the database and how many tables it has: 0-0 for an empty one."""
    from sqlalchemy import create_engine, inspect, text

    engine = create_engine(database.as_url(url))
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        version = connection.scalar(text("SELECT version_num FROM alembic_version")) if tables else 0
    engine.dispose()
    return f"{version}-{len(tables)}"
