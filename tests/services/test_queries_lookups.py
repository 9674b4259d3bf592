"""Finding items and partners by what people type, and the prices proposed for them."""

from collections.abc import Iterator
from decimal import Decimal as D

import pytest

from jxc_desktop.errors import NotFound
from jxc_desktop.services.queries import Queries
from tests.company import Company, day, line, opened
from tests.shared import BOTH, fresh_url


@pytest.fixture(scope="module", params=BOTH)
def shop(request: pytest.FixtureRequest) -> Iterator[Company]:
    """Items that one text finds in every way there is."""
    with fresh_url(request, request.param) as url, opened(url) as c:
        for code, name, spec, more in (
                ("LS", "甲", "", {}), ("LS9", "乙", "", {}), ("A5", "螺丝", "M8*20", {}), ("A4", "大螺丝", "M8*30", {}),
                ("A3", "配 ls 件", "", {}), ("A2", "重庆火锅", "", {}), ("A1", "盐", "als-2", {}),
                ("XLSX", "丙", "", {}), ("Z1", "螺丝刀", "", {"active": False}), ("C1", "可乐", "330ml", {})):
            c.record("item", code=code, name=name, spec=spec, unit_id=c.piece, **more)
        cola = c.record("item", code="C2", name="雪碧", unit_id=c.piece, sale_price=D("3"), purchase_price=D("2"),
                        reorder_point=D(10), children={
            "item_unit": [{"unit_id": c.box, "factor": D(24), "sale_price": D(66)},
                          {"unit_id": c.kilo, "factor": D("0.5")}],
            "barcode": [{"code": "6900000000017", "unit_id": None}, {"code": "16900000000014", "unit_id": c.box},
                        {"code": "ab-1", "unit_id": c.box}]})
        c.post("opening_stock", (cola, 240, "1.9"))
        c.post("transfer", (cola, 24), date=day(1))
        yield c


def queries(c: Company) -> Queries:
    return Queries(c.engine, c.commands.actor)


def codes(c: Company, typed: str, **more: object) -> list[str]:
    return [hit.code for hit in queries(c).find_items(typed, **more)]  # type: ignore[arg-type]


def test_ranking(shop: Company) -> None:
    assert codes(shop, "ls") == [
        "LS", "LS9",  # code, code prefix
        "A5",  # initials begin so
        "A3", "A4",  # initials inside
        "A1", "XLSX"]  # spec, inside the code
    assert codes(shop, "LS ") == codes(shop, "l's") == codes(shop, "ls")


@pytest.mark.parametrize(("typed", "wanted"), [
    ("螺丝", ["A4", "A5"]), ("配 LS", ["A3"]), ("配ls", []), ("luosi", ["A5"]), ("cqhg", ["A2"]), ("zqhg", ["A2"]),
    ("cq", ["A2"]), ("zq", ["A2"]), ("chongqing", ["A2"]), ("zhongqing", ["A2"]), ("M8*", ["A4", "A5"]),
    ("m8*30", ["A4"]), ("330", ["C1"]), ("%", []), ("_", []), ("z1", []), ("nothing", [])])
def test_found_by(shop: Company, typed: str, wanted: list[str]) -> None:
    assert codes(shop, typed) == wanted


def test_nothing_typed_shows_all_by_code(shop: Company) -> None:
    assert codes(shop, "") == ["A1", "A2", "A3", "A4", "A5", "C1", "C2", "LS", "LS9", "XLSX"]
    assert codes(shop, "", limit=2) == ["A1", "A2"]
    assert codes(shop, "ls", limit=2) == ["LS", "LS9"]


@pytest.mark.parametrize(("typed", "unit"), [("6900000000017", "piece"), ("16900000000014", "box"), (" AB-1 ", "box")])
def test_a_barcode_is_an_item_in_a_unit(shop: Company, typed: str, unit: str) -> None:
    [hit] = queries(shop).find_items(typed)
    assert (hit.code, hit.unit_id, hit.exact_barcode) == ("C2", getattr(shop, unit), True)


