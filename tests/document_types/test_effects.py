"""What documents do to stock and money, as plain values."""

from decimal import Decimal as D
from typing import Any

import pytest

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Account, Basis, Draft, Entry, Move

MAIN, BRANCH, PARTNER = 1, 2, 7
STOCK = {  # type -> (sign, basis with a value, basis without one)
    "goods_receipt": (1, Basis.GIVEN, Basis.CURRENT), "opening_stock": (1, Basis.GIVEN, Basis.CURRENT),
    "other_in": (1, Basis.GIVEN, Basis.CURRENT), "purchase_return": (-1, Basis.GIVEN, Basis.GIVEN),
    "delivery_note": (-1, Basis.CURRENT, Basis.CURRENT), "other_out": (-1, Basis.CURRENT, Basis.CURRENT),
    "sales_return": (1, Basis.RETURN, Basis.RETURN),
}
MONEY = {"goods_receipt": (Account.PAYABLE, 1), "purchase_return": (Account.PAYABLE, -1),
         "delivery_note": (Account.RECEIVABLE, 1), "sales_return": (Account.RECEIVABLE, -1),
         "cost_adjustment": (Account.PAYABLE, 1)}


def complete(kind: str, value: str | None, **more: Any) -> Draft:
    sign = -1 if more.get("reversal_of_id") else 1
    header = {"warehouse_id": MAIN, "to_warehouse_id": BRANCH, "partner_id": PARTNER, "total": sign * D(50)}
    lines = [{"item_id": 3, "base_quantity": sign * D(24), "value": None if value is None else sign * D(value),
              "source_line_id": more.pop("source_line_id", None)}]
    return Draft(kind, header, lines, **more)


@pytest.mark.parametrize("kind", STOCK)
@pytest.mark.parametrize("value", ["40", None])
def test_stock_moves(kind: str, value: str | None) -> None:
    sign, stated, unstated = STOCK[kind]
    [move] = document_types.BY_KEY[kind].effect(complete(kind, value))
    assert (move.item_id, move.warehouse_id, move.quantity) == (3, MAIN, sign * 24)
    assert move.basis is (unstated if value is None else stated)


@pytest.mark.parametrize("kind", STOCK)
@pytest.mark.parametrize("value", ["40", None])
def test_a_mirror_undoes_at_the_cost_of_the_original(kind: str, value: str | None) -> None:
    [move] = document_types.BY_KEY[kind].effect(complete(kind, value, reversal_of_id=9))
    assert move.quantity == -STOCK[kind][0] * 24
    assert move.basis is Basis.ORIGIN


def test_a_return_to_the_supplier_states_the_credit_or_follows_its_receipt() -> None:
    give_back = document_types.BY_KEY["purchase_return"].effect
    for credit in (D(40), None):
        assert give_back(complete("purchase_return", credit and "40", source_line_id=5)) == [
            Move(0, 0, 3, MAIN, D(-24), Basis.GIVEN, credit, origin=5)]


def test_a_transfer_has_two_legs_and_no_value() -> None:
    assert document_types.BY_KEY["transfer"].effect(complete("transfer", None)) == [
        Move(0, 0, 3, MAIN, D(-24), Basis.TRANSFER), Move(0, 1, 3, BRANCH, D(24), Basis.TRANSFER)]
    assert document_types.BY_KEY["transfer"].effect(complete("transfer", None, reversal_of_id=9)) == [
        Move(0, 0, 3, BRANCH, D(-24), Basis.TRANSFER), Move(0, 1, 3, MAIN, D(24), Basis.TRANSFER)]


@pytest.mark.parametrize("kind", [kind.key for kind in document_types.ALL])
@pytest.mark.parametrize("more", [{}, {"reversal_of_id": 9}])
def test_what_partners_owe(kind: str, more: dict[str, Any]) -> None:
    entries = document_types.BY_KEY[kind].settles(complete(kind, "40", **more))
    if kind not in MONEY:
        assert entries == []
        return
    account, sign = MONEY[kind]
    assert entries == [Entry(account, PARTNER, sign * (-1 if more else 1) * D(50))]


def test_nothing_owed_makes_no_entry() -> None:
    draft = complete("delivery_note", None)
    draft.header["total"] = D(0)
    assert document_types.BY_KEY["delivery_note"].settles(draft) == []


