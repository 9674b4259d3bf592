"""Documents of every type as sheets: everything that belongs on the paper, and nothing that may not be seen."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest

from jxc_desktop import document_types, i18n
from jxc_desktop.errors import NotFound, PermissionDenied
from jxc_desktop.services import access, documents, printing
from jxc_desktop.services.printing import Kind, Sheet
from jxc_desktop.services.printing.documents import sheets
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Actor, Saved
from tests.company import Company, day, line, opened
from tests.examples import short, traded

BLIND = Actor("clerk", access.EVERYTHING - {"see_cost"})
KINDS = [k.key for k in document_types.ALL]


def sheet(c: Company, saved: Saved, actor: Actor | None = None) -> Sheet:
    [made] = sheets(Queries(c.engine, actor or c.commands.actor), [saved.id])
    return made


def post(c: Company, kind: str) -> Saved:
    item = c.item(name="螺丝", spec="M8")
    c.post("opening_stock", (item, 50, 2), date=day(-1))
    return short(c, document_types.BY_KEY[kind], item, remark="急")


def pdf_text(data: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


@pytest.mark.parametrize("language", list(i18n.LANGUAGES))
def test_every_type_on_paper(sqlite_url: str, language: str) -> None:
    with opened(sqlite_url) as company:
        made = {kind: post(company, kind) for kind in KINDS}
        i18n.use_language(language)
        try:
            for kind, saved in made.items():
                one = sheet(company, saved)
                declared = document_types.BY_KEY[kind]
                text = "".join(pdf_text(printing.render([one], printing.PAPERS["241x140"])).split())
                for shown in (str(saved.number), i18n.tr(declared.print_title or declared.title), "螺丝", "M8", "急",
                              "2026-03-02", *(["3.50"] if traded(declared) else []),
                              *(["7.00"] if declared.priced else [])):
                    assert "".join(shown.split()) in text, (kind, shown)
                assert one.title == i18n.tr(declared.print_title or declared.title)
        finally:
            i18n.use_language("zh_CN")


def test_sheets_say_what_the_documents_say(company: Company) -> None:
    for declared in document_types.ALL:
        saved = post(company, declared.key)
        made = sheet(company, saved)
        row, counted = made.rows[0], declared.column("quantity") is not None
        assert (row["name"], row["spec"]) == ("螺丝", "M8")
        assert not counted or (row["unit_id"], row["quantity"]) == ("公斤", 2)
        assert ("quantity" in made.totals) == counted and (made.totals.get("amount") == 7) == declared.priced
        assert made.amount_in_words == ("人民币柒元整" if declared.priced else "")
        assert made.number == saved.number == made.barcode and made.date == day(0) and not made.red
        types = {f.type for f in declared.header if f.required}
        assert made.partner == ("华联超市" if "customer" in types else "宏达五金" if "supplier" in types else "")
        assert made.head[-1] == ("备注", "急") and made.status_mark == "" and made.print_number == 1
        keys = {c.key for c in made.columns}
        assert "available" not in keys and {"index", "code", "name"} <= keys and ("quantity" in keys) == counted


def test_what_a_delivery_note_says(company: Company) -> None:
    item = company.record("item", code="A", name="可乐", unit_id=company.piece, children={
        "item_unit": [{"unit_id": company.box, "factor": D(24)}]})
    company.post("opening_stock", (item, 500, 1))
    company.settings(name="宏图商贸", phone="010-1", address="路 1 号", bank="工行\n6222", print_terms="三日内退换",
                     print_balance=True)
    note = company.post("delivery_note", line(item, 2, 60, unit_id=company.box, discount=D("0.05"), tax_rate=D("0.13"),
                                              remark="轻放"), line(item, 1, 3, gift=True, remark="样品"),
                        line(item, 3, "2.5"), discount_amount=D("1.50"), address="街 2 号", settlement="cash")
    made = sheet(company, note)
    assert (made.company.name, made.company.phone, made.company.bank) == ("宏图商贸", "010-1", ("工行", "6222"))
    assert made.terms == "三日内退换"
    assert [(r["unit_id"], r["quantity"], r["price"], r["discount"], r["amount"], r["remark"]) for r in made.rows] == [
        ("箱", 2, 60, D("0.95"), 114, "轻放"), ("个", 1, 0, None, 0, "赠品 样品"),
        ("个", 3, D("2.5"), None, D("7.5"), None)]
    assert made.totals == {"quantity": 6, "amount": D("121.5")}
    assert made.money_lines == (("整单优惠", D("1.50")), ("价税合计", 120), ("累计欠款", 120))
    assert made.amount_in_words == "人民币壹佰贰拾元整"
    assert ("结算方式", "现结") in made.head and ("送货地址", "街 2 号") in made.head
    company.run(documents.print_counted, [note.id])
    again = sheet(company, note)
    assert again.print_number == 2 and dict(again.signatures)[i18n.tr("Prepared by")] == company.commands.actor.name


@pytest.mark.parametrize("kind", ["other_in", "opening_stock"])
def test_costs_are_hidden(company: Company, kind: str) -> None:
    saved = post(company, kind)
    seen, blind = sheet(company, saved), sheet(company, saved, BLIND)
    assert {"price", "amount"} <= {c.key for c in seen.columns}
    assert not {c.key for c in blind.columns} & {"price", "amount"}
    assert all(c.kind not in (Kind.PRICE, Kind.MONEY) for c in blind.columns)
    assert blind.totals == {"quantity": 2} and blind.amount_in_words == "" and blind.money_lines == ()
    assert all("price" not in row and "amount" not in row for row in blind.rows)
    assert "7.00" not in pdf_text(printing.render([blind], printing.PAPERS["A4"]))


def test_marks(company: Company) -> None:
    item = company.item()
    company.post("opening_stock", (item, 50, 2))
    parked = company.run(documents.park, company.draft("delivery_note", {"item_id": None, "quantity": None})).value
    note, gone, taken = (company.post("delivery_note", (item, 2, 3)) for _ in range(3))
    red = company.reverse(note, date=day(1))
    company.void(gone)
    company.unpost(taken)
    found = sheets(Queries(company.engine, company.commands.actor), [parked.id, note.id, red.id, gone.id, taken.id])
    assert [(s.status_mark, s.red) for s in found] == [
        ("草稿", False), ("已红冲", False), ("红冲", True), ("已作废", False), ("草稿", False)]
    assert found[0].number == "草稿" and found[0].barcode == "" and found[0].amount_in_words == ""
    assert found[2].totals == {"quantity": -2, "amount": -6} and found[2].amount_in_words == "人民币负陆元整"
    assert [s.number for s in found[1:]] == [note.number, red.number, gone.number, taken.number]
    text = pdf_text(printing.render(found, printing.PAPERS["A5"]))
    assert "红冲" in text and "草稿" in text


def test_a_document_without_prices_yet(company: Company) -> None:
    saved = company.post("other_in", (company.item(), 5))
    made = sheet(company, saved)
    assert made.rows[0]["amount"] is None and made.totals["amount"] == 0
    assert printing.render([made], printing.PAPERS["A4"]).startswith(b"%PDF")


def test_rights_and_unknown_documents(company: Company) -> None:
    saved = post(company, "delivery_note")
    for right in ("see", "print"):
        with pytest.raises(PermissionDenied):
            sheet(company, saved, Actor("x", access.EVERYTHING - {f"delivery_note.{right}"}))
    with pytest.raises(NotFound):
        sheets(Queries(company.engine, company.commands.actor), [10**6])
    assert sheets(Queries(company.engine, company.commands.actor), []) == []


def test_many_in_the_order_asked_for(company: Company) -> None:
    item = company.item()
    made = [company.post("purchase_order", (item, n, 1)) for n in (1, 2, 3)]
    wanted: list[Any] = [made[2], made[0], made[1]]
    found = sheets(Queries(company.engine, company.commands.actor), [s.id for s in wanted])
    assert [s.number for s in found] == [s.number for s in wanted]
    assert all(isinstance(s.printed_at, dt.datetime) for s in found)
