"""What partners owe us and we owe them."""

from sqlalchemy import case, func, select

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Account, Field, FieldType
from jxc_desktop.i18n import N_, tr
from jxc_desktop.models.base import Money
from jxc_desktop.models.documents import document
from jxc_desktop.models.records import partner
from jxc_desktop.models.stock import partner_balance, partner_entry
from jxc_desktop.services.queries.lists import ListColumn
from jxc_desktop.services.reports.frame import PERIOD, Ask, Body, ReportInfo, Row
from jxc_desktop.values import ZERO

_e, _d = partner_entry.c, document.c
CUSTOMER = Field("customer_id", N_("Customer"), FieldType.CUSTOMER)
SUPPLIER = Field("supplier_id", N_("Supplier"), FieldType.SUPPLIER)
ROLE = Field("role", N_("Show"), FieldType.CHOICE, required=True, default="all", choices=(
    ("all", N_("All partners")), ("customer", N_("Customers")), ("supplier", N_("Suppliers"))))


def balances(ask: Ask) -> Body:
    """Every partner with a balance, or a credit limit that counts."""
    b = partner_balance.c
    owed: dict[int, dict[str, object]] = {}
    for r in ask.rows(select(b.partner_id, b.account, b.amount)):
        owed.setdefault(r.partner_id, {})[r.account] = r.amount
    role = ask.given["role"]
    rows = []
    for r in ask.rows(select(partner).order_by(partner.c.code)):
        mine = owed.get(r.id, {})
        if not any(mine.values()) or (role != "all" and not getattr(r, str(role))):
            continue
        receivable, payable = mine.get(Account.RECEIVABLE, ZERO), mine.get(Account.PAYABLE, ZERO)
        rest = r.credit_limit - receivable if r.credit_limit else None
        rows.append({"code": r.code, "name": r.name, "contact": r.contact, "phone": r.phone, "receivable": receivable,
                     "payable": payable, "credit_limit": r.credit_limit, "rest": rest,
                     "link": f"report/partner_statement?{'customer' if r.customer else 'supplier'}_id={r.id}"})
    return (ListColumn("code", N_("Code"), width=100), ListColumn("name", N_("Name"), width=220),
            ListColumn("contact", N_("Contact"), width=90), ListColumn("phone", N_("Phone"), width=120),
            ListColumn("receivable", N_("Owed to us"), "money", 116, sum=True),
            ListColumn("payable", N_("Owed by us"), "money", 116, sum=True),
            ListColumn("credit_limit", N_("Credit limit"), "money", 110),
            ListColumn("rest", N_("Credit left"), "money", 110)), rows


def statement(ask: Ask) -> Body:
    """The entries of one partner with the balance after each; above zero the partner owes us."""
    columns = (ListColumn("date", N_("Date"), "date", 100), ListColumn("number", N_("Number"), width=170),
               ListColumn("kind", N_("Type"), "chip", 110, choices=tuple((k.key, k.title) for k in document_types.ALL)),
               ListColumn("more", N_("More owed to us"), "money", 116, sum=True),
               ListColumn("less", N_("Less owed to us"), "money", 116, sum=True),
               ListColumn("balance", N_("Balance"), "money", 120), ListColumn("remark", N_("Remark"), width=180))
    partner_id = ask.given.get("customer_id") or ask.given.get("supplier_id")
    if partner_id is None:
        return columns, []
    signed = case((_e.account == Account.RECEIVABLE, _e.amount), else_=-_e.amount)
    mine = _e.partner_id == partner_id
    balance = ask.connection.scalar(select(func.sum(signed, type_=Money)).where(mine, _e.date < ask.first)) or ZERO
    rows: list[Row] = [{"date": ask.first, "number": tr("Opening balance"), "balance": balance}]
    amount = func.sum(signed, type_=Money).label("amount")
    for r in ask.rows(select(_e.date, _d.id, _d.number, _d.kind, _d.remark, amount).join_from(
            partner_entry, document, _d.id == _e.document_id).where(
            mine, _e.date >= ask.first, _e.date <= ask.last).group_by(
            _e.date, _d.id, _d.number, _d.kind, _d.remark).order_by(_e.date, _d.id)):
        if not r.amount:
            continue
        balance += r.amount
        rows.append({"date": r.date, "number": r.number, "kind": r.kind, "remark": r.remark, "balance": balance,
                     "more": r.amount if r.amount > 0 else None, "less": -r.amount if r.amount < 0 else None,
                     "link": f"document/{r.kind}/{r.id}"})
    return columns, rows


REPORTS = (
    ReportInfo("partner_balances", N_("Balances of partners"), (ROLE,), balances),
    ReportInfo("partner_statement", N_("Partner statement"), (CUSTOMER, SUPPLIER, *PERIOD), statement,
               N_("Choose a customer or a supplier")),
)
