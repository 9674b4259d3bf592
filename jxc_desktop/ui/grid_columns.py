"""The columns of a line grid, from the declared columns of a document type."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt

from jxc_desktop.document_types import features
from jxc_desktop.document_types.schema import DocumentType, Field, FieldType
from jxc_desktop.i18n import N_
from jxc_desktop.ui.table_model import Column, Kind

CODE, NAME, SPEC = "code", "name", "spec"
_KINDS = {FieldType.QUANTITY: Kind.QUANTITY, FieldType.PRICE: Kind.PRICE, FieldType.MONEY: Kind.MONEY,
          FieldType.INTEGER: Kind.INT, FieldType.RATE: Kind.CODE, FieldType.DISCOUNT: Kind.CODE}
_CENTRED = {FieldType.UNIT, FieldType.FLAG, FieldType.CHOICE, FieldType.DISCOUNT, FieldType.RATE}
_NAME_MINIMUM = 160
_LOT_WITH_EXPIRY = 150


@dataclass(frozen=True)
class LineColumn(Column):
    """A column of the line grid: of the row number (no field), of a part of the item, or of a field."""

    field: Field | None = None
    part: str = ""

    @property
    def editable(self) -> bool:
        return (self.field is not None and not self.field.shown_only and not self.field.read_only
                and self.part in ("", CODE))

    @property
    def name(self) -> str:
        """The field's name; of the row number, nothing."""
        return self.field.name if self.field else ""


NUMBER = LineColumn("#", "", Kind.INT, 42, align=Qt.AlignmentFlag.AlignHCenter, muted=True, sortable=False)


def line_columns(kind: DocumentType, may: Callable[[str], bool],
                 in_use: frozenset[str] = features.EVERY) -> tuple[LineColumn, ...]:
    """What a user with these rights sees; an item stands in three columns: code, name, spec."""
    made: list[LineColumn] = [NUMBER]
    dated = any(field.name == "expiry_date" for field in kind.columns)
    for field in features.shown(kind.columns, in_use, may):
        if field.type is FieldType.LOT and not dated:
            field = replace(field, width=_LOT_WITH_EXPIRY)
        made += _item_columns(field) if field.type is FieldType.ITEM else [_column(field)]
    return tuple(made)


def _item_columns(field: Field) -> list[LineColumn]:
    code = LineColumn(field.name, N_("Code"), Kind.CODE, 84, muted=True, field=field, part=CODE)
    return [code,
            replace(code, key=f"{field.name}.{NAME}", title=N_("Item name"), kind=Kind.TEXT, width=230,
                    stretch=4, minimum=_NAME_MINIMUM, muted=False, part=NAME),
            replace(code, key=f"{field.name}.{SPEC}", title=N_("Spec"), width=118, stretch=1, minimum=84, yields=5,
                    part=SPEC)]


def _column(field: Field) -> LineColumn:
    text = field.type in (FieldType.TEXT, FieldType.NOTE)
    return LineColumn(
        field.name, field.title, _KINDS.get(field.type, Kind.TEXT), field.width,
        align=Qt.AlignmentFlag.AlignHCenter if field.type in _CENTRED else None,
        bold=field.name in ("quantity", "amount"), muted=field.type in (FieldType.UNIT, FieldType.RATE),
        stretch=1 if text else 0, minimum=80 if text else 0, yields=field.hide_rank, field=field)
