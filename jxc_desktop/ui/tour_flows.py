"""Work that goes from hand to hand: desks, orders that go on by themselves, colleagues, approvals, rules, the bell."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jxc_desktop.i18n import tr
from jxc_desktop.ui.tour import Tour
from jxc_desktop.ui.tour_hands import (
    CUSTOMER,
    MAIN,
    arrived,
    choose_partner,
    new_document,
    open_dialog,
    save,
    stock_rows,
    type_line,
    typeable,
)

COLLEAGUE, ELSEWHERE = "李文博", "PC-02"


def overview(tour: Tour) -> None:
    """The four desks lie behind the tabs of the home page; each has its key."""
    page = _desk(tour, 1)
    tour.check(page.desk.alarms.buttons, "the overview knows nothing that is urgent")
    tour.drive.shot("desk_overview")


def buyer_desk(tour: Tour) -> None:
    """What is to be bought is ticked, bought from somebody else, and ordered."""
    drive, page = tour.drive, _desk(tour, 2)
    wants = page.desk.wants
    tour.check(wants.model.lines() and page.desk.coming.rows, "the buyer's desk is empty")
    drive.shot("desk_buyer")
    drive.press("Space", "Down", "Space")
    drive.settle()
    tour.check(len(wants.model.ticked()) == 2, "Space has not ticked the lines")
    drive.shot("desk_buyer_ticked")
    offered = next(n for n, row in enumerate(wants.model.rows) if row.want and row.want.offers)
    drive.click_row(wants.table, offered)
    drive.shot("suppliers_of_item", show=lambda: drive.press("F7"), hide=lambda: drive.press("Escape"))
    drive.press("F7")
    drive.settle()
    drive.pick(tr("Another supplier…"))
    drive.settle()
    open_dialog(tour)
    drive.shot("supplier_dialog")
    drive.type("myr")  # 牧云乳品酒业商行
    drive.settle()
    drive.press("Escape", "Escape")
    drive.settle()
    drive.press("F9")
    drive.until(lambda: not wants.model.ticked(), "the orders")
    drive.settle()
    drive.shot("desk_buyer_ordered")
    tour.window.toaster.close()


def sales_desk(tour: Tour) -> None:
    """Which orders can go, and from when goods can be promised."""
    drive, page = tour.drive, _desk(tour, 3)
    tour.check(page.desk.model.rows, "the sales desk is empty")
    drive.shot("desk_sales")
    card = page.desk.promise
    drive.click(card.item)
    drive.type(_low(tour)["code"])
    drive.press("Return")
    drive.settle()
    drive.type("500")
    drive.press("Return")
    drive.until(card.day.isVisible, "the day of the promise")
    drive.shot("promise")


def stock_desk(tour: Tour) -> None:
    page = _desk(tour, 4)
    tour.check(page.desk.model.rows, "the stock desk is empty")
    tour.drive.shot("desk_stock")


def order_that_lacks(tour: Tour) -> None:
    """More is ordered than is there: the program says what followed, and each line how far it is covered."""
    drive, editor = tour.drive, new_document(tour, "sales_order")
    choose_partner(tour, CUSTOMER)
    (letters, _), *_ = typeable(tour, selling=True, wanted=1)
    type_line(tour, letters, 2)
    for row in [_low(tour), _gone(tour)]:
        type_line(tour, row["code"], row["available"] + 24)
    tour.made["lacking"] = save(tour)
    drive.until(lambda: "followed" in editor.bars.bars, "what followed")
    drive.settle()
    editor.toaster.close()
    drive.shot("order_followed")
    tour.made["lacking_item"] = _low(tour)["item_id"]


def colleague(tour: Tour) -> None:
    """Somebody else types what one is about to promise, and has the same document open."""
    drive = tour.drive
    with elsewhere(tour) as program:
        row = next(r for r in stock_rows(tour) if r["available"] >= 20 and r["state"] == "ok")
        program.type("delivery_note", row["item_id"], row["available"] - 6)
        editor = new_document(tour, "delivery_note")
        choose_partner(tour, CUSTOMER)
        type_line(tour, row["code"], 12)
        cell = editor.lines.looks.cell(editor.lines.lines[-1], editor.lines.column_at(editor.lines.column("available")))
        tour.check(cell.pill, "the goods of a colleague's draft pass for free")
        drive.press("Up")
        drive.shot("held_by_colleague")
        drive.press("Ctrl+W")
        drive.settle()
        order = tour.made["lacking"]
        program.look("sales_order", order.id)
        tour.open(f"document/sales_order/{order.id}")
        editor = arrived(tour, "sales_order")
        editor.presence.say()
        drive.until(lambda: "presence" in editor.bars.bars, "who else is here")
        drive.shot("presence")


def approvals(tour: Tour) -> None:
    """What waits for one's word: looked at, one rejected, one approved from the list."""
    drive, page = tour.drive, tour.open("waiting")
    tour.check(page.rows, "nothing waits for approval")
    drive.shot("waiting")
    page.views.setCurrentIndex(2)
    drive.settle()
    drive.shot("waiting_all")
    page.views.setCurrentIndex(0)
    drive.settle()
    drive.press("Return")
    drive.until(lambda: tour.page.key.startswith("document/") and tour.page.loaded, "the document that waits")
    drive.settle()
    drive.until(tour.page.approving.panel.isVisible, "the levels of the approval")
    drive.shot("document_waiting")
    number = tour.page.draft.number
    drive.expect(_refuse(tour))
    drive.click(tour.page.approving.panel.reject)
    drive.until(lambda: "approval" in tour.page.bars.bars, f"{number} rejected")
    drive.settle()
    drive.shot("document_rejected")
    page, before = tour.open("waiting"), len(tour.open("waiting").rows)
    drive.press("F9")
    drive.until(lambda: len(page.rows) < before, "an approval from the list")
    drive.until(lambda: tour.window.toaster.current, "the news of the approval")
    drive.shot("waiting_approved")


