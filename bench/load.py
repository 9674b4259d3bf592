"""All invoice lines of a real wholesaler, saved document by document as a clerk's program does; then the books are
compared with the stock that is known, and checked.
"""

import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from bench import retail
from bench.company import FIRST_DAY, Company
from bench.databases import Lab, Place
from bench.measure import MS, Figure, Target, Took, timed
from bench.retail import Invoice, Wholesaler
from jxc_desktop.document_types.schema import Draft
from jxc_desktop.services import integrity

OPENING_LINES = 500
MARGIN = Decimal("0.6")  # what opening stock cost, of the first price
MINUTES, RATE, NONE = Target(20, 1.4), Target(13.7, 200, least=True), Target(0, 0)


def run(lab: Lab) -> list[Figure]:
    try:
        data = retail.read()
    except retail.NoData as error:
        lab.notes.append(str(error))
        return []
    return [figure for place in lab.places for figure in _measured(place, data)]


def _measured(place: Place, data: Wholesaler) -> list[Figure]:
    begin = time.monotonic()
    with place.fresh() as address:
        company = Company(address)
        times = _save(company, data, *_found(company, data))
        minutes = (time.monotonic() - begin) / 60
        wrong = _wrong_stock(company, data)
        checking = time.monotonic()
        broken = [r.check for r in integrity.check(company.engine) if not r.passed]
        checked = time.monotonic() - checking
        company.close()
    return [
        Figure(f"load of {data.lines:,} invoice lines with master data", [minutes], "min", target=MINUTES,
               database=place.name, note=f"{len(times):,} documents"),
        Figure("… documents", [len(times) * MS / sum(took.wall for took in times)], "/s", target=RATE,
               database=place.name),
        *_tenths(place.name, data.invoices, times),
        Figure("… a document", [took.wall for took in times], database=place.name),
        Figure(f"… of {len(data.expected):,} products with another stock than expected", [len(wrong)], "",
               target=NONE, database=place.name, note=", ".join(wrong[:5])),
        Figure("… broken invariants", [len(broken)], "", target=NONE, database=place.name,
               note=", ".join(broken) or f"checked in {checked:.0f} s")]


def _tenths(name: str, invoices: Sequence[Invoice], times: Sequence[Took]) -> list[Figure]:
    """The last tenth of the documents against the first; they differ in lines, so CPU is by line."""
    tenth = max(len(times) // 10, 1)
    first, last = times[:tenth], times[-tenth:]
    lines = [sum(len(invoice.lines) for invoice in part) for part in (invoices[-tenth:], invoices[:tenth])]
    rates = [tenth * MS / sum(took.wall for took in part) for part in (last, first)]
    cpus = [sum(took.cpu for took in part) / count for part, count in zip((last, first), lines, strict=True)]
    return [Figure("… documents, last ÷ first tenth", rates[:1], "/s", baseline=rates[1:], database=name),
            Figure("… CPU of a line, last ÷ first tenth", cpus[:1], baseline=cpus[1:], database=name,
                   note="" if name == "sqlite" else "without the server's")]


def _found(company: Company, data: Wholesaler) -> tuple[dict[str, int], dict[str, int]]:
    """Records and opening stock; ids of items by code and of partners by customer."""
    unit = company.record("unit", name="pc", decimals=0)
    company.record("warehouse", code="W", name="Warehouse")
    customers = {name: company.record("partner", code=name, name=f"Customer {name}") for name in data.customers}
    items = {code: company.record("item", code=code, name=data.names[code], unit_id=unit) for code in data.expected}
    opening = [(code, stock) for code, (stock, _) in data.expected.items() if stock]
    for start in range(0, len(opening), OPENING_LINES):
        draft = company.draft("opening_stock", [], FIRST_DAY.replace(year=2010))
        draft.lines = [{"item_id": items[code], "quantity": stock, "price": _cost(data, code)}
                       for code, stock in opening[start:start + OPENING_LINES]]
        company.post(draft)
    return items, customers


def _cost(data: Wholesaler, code: str) -> Decimal:
    return data.prices.get(code, Decimal(1)) * MARGIN


def _save(company: Company, data: Wholesaler, items: dict[str, int], customers: dict[str, int]) -> list[Took]:
    """How long each document took, in order."""
    times = []
    for number, invoice in enumerate(data.invoices, start=1):
        draft = _draft(company, data, invoice, items)
        draft.header |= retail.header(invoice, customers)
        times.append(timed(partial(company.post, draft, f"{invoice.number} {invoice.kind}")))
        if sys.stderr.isatty() and not number % 100:
            print(f"\r{number:,} of {len(data.invoices):,}", end="", file=sys.stderr, flush=True)
    return times


def _draft(company: Company, data: Wholesaler, invoice: Invoice, items: dict[str, int]) -> Draft:
    draft = company.draft(invoice.kind, [], invoice.moment.date())
    for line in invoice.lines:
        price = {"other_in": _cost(data, line.code), "other_out": None}.get(invoice.kind, line.price)
        draft.lines.append({"item_id": items[line.code], "quantity": line.quantity, "price": price})
    return draft


def _wrong_stock(company: Company, data: Wholesaler) -> list[str]:
    """Codes whose stock is not what it must be, with both figures."""
    with company.engine.connect() as connection:
        there = {row[0]: Decimal(row[1]) / 10_000 for row in connection.exec_driver_sql(
            "SELECT item.code, coalesce(sum(on_hand), 0) FROM item LEFT JOIN stock_balance ON item_id = item.id"
            " GROUP BY item.code")}
    return [f"{code}: {there.get(code)} for {closing}" for code, (_, closing) in data.expected.items()
            if there.get(code) != closing]
