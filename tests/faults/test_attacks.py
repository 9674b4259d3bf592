"""Formulas, SQL and people with a tool for the file: what is stored stays what it is, or shows."""

import csv
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from jxc_desktop import document_types
from jxc_desktop.errors import DatabaseError, UserError
from jxc_desktop.models import TABLES
from jxc_desktop.services import integrity, sealing, trail
from jxc_desktop.services.exchange import exporting, tables
from jxc_desktop.services.queries import ListQuery, Queries
from jxc_desktop.setup import ROOT
from jxc_desktop.ui.table_clipboard import _guarded
from tests.company import Company
from tests.faults.table import Table, runs
from tests.tampering import failed, sealed_books, unguarded, where

LIVE = ("=", "+", "-", "@", "\t", "\r")
FORMULAS = ("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "=1+1", "-2+3", "+cmd", "=HYPERLINK(\"http://x\")", "＝1+1",
            "'=1", "= 1", "−1", "%0A=1", "=\"a\"&\"b\"", ";=1", "|=1")


def test_c1_formulas_stay_text(company: Company, tmp_path: Path, table: Table) -> None:
    """In CSV, in a workbook and on the clipboard; numbers stay numbers and names come back as they were."""
    for number, name in enumerate(FORMULAS):
        company.item(code=f"F{number}", name=name, sale_price=Decimal(number))
    company.post("goods_receipt", (1, 5, 1))
    q, query, live = Queries(company.engine, company.commands.actor), ListQuery("record/item"), 0
    for suffix in ("csv", "xlsx"):
        file = tmp_path / f"items.{suffix}"
        exporting.export_list(q, query, q.list_columns(query.source), file)
        cells = {cell for row in tables.read(file).rows for cell in row}
        live += len(set(FORMULAS) - cells)
        live += live_in_csv(file) if suffix == "csv" else live_in_workbook(file)
    live += sum(_guarded(name).startswith(LIVE) for name in FORMULAS)
    table.row("C1 formulas in names", company.engine.dialect.name, len(FORMULAS) * 3, live, f"{live} cells live")
    assert not live


def live_in_csv(file: Path) -> int:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return sum(cell.startswith(LIVE) and not is_number(cell) for row in csv.reader(lines) for cell in row)


def is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


def live_in_workbook(file: Path) -> int:
    import openpyxl

    return sum(cell.data_type == "f" for row in openpyxl.load_workbook(file).active.iter_rows() for cell in row)


# --- SQL -----------------------------------------------------------------------------------------------------

STEMS = ("'", "''", '"', "';--", "' OR '1'='1", "\" OR \"\"=\"", "'; DROP TABLE item;--", "') OR ('1'='1",
         "' UNION SELECT NULL--", "1; SELECT pg_sleep(5)--", "' AND 1=CAST((SELECT version()) AS int)--", "%",
         "_", "\\", "%' ESCAPE '", "\x00", "*", "?", ":x", "%s", "%(x)s", "${jndi:x}", "/*", "*/", "0x27", "char(39)",
         "\ud800")
SOURCES = (*(f"document/{k.key}" for k in document_types.ALL), *(f"record/{r.key}" for r in document_types.RECORDS),
           "stock", "moves", "alerts", "audit")


def strings() -> list[str]:
    """Stems alone, behind a word and doubled, and longer ones."""
    return [s for stem in STEMS for s in (stem, f"x{stem}", f"{stem} {stem}", stem * 40)][:runs(54, 500)]


def test_c2_sql_in_every_field(company: Company, table: Table) -> None:
    """Search, filter, sort and names: nothing is executed, nothing changes, no SQL shows in what is said."""
    company.post("goods_receipt", (company.item(), 5, 1))
    q, before, tried, failures = Queries(company.engine, company.commands.actor), company.counts(), 0, 0
    for number, text in enumerate(strings()):
        source = SOURCES[number % len(SOURCES)]
        attempts: list[Any] = [
            lambda s=source, t=text: q.list_page(ListQuery(s, text=t)), lambda s=source, t=text: q.list_sums(
                ListQuery(s, text=t)),
            lambda s=source, t=text: q.list_page(ListQuery(s, sort=t)), lambda t=text: q.find_items(t),
            lambda s=source, t=text: q.list_page(ListQuery(s, filters={"status": t})),
            lambda t=text: q.find("partner", t), lambda t=text: q.find("item", t)]
        tried += len(attempts)
        failures += sum(map(harmful, attempts))
    failures += company.counts() != before
    named = [text for text in strings() if "\x00" not in text and "\ud800" not in text and len(text) < 60]
    for text in named:
        company.record("category", name=f"类{text}")
    found = {r.name for r in company.rows(select(TABLES["category"].c.name))}
    lost = [text for text in named if f"类{text}".strip() not in found]
    failures += len(lost)
    table.row("C2 SQL in every field", company.engine.dialect.name, tried + len(named), failures, "rows unchanged")
    assert not failures


def harmful(attempt: Any) -> bool:
    """Whether it ends other than with rows or with a refusal of our own."""
    try:
        attempt()
    except UserError as error:
        return isinstance(error, DatabaseError)
    except (DBAPIError, ValueError, LookupError, AttributeError, TypeError) as error:
        print(f"{attempt.__defaults__}: {error!r}")
        return True
    return False


def test_c2_no_sql_is_put_together_from_text(table: Table) -> None:
    done = subprocess.run([sys.executable, "-m", "ruff", "check", "--isolated", "--select", "S608", "--quiet",
                           str(ROOT / "jxc_desktop")], capture_output=True, text=True)
    table.row("C2 SQL made from text", "source", 1, int(done.returncode != 0), "none (S608)")
    assert done.returncode == 0, done.stdout


# --- a clerk with a tool for the file --------------------------------------------------------------------------


def test_c6_the_file_is_changed_behind_the_program(company: Company, table: Table) -> None:
    """An amount, a row, two rows, the tail; and a whole new chain, which only what was kept outside shows."""
    url = company.url
    with sealed_books(url) as books:
        with books.engine.connect() as connection:
            kept = sealing.heads(connection)
        move = TABLES["stock_move"]
        rows = books.rows(select(move).order_by(move.c.id))
        middle, other, last = rows[len(rows) // 2], rows[len(rows) // 2 + 1], rows[-1]
        swapped = {c.name: other._mapping[c.name] for c in move.c if c.name != "id"}
        attacks: dict[str, list[Any]] = {
            "one amount": [update(move).where(move.c.id == middle.id).values(value=middle.value + 1)],
            "a row deleted": [delete(move).where(move.c.id == middle.id)],
            "two swapped": [update(move).where(move.c.id == middle.id).values(**swapped)],
            "the tail cut": [delete(move).where(move.c.id == last.id)]}
        detected = [name for name, statements in attacks.items() if shows(books, statements)]
        detected += ["a new chain"] if new_chain_shows(books, kept) else []
    table.row("C6 the file changed behind the program", company.engine.dialect.name, 5, 5 - len(detected),
              f"detected {len(detected)} of 5")
    assert len(detected) == 5, detected


def shows(books: Company, statements: list[Any]) -> bool:
    """Whether the check names it; then everything is put back."""
    move = TABLES["stock_move"]
    before = [dict(row._mapping) for row in books.rows(select(move))]
    with unguarded(books) as connection:
        for statement in statements:
            connection.execute(statement)
    found = bool(failed(books))
    with unguarded(books) as connection:
        connection.execute(delete(move))
        connection.execute(insert(move), before)
    return found


def new_chain_shows(books: Company, kept: Any) -> bool:
    """Somebody changes a remark's worth of a row and makes all digests and seals anew."""
    audit = TABLES["audit_entry"]
    entry = books.rows(select(audit).order_by(audit.c.id))[3]
    changed = {**entry._mapping, "actor": "somebody else"}
    with unguarded(books) as connection:
        connection.execute(update(audit).where(audit.c.id == entry.id).values(
            actor="somebody else", digest=trail.digest(changed)))
        connection.execute(delete(TABLES["seal"]))
    books.run(sealing.seal)
    return "seal of audit_entry" in where(failed(books, kept=kept), integrity.KEPT_OUTSIDE)
