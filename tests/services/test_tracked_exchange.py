"""Lots, serial numbers and packs in files and on paper: what goes out comes back in."""

import csv
import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from jxc_desktop import document_types
from jxc_desktop.errors import InvalidDraft
from jxc_desktop.i18n import tr
from jxc_desktop.services import access, documents, printing, records
from jxc_desktop.services.exchange import exporting, importing, mapping, messages, tables
from jxc_desktop.services.exchange.counts import export_differences
from jxc_desktop.services.printing.counts import Part, sheet_of
from jxc_desktop.services.printing.documents import sheets
from jxc_desktop.services.printing.sheet import DETAILS
from jxc_desktop.services.queries import ListQuery, Queries
from jxc_desktop.services.unit_of_work import Actor
from tests.company import Company, day, line

EXPIRES = dt.date(2030, 5, 1)


@pytest.fixture
def tracked(company: Company) -> Company:
    company.settings(use_lots=True, use_serials=True)
    company.milk = company.item(name="鲜牛奶", unit_id=company.piece, tracking="lot", shelf_life_days=30)  # type: ignore[attr-defined]
    company.phone = company.item(name="对讲机", unit_id=company.piece, tracking="serial")  # type: ignore[attr-defined]
    return company


def receipt(c: Any) -> Any:
    return c.post("goods_receipt", line(c.milk, 24, 4, lot="007", production_date=day(-5), expiry_date=EXPIRES),
                  line(c.milk, 6, 4, lot="1E5"), line(c.phone, 3, 200, serials="SN1\nSN2\n00123"))


def queries(c: Company, actor: Actor | None = None) -> Queries:
    return Queries(c.engine, actor or c.commands.actor)


def load(c: Company, kind: str, file: Path, **constants: Any) -> list[int]:
    raw = tables.read(file)
    columns = {k: at for k, (at, _) in mapping.suggest(raw.headers, importing.targets(kind), raw.rows).items()}
    plan = queries(c).import_plan(kind, raw, columns, importing.Options(constants=constants))
    assert [(row.number, row.problems) for row in plan.rows if row.problems] == []
    return list(c.run(importing.carry_out, plan).value["ids"])


def lines(c: Company, document_id: int, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(one[name] for name in names) for one in c.read(document_id).lines]


# --- documents --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_receipt_goes_out_and_comes_back(tracked: Any, tmp_path: Path, suffix: str) -> None:
    saved = receipt(tracked)
    names = ("item_id", "unit_id", "quantity", "price", "lot", "production_date", "expiry_date", "serials")
    before = lines(tracked, saved.id, *names)
    file = tmp_path / f"receipt.{suffix}"
    exporting.export_document(queries(tracked), saved.id, file)
    tracked.void(saved)
    [again] = load(tracked, "goods_receipt", file, partner_id="宏达五金", warehouse_id="主仓", date=day(0))
    after = lines(tracked, again, *names)
    assert [row[:-1] for row in after] == [row[:-1] for row in before]
    assert after[2][-1].replace(" ", "").split(",") == before[2][-1].split("\n") == ["SN1", "SN2", "00123"]
    assert {f.code: f.on_hand for f in queries(tracked).lots(tracked.milk)} == {"007": 24, "1E5": 6}
    assert {f.code for f in queries(tracked).lots(tracked.phone)} == {"SN1", "SN2", "00123"}


def test_roles_reasons_and_counters_come_back(tracked: Any, tmp_path: Path) -> None:
    receipt(tracked)
    basket = tracked.item(name="礼盒", unit_id=tracked.piece)
    made = tracked.post("assembly", line(tracked.milk, 2, role="use", lot="007"), line(basket, 1, role="make"),
                        fee=D(3))
    count = tracked.post("stock_count", line(tracked.milk, 20, lot="007", reason="damaged", counter="王晓敏"),
                         line(tracked.phone, 2, serials="SN1\nSN2", reason="lost"))
    for saved, kind, names in ((made, "assembly", ("role", "item_id", "quantity", "lot")), (
            count, "stock_count", ("item_id", "quantity", "lot", "reason", "counter", "serials"))):
        before = lines(tracked, saved.id, *names)
        exporting.export_document(queries(tracked), saved.id, tmp_path / "x.xlsx")
        said = {cell for row in tables.read(tmp_path / "x.xlsx").rows for cell in row}
        assert ({tr("Used"), tr("Made")} if kind == "assembly" else {tr("Damaged"), tr("Lost")}) <= said
        tracked.void(saved)
        [again] = load(tracked, kind, tmp_path / "x.xlsx", warehouse_id="主仓", date=day(1))
        assert [tuple(str(v).replace(", ", "\n") for v in row) for row in lines(tracked, again, *names)] == [
            tuple(str(v) for v in row) for row in before]


