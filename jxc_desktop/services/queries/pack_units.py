"""The pack units of items in their list: as a text for people, and row by row for exports."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, func, select

from jxc_desktop import values
from jxc_desktop.models.records import barcode, item_unit, unit
from jxc_desktop.services.unit_of_work import Actor

KEY, ROWS = "pack_units", "pack_rows"


def fill(connection: Connection, rows: list[dict[str, Any]], actor: Actor) -> None:
    """1箱=24, 3提=10 for each item of a page."""
    p, ids = item_unit.c, [row["id"] for row in rows]
    code = select(func.min(barcode.c.code)).where(
        barcode.c.item_id == p.item_id, barcode.c.unit_id == p.unit_id).scalar_subquery().label("code")
    packs: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for r in connection.execute(select(p.item_id, unit.c.name.label("unit_id"), p.factor, p.per, p.sale_price,
                                       p.purchase_price, code).join_from(
            item_unit, unit, unit.c.id == p.unit_id).where(p.item_id.in_(ids)).order_by(p.id)).mappings():
        packs[r["item_id"]].append({**r, "purchase_price": r["purchase_price"] if actor.may("see_cost") else None})
    for row in rows:
        row[ROWS] = packs[row["id"]]
        row[KEY] = ", ".join(f"{values.plain(pack['per'])}{pack['unit_id']}={values.plain(pack['factor'])}"
                             for pack in packs[row["id"]])


def most(connection: Connection) -> int:
    """How many pack units the item with the most of them has."""
    counted = select(func.count().label("n")).select_from(item_unit).group_by(item_unit.c.item_id).subquery()
    return connection.scalar(select(func.max(counted.c.n))) or 0
