"""Ten-line delivery notes: the whole save against the driver alone writing the same rows (bench/baseline.py)."""

import datetime as dt
import json

from sqlalchemy import select

from bench import growth
from bench.baseline import Baseline, Order
from bench.company import Company
from bench.databases import Lab, Place
from bench.measure import Figure, Target, cpus, interleaved, walls
from jxc_desktop.document_types.schema import Draft
from jxc_desktop.models import TABLES
from jxc_desktop.services import documents

LINES, WARM_UP, RUNS = 10, 20, 120
ROWS = 20_000  # in the ledger before: weeks of a small company, with the statistics that a server has by then
DAY = growth.last_day(ROWS) + dt.timedelta(days=1)
TARGETS = {"sqlite": Target(5, 3), "postgresql": Target(3, 2)}


def run(lab: Lab) -> list[Figure]:
    """The save of a delivery that fulfils an order (which frees what that reserved), and of one without."""
    return [figure for place in lab.places for figure in _measured(place)]


def _measured(place: Place) -> list[Figure]:
    with place.copy(place.grown(ROWS)) as address:
        pair = Pair(address)
        found = []
        for what, before in (("ten-line delivery of an order", pair.take_order),
                             ("ten-line delivery", pair.take_none)):
            ours, base = interleaved(pair.product, pair.baseline, runs=RUNS, warm_up=WARM_UP, before=before)
            found += [Figure(what, walls(ours), baseline=walls(base), target=TARGETS[place.name],
                             database=place.name),
                      Figure(f"… CPU of the {what.split(maxsplit=1)[1]}", cpus(ours), baseline=cpus(base),
                             database=place.name, note="without the server's" if place.name != "sqlite" else "")]
        pair.close()
    return found


class Pair:
    """Product and baseline on the same database, doing the same in turn."""

    def __init__(self, address: str):
        self.company = company = Company(address)
        self._items, self._partner_id = company.ids("item")[:LINES], company.ids("partner", "customer")[0]
        self._order: Order | None = None
        self.product()
        with company.engine.connect() as connection:
            detail = connection.scalar(select(TABLES["audit_entry"].c.detail).order_by(
                TABLES["audit_entry"].c.id.desc()).limit(1))
        self._base = Baseline(address, self._items, self._partner_id, DAY, json.dumps(detail))

    def close(self) -> None:
        self._base.driver.close()
        self.company.close()

    def take_order(self) -> None:
        """What is delivered next; the order reserves it."""
        saved = self.company.save("sales_order", self._items, DAY, partner_id=self._partner_id)
        with self.company.engine.connect() as connection:
            lines = documents.read_draft(connection, saved.id).lines
        self._order = Order(saved.id, [line["id"] for line in lines])

    def take_none(self) -> None:
        self._order = None

    def product(self) -> None:
        self.company.post(self._draft())

    def baseline(self) -> None:
        self._base.deliver(self._order)

    def _draft(self) -> Draft:
        draft = self.company.draft("delivery_note", self._items, DAY, partner_id=self._partner_id)
        if self._order:
            for line, source in zip(draft.lines, self._order.line_ids, strict=True):
                line["source_line_id"] = source
        return draft
