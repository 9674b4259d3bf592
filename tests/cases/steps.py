"""What a step of a case is in the product: one document, or a change of one."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from jxc_desktop.document_types.schema import Draft
from jxc_desktop.services import documents, periods, reservations
from jxc_desktop.services.unit_of_work import Saved, Work
from tests.cases.entry import Entry, Line
from tests.cases.reading import decimal, moment

PRICE = Decimal(1)  # what goods are sold for is not the cases' matter


def receive(e: Entry) -> Saved:
    line = e.line(price=decimal(e.step.get("unit_cost")), amount=decimal(e.step.get("amount")))
    if "expiry" in e.step:
        line["expiry_date"] = dt.date.fromisoformat(e.step["expiry"])
    if "order" in e.step:
        line["source_line_id"] = e.order_line(e.item)
    return e.post("goods_receipt", line)


def issue(e: Entry) -> Saved:
    returned = any(s["do"] == "return_in" and s.get("ref") == e.step["n"] for s in e.journal.steps.values())
    if "reason" in e.step and "order" not in e.step and not returned:  # only what was sold can be brought back
        return e.post("other_out", *(line for _, line in e.lines()))
    lines, holds = [], []
    for item, line in e.lines(price=PRICE):
        if "order" in e.step:
            line["source_line_id"] = e.order_line(item)
            held = e.held(item)
            if held and held.line_id != line["source_line_id"]:
                holds.append((held.line_id, e.base_quantity if line["item_id"] == e.item.id else line["quantity"]))
        lines.append(line)
    return e.company.run(_deliver, e.draft("delivery_note", *lines), holds).value


def _deliver(work: Work, draft: Draft, holds: list[tuple[int, Decimal]]) -> Saved:
    """What stands reserved for the order in another warehouse than the order's own is used up by hand."""
    for line_id, quantity in holds:
        reservations.release(work, line_id, quantity)
    return documents.save(work, draft)


def return_in(e: Entry) -> Saved:
    ref = e.step.get("ref", _delivery_of_order(e))
    if ref is None and not e.item.serial_once:  # numbers that come in only once come back as a return only
        cost = None if e.world.returns_at_current else decimal(e.step.get("unit_cost"))
        return e.post("other_in", *(line for _, line in e.lines(price=cost)))
    lines = []
    for item, line in e.lines(price=PRICE):
        if ref is not None:
            line |= {"source_line_id": e.ref_line(item, ref)} | _tracked_as(e, ref, line)
        lines.append(line)
    return e.post("sales_return", *lines)


def return_out(e: Entry) -> Saved:
    line = e.line(price=decimal(e.step.get("unit_cost")), amount=None)
    if "ref" in e.step:
        line |= {"source_line_id": e.ref_line(e.item)} | _tracked_as(e, e.step["ref"], line)
    return e.post("purchase_return", line)


def transfer(e: Entry) -> Saved:
    return e.post("transfer", *(line for _, line in e.lines()), to_warehouse_id=e.world.warehouses[e.step["to"]])


def count(e: Entry) -> Saved:
    line = e.line(price=decimal(e.step.get("unit_cost")))
    if e.step.get("revalue"):
        line["revalue"] = True
    confirmed = ("count_over_threshold",) if e.step.get("confirmed") else ()
    return e.post("stock_count", line, acknowledged=confirmed)


def revalue(e: Entry) -> Saved:
    return e.post("revaluation", {"item_id": e.item.id, **e.tracked(e.step), "price": decimal(e.step.get("unit_cost")),
                                  "amount": decimal(e.step.get("amount"))})


def adjust_cost(e: Entry) -> Saved:
    lines: list[Line] = []
    for ref in e.step["refs"]:
        item = e.world.item(e.journal.steps.get(ref, {}))
        lines.append({"item_id": item.id, "source_line_id": e.ref_line(item, ref)})
    return e.post("cost_adjustment", *lines, fee=Decimal(e.step["amount"]), fee_basis=e.step.get("basis", "quantity"))


def cancel(e: Entry) -> Saved:
    saved = e.ref()
    return e.company.run(documents.void, saved.id, e.company.version(saved) if saved.number else 1).value


def amend(e: Entry) -> Saved:
    return e.company.correct(e.ref(), lambda draft: _change(e, draft))


def _change(e: Entry, draft: Draft) -> None:
    """What the amended step says anew; amounts follow unless they were stated."""
    step, original = e.step, e.journal.steps.get(e.step["ref"], {})
    if "qty" in step:
        wanted = e.world.parts(e.world.item(original), Decimal(step["qty"]))
        for line, (_, quantity) in zip(draft.lines, wanted, strict=False):
            line |= {"quantity": quantity} | ({} if "amount" in original else {"amount": None})
    for line in draft.lines:
        if "unit_cost" in step and not (original.get("do") == "return_in" and e.world.returns_at_current):
            line |= {"price": Decimal(step["unit_cost"]), "amount": None}
        if "amount" in step:
            line |= {"amount": None if "fee" in draft.header else Decimal(step["amount"])}
        line |= e.tracked(step)
    if "amount" in step and original.get("do") == "adjust_cost":
        draft.header["fee"] = Decimal(step["amount"])
    if "date" in step:
        at = moment(step["date"])
        draft.header |= {"date": at.date(), "time": at.time()}


def close_period(e: Entry) -> Any:
    return e.company.run(periods.close, moment(e.step["date"]).date()).value


def _delivery_of_order(e: Entry) -> int | None:
    """The latest delivery for the order that a return names without saying what it returns."""
    if "order" not in e.step:
        return None
    issues = [n for n, s in e.journal.steps.items() if s["do"] == "issue" and s.get("order") == e.step["order"]
              and n in e.journal.documents and n < e.step["n"]]
    return max(issues, default=None)


def _tracked_as(e: Entry, ref: int, line: Line) -> Line:
    """A return made from a document begins with its lots, and with its serial numbers where all come back."""
    original = e.journal.steps.get(ref, {})
    found = e.tracked(original)
    if original.get("qty") != e.step.get("qty"):
        found.pop("serials", None)
    return {name: text for name, text in found.items() if name not in line}


STOCK: dict[str, Callable[[Entry], Any]] = {
    "receive": receive, "issue": issue, "return_in": return_in, "return_out": return_out, "transfer": transfer,
    "count": count, "revalue": revalue, "adjust_cost": adjust_cost,
}
CHANGES: dict[str, Callable[[Entry], Any]] = {"cancel": cancel, "amend": amend, "close_period": close_period}
