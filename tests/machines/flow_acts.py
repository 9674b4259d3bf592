"""What is done in a history of flows: each act does what fits by then, to whatever document."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

from jxc_desktop.services import approvals, documents, followups, reservations
from tests.company import day
from tests.machines.flow_figures import ORDERS, Doc, Line, require
from tests.machines.flows import History


class Flow(History):
    def _stock(self) -> None:
        self.new(self.pick(("goods_receipt", "other_in")), warehouse_id=self.place())

    def _issue(self) -> None:
        self.new(self.pick(("delivery_note", "other_out")), warehouse_id=self.place())

    def _transfer(self) -> None:
        places = self.company.branch, self.company.main
        here = self.number(2)
        self.new("transfer", warehouse_id=places[here], to_warehouse_id=places[1 - here])

    def _sell(self) -> None:
        self.new("sales_order", warehouse_id=self.place(), due_date=self.pick((None, day(9), day(4), day(20))))

    def _ask(self) -> None:
        if order := self.choose("sales_order"):
            self.run("request", followups.request, order.id)

    def _prepare(self) -> None:
        if order := self.choose("sales_order"):
            self.run("prepare", followups.prepare_delivery, order.id)

    def _buy(self) -> None:
        first = self.choose("purchase_request", fits=self._open)
        more = self.choose("purchase_request", fits=lambda d: self._open(d) and d is not first) \
            if first and self.number(3) == 0 else None
        self.follow("purchase_order", first, more, partner_id=self.company.supplier)

    def _buy_plainly(self) -> None:
        self.new("purchase_order", warehouse_id=self.place())

    def _receive(self) -> None:
        self.follow("goods_receipt", self.choose("purchase_order", fits=self._open))

    def _deliver(self) -> None:
        """What somebody prepared, or anew."""
        prepared = self.choose("delivery_note", fits=lambda d: d.status == "draft" and not d.number)
        if prepared and self.number(3):
            self._again(prepared)
        else:
            self.follow("delivery_note", self.choose("sales_order", fits=self._open))

    def _take_back(self) -> None:
        self.follow("sales_return", self.choose("delivery_note", fits=self._open))

    def _give_back(self) -> None:
        self.follow("purchase_return", self.choose("goods_receipt", fits=self._open))

    @staticmethod
    def _open(doc: Doc) -> bool:
        return doc.live and any(x.left for x in doc.lines)

    def _end(self) -> None:
        doc = self.choose(fits=lambda d: not d.mirror and d.status in ("posted", "submitted", "draft"))
        if doc is None:
            return
        verb = self.pick(("reverse", "unpost", "void", "void"))
        more = (day(self.today + 1),) if verb == "reverse" else ()
        self.run(f"{verb} {doc.kind}", getattr(documents, verb), doc.id, doc.version, *more)

    def _toggle(self) -> None:
        doc = self.choose(*ORDERS, fits=lambda d: not d.mirror and d.status in ("posted", "closed"))
        if doc is None:
            return
        verb = "close" if doc.live else "reopen"
        value = self.run(f"{verb} {doc.kind}", getattr(documents, verb), doc.id, doc.version)
        require(bool(value), lambda: f"{doc} could not be {verb}d: {self.told[-1]}")
        if verb == "reopen":
            self.by_hand.add(doc.id)

    def _post_again(self) -> None:
        if doc := self.choose(fits=lambda d: d.status == "draft"):
            self._again(doc)

    def _again(self, doc: Doc) -> None:
        draft = self.company.read(doc.id)
        if doc.kind == "delivery_note" and not doc.number:
            draft.header["date"] = self.date()
        self.by_hand.add(doc.id)
        self.save("post", draft)

    def _correct(self) -> None:
        if not (doc := self.choose()):
            return
        draft = self.company.read(doc.id)
        x = self.pick(draft.lines)
        how = self.number(7)
        if how == 0 and len(draft.lines) > 1:
            draft.lines.remove(x)
        elif how == 1:
            draft.lines.append(self.some() | ({} if "price" in x else {"price": None}))
        elif how == 2 and x["item_id"] != self.ground.service:
            other = self.boxed if x["item_id"] == self.loose else self.loose
            x |= {"item_id": other, "unit_id": None, "quantity": D(1 + self.number(8)), "amount": None}
        elif how == 3:
            draft.header["warehouse_id"] = self.place()
        else:
            x |= {"quantity": D(1 + self.number(12)), "amount": None}
        if doc.kind in ("other_in", "other_out", "transfer", "purchase_request"):
            for given in draft.lines:
                given.pop("price", None)
        self.by_hand.add(doc.id)
        self.save(f"correct {how}", draft)

    def _decide(self) -> None:
        if not (doc := self.choose(fits=lambda d: d.status == "submitted")):
            return
        verb = self.pick(("reject", "recall", "approve", "approve", "approve", "approve"))
        saved = self.run(f"{verb} {doc.kind}", getattr(approvals, verb), doc.id, doc.version,
                         *(("no",) if verb == "reject" else ()))
        if saved and saved.status == "posted":
            self.followed(saved.id)

    def _hold(self) -> None:
        self._by_hand("hold", reservations.reserve, None, True)

    def _release(self) -> None:
        self._by_hand("release", reservations.release)

    def _by_hand(self, what: str, operation: Callable[..., Any], *more: Any) -> None:
        doc = self.choose("sales_order")
        found: Line | None = self.pick([x for x in doc.lines if x.item != self.ground.service]) if doc else None
        if found:
            self.run(what, operation, found.id, *more)