def test_part_of_a_barcode_is_none(shop: Company) -> None:
    assert codes(shop, "690000000001") == []
    [hit] = queries(shop).find_items("C2")
    assert (hit.unit_id, hit.exact_barcode) == (shop.piece, False)


def test_stock_of_one_warehouse_or_all(shop: Company) -> None:
    found = [queries(shop).find_items("C2", warehouse_id=w)[0].available for w in (None, shop.main, shop.branch)]
    assert found == [240, 216, 24]


def test_low_is_what_raised_an_alert(company: Company) -> None:
    everywhere = company.item(reorder_point=D(10))
    here = company.record("item", code="H", name="h", unit_id=company.kilo, children={
        "stock_level": [{"warehouse_id": company.branch, "reorder_point": D(5)}]})
    company.post("opening_stock", (everywhere, 12, 1), (here, 12, 1))
    company.post("transfer", (here, 1))
    low = {w: [h.low for h in queries(company).find_items("", warehouse_id=w)]
           for w in (None, company.main, company.branch)}
    assert low == {None: [False, False], company.main: [False, False], company.branch: [True, False]}
    company.post("delivery_note", (everywhere, 3, 1))
    assert all(h.low for h in queries(company).find_items("I0", warehouse_id=company.branch))


# --- prices -----------------------------------------------------------------------------------------------


def trade(c: Company) -> tuple[int, int]:
    """An item in pieces and boxes that two customers bought; its id and the other customer's."""
    other = c.record("partner", code="C9", name="别人")
    item = c.record("item", code="P", name="可乐", unit_id=c.piece, sale_price=D(3), purchase_price=D(2), children={
        "item_unit": [{"unit_id": c.box, "factor": D(24), "sale_price": D(66)}, {"unit_id": c.kilo, "factor": D(2)}]})
    c.post("opening_stock", (item, 1000, 1))
    c.post("delivery_note", line(item, 1, "2.5"), date=day(1))
    c.post("delivery_note", line(item, 2, 60, unit_id=c.box), date=day(3))
    c.post("delivery_note", line(item, 1, "2.6"), date=day(2))
    c.post("delivery_note", line(item, 1, 9), date=day(4), partner_id=other)
    c.post("delivery_note", line(item, 1, 8, gift=True), date=day(5))
    c.void(c.post("delivery_note", line(item, 1, 7), date=day(6)))
    c.reverse(c.post("delivery_note", line(item, 1, 5), date=day(6)), date=day(7))
    c.run(park, c, item)
    return item, other


def park(work: object, c: Company, item: int) -> object:
    from jxc_desktop.services import documents
    return documents.park(work, c.draft("delivery_note", line(item, 1, 4), date=day(8)))  # type: ignore[arg-type]


def test_last_prices(company: Company) -> None:
    item, other = trade(company)
    q = queries(company)
    [hit] = q.find_items("P", partner_id=company.customer)
    assert (hit.last_price, hit.list_price) == (D("2.5"), 3)  # 60 a box of 24, the latest by date
    assert q.find_items("P", partner_id=other)[0].last_price == 9
    assert q.find_items("P")[0].last_price is None
    bought = q.find_items("P", partner_id=company.supplier, selling=False)[0]
    assert (bought.last_price, bought.list_price) == (None, 2)
    mine = [(r["price"], r["unit"], r["date"]) for r in q.last_prices(item, company.customer, True)]
    assert mine == [(60, "箱", day(3)), (D("2.6"), "个", day(2)), (D("2.5"), "个", day(1))]
    assert [r["partner"] for r in q.last_prices(item, None, True, limit=2)] == ["别人", "华联超市"]
    company.post("goods_receipt", line(item, 1, "1.5"))
    assert q.find_items("P", partner_id=company.supplier, selling=False)[0].last_price == D("1.5")


