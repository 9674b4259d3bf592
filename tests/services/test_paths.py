"""Drafts made from other documents, and new ones: two-step transfers, late costs, lots, recipes."""

from decimal import Decimal as D

import pytest

from jxc_desktop.document_types.schema import Draft
from jxc_desktop.services import access
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.recipes import NoRecipe
from jxc_desktop.services.unit_of_work import Saved
from jxc_desktop.values import ZERO
from tests.company import DAY, Company, line


def queries(company: Company) -> Queries:
    return Queries(company.engine, access.administrator())


def under_way(company: Company) -> int:
    return company.record("warehouse", code="W9", name="在途仓", in_transit=True)


def shipped(company: Company, transit: int, *lines: object) -> Saved:
    return company.post("transfer_shipment", *lines, to_warehouse_id=transit, destination_id=company.branch)  # type: ignore[arg-type]


# --- new drafts


def test_goods_under_way_have_a_warehouse_of_their_own(company: Company) -> None:
    assert queries(company).new_draft("transfer_shipment").header["to_warehouse_id"] is None
    transit = under_way(company)
    company.change_record("warehouse", company.main, active=False)
    draft = queries(company).new_draft("transfer_shipment")
    assert (draft.header["warehouse_id"], draft.header["to_warehouse_id"]) == (company.branch, transit)
    assert queries(company).new_draft("transfer_receipt").header["warehouse_id"] == transit
    assert queries(company).new_draft("delivery_note").header["warehouse_id"] == company.branch


# --- two-step transfers


def test_a_receipt_takes_what_is_still_under_way(company: Company) -> None:
    transit, tea, rice = under_way(company), company.item(), company.item()
    company.post("opening_stock", line(tea, 10, 1), line(rice, 10, 1))
    shipment = shipped(company, transit, line(tea, 6), line(rice, 4))
    [offered] = queries(company).sources_for("transfer_receipt")
    assert (offered["id"], offered["warehouse"], offered["destination"], offered["left"]) == (
        shipment.id, "主仓", "分仓", D(10))
    draft = queries(company).draft_from("transfer_receipt", [shipment.id])
    assert (draft.header["warehouse_id"], draft.header["to_warehouse_id"]) == (transit, company.branch)
    assert [(one["item_id"], one["quantity"]) for one in draft.lines] == [(tea, D(6)), (rice, D(4))]
    draft.lines[0]["quantity"] = D(5)
    company.save(draft)
    assert [company.on_hand(tea, w) for w in (company.main, transit, company.branch)] == [D(4), D(1), D(5)]
    rest = queries(company).draft_from("transfer_receipt", [shipment.id])
    assert [(one["item_id"], one["quantity"]) for one in rest.lines] == [(tea, D(1))]
    lost = queries(company).draft_from("other_out", [shipment.id])
    assert (lost.header["warehouse_id"], lost.header["reason"]) == (transit, "loss")
    assert [(one["item_id"], one["quantity"]) for one in lost.lines] == [(tea, D(1))]
    company.save(lost)
    assert company.on_hand(tea, transit) == ZERO
    assert queries(company).sources_for("transfer_receipt") == []


def test_serial_numbers_that_arrived_are_not_offered_again(company: Company) -> None:
    transit, phone = under_way(company), company.item(tracking="serial", unit_id=company.piece)
    milk = company.item(tracking="lot")
    company.post("goods_receipt", line(phone, 3, 900, serials="S1\nS2\nS3"), line(milk, 9, 2, lot="L1"))
    shipment = shipped(company, transit, line(phone, 3, serials="S1\nS2\nS3"), line(milk, 9, lot="L1"))
    draft = queries(company).draft_from("transfer_receipt", [shipment.id])
    assert [(one["serials"], one["lot"]) for one in draft.lines] == [("S1\nS2\nS3", None), (None, "L1")]
    draft.lines = [draft.lines[0] | {"quantity": D(1), "serials": "S2"}, draft.lines[1] | {"quantity": D(4)}]
    company.save(draft)
    rest = queries(company).draft_from("transfer_receipt", [shipment.id])
    assert [(one["serials"], one["lot"], one["quantity"]) for one in rest.lines] == [
        ("S1\nS3", None, D(2)), (None, "L1", D(5))]