def test_what_is_not_used_is_not_written(tracked: Any, tmp_path: Path) -> None:
    saved = receipt(tracked)
    tracked.settings(use_lots=False, use_serials=False)
    exporting.export_document(queries(tracked), saved.id, tmp_path / "x.xlsx")
    written = tables.read(tmp_path / "x.xlsx")
    text = str([list(row) for row in written.rows]) + str(written.headers)
    assert "007" not in text and "批号" not in text and "SN1" not in text
    [sheet] = sheets(queries(tracked), [saved.id])
    assert [row[DETAILS] for row in sheet.rows] == [(), (), ()]
    keys = {t.key for t in importing.targets("goods_receipt", queries(tracked).features)}
    assert not keys & {"line.lot", "line.serials", "line.expiry_date"} and "line.quantity" in keys
    everything = {t.key for t in importing.targets("goods_receipt")}  # a program that sends them is understood
    assert {"line.lot", "line.serials", "line.expiry_date", "line.production_date"} <= everything


@pytest.mark.parametrize("kind", [k for k in document_types.ALL if k.column("lot")], ids=lambda k: k.key)
def test_every_type_with_lots_takes_them_from_a_file(kind: Any) -> None:
    keys = {t.key: t for t in importing.targets(kind.key)}
    assert "批号" in keys["line.lot"].synonyms and "line.book" not in keys
    for name in ("serials", "role", "reason", "counter", "expiry_date"):
        assert (f"line.{name}" in keys) == (kind.column(name) is not None)


def test_serial_numbers_of_an_other_program(tracked: Any) -> None:
    given = {"kind": "other_in", "header": {"warehouse": "主仓", "date": "2026-03-02"}, "lines": [
        {"item": "I002", "quantity": "2", "price": "9", "serials": "X1, X2"},
        {"item": "I001", "quantity": "5", "price": "4", "lot": "L1", "expiry_date": "2030-05-01"}]}
    [document] = messages.parse(json.dumps([given]))
    draft = queries(tracked).draft_of(document)
    saved = tracked.save(draft)
    assert {f.code for f in queries(tracked).lots(tracked.phone)} == {"X1", "X2"}
    assert lines(tracked, saved.id, "lot", "expiry_date")[1] == ("L1", EXPIRES)


# --- paper ------------------------------------------------------------------------------------------------


