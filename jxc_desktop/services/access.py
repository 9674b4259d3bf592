"""Who may do what: roles as sets of permissions, "<type>.<action>"."""

from collections.abc import Callable

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import DocumentType, Section
from jxc_desktop.services.unit_of_work import Actor

DOCUMENT_ACTIONS = ("see", "save", "unpost", "void", "reverse", "close", "print", "export", "import")
RECORD_ACTIONS = ("see", "save", "import", "export")
OTHER = ("see_cost", "settings.save", "report.see", "check", "period.close", "period.reopen")


def _documents(*actions: str, section: Section | None = None,
               those: Callable[[DocumentType], bool] = lambda kind: True) -> frozenset[str]:
    return frozenset(k.permission(a) for k in document_types.ALL if section in (None, k.section) and those(k)
                     for a in actions or DOCUMENT_ACTIONS)


def moves_goods(kind: DocumentType) -> bool:
    """The others change what goods cost."""
    return kind.column("quantity") is not None


def _records(*actions: str, keys: tuple[str, ...] = ()) -> frozenset[str]:
    return frozenset(r.permission(a) for r in document_types.RECORDS if not keys or r.key in keys
                     for a in actions or RECORD_ACTIONS)


_SEE = _documents("see", "print", "export") | _records("see", "export") | {"report.see"}

ROLES: dict[str, frozenset[str]] = {
    "administrator": _documents() | _records() | frozenset(OTHER),
    "manager": _documents() | _records() | {"see_cost", "report.see", "check", "period.close", "period.reopen"},
    "buyer": _SEE | _documents(section=Section.PURCHASE) | {"see_cost"} | _records("save", keys=("partner",)),
    "salesperson": _SEE | _documents(section=Section.SALES) | _records("save", keys=("partner",)),
    "clerk": (_SEE | _documents("save", "unpost", "void", "import", section=Section.STOCK, those=moves_goods)
              | {f"{k}.save" for k in ("goods_receipt", "purchase_return", "delivery_note", "sales_return")}),
    "accountant": _SEE | _documents(those=lambda kind: not moves_goods(kind)) | {"see_cost", "check", "period.close"},
    "steward": _SEE | _records(),
}

EVERYTHING = ROLES["administrator"]


def administrator(name: str = "admin") -> Actor:
    """Who works on a database where nobody was set up yet, and the command line."""
    return Actor(name, EVERYTHING, role="administrator")
