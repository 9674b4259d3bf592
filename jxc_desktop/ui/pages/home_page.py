"""The home page: the desks of purchasing, sales and stock on the same data, and an overview. Which one is in front
when it opens follows from who works here; the others are one tab away.
"""

import datetime as dt
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar

from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.changes import RefreshOnChange
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages.desk_parts import DeskView
from jxc_desktop.ui.pages.overview_desk import OverviewDesk
from jxc_desktop.ui.session import Session
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Button, Role, label

OVERVIEW, BUYER, SALES, STOCK = "overview", "buyer", "sales", "stock"
TITLES = {OVERVIEW: N_("Overview"), BUYER: N_("Buyer's desk"), SALES: N_("Sales desk"), STOCK: N_("Stock desk")}
_NEEDS = {BUYER: "purchase_order.see", SALES: "sales_order.see", STOCK: "item.see"}
_OF_ROLE = {"buyer": BUYER, "salesperson": SALES, "clerk": STOCK}
_DAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))


def _buyer(page: PageWidget) -> DeskView:
    from jxc_desktop.ui.pages.buyer_desk import BuyerDeskView

    return BuyerDeskView(page)


def _sales(page: PageWidget) -> DeskView:
    from jxc_desktop.ui.pages.sales_desk import SalesDeskView

    return SalesDeskView(page)


def _stock(page: PageWidget) -> DeskView:
    from jxc_desktop.ui.pages.stock_desk import StockDeskView

    return StockDeskView(page)


_MAKERS: dict[str, Callable[[PageWidget], DeskView]] = {
    OVERVIEW: OverviewDesk, BUYER: _buyer, SALES: _sales, STOCK: _stock}


class HomePage(RefreshOnChange, PageWidget):
    """A desk is made when it is first looked at, and read again when it comes to the front."""

    def __init__(self, context: Session, key: str = "home"):
        super().__init__(context, key, tr("Home"))
        self._seen = False
        self.desks: dict[str, DeskView] = {}
        self._keys = [k for k in TITLES if k not in _NEEDS or context.actor.may(_NEEDS[k])]
        self._stack, self.tabs = QStackedWidget(), QTabBar()
        self.tabs.setAccessibleName(tr("Desks"))
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for each in self._keys:
            self.tabs.addTab(tr(TITLES[each]))
        again = Button(tr("Refresh"), "refresh-cw", "F5", Role.GHOST)
        again.clicked.connect(self.refresh)
        self._stamp = label("", "hint")
        self.body.addLayout(self.head(self.tabs, label(self._day(), "caption"), self._stamp, buttons=(again,)))
        self.body.addWidget(self._stack, 1)
        mine = _OF_ROLE.get(getattr(context.actor, "role", ""), OVERVIEW)
        self.tabs.setCurrentIndex(self._keys.index(mine) if mine in self._keys else 0)
        self.tabs.currentChanged.connect(lambda at: self._show_desk())
        for number, each in enumerate(self._keys):
            bind(self, f"Ctrl+Shift+{number + 1}", lambda each=each: self.choose(each))  # type: ignore[misc]
        self.watch(context.changes)
        self._show_desk()
        self._tell_recovered(len(context.recovered))

    @property
    def desk(self) -> DeskView:
        """The one in front."""
        return self.desks[self._keys[self.tabs.currentIndex()]]

    def choose(self, key: str) -> None:
        """Bring a desk to the front."""
        self.tabs.setCurrentIndex(self._keys.index(key))

    def refresh(self) -> None:
        for desk in self.desks.values():
            desk.stale = True
        self.desk.refresh()

    def focus_first(self) -> None:
        self.desk.focus_first()

    def showEvent(self, event: QShowEvent) -> None:
        """What waits is different each time one comes back."""
        self._stale, self._seen = self._stale or self._seen, True
        super().showEvent(event)

    def _show_desk(self) -> None:
        key = self._keys[self.tabs.currentIndex()]
        if key not in self.desks:
            self.desks[key] = _MAKERS[key](self)
            self.desks[key].stamped.connect(self._show_stamp)
            self._stack.addWidget(self.desks[key])
        self._stack.setCurrentWidget(self.desk)
        self._show_stamp()
        self.set_keys([*self.desk.key_hints(), ("Ctrl+K", tr("Search")), ("Ctrl+Shift+1…4", tr("Desks")),
                       ("F5", tr("Refresh"))][:6])
        if self.desk.stale:
            self.desk.refresh()
        if self._seen and not self.tabs.hasFocus():
            self.desk.focus_first()

    def _tell_recovered(self, count: int) -> None:
        """The overview lists what was typed when the program died; whoever starts at another desk is told."""
        if count and self._keys[self.tabs.currentIndex()] != OVERVIEW:
            text = tr("{count} document(s) recovered, not saved yet", count=count)
            self.bars.show_bar("recovered", text, Tone.WARN, [(tr("Show"), lambda: self.choose(OVERVIEW))])

    def _show_stamp(self) -> None:
        self._stamp.setText(self.desk.stamp)

    @staticmethod
    def _day() -> str:
        today = dt.date.today()
        return tr("{date}, {weekday}", date=today.isoformat(), weekday=tr(_DAYS[today.weekday()]))
