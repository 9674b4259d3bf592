"""Importing records and documents: every row is saved as meant, or refused with all its reasons, or nothing is."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop.errors import InvalidDraft, NeedsConfirmation, NotFound, PermissionDenied
from jxc_desktop.models import TABLES
from jxc_desktop.services import access
from jxc_desktop.services.exchange import exporting, importing, mapping, tables
from jxc_desktop.services.exchange.importing import ImportPlan, Options, UserErrorInRow
from jxc_desktop.services.exchange.tables import RawTable
from jxc_desktop.services.queries import ListQuery, Queries
from tests.company import DAY, Company, day, line

COUNTED = ("item", "unit", "category", "partner", "barcode", "document", "document_line", "stock_move", "partner_entry",
           "audit_entry")


def table(headers: str, *rows: tuple[Any, ...]) -> RawTable:
    """A table as it is read from a file: headings in row 1, numbers as Decimal."""
    cells = tuple(tuple(D(c) if isinstance(c, int | float) and not isinstance(c, bool) else c for c in row)
                  for row in rows)
    return RawTable(tuple(headers.split()), cells, tuple(range(2, len(rows) + 2)), header_row=1)


def columns_of(kind: str, raw: RawTable) -> dict[str, int]:
    return {k: c for k, (c, _) in mapping.suggest(raw.headers, importing.targets(kind), raw.rows).items()}


def plan(c: Company, kind: str, raw: RawTable, columns: dict[str, int] | None = None, **options: Any) -> ImportPlan:
    queries = Queries(c.engine, c.commands.actor)
    chosen = columns_of(kind, raw) if columns is None else columns
    constants = options.get("constants", {})
    made = queries.import_plan(kind, raw, {k: v for k, v in chosen.items() if k not in constants}, Options(**options))
    assert isinstance(made, ImportPlan)
    return made


def carry_out(c: Company, made: ImportPlan, **options: Any) -> dict[str, Any]:
    return c.run(importing.carry_out, made, **options).value  # type: ignore[no-any-return]


def bring(c: Company, kind: str, raw: RawTable, **options: Any) -> dict[str, Any]:
    made = plan(c, kind, raw, **options)
    assert [r.problems for r in made.rows if r.problems] == []
    return carry_out(c, made)


def counts(c: Company) -> dict[str, int]:
    return {name: n for name, n in c.counts().items() if name in COUNTED}


def problems(made: ImportPlan) -> dict[int, str]:
    return {r.number: "; ".join(r.problems) for r in made.rows if r.problems}


def records(c: Company, kind: str) -> dict[str, Any]:
    t = TABLES[kind]
    return {getattr(r, "code", None) or r.name: r for r in c.rows(select(t))}


# --- items and partners -----------------------------------------------------------------------------------

ITEMS = table("编码 名称 规格 单位 分类 售价 进价 税率 最低库存 条码 启用",
              ("007", "螺丝", "M8", "个", "五金", "1.5", 1, "13%", 100, "6901", "是"),
              ("Ａ1", "胶带", None, "卷", "耗材", 3, None, None, None, None, None),
              ("A1", "=cmd|' /C calc'!A0", None, "卷", "五金", 3, None, D("0.09"), None, "6902", "否"))


def test_items_with_new_units_and_categories(company: Company) -> None:
    made = plan(company, "item", ITEMS)
    assert (made.created, made.updated, made.faulty) == (3, 0, 0)
    assert any("卷" in w for w in made.warnings) and any("五金, 耗材" in w for w in made.warnings)
    assert any("A1" in w and "Ａ1" in w for w in made.warnings)  # alike, and yet two
    assert counts(company)["item"] == 0
    done = carry_out(company, made)
    assert (done["created"], done["left_out"], len(done["ids"])) == (3, 0, 3)
    items, units = records(company, "item"), records(company, "unit")
    screw, tape, live = items["007"], items["Ａ1"], items["A1"]
    assert (screw.name, screw.spec, screw.unit_id, screw.sale_price, screw.purchase_price, screw.tax_rate,
            screw.reorder_point, screw.active) == ("螺丝", "M8", company.piece, D("1.5"), 1, D("0.13"), 100, True)
    assert (tape.unit_id, tape.tax_rate, tape.active) == (units["卷"].id, D("0.13"), True)  # the usual rate
    assert (live.name, live.tax_rate, live.active) == ("=cmd|' /C calc'!A0", D("0.09"), False)
    assert {b.code: b.item_id for b in company.rows(select(TABLES["barcode"]))} == {"6901": screw.id, "6902": live.id}
    assert units["卷"].decimals == 0 and len(records(company, "category")) == 2
    queries = Queries(company.engine, company.commands.actor)
    assert [h.id for h in queries.find_items("jd")] == [tape.id]


def test_known_codes_change_their_records(company: Company) -> None:
    bring(company, "item", ITEMS)
    before = counts(company)
    raw = table("编码 名称 售价 条码", ("007", "螺丝钉", 2, "6909"), ("B2", "新品", 5, None))
    made = plan(company, "item", raw)
    assert problems(made).keys() == {3}  # a new item lacks its unit
    raw = table("编码 名称 售价 条码 单位", ("007", "螺丝钉", 2, "6909", None), ("B2", "新品", 5, None, "个"))
    made = plan(company, "item", raw)
    assert [r.action for r in made.rows] == ["update", "new"]
    carry_out(company, made)
    screw = records(company, "item")["007"]
    assert (screw.name, screw.sale_price, screw.spec, screw.reorder_point) == ("螺丝钉", 2, "M8", 100)
    codes = sorted(b.code for b in company.rows(select(TABLES["barcode"])) if b.item_id == screw.id)
    assert codes == ["6901", "6909"]
    assert counts(company)["item"] == before["item"] + 1
    trail = counts(company)["audit_entry"]
    assert plan(company, "item", raw).updated == 2
    bring(company, "item", raw)
    assert counts(company)["audit_entry"] == trail  # nothing changed, nothing noted


def test_a_code_is_only_a_code(company: Company) -> None:
    """What another item is called, or its barcode, does not make a row a change of that item."""
    bring(company, "item", ITEMS)
    made = plan(company, "item", table("编码 名称 单位", ("螺丝", "甲", "个"), ("6901", "乙", "个"),
                                       ("a1", "丙", "个")))
    assert [r.action for r in made.rows] == ["new"] * 3
    carry_out(company, made)
    assert records(company, "item")["007"].name == "螺丝" and len(records(company, "item")) == 6


def test_records_that_exist_can_be_faults(company: Company) -> None:
    bring(company, "item", ITEMS)
    made = plan(company, "item", table("编码 名称 单位", ("007", "x", "个")), update=False)
    assert problems(made) == {2: "007 已被使用"}


def test_every_fault_of_every_row(company: Company) -> None:
    bring(company, "item", ITEMS)
    made = plan(company, "item", table(
        "编码 名称 单位 售价 税率 最低库存 条码 启用",
        ("X1", None, "个", "many", 1, -1, None, "maybe"),
        ("X2", "a", "个", "1e3", "101%", "NaN", "6901", None),
        ("X3", "b", None, None, None, None, "77", None),
        ("X3", "c", "个", None, None, None, "77", None),
        ("X" * 41, "n" * 121, "个", "0.123456789", None, None, None, None),
        (None, "d", "个", None, None, None, None, None),
        ("X7", "sound", "个", None, None, None, None, None)), {
        k: i for i, k in enumerate(("code", "name", "unit_id", "sale_price", "tax_rate", "reorder_point", "barcode",
                                    "active"))})
    said = problems(made)
    assert said.keys() == {2, 3, 4, 5, 6, 7} and made.created == 1
    for text in ("名称", "many", "税率", "最低库存", "启用"):
        assert text in said[2]
    for text in ("1e3", "税率", "NaN", "6901"):
        assert text in said[3]
    assert "基本单位" in said[4]
    assert "与第 4 行" in said[5] and "条码" in said[5]
    for text in ("40", "120", "0.123456789"):
        assert text in said[6]
    assert "编码" in said[7]
    assert all("{" not in text for text in said.values())


def test_faulty_rows_can_be_left_out(company: Company) -> None:
    made = plan(company, "item", table("编码 名称 单位", ("1", "a", "个"), ("2", None, "个"), ("3", "c", "个")))
    done = carry_out(company, made)
    assert (done["created"], done["left_out"]) == (2, 1)
    assert set(records(company, "item")) == {"1", "3"}


def test_what_the_services_refuse_takes_all_rows_back(company: Company) -> None:
    """Here a unit whose name is too long, which only shows when it is made."""
    made = plan(company, "item", table("编码 名称 单位", ("1", "a", "个"), ("2", "b", "长" * 21),
                                       ("3", "c", "长" * 22)))
    before = counts(company)
    with pytest.raises(InvalidDraft) as refused:
        carry_out(company, made)
    assert {p.line for p in refused.value.problems} == {2, 3}  # rows 3 and 4, counted from 0
    assert counts(company) == before


def test_partners_by_role_and_choice(company: Company) -> None:
    raw = table("编码 名称 客户 供应商 结算方式 信用额度 联系人", ("K1", "甲", "是", "否", "现结", "¥1,000", "王"),
                ("K2", "乙", "否", "是", "monthly", None, None), ("K3", "丙", None, None, "后天", None, None))
    made = plan(company, "partner", raw)
    assert problems(made).keys() == {4} and "后天" in problems(made)[4]
    carry_out(company, made)
    one, two = records(company, "partner")["K1"], records(company, "partner")["K2"]
    assert (one.customer, one.supplier, one.settlement, one.credit_limit, one.contact) == (
        True, False, "cash", 1000, "王")
    assert (two.customer, two.supplier, two.settlement) == (False, True, "monthly")


def test_a_category_below_another(company: Company) -> None:
    bring(company, "category", table("名称 上级", ("五金", None)))
    bring(company, "category", table("名称 上级", ("螺丝类", "五金"), ("轮胎", "汽配")))
    found = records(company, "category")
    assert found["螺丝类"].parent_id == found["五金"].id and found["轮胎"].parent_id == found["汽配"].id


# --- documents --------------------------------------------------------------------------------------------


def stocked(c: Company) -> tuple[int, int]:
    """Two items, one of them also sold by the box."""
    screw = c.record("item", code="007", name="螺丝", unit_id=c.piece, children={
        "item_unit": [{"unit_id": c.box, "factor": D(12)}],
        "barcode": [{"code": "6901", "unit_id": None}, {"code": "16901", "unit_id": c.box}]})
    wire = c.item(name="电线")
    return screw, wire


def test_opening_stock(company: Company) -> None:
    screw, wire = stocked(company)
    raw = table("商品编码 单位 数量 成本单价 期初金额", ("007", "箱", 2, 12, None),
                ("电线", None, "1,000.5", None, "2001.00"), ("合计", None, "1,002.5", None, 2025))
    made = plan(company, "opening_stock", raw, constants={"warehouse_id": "主仓", "date": DAY})
    assert made.created == 2 and "4" in made.warnings[0]
    carry_out(company, made)
    assert company.balance(screw)[0] == 24 and company.pool(screw) == (24, 24)
    assert company.pool(wire) == (D("1000.5"), 2001)
    [document] = company.rows(select(TABLES["document"]))
    assert (document.kind, document.date, document.status) == ("opening_stock", DAY, "posted")


NOTES = table("单号 日期 客户 仓库 商品编码 数量 单价 折扣 税率 备注",
              ("N1", "2026-03-02", "华联超市", "W1", "007", 3, 5, "95%", "13%", "急"),
              ("N1", None, None, None, "电线", "1.5", "9.99", None, None, None),
              ("N2", "2026.3.4", "C1", "分仓", "6901", 2, 5, None, None, None),
              (None, None, None, None, "16901", 1, 60, None, None, None),
              ("N3", dt.date(2026, 3, 5), "c1", "主仓", "007", 1, None, None, None, None))


def fill(c: Company) -> tuple[int, int]:
    screw, wire = stocked(c)
    for warehouse in (c.main, c.branch):
        c.post("opening_stock", (screw, 100, 1), (wire, 100, 2), warehouse_id=warehouse, date=day(-1))
    return screw, wire


def test_several_documents_in_one_file(company: Company) -> None:
    screw, wire = fill(company)
    ids = bring(company, "delivery_note", NOTES)["ids"]
    drafts = [company.read(i) for i in ids]
    assert [[d.header[k] for k in ("date", "partner_id", "warehouse_id", "remark")] for d in drafts] == [
        [day(0), company.customer, company.main, "N1"], [day(2), company.customer, company.branch, "N2"],
        [day(3), company.customer, company.main, "N3"]]
    assert [[(x["item_id"], x["unit_id"], x["quantity"], x["price"], x["discount"], x["tax_rate"], x["remark"])
             for x in d.lines] for d in drafts] == [
        [(screw, company.piece, 3, 5, D("0.05"), D("0.13"), "急"),
         (wire, company.kilo, D("1.5"), D("9.99"), None, None, None)],
        [(screw, company.piece, 2, 5, None, None, None),
         (screw, company.box, 1, 60, None, None, None)],  # the carton's barcode is a carton
        [(screw, company.piece, 1, None, None, None, None)]]
    assert drafts[0].lines[0]["amount"] == D("14.25")
    assert company.on_hand(screw) == 96 and company.on_hand(screw, company.branch) == 86


def test_documents_without_numbers_are_told_apart_by_their_headers(company: Company) -> None:
    fill(company)
    raw = table("日期 客户 商品编码 数量 单价", ("2026-03-02", "C1", "007", 1, 5), ("2026-03-03", "C1", "007", 2, 5),
                ("2026-03-02", "C1", "电线", 3, 5))
    ids = bring(company, "delivery_note", raw, constants={"warehouse_id": company.main})["ids"]
    assert [(d.header["date"], len(d.lines)) for d in map(company.read, ids)] == [(day(0), 2), (day(1), 1)]


def test_discount_as_what_is_taken_off(company: Company) -> None:
    fill(company)
    raw = table("客户 商品编码 数量 单价 折扣", ("C1", "007", 1, 100, D("0.05")), ("C1", "007", 1, 100, 0))
    constants = {"warehouse_id": "W1", "date": DAY}
    off = bring(company, "delivery_note", raw, constants=constants, discount_off=True)["ids"]
    assert [x["amount"] for x in company.read(off[0]).lines] == [95, 100]
    paid = bring(company, "delivery_note", raw, constants=constants)["ids"]
    assert [x["amount"] for x in company.read(paid[0]).lines] == [5, 100]


def test_dates_that_could_be_two(company: Company) -> None:
    fill(company)
    raw = table("单号 日期 客户 商品编码 数量 单价", ("1", "03/02/2026", "C1", "007", 1, 5),
                ("2", None, "C1", "007", 1, 5))
    constants = {"warehouse_id": "W1"}
    said = problems(plan(company, "delivery_note", raw, constants=constants))
    assert "03/02/2026" in said[2] and said[3] == "请填写日期"  # a gap in a column of dates is not today
    for first, date in ((True, dt.date(2026, 2, 3)), (False, dt.date(2026, 3, 2))):
        made = plan(company, "delivery_note", replace(raw, rows=raw.rows[:1], row_numbers=(2,)), day_first=first,
                    constants=constants)
        assert made.rows[0].values["date"] == date


def test_prices_follow_the_companys_tax_setting(company: Company) -> None:
    company.settings(tax_included=False)
    fill(company)
    raw = table("客户 商品编码 数量 单价 税率", ("C1", "007", 1, 100, "13%"))
    [made] = bring(company, "delivery_note", raw, constants={"warehouse_id": "W1", "date": DAY})["ids"]
    assert company.read(made).header["total"] == 113


def test_faults_of_documents_with_all_reasons(company: Company) -> None:
    screw, _ = fill(company)
    company.record("item", code="OLD", name="停用", unit_id=company.piece, active=False)
    raw = table("单号 日期 客户 仓库 商品编码 单位 数量 单价",
                ("N1", "2026-03-02", "nobody", "W9", "nothing", "桶", "x", -1),
                ("N2", "2026-03-02", "C1", "W1", "007", None, "1.5", 5),
                ("N3", "2026-03-02", "C1", "W1", "007", "公斤", 1, 5),
                ("N4", "2026-03-02", "S1", "W1", "007", None, 1, 5),
                ("N5", "2026-03-02", "C1", "W1", "OLD", None, 1, 5),
                ("N6", "2026-03-02", "C1", "W1", "007", None, 1, 5),
                ("N6", "2026-03-03", "C1", "W1", "007", None, 1, 5),
                ("N7", "2026-03-02", "C1", "W1", "007", None, 0, None),
                ("N8", "2026-03-02", "C1", "W1", "007", None, 1, 5))
    made = plan(company, "delivery_note", raw)
    said = problems(made)
    assert said.keys() == set(range(2, 10)) and made.created == 1
    for text in ("nobody", "W9", "nothing", "桶", "x"):
        assert text in said[2]
    assert "小数" in said[3] and "单位" in said[4] and "客户" in said[5] and "停用" in said[6]
    assert "第 8 行" in said[7]  # sound itself, but its document is not
    assert "日期" in said[8] and "N6" in said[8]
    assert "数量" in said[9]
    assert all("{" not in text for text in said.values())
    done = carry_out(company, made)
    assert len(done["ids"]) == 1 and company.on_hand(screw) == 99


def test_a_document_with_a_faulty_row_is_left_out_whole(company: Company) -> None:
    """Also when the fault was only found by saving, and marked by hand."""
    screw, _ = fill(company)
    made = plan(company, "delivery_note", NOTES)
    rows = tuple(replace(r, action="error") if r.number == 3 else r for r in made.rows)
    done = carry_out(company, replace(made, rows=rows))
    assert len(done["ids"]) == 2 and company.on_hand(screw) == 99


def test_a_refusal_in_the_middle_leaves_nothing(company: Company) -> None:
    fill(company)
    raw = table("单号 客户 商品编码 数量 单价", ("N1", "C1", "007", 60, 5), ("N2", "C1", "007", 60, 5),
                ("N3", "C1", "电线", 1, 5))
    made = plan(company, "delivery_note", raw, constants={"warehouse_id": "W1", "date": DAY})
    before = company.counts()
    with pytest.raises(UserErrorInRow) as refused:
        carry_out(company, made)
    assert refused.value.data["row"] == 3 and "螺丝" in str(refused.value) and "{" not in str(refused.value)
    assert company.counts() == before


def test_a_question_can_be_answered(company: Company) -> None:
    fill(company)
    company.change_record("item", company.scalar(select(TABLES["item"].c.id).where(TABLES["item"].c.code == "007")),
                          minimum_price=D(9))
    raw = table("客户 商品编码 数量 单价", ("C1", "007", 1, 5))
    made = plan(company, "delivery_note", raw, constants={"warehouse_id": "W1", "date": DAY})
    with pytest.raises(NeedsConfirmation) as asked:
        carry_out(company, made)
    assert asked.value.key == "below_minimum"
    assert len(carry_out(company, made, acknowledged=("below_minimum",))["ids"]) == 1


def test_the_same_import_again_changes_nothing(company: Company) -> None:
    fill(company)
    columns, options = columns_of("delivery_note", NOTES), Options()
    key = importing.key(NOTES, "delivery_note", columns, options)
    first = company.run(importing.carry_out, plan(company, "delivery_note", NOTES), key=key)
    before = company.counts()
    again = company.run(importing.carry_out, plan(company, "delivery_note", NOTES), key=key)
    assert (first.repeated, again.repeated) == (False, True) and again.value == first.value
    assert company.counts() == before
    others = [importing.key(replace(NOTES, rows=NOTES.rows[:-1]), "delivery_note", columns, options),
              importing.key(NOTES, "sales_order", columns, options),
              importing.key(NOTES, "delivery_note", {**columns, "line.price": 0}, options),
              importing.key(NOTES, "delivery_note", columns, Options(discount_off=True)),
              importing.key(NOTES, "delivery_note", columns, Options(constants={"date": DAY}))]
    assert len({key, *others}) == 6 and all(len(k) <= 80 for k in others)


@pytest.mark.parametrize("kind", ["item", "delivery_note"])
def test_importing_needs_the_right(company: Company, kind: str) -> None:
    raw = table("编码 名称", ("1", "a"))
    made = ImportPlan(kind, (), Options())
    for without in (f"{kind}.import", f"{kind}.save"):
        clerk = company.as_actor("clerk", access.EVERYTHING - {without})
        if without.endswith("import"):
            with pytest.raises(PermissionDenied):
                plan(clerk, kind, raw, {})
            with pytest.raises(PermissionDenied):
                carry_out(clerk, made)
    clerk = company.as_actor("clerk", access.EVERYTHING - {"item.save"})
    with pytest.raises(PermissionDenied):
        carry_out(clerk, plan(clerk, "item", table("编码 名称 单位", ("1", "a", "个"))))


@pytest.mark.parametrize("kind", ["nothing", "", "company"])
def test_a_kind_that_is_none(company: Company, kind: str) -> None:
    with pytest.raises(NotFound):
        plan(company, kind, table("a b", ("1", "2")), {})


def test_sql_in_every_cell_is_only_text(company: Company) -> None:
    fill(company)
    evil = ["'; DROP TABLE item --", "' OR '1'='1", "\" OR 1=1", "%' OR '%'='", "1; DELETE FROM document", "\\", "?",
            "%s", ":x", "--", "/*"]
    raw = table("编码 名称 规格 单位 分类 条码", *((f"E{text}", text, text, "个", text, text) for text in evil))
    bring(company, "item", raw)
    assert {r.name for r in records(company, "item").values()} >= set(evil)
    raw = table("单号 客户 仓库 商品编码 数量", *((text, text, text, text, text) for text in evil))
    assert plan(company, "delivery_note", raw).faulty == len(evil)


# --- what was exported comes back --------------------------------------------------------------------------


def test_items_round_trip(company: Company, tmp_path: Path) -> None:
    bring(company, "item", ITEMS)
    for name in ("+1", "-1", "@SUM(A1)", "'=quoted", "O'Brien", "a\nb"):
        company.record("item", code=f"N{name}", name=name, unit_id=company.piece, negative_stock="warn")
    queries = Queries(company.engine, company.commands.actor)
    before, trail = company.rows(select(TABLES["item"])), counts(company)["audit_entry"]
    for suffix in ("xlsx", "csv"):
        file = tmp_path / f"items.{suffix}"
        exporting.export_list(queries, ListQuery("record/item"), queries.list_columns("record/item"), file)
        made = plan(company, "item", tables.read(file))
        assert (made.updated, made.created, made.faulty) == (9, 0, 0), problems(made)
        carry_out(company, made)
        assert company.rows(select(TABLES["item"])) == before
        assert counts(company)["audit_entry"] == trail


def test_a_documents_lines_round_trip(company: Company, tmp_path: Path) -> None:
    screw, wire = fill(company)
    note = company.post("delivery_note", line(screw, 2, 60, unit_id=company.box, discount=D("0.05"),
                                              tax_rate=D("0.13"), remark="轻放"),
                        line(wire, "1.2345", "3.33333333"), line(wire, 1, 0, gift=True, remark="=1+1"))
    queries = Queries(company.engine, company.commands.actor)
    file = tmp_path / "note.xlsx"
    exporting.export_document(queries, note.id, file)
    made = plan(company, "delivery_note", tables.read(file),
                constants={"warehouse_id": "W1", "partner_id": "C1", "date": DAY})
    assert made.created == 3 and made.faulty == 0, problems(made)
    assert len(made.warnings) == 1  # the row with the totals
    [copy] = carry_out(company, made)["ids"]
    same = ("item_id", "unit_id", "quantity", "price", "discount", "tax_rate", "amount", "net", "tax", "gift", "remark")
    assert [[x[k] or None for k in same] for x in company.read(copy).lines] == [
        [x[k] or None for k in same] for x in company.read(note.id).lines]


@pytest.mark.parametrize(("cells", "total"), [
    (("合计", None, D(3)), True), (("合 计：", D(3), "12.00"), True), ((None, "总计", D(3)), True),
    (("Total", D(1), None), True), (("GRAND TOTAL:", "¥5"), True), (("本页小计", D(1)), True),
    (("合计", "螺丝", D(3)), False), (("合计器", D(3)), False), (("007", "合计", D(3)), False), ((D(3),), False),
    ((None, None), False)])
def test_rows_with_totals(cells: tuple[Any, ...], total: bool) -> None:
    assert importing._is_total(cells) is total
