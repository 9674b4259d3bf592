"""What people type into fields: numbers, sums, dates, names; and what the fields show."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent, QInputMethodQueryEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from jxc_desktop.document_types import fields as declared
from jxc_desktop.document_types.schema import Field, FieldType
from jxc_desktop.ui import fields, typed
from jxc_desktop.ui.arithmetic import calculate
from jxc_desktop.values import BadNumber, round_to
from tests.ui.desk import Desk, Key

TODAY = dt.date(2026, 1, 31)
NUMBERS = (("12*6+3", "75"), ("(40-2)*24", "912"), ("5-", "-5"), ("10/3*3", "10"), ("10/3", "3.3333"),
           ("１２×２", "24"), ("1,234.5", "1234.5"), ("=2+2", "4"), ("-3", "-3"), ("2--3", "5"), ("7÷2", "3.5"),
           ("0.1+0.2", "0.3"))
NO_NUMBERS = ("12a", "1e3", "nan", "inf", "2**3", "1/0", "()", "1 2", "(1", "1)", "", "+", "__import__('os')", "٣")
DATES = (("t", TODAY), ("今天", TODAY), ("+", dt.date(2026, 2, 1)), ("-", dt.date(2026, 1, 30)),
         ("+10", dt.date(2026, 2, 10)), ("]", dt.date(2026, 2, 28)), ("[", dt.date(2025, 12, 31)),
         ("15", dt.date(2026, 1, 15)), ("0611", dt.date(2026, 6, 11)), ("611", dt.date(2026, 6, 11)),
         ("20260105", dt.date(2026, 1, 5)), ("260105", dt.date(2026, 1, 5)), ("2026-1-5", dt.date(2026, 1, 5)),
         ("6.11", dt.date(2026, 6, 11)), ("2026年1月5日", dt.date(2026, 1, 5)),
         ("2025-06-11 周三", dt.date(2025, 6, 11)))


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_sums_are_exact(text: str, value: str) -> None:
    assert calculate(text, 4) == Decimal(value)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadNumber):
        calculate(text, 4)


@given(st.lists(st.tuples(st.sampled_from("+-*"), st.integers(0, 9999)), min_size=1, max_size=6),
       st.integers(0, 9999))
def test_sums_agree_with_exact_arithmetic(rest: list[tuple[str, int]], first: int) -> None:
    text = str(first) + "".join(f"{sign}{number}" for sign, number in rest)
    terms = [Fraction(first)]
    for sign, number in rest:
        if sign == "*":
            terms[-1] *= number
        else:
            terms.append(Fraction(number if sign == "+" else -number))
    exact = sum(terms)
    if abs(exact) < 10**11:
        assert calculate(text, 4) == round_to(Decimal(exact.numerator), 4)
    else:
        with pytest.raises(BadNumber):
            calculate(text, 4)


@pytest.mark.parametrize(("text", "date"), DATES)
def test_dates_as_they_are_typed(text: str, date: dt.date) -> None:
    assert typed.read(declared.DATE, text, TODAY, TODAY) == date


@pytest.mark.parametrize("text", ["x", "32", "0230", "2026-13-01", "9", "1", "99999"])
def test_no_dates(text: str) -> None:
    if text in ("9", "1"):
        assert typed.read(declared.DATE, text, TODAY, TODAY) == dt.date(2026, 1, int(text))
    else:
        with pytest.raises(typed.Misread):
            typed.read(declared.DATE, text, TODAY, TODAY)


def test_percentages_and_discounts() -> None:
    for text in ("95", "95%", "9.5折", "95折", "９５"):
        assert typed.read(declared.DISCOUNT, text) == Decimal("0.05"), text
    assert typed.written(declared.DISCOUNT, Decimal("0.05")) == "95%"
    assert typed.written(declared.DISCOUNT, Decimal(0)) == ""
    assert typed.read(declared.TAX_RATE, "13") == Decimal("0.13")
    assert typed.written(declared.TAX_RATE, Decimal("0.13")) == "13%"


def test_a_barcode_is_no_quantity() -> None:
    with pytest.raises(typed.Misread):
        typed.read(declared.QUANTITY, "12345678")
    assert typed.read(declared.QUANTITY, "1234567") == 1234567


def test_prices_show_all_their_digits_and_at_least_two() -> None:
    assert [typed.price(Decimal(p)) for p in ("26.5", "0.12345", "1200")] == ["26.50", "0.12345", "1,200.00"]


@pytest.fixture
def form(desk: Desk) -> QWidget:
    window = QWidget()
    QVBoxLayout(window)
    desk.qtbot.addWidget(window)
    window.resize(500, 400)
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    return window


def put(form: QWidget, desk: Desk, field: Field) -> fields.FieldEditor:
    editor = fields.editor(field, desk.context)
    form.layout().addWidget(editor)  # type: ignore[union-attr]
    editor.setFocus()
    QApplication.processEvents()
    return editor  # type: ignore[no-any-return]


@pytest.mark.parametrize(("kind", "value"), [
    (FieldType.TEXT, "门口"), (FieldType.NOTE, "两行\n备注"), (FieldType.DATE, TODAY),
    (FieldType.QUANTITY, Decimal("1.5")),
    (FieldType.PRICE, Decimal("26.5")), (FieldType.MONEY, Decimal("-3.00")), (FieldType.DISCOUNT, Decimal("0.05")),
    (FieldType.RATE, Decimal("0.13")), (FieldType.FACTOR, Decimal(24)), (FieldType.INTEGER, 7), (FieldType.FLAG, True),
    (FieldType.CHOICE, "b"), (FieldType.UNIT, 1), (FieldType.CUSTOMER, 2), (FieldType.WAREHOUSE, 1),
    (FieldType.ITEM, 1), (FieldType.EMPLOYEE, 1), (FieldType.PICTURE, None)])
def test_every_editor_gives_back_what_it_shows(desk: Desk, form: QWidget, kind: FieldType, value: object) -> None:
    field = Field("x", "Remark", kind, choices=(("a", "Cash"), ("b", "Monthly")))
    editor = put(form, desk, field)
    editor.set_value(value)
    desk.settle()
    assert editor.value() == value and editor.fault() == ""
    assert editor.accessibleName() == "备注"  # type: ignore[attr-defined]
    editor.set_read_only(True)
    assert editor.value() == value


def test_the_date_field_steps_at_a_key(desk: Desk, form: QWidget) -> None:
    editor = put(form, desk, declared.DATE)
    editor.set_value(dt.date(2026, 1, 31))
    for key, date in (("+", dt.date(2026, 2, 1)), ("-", dt.date(2026, 1, 31)), ("]", dt.date(2026, 2, 28)),
                      ("t", dt.date.today())):
        QTest.keyClick(editor, key)  # type: ignore[call-overload]
        assert editor.value() == date, key
    QTest.keyClicks(editor, "2026-01-05")  # type: ignore[arg-type]  # a minus inside a date is one
    assert editor.value() == dt.date(2026, 1, 5)
    assert editor.text() == "2026-01-05 周一"  # type: ignore[attr-defined]


def test_wrong_text_stays_with_a_red_ring(desk: Desk, form: QWidget) -> None:
    editor = put(form, desk, declared.DISCOUNT_AMOUNT)
    editor.set_value(Decimal("5.00"))
    QTest.keyClicks(editor, "12x")  # type: ignore[arg-type]
    QTest.keyClick(editor, Key.Key_Return)  # type: ignore[call-overload]
    assert editor.text() == "12x" and editor.property("invalid") is True  # type: ignore[attr-defined]
    assert "数字" in editor.fault() and editor.value() == Decimal("5.00")
    editor.clear()  # type: ignore[attr-defined]
    QTest.keyClicks(editor, "3*4")  # type: ignore[arg-type]
    assert editor.value() == 12 and editor.fault() == "" and not editor.property("invalid")  # type: ignore[attr-defined]


def test_input_method_is_off_for_figures_only(desk: Desk, form: QWidget) -> None:
    def enabled(field: Field) -> bool:
        query = QInputMethodQueryEvent(Qt.InputMethodQuery.ImEnabled)
        QApplication.sendEvent(put(form, desk, field), query)  # type: ignore[arg-type]
        return bool(query.value(Qt.InputMethodQuery.ImEnabled))

    assert [enabled(f) for f in (declared.DATE, declared.DISCOUNT_AMOUNT, declared.REMARK, declared.CUSTOMER)] == [
        False, False, True, True]


def test_a_partner_is_found_while_the_input_method_composes(desk: Desk, form: QWidget) -> None:
    editor = put(form, desk, declared.CUSTOMER)
    QApplication.sendEvent(editor, QInputMethodEvent("hui'm", []))  # type: ignore[arg-type]
    desk.settle()
    assert editor._lookup.open  # type: ignore[attr-defined]
    QApplication.sendEvent(editor, QInputMethodEvent())  # type: ignore[arg-type]
    QTest.keyClick(editor, Key.Key_Return)  # type: ignore[call-overload]
    assert editor.value() == desk.partner and editor.label == "惠民便利店（人民路）"  # type: ignore[attr-defined]


def test_an_unknown_partner_keeps_its_text(desk: Desk, form: QWidget) -> None:
    editor, other = put(form, desk, declared.CUSTOMER), put(form, desk, declared.REMARK)
    editor.setFocus()  # type: ignore[attr-defined]
    editor.insert("zzz")  # type: ignore[attr-defined]
    QTest.keyClick(editor, "q")  # type: ignore[call-overload]
    desk.settle()
    other.setFocus()  # type: ignore[attr-defined]
    assert "zzzq" in editor.text() and editor.fault() and editor.value() is None  # type: ignore[attr-defined]
    assert editor.property("invalid") is True  # type: ignore[attr-defined]


def test_a_choice_that_cannot_be_changed_shows_no_arrow(desk: Desk) -> None:
    choice = fields.editor(Field("kind", "Kind", FieldType.CHOICE, choices=(("a", "A"), ("b", "B"))), desk.context)
    desk.qtbot.addWidget(choice)
    choice.resize(200, 30)

    def colours() -> int:
        end = choice.grab().toImage().copy(170, 8, 24, 14)
        return len({end.pixel(x, y) for x in range(end.width()) for y in range(end.height())})

    assert colours() > 1
    choice.set_read_only(True)
    assert colours() == 1
