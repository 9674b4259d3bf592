"""How each page is made, by the beginning of its key. Modules are loaded when their first page opens."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from jxc_desktop.ui.session import Session


def _home(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.home_page import HomePage

    return HomePage(session, key)


def _document(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.documents.editor import DocumentEditor

    return DocumentEditor(session, key, session.journal)


def _documents(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.list_documents import DocumentListPage

    return DocumentListPage(session, key)


def _records(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.list_records import RecordListPage

    return RecordListPage(session, key)


def _record(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.record_page import RecordPage

    return RecordPage(session, key)


def _stock(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.stock_page import StockPage

    return StockPage(session, key)


def _ledger(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.ledger_page import LedgerPage

    return LedgerPage(session, key)


def _lots(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.lots_page import LotsPage

    return LotsPage(session, key)


def _audit(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.audit_page import AuditPage

    return AuditPage(session, key)


def _report(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.report_page import ReportPage

    return ReportPage(session, key)


def _print(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.print_page import PrintPage

    return PrintPage(session, key)


def _import(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.import_page import ImportPage

    return ImportPage(session, key)


def _periods(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.periods_page import PeriodsPage

    return PeriodsPage(session, key)


def _explain(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.explain_page import ExplainPage

    return ExplainPage(session, key)


def _cost(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.explain_page import DocumentCostPage

    return DocumentCostPage(session, key)


def _trace(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.trace_page import TracePage

    return TracePage(session, key)


def _breaks(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.breaks_page import BreaksPage

    return BreaksPage(session, key)


def _waiting(session: Session, key: str) -> QWidget:
    from jxc_desktop.ui.pages.waiting_page import WaitingPage

    return WaitingPage(session, key)


BY_PREFIX: dict[str, Callable[[Session, str], Any]] = {
    "home": _home, "list/document/": _documents, "list/record/": _records, "document/": _document,
    "record/": _record, "stock": _stock, "lots": _lots, "ledger/": _ledger, "audit": _audit, "report/": _report,
    "print/": _print, "import": _import, "periods": _periods, "explain/": _explain, "cost/": _cost, "trace/": _trace,
    "waiting": _waiting,
    "breaks": _breaks,
}