def pdf_text(data: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_lots_and_dates_stand_below_the_row(tracked: Any) -> None:
    receipt(tracked)
    note = tracked.post("delivery_note", line(tracked.milk, 2, 6, lot="007"), line(tracked.milk, 1, 6, lot="1E5"),
                        line(tracked.phone, 2, 300, serials="SN1, 00123"))
    [sheet] = sheets(queries(tracked), [note.id])
    assert [row[DETAILS] for row in sheet.rows] == [
        ("批号：007", "生产日期：2026-02-25", "有效期至：2030-05-01"), ("批号：1E5", "有效期至：2026-04-01"),
        ("序列号：SN1", "00123")]
    assert not {c.key for c in sheet.columns} & {"lot", "expiry_date", "serials"}
    for paper in printing.PAPERS.values():
        text = "".join(pdf_text(printing.render([sheet], paper)).split())
        for shown in ("批号：007", "有效期至：2030-05-01", "序列号：SN1", "00123", "本页小计"):
            assert shown in text, (paper.key, shown)


@pytest.mark.parametrize("paper", list(printing.PAPERS))
def test_two_hundred_numbers_are_all_printed(tracked: Any, paper: str) -> None:
    numbers = [f"86{n:013}" for n in range(200)]
    saved = tracked.post("goods_receipt", line(tracked.phone, 200, 10, serials="\n".join(numbers)),
                         line(tracked.milk, 1, 4, lot="A"))
    [sheet] = sheets(queries(tracked), [saved.id])
    pdf = printing.render([sheet], printing.PAPERS[paper], printing.PrintOptions(copies=(sheet.copies[0],)))
    text = pdf_text(pdf)
    assert [n for n in numbers if n not in text] == [] and "…" not in text
    assert "批号：A" in text and text.count("2,000.00") >= 1
    assert printing.page_count(pdf) <= (12 if paper == "241x93" else 6)


def test_the_columns_fit_as_before(tracked: Any) -> None:
    """What stands below a row takes no room from its cells."""
    from jxc_desktop.services.printing.layout import place

    receipt(tracked)
    note = tracked.post("delivery_note", line(tracked.milk, 2, 6, lot="007"))
    [with_lots] = sheets(queries(tracked), [note.id])
    tracked.settings(use_lots=False, use_serials=False)
    [without] = sheets(queries(tracked), [note.id])
    for paper in printing.PAPERS.values():
        one, other = place(with_lots, paper), place(without, paper)
        assert [c.width for c in one.columns] == [c.width for c in other.columns]
        assert one.pages[0][0].below and one.pages[0][0].slots <= other.pages[0][0].slots + 1


def test_differences_of_a_count_name_the_lots(tracked: Any, tmp_path: Path) -> None:
    receipt(tracked)
    count = tracked.post("stock_count", line(tracked.milk, 20, lot="007"), line(tracked.phone, 2, serials="SN1\nSN2"))
    export_differences(queries(tracked), count.id, tmp_path / "x.xlsx")
    written = tables.read(tmp_path / "x.xlsx")
    at = written.headers.index("批号/序列号")
    assert str(written.rows[0][at]).startswith("批号：007")
    blank = sheet_of(queries(tracked), count.id, Part.BLANK)
    text = "".join(pdf_text(printing.render([blank], printing.PAPERS["241x140"])).split())
    assert "批号：007" in text and "序列号：SN1" in text
    draft = tracked.draft("stock_count", {"item_id": tracked.milk, "lot": "007"},
                          {"item_id": tracked.phone, "serials": "SN1"}, blind=True)
    blind = sheet_of(queries(tracked), tracked.run(documents.park, draft).value.id, Part.BLANK)
    assert [len(row[DETAILS]) for row in blind.rows] == [3, 0]  # which lot, but not which numbers should be there


# --- items and their packs --------------------------------------------------------------------------------


def items_file(tmp_path: Path, rows: list[Mapping[str, Any]]) -> Path:
    file = tmp_path / "items.csv"
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def test_packs_come_in_from_numbered_columns(company: Company, tmp_path: Path) -> None:
    file = items_file(tmp_path, [
        {"编码": "A", "名称": "啤酒", "单位": "瓶", "辅助单位": "箱", "换算率": "12", "箱价": "33",
         "辅助单位条码": "6901", "辅助单位2": "提", "换算率2": "10", "换算分母2": "3"},
        {"编码": "B", "名称": "可乐", "单位": "瓶"}])
    beer, cola = load(company, "item", file)
    units = queries(company).items([beer, cola])
    assert [(u.name, u.factor, u.per, u.sale_price) for u in units[beer].units] == [
        ("瓶", 1, 1, None), ("箱", 12, 1, 33), ("提", 10, 3, None)]
    assert len(units[cola].units) == 1
    hit = queries(company).find_items("6901")[0]
    assert (hit.id, hit.unit_id, hit.exact_barcode) == (beer, units[beer].units[1].unit_id, True)
    before = company.counts()["audit_entry"]
    load(company, "item", file)
    assert company.counts()["audit_entry"] == before  # the same once more changes no item


def test_choices_as_other_programs_call_them(company: Company, tmp_path: Path) -> None:
    file = items_file(tmp_path, [
        {"编码": "A", "名称": "甲", "单位": "个", "批次管理": "是", "成本算法": "先进先出", "保质期": "180"},
        {"编码": "B", "名称": "乙", "单位": "个", "批次管理": "否", "成本算法": "加权平均"},
        {"编码": "C", "名称": "丙", "单位": "个", "批次管理": "序列号"}])
    found = [queries(company).open_record("item", made).values for made in load(company, "item", file)]
    assert [(v["tracking"], v["cost_method"], v["shelf_life_days"]) for v in found] == [
        ("lot", "fifo", 180), ("none", "moving_average", None), ("serial", "moving_average", None)]


@pytest.mark.parametrize(("pack", "factor", "said"), [
    ("箱", "", "换算"), ("", "12", "单位"), ("箱", "0", "大于"), ("箱", "-3", "大于"), ("瓶", "12", "")])
def test_faults_of_packs(company: Company, tmp_path: Path, pack: str, factor: str, said: str) -> None:
    raw = tables.read(items_file(tmp_path, [
        {"编码": "A", "名称": "啤酒", "单位": "瓶", "辅助单位": pack, "换算率": factor}]))
    columns = {k: at for k, (at, _) in mapping.suggest(raw.headers, importing.targets("item"), raw.rows).items()}
    plan = queries(company).import_plan("item", raw, columns)
    if said:
        assert plan.faulty == 1 and said in "".join(plan.rows[0].problems), plan.rows[0].problems
    else:
        with pytest.raises(InvalidDraft):
            company.run(importing.carry_out, plan)


def test_the_item_list_goes_out_and_comes_back(company: Company, tmp_path: Path) -> None:
    company.settings(use_lots=True, use_serials=True)
    pack = company.record("unit", name="提")
    made = company.record("item", {
        "item_unit": [{"unit_id": company.box, "factor": D(12), "sale_price": D(33), "purchase_price": D(20)},
                      {"unit_id": pack, "factor": D("0.33333333")}],
        "barcode": [{"code": "6901", "unit_id": company.box}]},
        code="A1", name="啤酒", unit_id=company.piece, tracking="lot", cost_method="fifo", shelf_life_days=90)
    q = queries(company)
    row = q.list_page(ListQuery("record/item")).rows[0]
    assert row["pack_units"] == "1箱=12, 1提=0.33333333"
    exporting.export_list(q, ListQuery("record/item"), q.list_columns("record/item"), tmp_path / "items.xlsx")
    raw = tables.read(tmp_path / "items.xlsx")
    assert {"辅助单位1", "换算率1", "辅助单位2", "换算率2", "辅助单位条码1"} <= set(raw.headers)
    draft = q.open_record("item", made)
    company.run(records.delete, "item", made, draft.version)
    [again] = load(company, "item", tmp_path / "items.xlsx")
    back = queries(company).open_record("item", again)
    for name in ("code", "name", "tracking", "cost_method", "shelf_life_days", "unit_id"):
        assert back.values[name] == draft.values[name], name
    bare = [[{k: v for k, v in row.items() if k != "id"} for row in d.children["item_unit"]] for d in (draft, back)]
    assert bare[0] == bare[1]
    assert [(r["code"], r["unit_id"]) for r in back.children["barcode"]] == [("6901", company.box)]
    blind = queries(company, Actor("clerk", access.EVERYTHING - {"see_cost"}))
    exporting.export_list(blind, ListQuery("record/item"), blind.list_columns("record/item"), tmp_path / "y.xlsx")
    hidden = tables.read(tmp_path / "y.xlsx")
    assert "辅助单位进价1" not in hidden.headers and 20 not in {c for r in hidden.rows for c in r}


# --- finding lots -----------------------------------------------------------------------------------------


def test_lots_by_their_code(tracked: Any) -> None:
    receipt(tracked)
    q = queries(tracked)
    [found] = q.find_lots("007", tracked.main)
    assert (found.item_id, found.code, found.expiry_date) == (tracked.milk, "007", EXPIRES)
    assert [f.item_id for f in q.find_lots("SN1")] == [tracked.phone] and q.find_lots("sn9") == []
    yogurt = tracked.item(tracking="lot")
    tracked.post("other_in", line(yogurt, 1, 1, lot="007"), warehouse_id=tracked.branch)
    assert [f.item_id for f in q.find_lots("007")] == [tracked.milk, yogurt]
    assert [f.item_id for f in q.find_lots("007", tracked.main)] == [tracked.milk]  # what lies here is meant
    tracked.post("delivery_note", line(tracked.milk, 24, 6, lot="007"))
    assert [f.item_id for f in q.find_lots("007", tracked.main)] == [tracked.milk, yogurt]  # nothing is here: any
    assert q.lot_dates({(tracked.milk, "007"), (tracked.milk, "none")}) == {
        (tracked.milk, "007"): (day(-5), EXPIRES)}
    assert q.lot_dates(()) == {}
