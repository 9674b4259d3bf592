"""What partners owe us and we owe them: entries of posted documents and their running sums."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, func, insert, select

from jxc_desktop.document_types.schema import Account, Entry
from jxc_desktop.errors import NeedsConfirmation
from jxc_desktop.i18n import N_
from jxc_desktop.models.records import partner
from jxc_desktop.models.stock import partner_balance, partner_entry
from jxc_desktop.services import notices, trail
from jxc_desktop.services.bulk import Bulk
from jxc_desktop.services.notices import About, Kind, Notice
from jxc_desktop.services.unit_of_work import Work
from jxc_desktop.services.upsert import add
from jxc_desktop.values import ZERO, plain

# Built once: building a statement costs a save more than running it.
_e, _b = partner_entry.c, partner_balance.c
_ENTRIES = Bulk(insert(partner_entry), *(c.name for c in _e if c.name != "id"))
_POSTED = select(_e.partner_id, _e.account, _e.date, func.sum(_e.amount).label("amount")).where(
    _e.document_id == bindparam("document")).group_by(_e.partner_id, _e.account, _e.date)
_OVER = select(partner.c.id, partner.c.name, partner.c.credit_limit, _b.amount).join_from(
    partner, partner_balance, _b.partner_id == partner.c.id).where(
    partner.c.id.in_(bindparam("partners", expanding=True)), _b.account == Account.RECEIVABLE,
    partner.c.credit_limit > ZERO, _b.amount > partner.c.credit_limit)


def post(work: Work, posting_id: int, document_id: int, date: dt.date, wanted: Iterable[Entry], *,
         first: bool = False) -> None:
    """Append the difference between the entries a document asks for and those it has posted.

    One that is moved to another day is taken back on its old day and posted on the new one. A document that is
    posted for the `first` time has none.
    """
    due: defaultdict[tuple[int, str, dt.date], Decimal] = defaultdict(Decimal)
    for entry in wanted:
        due[entry.partner_id, entry.account.value, date] += entry.amount
    for row in () if first else work.rows(_POSTED, {"document": document_id}):
        due[row.partner_id, row.account, row.date] -= row.amount
    rows: list[dict[str, Any]] = [
        {"posting_id": posting_id, "document_id": document_id, "partner_id": partner_id, "account": account,
         "date": on, "amount": amount}
        for (partner_id, account, on), amount in sorted(due.items()) if amount]
    if not rows:
        return
    _ENTRIES.run(work.connection, [{**row, "digest": trail.digest(row)} for row in rows])
    add(work.connection, partner_balance, ("partner_id", "account"), "amount",
        [{k: row[k] for k in ("partner_id", "account", "amount")} for row in rows])
    work.changes.update(("partner_balance", row["partner_id"]) for row in rows)
    _watch_credit(work, rows)


def _watch_credit(work: Work, rows: Iterable[dict[str, Any]]) -> None:
    """More than a customer's credit limit needs a second look."""
    change: defaultdict[int, Decimal] = defaultdict(Decimal)
    for r in rows:
        change[r["partner_id"]] += r["amount"] if r["account"] == Account.RECEIVABLE else ZERO
    moved = [partner_id for partner_id, amount in change.items() if amount]
    grown = any(amount > 0 for amount in change.values())
    over = work.rows(_OVER, {"partners": moved}) if moved else ()
    if over and grown and "over_credit" not in work.acknowledged:
        raise NeedsConfirmation("over_credit", N_("{partner} would owe {amount}, more than the limit {limit}"),
                                partner=over[0].name, amount=over[0].amount, limit=over[0].credit_limit)
    if over or not grown:
        notices.settle(work, [Kind.CREDIT], [Notice(Kind.CREDIT, f"partner {row.id}", {
            "partner": row.name, "owed": plain(row.amount), "limit": plain(row.credit_limit)}, role="accountant",
            partner_id=row.id) for row in over], about=About("partner_id", moved))
