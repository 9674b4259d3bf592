"""Where the demo's people work: every step is a command with its key, counted for the progress bar."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Draft, RecordDraft, Values
from jxc_desktop.models.records import company
from jxc_desktop.services import access, documents, records
from jxc_desktop.services.demo.firm import Person
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Actor, Commands, Saved

AGREED = frozenset({"over_credit", "restates", "below_minimum"})  # the boss knows, and that clerks are late


class Desk:
    """Runs the demo's commands one after the other."""

    def __init__(self, engine: Engine, seed: int, expected: int, progress: Any = None):
        self._engine, self._seed, self._progress = engine, seed, progress
        self._office = self.commands(access.administrator(), "PC-01")
        self._queries = Queries(engine, access.administrator())
        self._expected, self._done = expected, 0

    def commands(self, actor: Actor, origin: str) -> Commands:
        return Commands(self._engine, actor, origin)

    def run(self, commands: Commands, operation: Any, *args: Any) -> Any:
        """One command; its value. Stops with Cancelled between two of them."""
        if self._progress:
            self._progress.step(self._done, max(self._expected, self._done))
        self._done += 1
        key = f"demo-{self._seed}-{self._done}"
        return commands.execute(operation, *args, key=key, acknowledged=AGREED).value

    def record(self, draft: RecordDraft) -> int:
        return int(self.run(self._office, records.save, draft).id)

    def company(self) -> RecordDraft:
        with self._engine.connect() as connection:
            id_: int = connection.execute(select(company.c.id)).scalar_one()
            return records.read(connection, document_types.RECORDS_BY_KEY["company"], id_)

    def settings(self, **values: Any) -> None:
        """Change the company's own record."""
        draft = self.company()
        draft.values |= values
        self.record(draft)

    def new_record(self, kind: str, children: dict[str, Any] | None = None, **values: Any) -> int:
        draft = document_types.RECORDS_BY_KEY[kind].new_draft()
        return self.record(RecordDraft(kind, draft.values | values, children or {}))

    def open_record(self, kind: str, record_id: int) -> RecordDraft:
        return self._queries.open_record(kind, record_id)

    def save(self, draft: Draft, person: Person) -> Saved:
        saved: Saved = self.run(person.commands, documents.save, draft)
        return saved

    def write(self, kind: str, day: dt.date, lines: list[Values], **header: Any) -> Draft:
        """A new draft of this type."""
        draft = document_types.BY_KEY[kind].new_draft(day)
        allowed = {f.name for f in document_types.BY_KEY[kind].header}
        draft.header |= {k: v for k, v in header.items() if k in allowed}
        draft.lines = lines
        return draft

    def follow(self, kind: str, source_id: int, day: dt.date) -> Draft:
        """A draft with what is open of another document."""
        draft = self._queries.draft_from(kind, [source_id])
        draft.header["date"] = day
        return draft

    def open(self, document_id: int) -> Draft:
        return self._queries.open_document(document_id)

    def ask(self, read: Callable[..., Any], *args: Any) -> Any:
        """What a reader of the services says."""
        with self._engine.connect() as connection:
            return read(connection, *args)
