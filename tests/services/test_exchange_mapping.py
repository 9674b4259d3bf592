"""Columns find their fields by title and content."""

from datetime import date
from decimal import Decimal

from jxc_desktop.services.exchange.kinds import Kind
from jxc_desktop.services.exchange.mapping import Target, suggest

TARGETS = (
    Target("code", "编码", ("商品编码", "货号", "条码", "Code", "Product code"), Kind.CODE, required=True),
    Target("name", "名称", ("商品名称", "品名", "Name", "Product name"), Kind.TEXT, required=True),
    Target("quantity", "数量", ("销售数量", "库存数量", "Qty", "Quantity"), Kind.QUANTITY),
    Target("price", "单价", ("售价", "零售价", "Unit price"), Kind.PRICE),
    Target("date", "日期", ("单据日期", "Date"), Kind.DATE),
)


def columns(found: dict[str, tuple[int, float]]) -> dict[str, int]:
    return {key: column for key, (column, _) in found.items()}


def test_chinese_and_english_titles() -> None:
    assert columns(suggest(("商品编码", "商品名称", "销售数量", "单价(元)", "单据日期"), TARGETS)) == {
        "code": 0, "name": 1, "quantity": 2, "price": 3, "date": 4}
    assert columns(suggest(("Date", "QTY", "unit_price", "Product Name", "product-code"), TARGETS)) == {
        "date": 0, "quantity": 1, "price": 2, "name": 3, "code": 4}


def test_confidence_falls_with_likeness() -> None:
    assert suggest(("数量",), TARGETS)["quantity"] == (0, 1)
    _, confidence = suggest(("本次数量",), TARGETS)["quantity"]
    assert 0.6 <= confidence < 1
    assert suggest(("备注", "", "客户电话"), TARGETS) == {}


def test_of_two_equal_titles_the_first_is_taken_and_none_twice() -> None:
    assert columns(suggest(("名称", "名称"), TARGETS)) == {"name": 0}
    both = (Target("a", "数量", (), Kind.QUANTITY), Target("b", "数量", (), Kind.QUANTITY))
    assert columns(suggest(("数量", "数量"), both)) == {"a": 0, "b": 1}


def test_content_decides_between_like_titles() -> None:
    rows = [("个", Decimal(5)), ("箱", Decimal(6))]
    assert columns(suggest(("数量", "数量"), TARGETS, rows)) == {"quantity": 1}


def test_the_only_column_of_dates_is_the_date() -> None:
    rows = [("x", date(2020, 1, 2), "3"), ("y", "2020-01-03", "4")]
    assert suggest(("A", "B", "C"), TARGETS, rows) == {"date": (1, 0.5)}
    assert suggest(("A", "B", "C"), TARGETS, [("2020-01-02", "2020-01-02", "1")]) == {}
