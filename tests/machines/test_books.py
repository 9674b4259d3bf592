"""Random working days, on both databases, against the model in model.py.

JXC_MACHINE_DAYS sets how many days are tried (each on new items), JXC_MACHINE_STEPS how many documents a day has;
with either set the days are new ones every time.
"""

import copy
import os
from collections.abc import Callable
from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from jxc_desktop.document_types.schema import Account
from jxc_desktop.errors import HasDependants, InvalidDraft, NotEnoughStock
from jxc_desktop.services import documents
from tests.company import Company, day, opened
from tests.machines.model import Books, Doc, Line, near

DAYS, STEPS = (int(os.environ.get(f"JXC_MACHINE_{name}", 0)) for name in ("DAYS", "STEPS"))
NEW = 10**12  # line ids from here are the model's own, until the database has given one

KINDS = ("goods_receipt", "goods_receipt", "delivery_note", "other_in", "other_out", "transfer", "purchase_return",
         "sales_order", "purchase_order")
FOLLOWERS = {"purchase_order": "goods_receipt", "sales_order": "delivery_note", "goods_receipt": "purchase_return",
             "delivery_note": "sales_return"}
ORDERS = ("purchase_order", "sales_order")
QUANTITY = st.sampled_from([D("0.5"), *(D(n) for n in (1, 2, 3, 5, 8)), D("7.3333")])
PRICE = st.sampled_from([D("3.33"), D("0.07"), D("10"), D("9.99")])
LINES = st.lists(st.tuples(st.integers(0, 2), QUANTITY, PRICE), min_size=1, max_size=2)
DAY = st.sampled_from([5, 5, 5, 5, 0, 1, 2, 3, 4, 6])  # most are of today
ANY = st.integers(0, 10**6)

Refused = type[HasDependants] | type[InvalidDraft] | None


