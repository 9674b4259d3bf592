"""Recipes: what an item is made of, as the lines of an assembly or, taken apart, of a disassembly."""

from decimal import Decimal

from sqlalchemy import Connection, select

from jxc_desktop import values
from jxc_desktop.document_types.schema import DocumentType, Values
from jxc_desktop.errors import UserError
from jxc_desktop.i18n import N_
from jxc_desktop.models.records import item, recipe_line
from jxc_desktop.services import catalog


class NoRecipe(UserError):
    message = N_("{item} has no recipe; enter it with the item, under Recipe")


def lines(connection: Connection, kind: DocumentType, item_id: int, quantity: Decimal) -> list[Values]:
    """Lines for `quantity` base units of an item and for what its recipe needs of each component.

    The role that the type's lines usually have is that of the components. Raises NoRecipe.
    """
    r = recipe_line.c
    recipe = connection.execute(select(r.component_id, r.quantity).join_from(
        recipe_line, item, item.c.id == r.component_id).where(r.item_id == item_id).order_by(r.id)).all()
    items = catalog.items(connection, {item_id, *(row.component_id for row in recipe)})
    if not recipe:
        raise NoRecipe(item=items[item_id].name)
    column = kind.column("role")
    assert column is not None
    usual = column.default
    other = next(stored for stored, _ in column.choices if stored != usual)
    wanted = [(item_id, quantity, other), *(
        (row.component_id, values.quantity(values.product(row.quantity, quantity)), usual) for row in recipe)]
    return [{"role": role, "item_id": id_, "unit_id": items[id_].unit_id, "quantity": amount}
            for id_, amount, role in wanted]
