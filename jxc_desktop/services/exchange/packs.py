"""Pack units of items in numbered columns of a table: 辅助单位1, 换算1 …; as foreign files have them."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from jxc_desktop.document_types.records import ITEM
from jxc_desktop.document_types.schema import RecordDraft, Values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.exchange.kinds import Kind
from jxc_desktop.services.exchange.mapping import Target
from jxc_desktop.services.exchange.sheet import Column

SETS = 3
CHILD = next(child for child in ITEM.children if child.key == "item_unit")
CODE = "code"
_COLUMNS = (  # field, title, kind, headings that mean the first pack
    ("unit_id", N_("Pack unit {number}"), Kind.CODE, ("辅助单位", "副单位", "大单位", "包装单位", "箱单位")),
    ("factor", N_("Base units in pack {number}"), Kind.FACTOR, (
        "换算率", "换算系数", "换算关系", "换算比例", "换算", "进率", "箱规", "装箱数", "每箱数量")),
    ("per", N_("In so many packs {number}"), Kind.FACTOR, ("换算分母",)),
    ("sale_price", N_("Sale price of pack {number}"), Kind.PRICE, ("箱价", "整箱价", "大单位售价", "辅助单位售价")),
    ("purchase_price", N_("Purchase price of pack {number}"), Kind.PRICE, ("大单位进价", "辅助单位进价", "箱进价")),
    (CODE, N_("Barcode of pack {number}"), Kind.CODE, ("箱码", "外箱条码", "辅助单位条码", "大单位条码")),
)


def prefix(number: int) -> str:
    return f"pack{number}."


def targets() -> list[Target]:
    """The fields of pack units that columns may feed."""
    return [Target(prefix(number) + name, tr(title, number=number),
                   (*(f"{s}{number}" for s in synonyms), *(synonyms if number == 1 else ())), kind)
            for number in range(1, SETS + 1) for name, title, kind, synonyms in _COLUMNS]


def columns(count: int, *, costs: bool) -> list[Column]:
    """The same as columns of an export, for so many packs."""
    return [Column(prefix(number) + name, tr(title, number=number), kind)
            for number in range(1, min(count, SETS) + 1) for name, title, kind, _ in _COLUMNS
            if costs or name != "purchase_price"]


def cells(packs: Sequence[Mapping[str, Any]]) -> Values:
    """The values of an item's pack units under the keys of these columns."""
    return {prefix(number) + name: pack.get(name)
            for number, pack in enumerate(packs[:SETS], 1) for name, *_ in _COLUMNS}


def given(values: Mapping[str, Any]) -> Iterator[tuple[Values, Any]]:
    """The pack units that a row states, each with its barcode."""
    for number in range(1, SETS + 1):
        start = prefix(number)
        pack = {f.name: values.get(start + f.name) for f in CHILD.fields}
        code = values.get(start + CODE)
        if code or any(value is not None for value in pack.values()):
            yield pack | {"per": pack["per"] if pack["per"] is not None else Decimal(1)}, code


def merge(draft: RecordDraft, packs: Sequence[tuple[Values, Any]]) -> bool:
    """Put pack units with resolved ids into an item; those it has keep what is not stated. Whether it changed."""
    rows, codes = draft.children.setdefault(CHILD.key, []), draft.children.setdefault("barcode", [])
    changed = False
    for pack, code in packs:
        row = next((r for r in rows if r["unit_id"] == pack["unit_id"]), None)
        if row is None:
            rows.append(row := {})
        stated = {name: value for name, value in pack.items() if value is not None}
        changed |= any(row.get(name) != value for name, value in stated.items())
        row |= stated
        if code and all(r["code"] != code for r in codes):
            codes.append({"code": code, "unit_id": pack["unit_id"]})
            changed = True
    return changed