def rules(tour: Tour) -> None:
    """The company's own rules in plain words, tried on what was saved."""
    drive = tour.drive
    for name in ("approval_rule", "flow_rule"):
        tour.open(f"list/record/{name}")
        drive.shot(f"list_{name}")
    page = tour.open("record/approval_rule/2")
    drive.until(lambda: page.trial.words.text() and page.trial.model.rows, "the trial of the rule")
    drive.shot("approval_rule")
    drive.click(page.form.editors["above"])
    page.form.editors["above"].selectAll()
    drive.type("3000")
    drive.press("Tab")
    drive.until(lambda: "3,000" in page.trial.words.text(), "the rule in words, as it is typed")
    drive.settle()
    drive.shot("approval_rule_tried")
    page.revert()
    page = tour.open("record/flow_rule/2")
    drive.until(lambda: page.trial.words.text(), "the trial of the rule")
    drive.shot("flow_rule")
    tour.open("record/flow_rule/new")
    drive.shot("flow_rule_new")


def bell(tour: Tour) -> None:
    """All that is told: from above, from below, and put off."""
    drive, button = tour.drive, tour.window.top.bell
    tour.open("home")

    def below() -> None:
        drive.click(button)
        drive.settle()
        bar = _panel(tour)._area.verticalScrollBar()
        bar.setValue(bar.maximum())

    drive.shot("bell", show=lambda: drive.click(button), hide=lambda: drive.click(button))
    drive.shot("bell_below", show=below, hide=lambda: drive.click(button))


def _refuse(tour: Tour) -> Callable[[Any], None]:
    def answer(asked: Any) -> None:
        tour.drive.compose("单价偏高，请再询一家")
        tour.drive.shot("reject_question")
        tour.drive.press("Return")

    return answer


class Elsewhere:
    """A colleague's program on the same books."""

    def __init__(self, engine: Any):
        self._engine = engine

    def type(self, kind: str, item_id: int, quantity: Any) -> None:
        """A draft with this much of an item."""
        from jxc_desktop.services.holds import Want

        self._keep("typing", kind, None, [Want(item_id, MAIN, quantity)])

    def look(self, kind: str, document_id: int) -> None:
        self._keep("looking", kind, document_id, [])

    def close(self) -> None:
        from jxc_desktop.services import holds

        for token in ("typing", "looking"):
            holds.release(self._engine, holds.Desk(COLLEAGUE, ELSEWHERE, token, ""))
        self._engine.dispose()

    def _keep(self, token: str, kind: str, document_id: int | None, wants: list[Any]) -> None:
        from jxc_desktop.services import holds

        holds.keep(self._engine, holds.Desk(COLLEAGUE, ELSEWHERE, token, kind, document_id), wants,
                   dt.datetime.now(dt.UTC).replace(tzinfo=None))


@contextmanager
def elsewhere(tour: Tour) -> Iterator[Elsewhere]:
    """Another PC, for a while."""
    from jxc_desktop.services import books

    program = Elsewhere(books.open_books(tour.program.session.address).engine)
    try:
        yield program
    finally:
        program.close()


def _desk(tour: Tour, number: int) -> Any:
    page = tour.open("home")
    tour.drive.press(f"Ctrl+Shift+{number}")
    tour.drive.settle()
    tour.drive.until(lambda: page.desk.stamp, "the figures of the desk")
    tour.drive.settle()
    return page


def _low(tour: Tour) -> Any:
    """The first item of which little is there."""
    return next(row for row in stock_rows(tour) if row["state"] == "low" and row["available"] > 0)


def _gone(tour: Tour) -> Any:
    """Something else that is all reserved."""
    return next(row for row in stock_rows(tour) if row["available"] <= 0 and row["on_hand"] >= 0)


def _panel(tour: Tour) -> Any:
    from jxc_desktop.ui.pages.alerts_panel import AlertsPanel

    return tour.window.findChild(AlertsPanel)


STATIONS = (
    ("desk_overview", overview), ("desk_buyer", buyer_desk), ("desk_sales", sales_desk), ("desk_stock", stock_desk),
    ("order_followed", order_that_lacks), ("colleague", colleague), ("approvals", approvals), ("rules", rules),
    ("bell", bell),
)
