"""Reading: everything screens, the command line and exports ask the database.

Each method opens its own short read transaction and hands back plain values; safe to call from workers.
What only some of them need they import themselves: a program that shows lists has not loaded how to post.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from jxc_desktop import document_types
from jxc_desktop.document_types.features import in_use
from jxc_desktop.document_types.schema import Draft, RecordDraft
from jxc_desktop.errors import PermissionDenied
from jxc_desktop.services import catalog, document_rows, holds
from jxc_desktop.services.catalog import ItemInfo, UnitChoice
from jxc_desktop.services.queries import history, lists, lookups, stock
from jxc_desktop.services.queries.desks import DeskQueries
from jxc_desktop.services.queries.flows import FlowQueries
from jxc_desktop.services.queries.history import AuditRow, DocumentFacts, DocumentLink
from jxc_desktop.services.queries.lists import ListColumn, ListPage, ListQuery
from jxc_desktop.services.queries.lookups import ItemHit, PartnerBalance, PriceProposal, RecordHit
from jxc_desktop.services.queries.lots import LotQueries
from jxc_desktop.services.queries.planning import PlanningQueries
from jxc_desktop.services.queries.proof import ProofQueries
from jxc_desktop.services.queries.shop import ShopQueries
from jxc_desktop.services.queries.stock import AlertRow, StockFigures
from jxc_desktop.services.unit_of_work import Actor, Work

__all__ = ["AlertRow", "AuditRow", "DocumentFacts", "DocumentLink", "ItemHit", "ItemInfo", "ListColumn", "ListPage",
           "ListQuery", "PartnerBalance", "PriceProposal", "Queries", "RecordHit", "StockFigures", "UnitChoice"]


class Queries(DeskQueries, FlowQueries, LotQueries, PlanningQueries, ProofQueries, ShopQueries):
    """The read side of the services for one actor: hides what that person may not see."""

    def __init__(self, engine: Engine, actor: Actor, features: frozenset[str] | None = None):
        super().__init__(engine, actor)
        self._features = features

    # documents

    def open_document(self, document_id: int) -> Draft:
        with self._reading() as c:
            draft = document_rows.read_draft(c, document_id)
        self._check(document_types.BY_KEY[draft.kind].permission("see"))
        return draft

    def _check(self, permission: str) -> None:
        if not self.actor.may(permission):
            raise PermissionDenied(actor=self.actor.name, permission=permission)

    def document_facts(self, document_id: int) -> DocumentFacts:
        with self._reading() as c:
            self._check(history.kind_of(c, document_id).permission("see"))
            return history.facts(c, document_id)

    def timeline(self, document_id: int) -> list[AuditRow]:
        with self._reading() as c:
            self._check(history.kind_of(c, document_id).permission("see"))
            return history.timeline(c, document_id, self.actor)

    def find_document(self, number: str) -> DocumentLink | None:
        with self._reading() as c:
            return history.find(c, number)

    def saved_with(self, keys: Collection[str]) -> dict[str, DocumentLink]:
        """Which of these saves were carried out, and what they saved."""
        with self._reading() as c:
            return history.saved_with(c, keys)

    def draft_from(self, kind_key: str, source_document_ids: Sequence[int]) -> Draft:
        """A draft of the open quantities of these documents, its lines linked to theirs."""
        from jxc_desktop.services.queries import paths
        with self._reading() as c:
            for source_id in source_document_ids:
                self._check(history.kind_of(c, source_id).permission("see"))
            return paths.draft_from(c, document_types.BY_KEY[kind_key], source_document_ids)

    def sources_for(self, kind_key: str, partner_id: int | None = None) -> list[dict[str, Any]]:
        from jxc_desktop.services.queries import paths
        with self._reading() as c:
            return paths.sources_for(c, document_types.BY_KEY[kind_key], partner_id)

    def new_draft(self, kind_key: str) -> Draft:
        from jxc_desktop.services.queries import paths
        with self._reading() as c:
            return paths.new_draft(c, document_types.BY_KEY[kind_key], self.actor)

    # records

    def new_record(self, record_key: str) -> RecordDraft:
        return document_types.RECORDS_BY_KEY[record_key].new_draft()

    def open_record(self, record_key: str, record_id: int) -> RecordDraft:
        from jxc_desktop.services import records
        kind = document_types.RECORDS_BY_KEY[record_key]
        with self._reading(kind.permission("see")) as c:
            return records.read(c, kind, record_id)

    def company(self) -> dict[str, Any]:
        with self._reading() as c:
            found = dict(catalog.the_company(c).values)
        self._features = in_use(found)
        return found

    @property
    def features(self) -> frozenset[str]:
        """What the company uses, as it was when its record was last asked for."""
        if self._features is None:
            self.company()
        assert self._features is not None
        return self._features

    def items(self, ids: Collection[int]) -> dict[int, ItemInfo]:
        with self._reading() as c:
            return catalog.items(c, ids)

    def find_items(self, text: str, *, warehouse_id: int | None = None, partner_id: int | None = None,
                   selling: bool = True, limit: int = 50) -> list[ItemHit]:
        with self._reading() as c:
            return lookups.find_items(c, text, lookups.Around(warehouse_id, partner_id, selling), limit)

    def find(self, record_key: str, text: str, *, limit: int = 50, role: str | None = None) -> list[RecordHit]:
        with self._reading() as c:
            return lookups.find(c, record_key, text, limit, role)

    def record_id(self, record_key: str, called: str) -> int | None:
        """The record that this code, name or barcode means; None if there is none or it could be several."""
        from jxc_desktop.services.exchange.names import Names
        with self._reading() as c:
            return Names(c).find(record_key, called)

    def choices(self, record_key: str) -> list[RecordHit]:
        with self._reading() as c:
            return lookups.find(c, record_key, "", 1000, None)

    def label(self, record_key: str, record_id: int) -> str:
        return self.labels(record_key, [record_id]).get(record_id, "")

    def labels(self, record_key: str, ids: Collection[int]) -> dict[int, str]:
        with self._reading() as c:
            return history.labels(c, record_key, ids)

    def price_for(self, kind_key: str, item_id: int, unit_id: int | None, partner_id: int | None) -> PriceProposal:
        with self._reading() as c:
            return lookups.price_for(c, document_types.BY_KEY[kind_key], (item_id, unit_id), partner_id)

    def last_prices(self, item_id: int, partner_id: int | None, selling: bool,
                    limit: int = 10) -> list[dict[str, Any]]:
        with self._reading() as c:
            return lookups.last_prices(c, item_id, partner_id, selling, limit)

    def partner_balance(self, partner_id: int) -> PartnerBalance:
        with self._reading() as c:
            return lookups.balance_of(c, partner_id)

    # stock

    def stock(self, item_ids: Collection[int], warehouse_id: int | None = None,
              token: str = "") -> dict[int, StockFigures]:
        with self._reading() as c:
            return stock.figures(c, item_ids, warehouse_id, token)

    def present(self, document_id: int, token: str = "") -> list[tuple[str, str]]:
        """Who else has a document open: (name, PC)."""
        with self._reading() as c:
            return holds.present(c, document_id, token)

    def stock_by_warehouse(self, item_id: int) -> list[dict[str, Any]]:
        with self._reading() as c:
            return stock.by_warehouse(c, item_id)

    def alerts(self) -> list[AlertRow]:
        with self._reading() as c:
            return stock.alerts(c)

    def alert_count(self) -> int:
        with self._reading() as c:
            return stock.alert_count(c)

    def home(self, today: dt.date | None = None) -> dict[str, Any]:
        with self._reading() as c:
            return stock.home(c, today or dt.date.today())

    # lists

    def list_columns(self, source: str) -> tuple[ListColumn, ...]:
        return lists.source(source).visible(self.actor, self.features)

    def list_filters(self, source: str) -> tuple[str, ...]:
        return tuple(lists.source(source).filters)

    def list_page(self, query: ListQuery) -> ListPage:
        with self._reading(lists.permission(query.source)) as c:
            return lists.page(c, query, self.actor)

    def list_sums(self, query: ListQuery) -> dict[str, Decimal | int]:
        with self._reading(lists.permission(query.source)) as c:
            return lists.sums(c, query, self.actor)

    # exchange

    def import_plan(self, kind_key: str, raw: Any, columns: Mapping[str, int], options: Any = None) -> Any:
        """What importing a table would do, row by row (services.exchange.importing)."""
        from jxc_desktop.services.exchange import importing
        with self._reading() as c:
            return importing.plan(Work(c, self.actor, ""), kind_key, raw, columns, options)

    def draft_of(self, given: Mapping[str, Any]) -> Draft:
        """A draft of a document that another program sent (services.exchange.messages)."""
        from jxc_desktop.services.exchange import messages
        with self._reading() as c:
            return messages.draft_of(c, given)

    # reports

    def reports(self) -> tuple[Any, ...]:
        from jxc_desktop.services import reports
        return reports.ALL

    def report(self, key: str, parameters: dict[str, Any], progress: Any = None) -> Any:
        from jxc_desktop.services import reports
        with self._reading("report.see") as c:
            return reports.run(c, key, parameters, self.actor)
