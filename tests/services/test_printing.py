"""Printed sheets, read back: sizes, pages, sums, texts, bar code, fonts, margins, hostile texts."""

import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from jxc_desktop.capitals import capitals
from jxc_desktop.i18n import language, use_language
from jxc_desktop.services.printing import (
    PAPERS,
    Align,
    Company,
    Kind,
    PageImage,
    PrintOptions,
    Sheet,
    SheetColumn,
    page,
    page_count,
    pages,
    render,
)

CONTINUOUS = [paper for paper in PAPERS.values() if paper.continuous]
EVERY_PAPER = pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
NUMBER = "XSCK-20260101-0001"
COLUMNS = (SheetColumn("n", "序", 8, Kind.INDEX), SheetColumn("code", "编码", 25),
           SheetColumn("name", "名称", 52),
           SheetColumn("unit", "单位", 9, align=Align.CENTRE), SheetColumn("quantity", "数量", 15, Kind.QUANTITY),
           SheetColumn("price", "单价", 17, Kind.PRICE), SheetColumn("amount", "金额", 22, Kind.MONEY))


@pytest.fixture(autouse=True)
def chinese():
    before = language()
    use_language("zh_CN")
    yield
    use_language(before)


def goods(number: int) -> dict[str, object]:
    quantity, price = Decimal(number % 7 + 1), Decimal(number) + Decimal("0.25")
    return {"code": f"SP{number:05d}", "name": f"商品{number}", "unit": "箱", "quantity": quantity,
            "price": price, "amount": quantity * price}


def note(lines: int, **changes: object) -> Sheet:
    rows = tuple(map(goods, range(1, lines + 1)))
    amount = sum((row["amount"] for row in rows), Decimal(0))
    sheet = Sheet(
        title="送货单", number=NUMBER, date=date(2026, 1, 1), partner="永辉超市", barcode=NUMBER,
        company=Company("北京顺达商贸有限公司", "建国路88号", "电话：010-85801234", ("开户行：工商银行",)),
        columns=COLUMNS, rows=rows, head=(("客户", "永辉超市"), ("电话", "13801234567")),
        totals={"quantity": sum((row["quantity"] for row in rows), Decimal(0)), "amount": amount},
        amount_in_words="人民币" + capitals(amount), money_lines=(("累计欠款", Decimal("8650")),),
        terms="客户签字生效", signatures=(("制单", "张三"), ("客户签收", "")),
        copies=("存根", "客户", "财务", "仓库"), printed_at=datetime(2026, 1, 1, 10, 30), printed_by="张三")
    return replace(sheet, **changes)


