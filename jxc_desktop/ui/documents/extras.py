"""What some types of document add to the editor that all types share: tools, actions, cells of their own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class Action:
    """One thing to do. `allowed` says whether now; an action that never applies to the type isn't made."""

    text: str
    icon: str
    call: Callable[[], object]
    allowed: bool
    key: str = ""


class Extra:
    """Nothing; types that add something derive from it."""

    tools: Sequence[QWidget] = ()  # above the lines
    renamed: Mapping[str, str] = {}  # type of a following document -> what making one is called here

    def __init__(self, editor: Any):
        self.editor = editor

    def committed(self, changes: frozenset[tuple[str, int]]) -> None:
        """Something was saved, here or elsewhere."""

    def actions(self) -> Iterable[Action]:
        """In the menu, before what all types can do next."""
        return ()


def of(editor: Any) -> Extra:
    """What the type of the editor's document adds."""
    make = _MAKERS.get(editor.kind.key)
    return make()(editor) if make else Extra(editor)


def _counting() -> type[Extra]:
    from jxc_desktop.ui.documents.count_tools import CountTools

    return CountTools


def _recipe() -> type[Extra]:
    from jxc_desktop.ui.documents.recipe_tools import RecipeTools

    return RecipeTools


def _late_cost() -> type[Extra]:
    from jxc_desktop.ui.documents.late_cost import LateCost

    return LateCost


def _revaluing() -> type[Extra]:
    from jxc_desktop.ui.documents.revaluing import Revaluing

    return Revaluing


def _shipping() -> type[Extra]:
    from jxc_desktop.ui.documents.under_way import Shipping

    return Shipping


def _ordering() -> type[Extra]:
    from jxc_desktop.ui.documents.ordering import Ordering

    return Ordering


def _arriving() -> type[Extra]:
    from jxc_desktop.ui.documents.under_way import Arriving

    return Arriving


_MAKERS: dict[str, Callable[[], type[Extra]]] = {
    "stock_count": _counting, "assembly": _recipe, "disassembly": _recipe, "cost_adjustment": _late_cost,
    "revaluation": _revaluing, "transfer_shipment": _shipping, "transfer_receipt": _arriving,
    "sales_order": _ordering}
