"""A small company to test on: `with opened(url) as company:` and then company.post("goods_receipt", ...).

Records and documents are made through the real services; figures are read back from the tables.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, func, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Account, Draft, FieldType, Promise, Status
from jxc_desktop.models import TABLES
from jxc_desktop.services import access, database, documents, records, trail
from jxc_desktop.services.unit_of_work import Actor, Commands, Outcome, Saved

DAY = dt.date(2026, 3, 2)
ZERO = Decimal(0)
Line = tuple[Any, ...] | dict[str, Any]


def day(offset: int) -> dt.date:
    """So many days after DAY, where documents are dated unless a test says otherwise."""
    return DAY + dt.timedelta(days=offset)


def line(item: int, quantity: Any, price: Any = None, **more: Any) -> dict[str, Any]:
    """A document line; numbers may be written as text."""
    numbers = {"quantity": Decimal(quantity), "price": None if price is None else Decimal(price)}
    return {"item_id": item, **numbers, **more}


@dataclass
class Company:
    """An open database with units, two warehouses, a supplier and a customer."""

    url: str
    engine: Engine
    commands: Commands

    def __post_init__(self) -> None:
        self.piece = self._founding("unit", "name", "个")
        self.kilo = self._founding("unit", "name", "公斤", decimals=4)
        self.box = self._founding("unit", "name", "箱")
        self.main = self._founding("warehouse", "code", "W1", name="主仓")
        self.branch = self._founding("warehouse", "code", "W2", name="分仓")
        self.supplier = self._founding("partner", "code", "S1", name="宏达五金", customer=False, supplier=True)
        self.customer = self._founding("partner", "code", "C1", name="华联超市")
        self._items = 0

    def _founding(self, kind: str, key: str, value: str, **values: Any) -> int:
        """A record that every test finds here: made in a new database, known in a copy of a founded one."""
        table = TABLES[kind].c
        return self.scalar(select(table.id).where(table[key] == value)) or self.record(kind, **{key: value}, **values)

    # --- writing ---------------------------------------------------------------------------------------

    def record(self, kind: str, children: dict[str, Any] | None = None, **values: Any) -> int:
        draft = document_types.RECORDS_BY_KEY[kind].new_draft()
        draft.values |= values
        draft.children = children or {}
        return int(self.commands.execute(records.save, draft).value.id)

    def change_record(self, kind: str, record_id: int, **values: Any) -> Saved:
        with self.engine.connect() as connection:
            draft = records.read(connection, document_types.RECORDS_BY_KEY[kind], record_id)
        draft.values |= values
        return self.commands.execute(records.save, draft).value  # type: ignore[no-any-return]

    def settings(self, **values: Any) -> None:
        """Change the company's own record."""
        self.change_record("company", self.scalar(select(TABLES["company"].c.id)), **values)

    def item(self, **values: Any) -> int:
        """A new item, counted in kilos unless a test says otherwise."""
        self._items += 1
        code = f"I{self._items:03}"
        return self.record("item", **{"code": code, "name": f"商品{code}", "unit_id": self.kilo, **values})

    def draft(self, kind: str, *lines: Line, date: dt.date = DAY, **header: Any) -> Draft:
        """A draft with the usual partner and warehouses; lines are dicts, or (item, quantity[, price])."""
        usual = {FieldType.SUPPLIER: self.supplier, FieldType.CUSTOMER: self.customer,
                 FieldType.WAREHOUSE: self.main}
        made = document_types.BY_KEY[kind].new_draft(date)
        made.header |= {f.name: usual[f.type] for f in document_types.BY_KEY[kind].header
                        if f.required and f.type in usual}
        if "to_warehouse_id" in made.header:
            made.header["to_warehouse_id"] = self.branch
        made.header |= header
        made.lines = [dict(given) if isinstance(given, dict) else line(*given) for given in lines]
        return made

    def simplest(self, kind: str, item: int, date: dt.date = DAY) -> Draft:
        """A draft of any type about one item that can be saved, with what it needs of other documents."""
        draft, declared = self.draft(kind, line(item, 1), date=date), document_types.BY_KEY[kind]
        if declared.column("role"):
            draft.lines = [line(item, 1, role="use"), line(self.item(), 1, role="make")]
        elif declared.spreads_fee:
            received = self.post("other_in", line(item, 1, 10), date=date)
            draft.header["fee"] = Decimal(1)
            draft.lines = [{"item_id": item, "source_line_id": self.line_ids(received)[0]}]
        elif declared.column("quantity") is None:
            self.post("opening_stock", line(item, 1, 10), date=date)
            draft.lines = [{"item_id": item, "price": Decimal(12)}]
        return draft

    def save(self, draft: Draft, *, acknowledged: tuple[str, ...] = (), key: str | None = None) -> Saved:
        return self.run(documents.save, draft, acknowledged=acknowledged, key=key).value  # type: ignore[no-any-return]

    def post(self, kind: str, *lines: Line, date: dt.date = DAY, acknowledged: tuple[str, ...] = (),
             **header: Any) -> Saved:
        return self.save(self.draft(kind, *lines, date=date, **header), acknowledged=acknowledged)

    def correct(self, saved: Saved, change: Callable[[Draft], None], **options: Any) -> Saved:
        draft = self.read(saved.id)
        change(draft)
        return self.save(draft, **options)

    def run(self, operation: Callable[..., Any], *args: Any, acknowledged: tuple[str, ...] = (),
            key: str | None = None) -> Outcome:
        return self.commands.execute(operation, *args, acknowledged=frozenset(acknowledged), key=key)

    def unpost(self, saved: Saved) -> Saved:
        return self.run(documents.unpost, saved.id, self.version(saved)).value  # type: ignore[no-any-return]

    def void(self, saved: Saved) -> Saved:
        return self.run(documents.void, saved.id, self.version(saved)).value  # type: ignore[no-any-return]

    def reverse(self, saved: Saved, date: dt.date = DAY) -> Saved:
        return self.run(documents.reverse, saved.id, self.version(saved), date).value  # type: ignore[no-any-return]

    def as_actor(self, name: str, permissions: frozenset[str] = access.EVERYTHING) -> "Company":
        """The same company at another person's PC."""
        return _borrowed(self, Commands(self.engine, Actor(name, permissions), f"PC of {name}"))

    # --- reading ---------------------------------------------------------------------------------------

    def rows(self, statement: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(statement).all())

    def scalar(self, statement: Any) -> Any:
        with self.engine.connect() as connection:
            return connection.scalar(statement)

    def read(self, document_id: int) -> Draft:
        with self.engine.connect() as connection:
            return documents.read_draft(connection, document_id)

    def version(self, saved: Saved) -> int:
        document = TABLES["document"]
        return int(self.scalar(select(document.c.version).where(document.c.id == saved.id)))

    def line_ids(self, saved: Saved) -> list[int]:
        return [given["id"] for given in self.read(saved.id).lines]

    def balance(self, item: int, warehouse: int | None = None) -> tuple[Decimal, Decimal, Decimal]:
        """(on hand, reserved, on order) in a warehouse; in the main one unless said otherwise."""
        b = TABLES["stock_balance"].c
        found = self.rows(select(b.on_hand, b.reserved, b.on_order).where(
            b.item_id == item, b.warehouse_id == (warehouse or self.main)))
        return tuple(found[0]) if found else (ZERO, ZERO, ZERO)

    def on_hand(self, item: int, warehouse: int | None = None) -> Decimal:
        return self.balance(item, warehouse)[0]

    def pool(self, item: int) -> tuple[Decimal, Decimal]:
        """(quantity, value) of an item in the whole company."""
        p = TABLES["cost_pool"].c
        found = self.rows(select(p.quantity, p.value).where(p.item_id == item, p.warehouse_id == 0, p.lot_id == 0))
        return tuple(found[0]) if found else (ZERO, ZERO)

    def owed(self, partner: int, account: Account = Account.RECEIVABLE) -> Decimal:
        b = TABLES["partner_balance"].c
        return self.scalar(select(b.amount).where(b.partner_id == partner, b.account == account)) or ZERO

    def moves(self, saved: Saved) -> list[Any]:
        move = TABLES["stock_move"]
        return self.rows(select(move).where(move.c.document_id == saved.id).order_by(move.c.id))

    def worth(self, saved: Saved) -> tuple[Decimal, Decimal]:
        """(value, variance) of a document's moves with all that was learnt since."""
        moves = self.moves(saved)
        return sum((m.value for m in moves), ZERO), sum((m.variance for m in moves), ZERO)

    def counts(self) -> dict[str, int]:
        """Rows per table: what a refusal has to leave as it was."""
        with self.engine.connect() as connection:
            return {name: connection.scalar(select(func.count()).select_from(table)) or 0
                    for name, table in TABLES.items()}

    def check(self) -> None:
        """The running sums say what the ledgers say, and every ledger row is what was written."""
        m, b, p = (TABLES[name].c for name in ("stock_move", "stock_balance", "cost_pool"))
        stock = {(r.item_id, r.warehouse_id): r.quantity for r in self.rows(select(
            m.item_id, m.warehouse_id, func.sum(m.quantity).label("quantity")).group_by(m.item_id, m.warehouse_id))}
        held = {(r.item_id, r.warehouse_id): r.on_hand for r in self.rows(select(b.item_id, b.warehouse_id, b.on_hand))}
        assert {k: q for k, q in held.items() if q} == {k: q for k, q in stock.items() if q}
        values = {r.item_id: (r.quantity, r.value) for r in self.rows(select(
            m.item_id, func.sum(m.quantity).label("quantity"), func.sum(m.value).label("value")).group_by(m.item_id))}
        pools = {r.item_id: (r.quantity, r.value) for r in self.rows(select(p.item_id, p.quantity, p.value).where(
            p.warehouse_id == 0, p.lot_id == 0))}
        assert {k: v for k, v in pools.items() if any(v)} == {k: v for k, v in values.items() if any(v)}
        self._check_partners()
        self._check_promises()
        self._check_numbers()
        self._check_digests()

    def _check_partners(self) -> None:
        e, b = TABLES["partner_entry"].c, TABLES["partner_balance"].c
        entries = {(r.partner_id, r.account): r.amount for r in self.rows(select(
            e.partner_id, e.account, func.sum(e.amount).label("amount")).group_by(e.partner_id, e.account))}
        balances = {(r.partner_id, r.account): r.amount for r in self.rows(select(b.partner_id, b.account, b.amount))}
        assert balances == entries

    def _check_promises(self) -> None:
        """Reserved and on order are what the open lines of orders say; fulfilled what later documents took."""
        d, ln, b = TABLES["document"].c, TABLES["document_line"].c, TABLES["stock_balance"].c
        place = func.coalesce(d.destination_id, d.warehouse_id).label("warehouse_id")
        lines = self.rows(select(ln.id, ln.item_id, place, d.kind, d.status, d.reversal_of_id,
                                 ln.base_quantity, ln.fulfilled, ln.reserved, ln.source_line_id, ln.reopens).where(
            d.id == ln.document_id))
        stocked = {r.id for r in self.rows(select(TABLES["item"].c.id).where(TABLES["item"].c.stocked))}
        sources = {r.id: r.source_line_id for r in lines}
        took: dict[int, Decimal] = defaultdict(Decimal)
        reserved: dict[Any, Decimal] = defaultdict(Decimal)
        on_order: dict[Any, Decimal] = defaultdict(Decimal)
        for r in lines:
            if r.source_line_id and r.status in (Status.POSTED, Status.REVERSED, Status.CLOSED):
                took[r.source_line_id] += r.base_quantity
                if r.reopens and (order_line := sources[r.source_line_id]):
                    took[order_line] -= r.base_quantity
            reserved[r.item_id, r.warehouse_id] += r.reserved
            if document_types.BY_KEY[r.kind].promise is Promise.ON_ORDER and r.status == Status.POSTED \
                    and r.reversal_of_id is None and r.item_id in stocked:
                on_order[r.item_id, r.warehouse_id] += max(r.base_quantity - r.fulfilled, ZERO)
            assert r.reserved >= 0
        assert {r.id: r.fulfilled for r in lines if r.fulfilled} == {k: q for k, q in took.items() if q}
        held = {(r.item_id, r.warehouse_id): (r.reserved, r.on_order) for r in self.rows(
            select(b.item_id, b.warehouse_id, b.reserved, b.on_order))}
        for key in held.keys() | reserved.keys() | on_order.keys():
            assert held.get(key, (ZERO, ZERO)) == (reserved[key], on_order[key])

    def _check_numbers(self) -> None:
        """No number is missing: 1, 2, 3 … of each series belong to a document."""
        d, s = TABLES["document"].c, TABLES["number_series"].c
        used: dict[Any, list[int]] = defaultdict(list)
        for r in self.rows(select(d.kind, d.number).where(d.number.is_not(None))):
            used[r.kind, r.number.split("-")[1]].append(int(r.number.split("-")[2]))
        last = {(r.kind, r.period): r.last for r in self.rows(select(s.kind, s.period, s.last))}
        assert {k: sorted(v) for k, v in used.items()} == {k: list(range(1, n + 1)) for k, n in last.items() if n}

    def _check_digests(self) -> None:
        for name in ("posting", "stock_move", "partner_entry", "audit_entry"):
            for row in self.rows(select(TABLES[name])):
                assert trail.digest(row._mapping) == row.digest, (name, row)


def _borrowed(company: Company, commands: Commands) -> Company:
    other = object.__new__(Company)
    other.__dict__ = {**company.__dict__, "commands": commands}
    return other


def founded(url: str) -> None:
    """Found the company in a database that tests will copy: most of what it takes to start a test."""
    with opened(url) as company:
        # tests that ask for these turn them on
        company.settings(ask_restating=False, follow_request="off", follow_delivery="off", serve_waiting=False)


@contextmanager
def opened(url: str) -> Iterator[Company]:
    """A company on a fresh database; at the end its books must agree."""
    engine = database.open_engine(url)
    try:
        company = Company(url, engine, Commands(engine, access.administrator(), "test"))
        yield company
        company.check()
    finally:
        engine.dispose()