def texts(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [document[i].get_textpage().get_text_bounded() for i in range(len(document))]


def picture(image: PageImage) -> Image.Image:
    return Image.frombytes("RGB", (image.width, image.height), image.pixels)


def one_copy(paper) -> PrintOptions:
    return PrintOptions(copies=None if paper.continuous else ("客户",))


@EVERY_PAPER
def test_pages_have_the_size_of_the_paper(paper):
    with pypdfium2.PdfDocument(render([note(40)], paper)) as document:
        for i in range(len(document)):
            wide, high = (length * 25.4 / 72 for length in document[i].get_size())
            assert (wide, high) == pytest.approx((paper.width_mm, paper.height_mm), abs=0.01)


@pytest.mark.parametrize(("lines", "count"), [(1, 1), (7, 1), (8, 1), (9, 2), (40, 5), (300, 38)])
def test_half_forms_hold_eight_lines(lines, count):
    assert page_count(render([note(lines)], PAPERS["241x140"])) == count


@EVERY_PAPER
@pytest.mark.parametrize("lines", [1, 7, 8, 9, 40, 300])
def test_every_line_is_printed_once_and_subtotals_add_up(paper, lines):
    sheet = note(lines)
    read = texts(render([sheet], paper, one_copy(paper)))
    assert re.findall(r"SP(\d{5})", "".join(read)) == [f"{n:05d}" for n in range(1, lines + 1)]
    subtotals = [re.search(r"本页小计\s*([\d,.]+)\s+([\d,.]+)", text).groups() for text in read]
    sums = [sum(Decimal(figure.replace(",", "")) for figure in column)
            for column in zip(*subtotals, strict=True)]
    assert sums == list(sheet.totals.values())
    assert [number for number, text in enumerate(read) if "合计" in text] == [len(read) - 1]
    assert [f"第 {i}/{len(read)} 页" in text for i, text in enumerate(read, 1)] == [True] * len(read)


@EVERY_PAPER
def test_chinese_reads_back(paper):
    text = texts(render([note(3)], paper, one_copy(paper)))[0]
    for expected in ("北京顺达商贸有限公司", "送货单", f"单号：{NUMBER}", "日期：2026-01-01", "客户：", "永辉超市",
                     "人民币" + capitals(note(3).totals["amount"]), "累计欠款：", "8,650.00", "客户签字生效",
                     "客户签收：", "打印 2026-01-01 10:30 张三"):
        assert expected in text
    assert "次打印" not in text


def test_english_reads_back():
    use_language("en")
    text = texts(render([note(9, print_number=2)], PAPERS["241x140"]))[0]
    for expected in (f"No. {NUMBER}", "Page subtotal", "Page 1 of 2", "Print no. 2", "continued on the next page"):
        assert expected in text


@EVERY_PAPER
def test_bar_code_reads_back_at_fax_resolution(paper):
    found = zxingcpp.read_barcodes(picture(page(render([note(1)], paper), 0, 200)))
    assert [(code.text, code.format) for code in found] == [(NUMBER, zxingcpp.BarcodeFormat.Code128)]


@EVERY_PAPER
def test_only_embedded_fonts(paper):
    pdf = render([note(9, status_mark="已作废")], paper)
    names = set(re.findall(rb"/BaseFont /([^\s/]+)", pdf))
    assert names and all(re.fullmatch(rb"[A-Z]{6}\+NotoSansSC-\w+", name) for name in names)
    assert len(re.findall(rb"/FontFile2", pdf)) == len(re.findall(rb"/FontDescriptor\s+\d+ 0 R", pdf))


def inked(image: Image.Image) -> tuple[int, int, int, int]:
    return image.convert("L").point(lambda level: 255 if level < 250 else 0).getbbox()


def hostile(lines: int = 5) -> Sheet:
    bad = ["长" * 5000 + "x" * 5000, "\u202eمرحبا بالعالم\u202c", "😀👨‍👩‍👧牛奶", "a\x00b\x07\r\n\td\x1b[31m",
           "\ud800坏\udfff", ""]
    huge = Decimal("9999999999999.99")
    rows = tuple({"code": b, "name": b, "unit": b, "quantity": huge, "price": Decimal("1234567.12345678"),
                  "amount": -huge} for b in bad[:lines])
    return note(0, title=bad[0], number=bad[0], partner=bad[0], status_mark=bad[0], rows=rows, barcode=bad[0],
                company=Company(bad[0], bad[0], bad[1], tuple(bad)), head=tuple((b, b) for b in bad) * 3,
                totals={"quantity": huge, "amount": -huge}, money_lines=tuple((b, huge) for b in bad),
                terms=bad[0], signatures=tuple((b, b) for b in bad), copies=tuple(bad[:4]), printed_by=bad[0],
                print_number=1234567)


@EVERY_PAPER
@pytest.mark.parametrize("sheet", [note(40), hostile()], ids=["plain", "hostile"])
def test_margins_stay_white(paper, sheet):
    for image in map(picture, pages(render([sheet], paper), 72)):
        left, top, right, bottom = (edge * 25.4 / 72 for edge in inked(image))
        assert left >= paper.margins.left - 0.5 and top >= paper.margins.top - 0.5
        assert right <= paper.width_mm - paper.margins.right + 0.5
        assert bottom <= paper.height_mm - paper.margins.bottom + 0.5


@pytest.mark.parametrize("paper", CONTINUOUS, ids=[paper.key for paper in CONTINUOUS])
def test_impact_paper_is_black_only_and_keeps_off_the_holes(paper):
    assert paper.margins.left >= 15 and paper.room_wide <= 205
    pdf = render([note(9, red=True, status_mark="红冲", print_number=2)], paper)
    for image in pages(pdf, 100):
        red, green, blue = picture(image).split()
        assert red.tobytes() == green.tobytes() == blue.tobytes()
    assert paper.look.text >= 9 and paper.look.rule >= 0.25


def test_hostile_texts_are_replaced_or_cut_visibly():
    text = "".join(texts(render([hostile()], PAPERS["A4"], PrintOptions(copies=()))))
    assert "…" in text and "□坏□" in text and "牛奶" in text and "a□b□" in text
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202e]", text)
    assert "9,999,999,999,999.99" in text and "1,234,567.12345678" in text


