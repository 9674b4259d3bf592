"""What the bell tells: families of stock alerts and notices, exceptions first, each with one thing to do."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jxc_desktop import values
from jxc_desktop.document_types.schema import Draft
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.notices import Kind, NoticeRow
from jxc_desktop.services.queries import AlertRow
from jxc_desktop.services.queries.flows import INFORMATION, Bell, Told
from jxc_desktop.ui import typed
from jxc_desktop.ui.pages.ledger_page import key_of

ORDER, DELIVERY = "purchase_order", "delivery_note"
_SENTENCES = {
    "low": N_("{place}{on_hand} {unit} on hand, the minimum is {threshold}"),
    "over": N_("{place}{on_hand} {unit} on hand, the maximum is {threshold}"),
    "expiring": N_("{place}{on_hand} {unit} of lot {lot} can be used until {expires}"),
    "expired": N_("{place}{on_hand} {unit} of lot {lot} could be used until {expires}")}
_MONEY = frozenset({"total", "price", "cost", "value", "limit", "owed", "before"})


@dataclass(frozen=True)
class Family:
    """Alerts and notices of these kinds under one heading; `ink` colours it."""

    title: str
    icon: str
    ink: str
    kinds: tuple[str, ...]


FAMILIES = (
    Family(N_("Approval"), "clipboard-check", "warn", (Kind.REJECTED, Kind.APPROVE)),  # here somebody waits
    Family(N_("Sales at risk"), "triangle-alert", "bad", (Kind.ORDER_LATE, Kind.CREDIT, Kind.BELOW_COST)),
    Family(N_("Trouble with suppliers"), "triangle-alert", "bad",
           (Kind.SUPPLIER_LATE, Kind.SUPPLIER_SHORT, Kind.PRICE_JUMP)),
    Family(N_("Expired goods"), "triangle-alert", "bad", ("expired",)),
    Family(N_("Low stock"), "triangle-alert", "warn", ("low",)),
    Family(N_("Goods have arrived"), "package-check", "ok", (Kind.ARRIVED,)),
    Family(N_("To be bought"), "shopping-cart", "accent", (Kind.REQUEST,)),
    Family(N_("Told by rules"), "git-branch", "accent", (Kind.RULE,)),
    Family(N_("Goods that expire soon"), "info", "warn", ("expiring",)),
    Family(N_("Too much stock"), "info", "accent", ("over",)),
    Family(N_("Idle stock and money"), "info", "accent", (Kind.DEAD, Kind.SLOW, Kind.CASH)),
)


@dataclass(frozen=True)
class Entry:
    """One thing that is told: an alert, or a notice with the type of its document."""

    alert: AlertRow | None = None
    told: Told | None = None

    @property
    def kind(self) -> str:
        return self.alert.kind if self.alert else self.notice.kind

    @property
    def notice(self) -> NoticeRow:
        assert self.told
        return self.told.notice

    @property
    def title(self) -> str:
        """The item of an alert; notices say all in their sentence."""
        return self.alert.item if self.alert else ""

    @property
    def text(self) -> str:
        return sentence(self.alert) if self.alert else said(self.notice)

    @property
    def raised_at(self) -> dt.datetime:
        return self.alert.raised_at if self.alert else self.notice.raised_at

    @property
    def page(self) -> str:
        """What it is about."""
        if self.alert:
            return key_of(self.alert.item_id)
        notice, kind = self.notice, self.told.kind if self.told else None
        if notice.document_id and kind:
            return f"document/{kind}/{notice.document_id}"
        if notice.item_id:
            return key_of(notice.item_id)
        return f"record/partner/{notice.partner_id}" if notice.partner_id else "report/stock_value"


def sentence(alert: AlertRow) -> str:
    """What is the matter, in one sentence."""
    place = tr("{warehouse}: ", warehouse=alert.warehouse) if alert.warehouse else ""
    return tr(_SENTENCES[alert.kind], place=place, on_hand=values.grouped(alert.on_hand), unit=alert.unit,
              threshold=values.grouped(alert.threshold), lot=alert.lot, expires=alert.expires)


def said(notice: NoticeRow) -> str:
    """A notice in one sentence, its sums as people read them."""
    return tr(notice.text, **{name: _grouped(value) if name in _MONEY else value
                              for name, value in notice.data.items()})


def _grouped(value: Any) -> str:
    try:
        exact = values.exact(value, values.PRICE_PLACES)
    except values.BadNumber:
        return str(value)
    return values.grouped(exact, None if exact == exact.to_integral_value() else typed.decimals(exact))


def grouped_by_family(bell: Bell) -> list[tuple[Family, list[Entry]]]:
    """The families that have something to tell, in their order; in each the kinds in theirs."""
    entries = [*(Entry(alert=a) for a in bell.alerts), *(Entry(told=t) for t in bell.told)]
    entries.sort(key=_worth, reverse=True)  # a stable sort: what binds no money keeps its order
    found = [(family, [e for kind in family.kinds for e in entries if e.kind == kind]) for family in FAMILIES]
    return [(family, members) for family, members in found if members]


def _worth(entry: Entry) -> Decimal:
    """The money that idle goods bind."""
    return Decimal(entry.notice.data["value"]) if entry.told and entry.kind in INFORMATION else values.ZERO


def action_of(entry: Entry, may: Callable[[str], bool]) -> tuple[str, str]:
    """What to do about it: (how, its words). `how` is order, buy, deliver or open."""
    if entry.kind == "low" and may(f"{ORDER}.save"):
        return "order", tr("Order it")
    if entry.alert:
        return "open", tr("Stock ledger")
    if entry.kind == Kind.REQUEST and may(f"{ORDER}.save"):
        return "buy", tr("Order it")
    if entry.kind == Kind.ARRIVED and may(f"{DELIVERY}.save"):
        return "deliver", tr("Deliver")
    return "open", tr(_OPENS.get(entry.notice.kind, N_("Open it")))


_OPENS = {Kind.APPROVE: N_("Look and decide"), Kind.REJECTED: N_("Revise"), Kind.CASH: N_("Stock value")}


def order_for(queries: Any, alert: AlertRow) -> Draft:
    """On a worker: a purchase order of what is missing, with the last price paid."""
    draft: Draft = queries.new_draft(ORDER)
    item = queries.items([alert.item_id])[alert.item_id]
    figures = queries.stock([alert.item_id], None)[alert.item_id]
    coming = values.ZERO if alert.warehouse else figures.on_order - figures.reserved
    missing = alert.threshold - alert.on_hand - coming
    if missing <= 0:  # enough is on its way; who orders all the same decides how much
        missing = alert.threshold - alert.on_hand
    price = queries.price_for(ORDER, alert.item_id, item.unit_id, None).price
    draft.lines = [{"item_id": alert.item_id, "unit_id": item.unit_id, "quantity": missing, "price": price,
                    "tax_rate": item.tax_rate}]
    return draft


def delivery_of(queries: Any, order_id: int) -> str:
    """On a worker: the page of an order's delivery, the one that was drafted or a new one."""
    drafts = queries.order_flow(order_id).drafts
    return f"document/{DELIVERY}/{drafts[-1].id if drafts else f'from-{order_id}'}"


def ago(moment: dt.datetime, now: dt.datetime) -> str:
    """How long ago it was raised, in the largest unit; both UTC."""
    seconds = (now - moment).total_seconds()
    for length, text in ((86400, N_("{count} day(s) ago")), (3600, N_("{count} hour(s) ago")),
                         (60, N_("{count} minute(s) ago"))):
        if seconds >= length:
            return tr(text, count=int(seconds // length))
    return tr("just now")


def snoozes(now: dt.datetime) -> Sequence[tuple[str, dt.datetime]]:
    """For how long something can be put off; moments in UTC, `now` on the clock on the wall."""
    morning = now.replace(hour=8, minute=0, second=0, microsecond=0)
    choices: Iterable[tuple[str, dt.datetime]] = (
        (tr("One hour"), now + dt.timedelta(hours=1)), (tr("Until tomorrow"), morning + dt.timedelta(days=1)),
        (tr("One week"), morning + dt.timedelta(days=7)))
    return [(text, until.astimezone(dt.UTC).replace(tzinfo=None)) for text, until in choices]