def test_orders_move_nothing() -> None:
    for kind in ("purchase_order", "sales_order"):
        assert document_types.BY_KEY[kind].effect(complete(kind, "40")) == []


def test_a_customer_return_names_the_line_it_brings_back() -> None:
    [move] = document_types.BY_KEY["sales_return"].effect(complete("sales_return", "40", source_line_id=5))
    assert (move.quantity, move.basis, move.value, move.origin) == (24, Basis.RETURN, None, 5)


def test_a_delivery_for_an_order_names_no_cost() -> None:
    [move] = document_types.BY_KEY["delivery_note"].effect(complete("delivery_note", "40", source_line_id=5))
    assert (move.basis, move.origin) == (Basis.CURRENT, None)


def counted(*lines: tuple[int, str | None, str | None], uncounted: str = "leave", **more: Any) -> list[Move]:
    draft = Draft("stock_count", {"warehouse_id": MAIN, "uncounted": uncounted}, [
        {"item_id": item, "lot": lot, "base_quantity": quantity and D(quantity), **more}
        for item, lot, quantity in lines])
    return document_types.STOCK_COUNT.effect(draft)


def test_counts_of_one_item_and_lot_add_up() -> None:
    """What several people find in several places is one figure; lots are figures of their own."""
    moves = counted((3, "A", "2"), (3, "B", "5"), (3, "A", "1.5"), (4, None, "0"), price=None)
    assert [(m.line, m.item_id, m.quantity, m.measure, m.basis) for m in moves] == [
        (0, 3, 0, D("3.5"), Basis.COUNT), (1, 3, 0, 5, Basis.COUNT), (3, 4, 0, 0, Basis.COUNT)]


def test_what_was_not_counted_stays_or_is_not_there() -> None:
    assert counted((3, None, None)) == []
    assert [(m.item_id, m.measure) for m in counted((3, None, None), uncounted="zero")] == [(3, 0)]


def test_a_count_may_give_a_new_cost_to_all() -> None:
    assert [(m.basis, m.unit_cost) for m in counted((3, None, "2"), price=D(7), revalue=True)] == [(Basis.RECOUNT, 7)]
    assert [(m.basis, m.unit_cost) for m in counted((3, None, "2"), price=D(7))] == [(Basis.COUNT, 7)]


def test_an_assembly_uses_before_it_makes_and_shares_its_fee_by_weight() -> None:
    lines = [{"item_id": i, "base_quantity": D(q), "role": role, "value": None, "weight": weight and D(weight)}
             for i, q, role, weight in ((3, 1, "make", "30"), (4, 2, "use", None), (5, 6, "make", "60"))]
    moves = document_types.ASSEMBLY.effect(Draft("assembly", {"warehouse_id": MAIN, "fee": D("0.10")}, lines))
    assert moves == [
        Move(1, 0, 4, MAIN, D(-2), Basis.USED), Move(0, 1, 3, MAIN, D(1), Basis.MADE, D("0.03"), D(30)),
        Move(2, 1, 5, MAIN, D(6), Basis.MADE, D("0.07"), D(60))]


def test_a_late_cost_names_its_receipt_in_the_warehouse_of_that() -> None:
    draft = Draft("cost_adjustment", {}, [{"item_id": 3, "amount": D("-1.5"), "source_line_id": 5,
                                           "source_warehouse_id": BRANCH, "base_quantity": D(0)}])
    assert document_types.COST_ADJUSTMENT.effect(draft) == [
        Move(0, 0, 3, BRANCH, D(0), Basis.ADJUST, D("-1.5"), origin=5)]


def test_a_revaluation_states_a_cost_or_a_change() -> None:
    lines = [{"item_id": 3, "price": D(7), "amount": D(99)}, {"item_id": 4, "price": None, "amount": D(-2)}]
    assert document_types.REVALUATION.effect(Draft("revaluation", {"warehouse_id": MAIN}, lines)) == [
        Move(0, 0, 3, MAIN, D(0), Basis.REVALUE, unit_cost=D(7)), Move(1, 0, 4, MAIN, D(0), Basis.REVALUE, D(-2))]
