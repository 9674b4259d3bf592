"""Numbers as nobody should write them: exact, or refused; by the keyboard, from a file and from a program."""

from decimal import Decimal, InvalidOperation

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Field
from jxc_desktop.errors import InvalidDraft
from jxc_desktop.services.exchange import importing, mapping
from jxc_desktop.services.exchange.importing import Options
from jxc_desktop.services.exchange.tables import RawTable
from jxc_desktop.services.queries import Queries
from jxc_desktop.ui import typed
from jxc_desktop.ui.typed import Misread
from tests.company import Company, line
from tests.faults.table import Table

# what is written: what it must be, or None where it must be refused
CASES: dict[str, str | None] = {
    "1e309": None, "NaN": None, "inf": None, "-Infinity": None, "1e3": None, "٣": None, "1.234,56": None,
    "1" * 40: None, "12a": None, "0x10": None, "1..2": None, "１２３．４５": "123.45", "1,234.56": "1234.56",
    "0.3": "0.3", "0.00001": None, "7.": "7", ".5": "0.5", "１，０００": "1000", "99,99": None,
    "1000000000000000.01": None}
MAYBE = {"¥1 200": "1200", "--5": "5"}  # may be refused, or understood: a file's currency, a sum in a field
DELIVERY = document_types.BY_KEY["delivery_note"]


def test_b7_numbers_are_exact_or_refused(company: Company, table: Table) -> None:
    item = company.item(code="N1", name="数")
    company.post("opening_stock", (item, 10**6, 1))
    field = DELIVERY.column("quantity")
    assert field is not None
    wrong: list[str] = []
    for written, expected in (CASES | MAYBE).items():
        due = None if expected is None else Decimal(expected)
        doors = {"typed": by_keyboard(field, written), "file": from_file(company, written),
                 "program": from_program(company, item, written) if due is None or written.isascii() else due}
        wrong += [f"{door} {written!r}: {got}" for door, got in doors.items()
                  if got != due and not (written in MAYBE and got is None)]
    table.row("B7 numbers", company.engine.dialect.name, len(CASES | MAYBE) * 3, len(wrong),
              "exact or refused at three doors")
    assert not wrong
    q = {r[0] for r in company.rows(document_quantity())}
    assert all(each is None or each.is_finite() for each in q)


def document_quantity() -> object:
    from sqlalchemy import select

    from jxc_desktop.models import TABLES

    return select(TABLES["document_line"].c.quantity)


def by_keyboard(field: Field, written: str) -> Decimal | None:
    try:
        found: Decimal | None = typed.read(field, written)
    except Misread:
        return None
    return found


def from_file(company: Company, written: str) -> Decimal | None:
    """What an import would save of it; None where the row is refused."""
    raw = RawTable(("客户", "仓库", "商品", "数量"), (("华联超市", "主仓", "N1", written),), (2,), header_row=1)
    columns = {k: c for k, (c, _) in mapping.suggest(
        raw.headers, importing.targets("delivery_note"), raw.rows).items()}
    plan = Queries(company.engine, company.commands.actor).import_plan("delivery_note", raw, columns, Options())
    [row] = plan.rows
    if row.problems:
        return None
    company.run(importing.carry_out, plan)
    return Decimal(company.rows(document_quantity())[-1][0])


def from_program(company: Company, item: int, written: str) -> Decimal | None:
    """What a save makes of the nearest Decimal there is."""
    try:
        given = Decimal(written.replace(",", ""))
    except InvalidOperation:
        return None
    if written in ("1e3", "٣", "99,99"):
        return None  # as Decimals they are plain numbers
    try:
        saved = company.save(company.draft("delivery_note", line(item, 1, 9) | {"quantity": given}))
    except InvalidDraft:
        return None
    return Decimal(company.read(saved.id).lines[0]["quantity"])