class Machine(RuleBasedStateMachine):
    company: Company

    @initialize()
    def new_day(self) -> None:
        c = self.company
        self.items = [c.item(), c.item(), c.item(negative_stock="allow")]
        self.partner = c.record("partner", code=f"P{self.items[0]}", name="往来", customer=True, supplier=True)
        self.books = Books(loose=frozenset(self.items[2:]))

    # --- making documents -------------------------------------------------------------------------------

    @rule(kind=st.sampled_from(KINDS), when=DAY, lines=LINES)
    def write(self, kind: str, when: int, lines: list[tuple[int, D, D]]) -> None:
        given = [self.line(self.items[i], quantity, price) for i, quantity, price in lines]
        self.make(kind, when, given)

    @rule(which=ANY, when=DAY, part=st.sampled_from([D("0.5"), D(1), D(1), D("1.1")]), price=PRICE,
          all_lines=st.booleans())
    def follow(self, which: int, when: int, part: D, price: D, all_lines: bool) -> None:
        """Deliver, receive or bring back some, all or a little too much of what a document leaves."""
        source = self.pick(which, lambda d: d.kind in FOLLOWERS and d.status == "posted" and not d.mirror)
        if source is None:
            return
        given = []
        for line in source.lines if all_lines else source.lines[:1]:
            left = line.quantity - self.books.taken(line.id)
            quantity = (D(left.numerator) / D(left.denominator) * part).quantize(D("0.0001"))
            if quantity > 0:
                given.append(self.line(line.item, quantity, price, source_line_id=line.id))
        if given:
            self.make(FOLLOWERS[source.kind], when, given, source.warehouse)

    def line(self, item: int, quantity: D, price: D, **more: Any) -> dict[str, Any]:
        return {"item_id": item, "quantity": quantity, "price": price, **more}

    def make(self, kind: str, when: int, given: list[dict[str, Any]], warehouse: int | None = None) -> None:
        c = self.company
        if kind in ("other_in", "other_out", "transfer"):
            given = [{k: v for k, v in line.items() if k != "price"} for line in given]
        to = c.branch if kind == "transfer" else None
        header = {"partner_id": self.partner} if "return" in kind or kind in (*ORDERS, *FOLLOWERS) else {}
        draft = c.draft(kind, *given, date=day(when), **header)
        lines = [self.modelled(kind, NEW + i, line) for i, line in enumerate(given)]

        def change(books: Books) -> Refused:
            return self.stand(books, self.place(books, Doc(0, kind, when, lines, warehouse or c.main, to)))

        self.attempt(change, lambda: c.save(draft))

    def modelled(self, kind: str, line_id: int, line: dict[str, Any]) -> Line:
        quantity = Fraction(line["quantity"])
        cents = near(quantity * Fraction(line["price"]) * 100) if line.get("price") is not None else None
        return Line(line_id, line["item_id"], quantity, cents, line.get("source_line_id"))

    @staticmethod
    def place(books: Books, doc: Doc) -> Doc:
        doc.entry = 1 + max((d.entry for d in books.docs.values()), default=0)
        books.docs[doc.id] = doc
        return doc

    @staticmethod
    def stand(books: Books, doc: Doc, taking: bool = True) -> Refused:
        """`doc` takes effect: it takes from what it came from, and holds what it promises."""
        for line in doc.lines:
            if line.source:
                source, from_line = books.owner(line.source)
                now = sum(ln.quantity for ln in doc.lines if ln.source == line.source)
                if (source.status != "posted" and taking) or (
                        books.taken(line.source) > from_line.quantity and now > 0):
                    return InvalidDraft
        for line in sorted(doc.lines, key=lambda ln: ln.source or 0):
            if line.source:
                Machine.taken(books, line.source, line.quantity)
        if doc.kind == "sales_order":
            for line in doc.lines:
                books.hold(doc, line)
        return None

    @staticmethod
    def taken(books: Books, line_id: int, quantity: Fraction) -> None:
        """An order line holds less after a delivery, and more again when it is taken back."""
        order, line = books.owner(line_id)
        if order.kind != "sales_order":
            return
        if quantity > 0:  # its own goods go first, then those of the order's other lines of the item
            for each in [line, *(ln for ln in order.lines if ln.item == line.item and ln is not line)]:
                used = max(min(each.reserved, quantity), each.reserved - books.open(order, each))
                each.reserved, quantity = each.reserved - used, max(quantity - used, Fraction(0))
        elif quantity < 0:
            books.hold(order, line)

    # --- changing documents -----------------------------------------------------------------------------

    @rule(which=ANY, quantities=st.lists(QUANTITY, min_size=2, max_size=2), when=DAY)
    def correct(self, which: int, quantities: list[D], when: int) -> None:
        doc = self.pick(which, lambda d: d.status == "posted" and not d.mirror)
        if doc is None:
            return
        draft = self.company.read(doc.id)
        draft.header["date"] = day(when)
        for line, quantity in zip(draft.lines, quantities, strict=False):
            line |= {"quantity": quantity, "amount": None}

        def change(books: Books) -> Refused:
            mine = books.docs[doc.id]
            before = {ln.id: ln.quantity for ln in mine.lines}
            mine.day = when
            for line, new in zip(mine.lines, draft.lines, strict=True):
                line.quantity, line.reserved = Fraction(new["quantity"]), Fraction(0)
                line.cents = self.modelled(mine.kind, line.id, new).cents
            return self.corrected(books, mine, before)

        self.attempt(change, lambda: self.company.save(draft))

    @staticmethod
    def corrected(books: Books, mine: Doc, before: dict[int, Fraction]) -> Refused:
        for line in mine.lines:
            if line.source:
                source, from_line = books.owner(line.source)
                more = sum(ln.quantity - before[ln.id] for ln in mine.lines if ln.source == line.source) > 0
                if (more and source.status != "posted") or (more and books.taken(line.source) > from_line.quantity):
                    return InvalidDraft
        if any(books.taken(line.id) > line.quantity for line in mine.lines):
            return HasDependants
        for line in sorted(mine.lines, key=lambda ln: ln.source or 0):
            if line.source:
                Machine.taken(books, line.source, line.quantity - before[line.id])
        if mine.kind == "sales_order":
            for line in mine.lines:
                books.hold(mine, line)
        return None

    @rule(which=ANY, operation=st.sampled_from(["unpost", "void"]))
    def withdraw(self, which: int, operation: str) -> None:
        doc = self.pick(which, lambda d: d.status == "posted" and not d.mirror)
        if doc is None:
            return
        version = self.company.version(self.saved(doc))

        def change(books: Books) -> Refused:
            mine = books.docs[doc.id]
            if books.users(mine):
                return HasDependants
            mine.status = "draft" if operation == "unpost" else "void"
            for line in mine.lines:
                line.reserved = Fraction(0)
            for line in sorted(mine.lines, key=lambda ln: ln.source or 0):
                if line.source:
                    self.taken(books, line.source, -line.quantity)
            return None

        self.attempt(change, lambda: self.company.run(getattr(documents, operation), doc.id, version).value)

    @rule(which=ANY)
    def post_again(self, which: int) -> None:
        doc = self.pick(which, lambda d: d.status == "draft")
        if doc is None:
            return

        def change(books: Books) -> Refused:
            books.docs[doc.id].status = "posted"
            return self.stand(books, books.docs[doc.id])

        self.attempt(change, lambda: self.company.save(self.company.read(doc.id)))

    @rule(which=ANY, when=DAY)
    def reverse(self, which: int, when: int) -> None:
        doc = self.pick(which, lambda d: d.status == "posted" and not d.mirror)
        if doc is None:
            return
        version = self.company.version(self.saved(doc))

        def change(books: Books) -> Refused:
            mine = books.docs[doc.id]
            if books.users(mine):
                return HasDependants
            mine.status = "reversed"
            lines = [Line(NEW + i, ln.item, -ln.quantity, None if ln.cents is None else -ln.cents, ln.source, ln.id)
                     for i, ln in enumerate(mine.lines)]
            for line in mine.lines:
                line.reserved = Fraction(0)
            mirror = self.place(books, Doc(0, mine.kind, when, lines, mine.warehouse, mine.to, mirror=True))
            for line in sorted(mirror.lines, key=lambda ln: ln.source or 0):
                if line.source:
                    self.taken(books, line.source, line.quantity)
            return None

        self.attempt(change, lambda: self.company.run(documents.reverse, doc.id, version, day(when)).value)

    @rule(which=ANY)
    def close_or_reopen(self, which: int) -> None:
        doc = self.pick(which, lambda d: d.kind in ORDERS and d.status in ("posted", "closed") and not d.mirror and any(
            self.books.taken(ln.id) < ln.quantity for ln in d.lines))
        if doc is None:
            return
        version = self.company.version(self.saved(doc))
        closing = doc.status == "posted"

        def change(books: Books) -> Refused:
            mine = books.docs[doc.id]
            mine.status = "closed" if closing else "posted"
            for line in mine.lines:
                line.reserved = Fraction(0)
                if mine.kind == "sales_order":
                    books.hold(mine, line)
            return None

        operation = documents.close if closing else documents.reopen
        self.attempt(change, lambda: self.company.run(operation, doc.id, version).value)

    # --- both sides -------------------------------------------------------------------------------------

    def pick(self, which: int, fits: Callable[[Doc], bool]) -> Doc | None:
        choice = [d for _, d in sorted(self.books.docs.items()) if fits(d)]
        return choice[which % len(choice)] if choice else None

    @staticmethod
    def saved(doc: Doc) -> Any:
        return documents.Saved(doc.id, None, 0, "")

    def attempt(self, change: Callable[[Books], Refused], call: Callable[[], Any]) -> None:
        """Both refuse for the same reason and stay as they were, or both go on."""
        trial = copy.deepcopy(self.books)
        expected: Any = change(trial) or (NotEnoughStock if trial.short() else None)
        try:
            saved = call()
        except (HasDependants, InvalidDraft, NotEnoughStock) as error:
            assert type(error) is expected, f"{error!r} instead of {expected}"
            return
        assert expected is None, f"done, though {expected.__name__} was due"
        self.books = trial
        if 0 in trial.docs:
            made = trial.docs.pop(0)
            made.id = saved.id
            trial.docs[saved.id] = made
            for line, line_id in zip(made.lines, self.company.line_ids(saved), strict=True):
                line.id = line_id

    @invariant()
    def books_agree(self) -> None:
        c = self.company
        for item in self.items:
            stock = self.books.stock(item)
            for warehouse in (c.main, c.branch):
                assert c.balance(item, warehouse) == (
                    stock[warehouse], self.books.reserved(item, warehouse), self.books.on_order(item, warehouse))
            quantity, cents = self.books.value(item)
            assert c.pool(item) == (quantity, D(cents).scaleb(-2))
        owed = self.books.owed()
        for account in Account:
            assert c.owed(self.partner, account) == D(owed[account.value]).scaleb(-2)


@pytest.mark.timeout(3600 if DAYS or STEPS else 120)
def test_random_days_keep_the_books(db_url: str) -> None:
    with opened(db_url) as company:
        random_days = type("RandomDays", (Machine,), {"company": company})
        run_state_machine_as_test(random_days, settings=settings(
            max_examples=DAYS or 40, stateful_step_count=STEPS or 25, deadline=None, derandomize=not (DAYS or STEPS),
            phases=[Phase.generate], report_multiple_bugs=False, database=None,
            suppress_health_check=list(HealthCheck)))
