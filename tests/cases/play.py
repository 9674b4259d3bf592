"""Plays one case on a fresh company, step by step, through the product's commands."""

import copy
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

from jxc_desktop.errors import DatabaseError, UserError
from jxc_desktop.models import TABLES
from jxc_desktop.services import access, database
from jxc_desktop.services.unit_of_work import Commands, Saved
from jxc_desktop.values import BadNumber
from tests.cases.asking import ASKING
from tests.cases.entry import Entry, Journal
from tests.cases.expectations import Expectations, Failure
from tests.cases.ordering import ORDERS, prepare
from tests.cases.reading import Case, Step, entered, moment
from tests.cases.steps import CHANGES, STOCK
from tests.cases.world import World
from tests.company import DAY, Company

DOES: dict[str, Callable[[Entry], Any]] = {**STOCK, **CHANGES, **ORDERS, **ASKING}
REFUSALS = (UserError, BadNumber)


class Clock:
    """When steps take effect: at their date, else after all that was entered before."""

    def __init__(self, case: Case):
        dated = [moment(step["date"]) for step in entered(case) if "date" in step and step["do"] in STOCK]
        self.now = min(dated, default=dt.datetime.combine(DAY, dt.time()))

    def at(self, step: Step) -> dict[str, Any]:
        at = moment(step["date"]) if "date" in step and step["do"] not in CHANGES else self.now
        return {"date": at.date(), "time": at.time()}

    def passed(self, step: Step) -> None:
        """A step was entered; what has no date comes after it, and never into a closed period."""
        if "date" in step and step["do"] in STOCK:
            self.now = max(self.now, moment(step["date"]))
        elif step["do"] == "close_period":
            self.now = max(self.now, dt.datetime.combine(moment(step["date"]).date(), dt.time()) + dt.timedelta(1))


class Player:
    """`play` gives the failures; `refusals` is what the product said where a step was to be refused."""

    def __init__(self, company: Company, case: Case):
        self.company, self.case = company, case
        self.world, self.clock = World(company, case), Clock(case)
        self.journal = Journal({step["n"]: step for step in entered(case)})
        self.expectations = Expectations(case, self.world, self.journal)
        self.refusals: list[str] = []

    @property
    def deviations(self) -> int:
        return self.expectations.deviations

    def play(self) -> list[Failure]:
        """Figures that are not as expected; it ends where a step is refused or accepted against expectation."""
        failures: list[Failure] = []
        for step in self.case["steps"]:
            hints = [e["error"] for e in self.case["expect"] if e["after_step"] == step["n"] and "error" in e]
            if step["do"] != "parallel":
                prepare(self._entry(step, self.company))
            before = self._books() if hints else None
            refusal = self._take(step)
            if bool(refusal) != bool(hints):
                wanted = f"refused: {hints[0]}" if hints else "accepted"
                return [*failures, Failure(self.case["id"], step["n"], step["do"], wanted, refusal or "accepted")]
            if hints:
                self.refusals.append(f"{self.case['id']} step {step['n']} {step['do']} {hints[0]}: {refusal}")
                if self._books() != before:
                    failures.append(Failure(self.case["id"], step["n"], step["do"], "no change", "changed"))
            failures += self.expectations.after(step)
        return [*failures, *self.expectations.at_the_end()]

    def _take(self, step: Step) -> str | None:
        """Enter a step; what was said if it was refused."""
        if step["do"] == "parallel":
            self._parallel(step)
            return None
        refusal = self._enter(self._entry(step, self.company))
        if refusal is None:
            self.clock.passed(step)
        return refusal

    def _entry(self, step: Step, company: Company) -> Entry:
        return Entry(self.world, self.journal, step, company, self.clock.at(step))

    def _enter(self, entry: Entry) -> str | None:
        """Carry a step out and remember what came of it; a broken database is no refusal."""
        try:
            result = DOES[entry.step["do"]](entry)
        except DatabaseError:
            raise
        except REFUSALS as error:
            return f"{type(error).__name__}: {error}"
        if isinstance(result, Saved):
            if entry.step["do"] not in CHANGES:
                self.journal.documents[entry.step["n"]] = result
        elif isinstance(result, dict):
            self.journal.answers[entry.step["n"]] = result
        return None

    def _parallel(self, step: Step) -> None:
        """Each step in a session of its own, all let go at the same instant."""
        steps = step["steps"]
        for inner in steps:
            prepare(self._entry(inner, self.company))
        ready = threading.Barrier(len(steps))

        def enter(entry: Entry) -> str | None:
            with entry.company.engine.connect():
                ready.wait(30)
            return self._enter(entry)

        with ExitStack() as sessions, ThreadPoolExecutor(len(steps)) as threads:
            entries = [self._entry(inner, sessions.enter_context(self._session(inner["n"]))) for inner in steps]
            refusals = list(threads.map(enter, entries))
        for inner, refusal in zip(steps, refusals, strict=True):
            if refusal is None:
                self.clock.passed(inner)
            else:
                self.refusals.append(f"{self.case['id']} step {inner['n']} {inner['do']} in parallel: {refusal}")
        self.journal.answers[step["n"]] = {"accepted": sum(refusal is None for refusal in refusals)}

    @contextmanager
    def _session(self, n: int) -> Iterator[Company]:
        """Another PC that works in the same company."""
        engine = database.open_engine(self.company.url)
        session = copy.copy(self.company)
        session.engine = engine
        session.commands = Commands(engine, access.administrator(), f"PC {n}")
        try:
            yield session
        finally:
            engine.dispose()

    def _books(self) -> tuple[Any, ...]:
        """What a refused step has to leave as it was."""
        running = [TABLES[name] for name in ("stock_balance", "lot_balance", "cost_pool", "cost_layer")]
        return self.company.counts(), [sorted(map(tuple, self.company.rows(table.select()))) for table in running]
