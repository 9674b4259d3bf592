"""The way from a figure to its explanation: the same button and key wherever one stands."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from PySide6.QtWidgets import QWidget

from jxc_desktop.i18n import tr
from jxc_desktop.ui.buttons import Button
from jxc_desktop.ui.shortcuts import bind

KEY, BREAK_KEY = "Shift+F1", "Shift+F4"


def key_of(item_id: int, warehouse_id: int | None = None, lot_id: int | None = None,
           as_of: dt.date | None = None) -> str:
    """The page that explains a balance; everything that is not named counts together."""
    return f"explain/{item_id}/{warehouse_id or 0}/{lot_id or 0}" + (f"/{as_of}" if as_of else "")


def key_of_document(document_id: int) -> str:
    return f"cost/{document_id}"


def key_of_lot(lot_id: int) -> str:
    """The page that traces a lot back and forward."""
    return f"trace/{lot_id}"


def key_of_break(**asked: Any) -> str:
    """The page that looks for a break: of an item_id (in a warehouse_id), a supplier_id or customer_id, or around the
    number of a document."""
    return "breaks?" + urlencode({name: value for name, value in asked.items() if value})


def button_for(page: Any, explain: Callable[[], object]) -> list[QWidget]:
    """The button, its key bound on the page; nothing for those who may not see cost."""
    if not page.context.actor.may("see_cost"):
        return []
    made = Button(tr("Explain this number"), "circle-question-mark", KEY)
    made.clicked.connect(lambda checked=False: explain())
    bind(page, KEY, explain)
    return [made]


def hint_for(page: Any) -> list[tuple[str, str]]:
    return [(KEY, tr("Explain this number"))] if page.context.actor.may("see_cost") else []


def break_button_for(page: Any, question: Callable[[], dict[str, Any] | None]) -> list[QWidget]:
    """The way to why a figure is not what somebody thinks, its key bound on the page; `question` says about what."""
    if not page.context.actor.may("report.see"):
        return []

    def find() -> None:
        if asked := question():
            page.open_wanted.emit(key_of_break(**asked))

    made = Button(tr("Find the break"), "scan-line", BREAK_KEY)
    made.clicked.connect(lambda checked=False: find())
    bind(page, BREAK_KEY, find)
    return [made]
