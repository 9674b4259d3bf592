"""Lists narrowed to a category show what lies below it too, on both databases."""

from jxc_desktop.services import access
from jxc_desktop.services.queries import ListQuery, Queries
from tests.company import Company, line


def test_a_category_and_all_below_it(company: Company) -> None:
    food = company.record("category", name="食品")
    drinks = company.record("category", name="饮料", parent_id=food)
    water = company.record("category", name="饮用水", parent_id=drinks)
    tools = company.record("category", name="五金")
    inside = [company.item(category_id=c) for c in (food, drinks, water)]
    outside = company.item(category_id=tools)
    company.post("opening_stock", *[line(i, 1, "1") for i in (*inside, outside)])
    queries = Queries(company.engine, access.administrator())
    for category, expected in ((food, inside), (drinks, inside[1:]), (water, inside[2:]), (tools, [outside])):
        listed = queries.list_page(ListQuery("record/item", filters={"category_id": category})).rows
        assert sorted(r["id"] for r in listed) == expected
        stocked = queries.list_page(ListQuery("stock", filters={"category_id": category})).rows
        assert sorted(r["item_id"] for r in stocked) == expected


def test_rows_carry_the_ids_behind_their_names(company: Company) -> None:
    company.post("opening_stock", line(company.item(), 1, "1"))
    queries = Queries(company.engine, access.administrator())
    row = queries.list_page(ListQuery("document/opening_stock")).rows[0]
    assert (row["warehouse"], row["warehouse_id"]) == ("主仓", company.main)
