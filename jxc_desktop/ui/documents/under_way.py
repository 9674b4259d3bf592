"""Transfers in two steps: what left and has not arrived, and what can be done about it."""

from collections.abc import Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from jxc_desktop import values
from jxc_desktop.document_types.schema import Progress, Status
from jxc_desktop.i18n import N_, tr
from jxc_desktop.ui.documents.extras import Extra
from jxc_desktop.ui.tokens import Tone

SHIPMENT, RECEIPT, LOSS = "transfer_shipment", "transfer_receipt", "other_out"
_BAR = "under_way"
_NAMED = 4


def still_under_way(queries: Any, shipments: Sequence[int]) -> list[str]:
    """On a worker: what of these shipments has not arrived, in words."""
    lines = queries.draft_from(RECEIPT, shipments).lines
    items = queries.items({line["item_id"] for line in lines})
    found = []
    for line in lines:
        item = items[line["item_id"]]
        unit = item.choice(line["unit_id"])
        found.append(f"{item.name} {values.grouped(line['quantity'])} {unit.name if unit else item.unit}")
    return found


class _UnderWay(Extra):
    """Says below the title what is still in transit."""

    def __init__(self, editor: Any):
        super().__init__(editor)
        self._shipments: tuple[int, ...] = ()
        editor.shown.connect(self._shown)

    def _shown(self) -> None:
        self.editor.bars.clear(_BAR)
        self._shipments = self._concerned()
        if self._shipments:
            self.editor.operations.read(still_under_way, self.editor.context.queries, self._shipments, done=self._say)

    def _concerned(self) -> tuple[int, ...]:
        return ()

    def _say(self, found: Sequence[str]) -> None:
        if not found:
            return
        what = "、".join(found[:_NAMED]) + ("…" if len(found) > _NAMED else "")
        sources, may = ",".join(map(str, self._shipments)), self.editor.context.actor.may
        links = [(text, partial(self.editor.open_wanted.emit, f"document/{kind}/from-{sources}"))
                 for kind, text in ((RECEIPT, tr("Receive the rest")), (LOSS, tr("Book the rest as loss")))
                 if may(f"{kind}.save")]
        self.editor.bars.show_bar(_BAR, tr("Still in transit: {what}", what=what), Tone.NEUTRAL, links)


class Shipping(_UnderWay):
    """A shipment: where goods lie while they are under way, and what has not arrived."""

    renamed = MappingProxyType({RECEIPT: N_("Receive"), LOSS: N_("Book the rest as loss")})

    def _shown(self) -> None:
        super()._shown()
        editor = self.editor
        if editor.editing and editor.draft.id is None and editor.form.value("to_warehouse_id") is None:
            text = tr("No warehouse is for goods in transit: make one and tick 'Goods in transit'.")
            editor.bars.show_bar(_BAR, text, Tone.WARN, [
                (tr("Warehouses"), partial(editor.open_wanted.emit, "list/record/warehouse"))])

    def _concerned(self) -> tuple[int, ...]:
        facts, draft = self.editor.facts, self.editor.draft
        partly = draft.status is Status.POSTED and getattr(facts, "progress", None) == Progress.PARTLY
        return (draft.id,) if partly else ()


class Arriving(_UnderWay):
    """A receipt that was saved: what of its shipments has not arrived yet."""

    def _concerned(self) -> tuple[int, ...]:
        facts, draft = self.editor.facts, self.editor.draft
        if draft.status is not Status.POSTED or facts is None:
            return ()
        return tuple(link.id for link in facts.upstream if link.kind == SHIPMENT and link.status == Status.POSTED)
