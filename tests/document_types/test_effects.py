"""What documents do to stock and money, as plain values."""

from decimal import Decimal as D
from typing import Any

import pytest

from jxc_desktop import document_types
from jxc_desktop.document_types.schema import Account, Basis, Draft, Entry, Move

MAIN, BRANCH, PARTNER = 1, 2, 7
STOCK = {  # type -> (sign, basis with a value, basis without one)
    "goods_receipt": (1, Basis.GIVEN, Basis.CURRENT), "opening_stock": (1, Basis.GIVEN, Basis.CURRENT),
    "other_in": (1, Basis.GIVEN, Basis.CURRENT), "purchase_return": (-1, Basis.GIVEN, Basis.CURRENT),
    "delivery_note": (-1, Basis.CURRENT, Basis.CURRENT), "other_out": (-1, Basis.CURRENT, Basis.CURRENT),
    "sales_return": (1, Basis.ORIGIN, Basis.ORIGIN),
}
MONEY = {"goods_receipt": (Account.PAYABLE, 1), "purchase_return": (Account.PAYABLE, -1),
         "delivery_note": (Account.RECEIVABLE, 1), "sales_return": (Account.RECEIVABLE, -1)}


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
    assert [(m.basis, m.value) for m in give_back(complete("purchase_return", "40", source_line_id=5))] == [
        (Basis.GIVEN, 40)]
    assert [m.basis for m in give_back(complete("purchase_return", None, source_line_id=5))] == [Basis.ORIGIN]


@pytest.mark.parametrize("more", [{}, {"reversal_of_id": 9}])
def test_a_transfer_has_two_legs_and_no_value(more: dict[str, Any]) -> None:
    sign = -1 if more else 1
    draft = complete("transfer", None, **more)
    assert document_types.BY_KEY["transfer"].effect(draft) == [
        Move(0, 0, 3, MAIN, sign * D(-24), Basis.TRANSFER), Move(0, 1, 3, BRANCH, sign * D(24), Basis.TRANSFER)]


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