def test_proposed_prices(company: Company) -> None:
    item, other = trade(company)

    def proposed(kind: str, unit: int | None, partner: int | None) -> tuple[object, str]:
        found = queries(company).price_for(kind, item, unit, partner)
        assert (found.origin == "last") == (found.date is not None) == (found.number is not None)
        return found.price, found.origin

    c = company
    assert proposed("delivery_note", None, c.customer) == (D("2.6"), "last")
    assert proposed("sales_order", c.piece, c.customer) == (D("2.6"), "last")
    assert proposed("sales_return", c.box, c.customer) == (60, "last")
    assert proposed("delivery_note", c.kilo, c.customer) == (6, "list")  # never sold in this unit: base price x 2
    assert proposed("delivery_note", c.box, other) == (66, "list")
    assert proposed("delivery_note", None, None) == (3, "list")
    assert proposed("purchase_order", None, c.supplier) == (2, "list")
    assert proposed("purchase_order", c.box, c.supplier) == (48, "list")
    assert proposed("transfer", None, None) == (None, "none")
    assert proposed("delivery_note", 10**6, c.customer) == (None, "none")
    assert queries(c).price_for("delivery_note", 10**6, None, None).origin == "none"
    for n in range(25):  # the last price in a box stands, however much was sold by the piece since
        c.post("delivery_note", line(item, 1, 3), date=day(10 + n))
    assert proposed("delivery_note", c.box, c.customer) == (60, "last")
    assert queries(c).price_for("delivery_note", c.item(), None, c.customer).price is None


# --- other records ----------------------------------------------------------------------------------------


def test_partners_by_what_people_type(company: Company) -> None:
    both = company.record("partner", code="B1", name="重庆百货", supplier=True, contact="王", phone="138")
    company.record("partner", code="HDWJ", name="同名", supplier=True, customer=False)
    company.record("partner", code="C0", name="停用客户", active=False)
    q = queries(company)
    assert [h.code for h in q.find("partner", "")] == ["B1", "C1", "HDWJ", "S1"]
    assert [h.code for h in q.find("partner", "", role="supplier")] == ["B1", "HDWJ", "S1"]
    assert [h.code for h in q.find("partner", "", role="customer")] == ["B1", "C1"]
    assert [h.code for h in q.find("partner", "hdwj")] == ["HDWJ", "S1"]  # the code before the initials
    assert [h.code for h in q.find("partner", "hdwj", role="customer")] == []
    for typed in ("cq", "zq", "百货", "qingbai", "b1"):
        assert [h.id for h in q.find("partner", typed)] == [both], typed
    assert q.find("partner", "b1")[0].detail == "王 138"
    assert q.find("partner", "停用") == []
    assert [h.name for h in q.find("partner", "", limit=1)] == ["重庆百货"]


def test_names_of_records(company: Company) -> None:
    q = queries(company)
    assert q.label("warehouse", company.main) == "主仓" and q.label("warehouse", 999) == ""
    assert q.labels("unit", [company.piece, company.box, 999]) == {company.piece: "个", company.box: "箱"}
    assert [h.name for h in q.choices("warehouse")] == ["主仓", "分仓"]
    assert [h.name for h in q.find("unit", "箱")] == ["箱"]


def test_what_a_partner_owes(company: Company) -> None:
    item = company.item()
    company.change_record("partner", company.customer, credit_limit=D(500), contact="张", address="路1号")
    company.post("goods_receipt", (item, 10, 2))
    company.post("delivery_note", (item, 3, 7))
    balance = queries(company).partner_balance(company.customer)
    assert (balance.receivable, balance.payable, balance.credit_limit) == (21, 0, 500)
    assert (balance.contact, balance.address, balance.phone, balance.settlement) == ("张", "路1号", "", "monthly")
    assert queries(company).partner_balance(company.supplier).payable == 20
    with pytest.raises(NotFound):
        queries(company).partner_balance(999)
