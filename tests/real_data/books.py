"""The books of a sample company: the company of all tests, and its figures added up by item and partner."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Self

from sqlalchemy import func, select

from jxc_desktop.document_types.schema import Draft, Status
from jxc_desktop.models import TABLES
from jxc_desktop.models.documents import document, document_line
from jxc_desktop.models.stock import partner_balance, stock_alert, stock_balance, stock_move
from jxc_desktop.services import access, database, documents
from jxc_desktop.services.unit_of_work import Commands, Work
from tests.company import Company
from tests.real_data.readers import added_up

STANDS = document.c.status.in_([Status.POSTED, Status.CLOSED])


class Sums(NamedTuple):
    """The document lines of one item added up."""

    quantity: Decimal
    net: Decimal


def save_all(work: Work, drafts: Sequence[Draft]) -> list[int]:
    """Save documents in one transaction; their ids."""
    return [documents.save(work, draft).id for draft in drafts]


class Books(Company):
    """A company whose documents come from elsewhere."""

    @classmethod
    def open(cls, url: str) -> Self:
        engine = database.open_engine(url)
        return cls(url, engine, Commands(engine, access.administrator("import"), "real data"))

    def line_ids_of(self, kind: str) -> dict[int, list[int]]:
        """The line ids of all documents of a type, by document, in their order."""
        line = document_line.c
        found: dict[int, list[int]] = {}
        for row in self.rows(select(line.document_id, line.id).join_from(document_line, document).where(
                document.c.kind == kind).order_by(line.document_id, line.position)):
            found.setdefault(row.document_id, []).append(row.id)
        return found

    def totals(self, kind: str, by: str = "id") -> dict[int, Decimal]:
        """The totals of the standing documents of a type, added up by one of their fields."""
        key = document.c[by]
        return self._sums(select(key, func.sum(document.c.total)).where(
            document.c.kind == kind, STANDS).group_by(key))

    def lines_of(self, kind: str) -> dict[int, Sums]:
        """Base quantity and net amount on the standing documents of a type, by item."""
        line = document_line.c
        return {row[0]: Sums(row[1], row[2]) for row in self.rows(
            select(line.item_id, func.sum(line.base_quantity), func.sum(line.net)).join_from(
                document_line, document).where(document.c.kind == kind, STANDS).group_by(line.item_id))}

    def gross(self, *kinds: str) -> dict[int, Decimal]:
        """Quantity x price on the standing documents of these types, by item."""
        line = document_line.c
        return added_up((row.item_id, row.quantity * row.price) for row in self.rows(
            select(line.item_id, line.quantity, line.price).join_from(document_line, document).where(
                document.c.kind.in_(kinds), STANDS)))

    def counted(self, *kinds: str) -> dict[int, int]:
        """How many standing documents of these types each partner has."""
        d = document.c
        return {row[0]: row[1] for row in self.rows(select(d.partner_id, func.count()).where(
            d.kind.in_(kinds), STANDS).group_by(d.partner_id))}

    def progress(self, document_id: int) -> str | None:
        """How far an order is fulfilled."""
        return self.scalar(select(document.c.progress).where(document.c.id == document_id))  # type: ignore[no-any-return]

    def code_of(self, kind: str, record_id: int) -> str:
        table = TABLES[kind]
        return str(self.scalar(select(table.c.code).where(table.c.id == record_id)))

    def moved(self, kind: str) -> dict[int, Decimal]:
        """What the documents of a type moved of each item, positive into stock."""
        move = stock_move.c
        return self._sums(select(move.item_id, func.sum(move.quantity)).join_from(stock_move, document).where(
            document.c.kind == kind).group_by(move.item_id))

    def stock(self, figure: str = "on_hand") -> dict[int, Decimal]:
        """on_hand, reserved or on_order of each item that has any, all warehouses together."""
        balance = stock_balance.c
        return self._sums(select(balance.item_id, func.sum(balance[figure])).group_by(balance.item_id))

    def debts(self, account: str) -> dict[int, Decimal]:
        """What each partner owes (receivable) or is owed (payable)."""
        balance = partner_balance.c
        return self._sums(select(balance.partner_id, balance.amount).where(balance.account == account))

    def alerts(self, kind: str) -> dict[int, int]:
        """The document that raised the open alert of each item."""
        alert = stock_alert.c
        rows = self.rows(select(alert.item_id, alert.document_id).where(
            alert.kind == kind, alert.cleared_at.is_(None)))
        assert len({row.item_id for row in rows}) == len(rows), "one open alert per item"
        return {row.item_id: row.document_id for row in rows}

    def _sums(self, statement: Any) -> dict[int, Decimal]:
        return {row[0]: row[1] for row in self.rows(statement) if row[1]}
