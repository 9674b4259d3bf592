"""What stands around a period close: the closed periods, what to look at first, and what a second close changed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Basis, DocumentType, Promise, Status, nothing
from jxc_desktop.errors import NotFound
from jxc_desktop.i18n import N_, tr
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.records import item, unit, warehouse
from jxc_desktop.models.stock import partner_balance, partner_entry, period, period_figure, posting, stock_move
from jxc_desktop.services import netting
from jxc_desktop.services.queries import truth
from jxc_desktop.services.queries.history import DocumentLink
from jxc_desktop.services.queries.truth import WHOLE_COMPANY, Held

NAMED = 50  # documents or items named per point of the checklist
_d, _l, _m, _p, _f = document.c, document_line.c, stock_move.c, period.c, period_figure.c


@dataclass(frozen=True)
class ClosedPeriod:
    """A close, standing or taken back. `value` is the stock at its end, `differs` how many rows of it changed since."""

    id: int
    first: dt.date | None  # None: from the beginning
    through: dt.date
    closed_at: dt.datetime
    closed_by: str
    value: Decimal
    reopened_at: dt.datetime | None
    reopened_by: str | None
    reopen_reason: str | None
    latest: bool  # the one that can be reopened
    supersedes: int | None  # the close that was taken back and that this one does again


@dataclass(frozen=True)
class CheckItem:
    """One thing to look at before closing; `named` are (what, page) of the first that were found."""

    key: str
    title: str
    count: int
    named: tuple[tuple[str, str], ...] = ()

    @property
    def passed(self) -> bool:
        return not self.count


@dataclass(frozen=True)
class Difference:
    """What an item had at the end of a period by the close that was taken back, and by the one after it.

    `warehouse_id` 0 is the whole company. `documents` were entered or changed in between.
    """

    item_id: int
    code: str
    name: str
    spec: str | None
    unit: str
    warehouse_id: int
    warehouse: str
    before: Held
    after: Held
    variance: Decimal  # the change of what went to cost of sales
    documents: tuple[DocumentLink, ...]


def periods(connection: Connection) -> list[ClosedPeriod]:
    """All closes, the latest first."""
    rows = connection.execute(select(period).order_by(_p.id)).all()
    worth = dict(connection.execute(select(_f.period_id, func.sum(_f.closing_value)).where(
        _f.warehouse_id == WHOLE_COMPANY).group_by(_f.period_id)).all())
    latest = max((r for r in rows if r.reopened_at is None), key=lambda r: r.through, default=None)
    found = []
    for row in rows:
        before, old = previous(rows, row), _superseded(rows, row)
        found.append(ClosedPeriod(
            row.id, before.through + dt.timedelta(days=1) if before else None, row.through, row.closed_at,
            row.closed_by, worth.get(row.id, Decimal(0)), row.reopened_at, row.reopened_by, row.reopen_reason,
            row is latest, old.id if old else None))
    return sorted(found, key=lambda p: p.id, reverse=True)


def previous(rows: Sequence[Row[Any]], row: Row[Any]) -> Row[Any] | None:
    """The close before it that stood when it was made."""
    earlier = [r for r in rows if r.id < row.id and r.through < row.through and (
        r.reopened_at is None or r.reopened_at > row.closed_at)]
    return max(earlier, key=lambda r: r.through, default=None)


def _superseded(rows: Sequence[Row[Any]], row: Row[Any]) -> Row[Any] | None:
    """The last close taken back that it does again."""
    before = previous(rows, row)
    old = [r for r in rows if r.id < row.id and r.reopened_at is not None and r.reopened_at <= row.closed_at
           and r.through <= row.through and (before is None or r.through > before.through)]
    return max(old, key=lambda r: r.id, default=None)


def difference_sheet(connection: Connection, period_id: int) -> list[Difference]:
    """What this close says otherwise than the one that was taken back for it; nothing where there was none."""
    rows = connection.execute(select(period).order_by(_p.id)).all()
    new = next((r for r in rows if r.id == period_id), None)
    if new is None:
        raise NotFound(what=N_("Closed period"), key=period_id)
    old = _superseded(rows, new)
    if old is None:
        return []
    changed, causes = _learnt_between(connection, old, new)
    by_warehouse = truth.costs_by_warehouse(connection)
    frozen = {(r.item_id, r.warehouse_id): Held(r.closing_quantity, r.closing_value) for r in connection.execute(
        select(period_figure).where(_f.period_id == old.id, _f.item_id.in_({i for i, _ in changed})))}
    names = {r.id: r for r in connection.execute(select(item, unit.c.name.label("unit")).join(
        unit, unit.c.id == item.c.unit_id).where(item.c.id.in_({i for i, _ in changed})))}
    places = {r.id: r.name for r in connection.execute(select(warehouse.c.id, warehouse.c.name))}
    found = []
    for (item_id, place), (quantity, value, variance) in changed.items():
        worth = value if by_warehouse or place == WHOLE_COMPANY else Decimal(0)
        if quantity or worth or (variance and place == WHOLE_COMPANY):
            about, was = names[item_id], frozen.get((item_id, place), Held())
            found.append(Difference(
                item_id, about.code, about.name, about.spec, about.unit, place,
                tr("All warehouses") if place == WHOLE_COMPANY else places[place], was, was.plus(quantity, worth),
                variance, tuple(causes[item_id].values())))
    return sorted(found, key=lambda row: (row.code, row.warehouse_id))


def _learnt_between(connection: Connection, old: Row[Any], new: Row[Any]) -> tuple[
        dict[tuple[int, int], tuple[Decimal, ...]], dict[int, dict[int, DocumentLink]]]:
    """Changes of quantity, value and variance by item and place, and the documents that caused them by item."""
    changed: dict[tuple[int, int], tuple[Decimal, ...]] = defaultdict(lambda: (Decimal(0),) * 3)
    causes: dict[int, dict[int, DocumentLink]] = defaultdict(dict)
    for r in connection.execute(select(
            _m.item_id, _m.warehouse_id, _d.id, _d.kind, _d.number, _d.date, _d.status,
            *(func.sum(_m[name]).label(name) for name in netting.FIGURES)).join_from(
            stock_move, posting, posting.c.id == _m.posting_id).join(document, _d.id == posting.c.document_id).where(
            _m.posting_id > (old.posting_id or 0), _m.posting_id <= (new.posting_id or 0),
            _m.effective_at < netting.day_end(old.through)).group_by(
            _m.item_id, _m.warehouse_id, _d.id, _d.kind, _d.number, _d.date, _d.status).order_by(_d.id)):
        causes[r.item_id][r.id] = DocumentLink(r.id, r.kind, r.number or "", r.date, r.status)
        for place in (r.warehouse_id, WHOLE_COMPANY):
            changed[r.item_id, place] = tuple(
                a + b for a, b in zip(changed[r.item_id, place], (r.quantity, r.value, r.variance), strict=True))
    return changed, causes


# --- before closing ---------------------------------------------------------------------------------------


def checklist(connection: Connection, through: dt.date) -> list[CheckItem]:
    """What should be looked at before the days up to `through` are closed; none of it forbids the close."""
    counting = [k.key for k in document_types.ALL if _counts(k)]
    drafts = [_d.status == Status.DRAFT.value, _d.date <= through]
    shipping = [k.key for k in document_types.ALL if k.promise is Promise.ON_ORDER and k.effect is not nothing]
    return [
        _documents(connection, "drafts", N_("Drafts dated in the period"), *drafts, _d.kind.not_in(counting)),
        _documents(connection, "counts", N_("Counts not finished"), *drafts, _d.kind.in_(counting)),
        _negative(connection, through),
        _documents(connection, "transit", N_("Transfers not received"), _d.kind.in_(shipping), _d.date <= through,
                   _d.status == Status.POSTED.value, _d.progress != "done"),
        _documents(connection, "unpriced", N_("Receipts without a cost"), _d.date <= through, *_unpriced(connection)),
        _partners(connection),
    ]


def _counts(kind: DocumentType) -> bool:
    """Whether a type says what was counted."""
    return any(f.name == "uncounted" for f in kind.header)


def _documents(connection: Connection, key: str, title: str, *where: Any) -> CheckItem:
    count = connection.scalar(select(func.count()).select_from(document).where(*where)) or 0
    named = tuple((f"{tr(document_types.BY_KEY[r.kind].title)} {r.number or r.date}", f"document/{r.kind}/{r.id}")
                  for r in connection.execute(select(_d.id, _d.kind, _d.number, _d.date).where(*where).order_by(
                      _d.date, _d.id).limit(NAMED))) if count else ()
    return CheckItem(key, title, count, named)


def _unpriced(connection: Connection) -> Iterator[Any]:
    """Standing documents of the open period that brought goods for nothing, and are no gifts."""
    close = truth.standing_close(connection, dt.date.max)
    if close:
        yield _d.date > close.through
    yield _d.status == Status.POSTED.value
    yield exists(select(_m.id).join(document_line, _l.id == _m.line_id).where(
        _m.document_id == _d.id, _m.quantity > 0, _m.basis.in_((Basis.GIVEN.value, Basis.CURRENT.value)),
        _m.stated.is_(None) | (_m.stated == 0), ~_l.gift))


def _negative(connection: Connection, through: dt.date) -> CheckItem:
    short = {key for key, held in truth.stock_as_of(connection, through).items()
             if held.quantity < 0 and key[1] != WHOLE_COMPANY}
    names = dict(connection.execute(select(item.c.id, item.c.name).where(
        item.c.id.in_({i for i, _ in short}))).all())
    named = tuple((names[i], f"ledger/{i}/{w}") for i, w in sorted(short)[:NAMED])
    return CheckItem("negative", N_("Stock below zero"), len(short), named)


def _partners(connection: Connection) -> CheckItem:
    """Balances of partners that are not the sum of their entries."""
    e, b = partner_entry.c, partner_balance.c
    summed = {(r[0], r[1]): r[2] for r in connection.execute(select(
        e.partner_id, e.account, func.sum(e.amount)).group_by(e.partner_id, e.account)) if r[2]}
    kept = {(r[0], r[1]): r[2] for r in connection.execute(select(b.partner_id, b.account, b.amount)) if r[2]}
    return CheckItem("partners", N_("Balances of partners against their entries"), len(summed.items() ^ kept.items()))