def test_lots_of_a_delivery_come_back(company: Company) -> None:
    milk = company.item(tracking="lot")
    company.post("goods_receipt", line(milk, 9, 2, lot="L1"))
    sold = company.post("delivery_note", line(milk, 4, 3, lot="L1"))
    [back] = queries(company).draft_from("sales_return", [sold.id]).lines
    assert (back["lot"], back["quantity"], back["price"]) == ("L1", D(4), D(3))


def test_packs_of_an_exact_ratio_stay_packs(company: Company) -> None:
    roll = company.record("item", {"item_unit": [{"unit_id": company.box, "factor": D(10), "per": D(3)}]}, code="R1",
                          name="卷材", unit_id=company.kilo)
    order = company.post("purchase_order", line(roll, 6, 9, unit_id=company.box))
    [taken] = queries(company).draft_from("goods_receipt", [order.id]).lines
    assert (taken["unit_id"], taken["quantity"], taken["price"]) == (company.box, D(6), D(9))
    company.save(Draft("goods_receipt", {"partner_id": company.supplier, "warehouse_id": company.main, "date": DAY}, [
        line(roll, 1, 2, source_line_id=taken["source_line_id"])]))
    [rest] = queries(company).draft_from("goods_receipt", [order.id]).lines
    assert (rest["unit_id"], rest["quantity"], rest["price"]) == (company.kilo, D(19), D("2.7"))


# --- late costs


def test_a_late_cost_names_the_lines_it_belongs_to(company: Company) -> None:
    tea, rice = company.item(), company.item()
    receipt = company.post("goods_receipt", line(tea, 30, 10), line(rice, 10, 70))
    company.post("purchase_return", line(tea, 30, 10, source_line_id=company.line_ids(receipt)[0]))
    [offered] = queries(company).sources_for("cost_adjustment", company.customer)  # whoever is paid for it
    assert offered["id"] == receipt.id
    draft = queries(company).draft_from("cost_adjustment", [receipt.id])
    first, second = company.line_ids(receipt)
    assert draft.lines == [{"item_id": tea, "source_line_id": first, "received": D(30)},
                           {"item_id": rice, "source_line_id": second, "received": D(10)}]
    assert (draft.header["fee_basis"], draft.header["partner_id"]) == ("quantity", company.supplier)
    found = queries(company).received([first, second])
    assert [tuple(found[i]) for i in (first, second)] == [(D(30), D(300)), (D(10), D(700))]
    draft.header["fee"] = D("40.00")
    saved = company.save(draft)
    assert [one["amount"] for one in company.read(saved.id).lines] == [D("30.00"), D("10.00")]


# --- recipes


def test_a_recipe_scales_exactly(company: Company) -> None:
    flour, sugar = company.item(), company.item()
    cake = company.record("item", {"recipe_line": [{"component_id": flour, "quantity": D("0.3333")},
                                                   {"component_id": sugar, "quantity": D("0.05")}]},
                          code="CAKE", name="蛋糕", unit_id=company.kilo)
    lines = queries(company).recipe_lines("assembly", cake, D(3))
    assert [(one["role"], one["item_id"], one["quantity"]) for one in lines] == [
        ("make", cake, D(3)), ("use", flour, D("0.9999")), ("use", sugar, D("0.15"))]
    apart = queries(company).recipe_lines("disassembly", cake, D("0.5"))
    assert [(one["role"], one["quantity"]) for one in apart] == [("use", D("0.5")), ("make", D("0.1667")),
                                                                 ("make", D("0.025"))]
    company.post("opening_stock", line(flour, 1, 2), line(sugar, 1, 4))
    company.save(company.draft("assembly", *lines))
    assert [company.on_hand(i) for i in (cake, flour, sugar)] == [D(3), D("0.0001"), D("0.85")]
    with pytest.raises(NoRecipe):
        queries(company).recipe_lines("assembly", flour, D(1))




def test_what_is_under_way_between_our_warehouses_is_there_once(company: Company) -> None:
    """All warehouses together have it on hand already; only the one that waits for it has it on order."""
    transit, tea = under_way(company), company.item()
    company.post("goods_receipt", (tea, 10, 1))
    company.post("purchase_order", (tea, 3, 1))
    shipped(company, transit, line(tea, 6))
    [there] = queries(company).stock([tea], company.branch).values()
    [everywhere] = queries(company).stock([tea], None).values()
    assert (there.on_hand, there.on_order, there.projected) == (0, 6, 6)
    assert (everywhere.on_hand, everywhere.on_order, everywhere.projected) == (10, 3, 13)