def test_a_reprint_says_so():
    assert "第 2 次打印" in texts(render([note(1, print_number=2)], PAPERS["241x140"]))[0]


def test_cut_paper_repeats_the_sheet_for_every_copy():
    sheet = note(1)
    assert page_count(render([sheet], PAPERS["A4"])) == 4
    chosen = texts(render([sheet], PAPERS["A4"], PrintOptions(copies=("财务", "客户"))))
    assert ["".join(text.split()).count("客户联") for text in chosen] == [1, 0]
    assert page_count(render([sheet], PAPERS["A4"], PrintOptions(copies=()))) == 1
    named = "".join(texts(render([sheet], PAPERS["241x140"]))[0].split())
    assert "①存根②客户③财务④仓库" in named


def test_a_batch_counts_the_pages_of_each_document():
    read = texts(render([note(9), note(1, number="B-2"), note(17)], PAPERS["241x140"]))
    assert [re.search(r"第 (\d/\d) 页", text)[1] for text in read] == ["1/2", "2/2", "1/1", "1/3", "2/3", "3/3"]
    assert "单号：B-2" in read[2]


def test_without_prices_no_money_is_left():
    text = texts(render([note(3)], PAPERS["241x140"], PrintOptions(show_prices=False)))[0]
    for hidden in ("单价", "金额", "人民币", "欠款", "1.25"):
        assert hidden not in text
    assert "数量" in text and "商品3" in text


def test_long_names_take_more_lines_and_nothing_is_lost():
    name = "海天金标生抽酱油特级酿造家庭装大瓶促销装送酱油碟一只数量有限"
    rows = tuple({**goods(n), "name": name} for n in range(1, 9))
    read = texts(render([note(8, rows=rows)], PAPERS["241x140"]))
    assert "".join("".join(text.split()) for text in read).count(name[:10]) == 8
    assert "…" not in "".join(read)


def test_offsets_move_the_page():
    boxes = [inked(picture(page(render([note(1)], PAPERS["A4"], PrintOptions(x, y, copies=())), 0, 254)))
             for x, y in ((0, 0), (3, -2))]
    moves = [after - before for before, after in zip(*boxes, strict=True)]
    assert moves == pytest.approx([30, -20, 30, -20], abs=2)


def test_the_same_sheet_gives_the_same_bytes():
    assert render([note(9)], PAPERS["241x140"]) == render([note(9)], PAPERS["241x140"])


def test_a_page_is_black_and_white_for_the_printer_on_request():
    crisp = picture(page(render([note(1)], PAPERS["241x140"]), 0, 180, smooth=False))
    assert len(crisp.convert("L").getcolors()) == 2
    assert page(render([note(1)], PAPERS["A5"]), 0, 72).png().startswith(b"\x89PNG")
