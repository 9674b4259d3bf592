"""Customers' orders: how far stock covers each line, what followed by itself, and what waits for a word."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from jxc_desktop import document_types, values
from jxc_desktop.document_types.schema import Status, Values
from jxc_desktop.i18n import tr
from jxc_desktop.services import followups
from jxc_desktop.services.followups import DELIVERY, REQUEST, Cover
from jxc_desktop.services.queries.flows import OrderFlow
from jxc_desktop.ui import grid_units
from jxc_desktop.ui.documents.extras import Action, Extra
from jxc_desktop.ui.grid_columns import LineColumn
from jxc_desktop.ui.info_bar import Link
from jxc_desktop.ui.table_model import Cell
from jxc_desktop.ui.tokens import Tone

_BAR = "followed"
_FEEDING = frozenset({"stock", REQUEST, DELIVERY, "purchase_order", "company"})


class Ordering(Extra):
    """Asks how an order stands whenever it is shown, and after it was saved."""

    def __init__(self, editor: Any):
        super().__init__(editor)
        self.flow: OrderFlow | None = None
        self._order, self._just_saved = 0, 0
        self._cover: dict[int, Cover] = {}
        editor.lines.looks.own["available"] = self._cell
        editor.saved.connect(self._saved)
        editor.shown.connect(self._shown)

    def actions(self) -> Iterable[Action]:
        e = self.editor
        standing = e.draft.status is Status.POSTED and not e.dirty and not e.saving.busy \
            and e.draft.reversal_of_id is None and e.context.actor.may(e.kind.permission("save"))
        flow = self.flow if standing and self._order == e.draft.id else None
        yield Action(tr("Request what is lacking"), "shopping-cart", self.request, bool(flow and flow.lacking))
        yield Action(tr("Draft the delivery note"), "truck", self.prepare_delivery,
                     bool(flow and flow.held and not flow.drafts))

    def request(self) -> None:
        self._follow(followups.request, REQUEST)

    def prepare_delivery(self) -> None:
        self._follow(followups.prepare_delivery, DELIVERY)

    def committed(self, changes: frozenset[tuple[str, int]]) -> None:
        """Goods came or left, or somebody ordered them."""
        if self._order and self.editor.isVisible() and any(entity in _FEEDING for entity, _ in changes):
            self._read()

    # --- inside

    def _saved(self, saved: Any) -> None:
        self._just_saved = saved.id if saved.status == Status.POSTED else 0

    def _shown(self) -> None:
        draft = self.editor.draft
        self.editor.bars.clear(_BAR)
        self.flow, self._cover = None, {}
        if draft.id is None:
            self._order = self._just_saved  # F9 went on to the next one
        else:
            self._order = draft.id if draft.status is Status.POSTED and draft.reversal_of_id is None else 0
        if self._order:
            self._read()

    def _read(self) -> None:
        order = self._order
        self.editor.operations.read(self.editor.context.queries.order_flow, order,
                                    done=lambda flow: self._take(flow) if order == self._order else None)

    def _take(self, flow: OrderFlow) -> None:
        editor, self.flow = self.editor, flow
        if self._order == editor.draft.id:
            self._cover = {c.line_id: c for c in flow.cover} if flow.reserving else {}
            editor.grid.viewport().update()
        if links := [*self._made(flow), *self._offered(flow)]:
            tone = Tone.WARN if flow.lacking else Tone.ACCENT
            editor.bars.show_bar(_BAR, _told(flow, named=self._order != editor.draft.id), tone, links)
        else:
            editor.bars.clear(_BAR)

    def _made(self, flow: OrderFlow) -> Iterable[Link]:
        """What there is already, to be opened."""
        for link in (*flow.requests, *flow.drafts):
            text = tr("Open {number}", number=link.number) if link.number else tr("Open the delivery draft")
            yield text, partial(self.editor.open_wanted.emit, f"document/{link.kind}/{link.id}")

    def _offered(self, flow: OrderFlow) -> Iterable[Link]:
        """What the company wants to be asked about."""
        if not self.editor.context.actor.may(self.editor.kind.permission("save")):
            return
        if flow.lacking and flow.settings["follow_request"] != "off":
            yield tr("Request what is lacking"), self.request
        if flow.held and not flow.drafts and flow.settings["follow_delivery"] != "off":
            yield tr("Draft the delivery note"), self.prepare_delivery

    def _follow(self, command: Callable[..., Any], kind: str) -> None:
        def done(outcome: Any) -> None:
            if saved := outcome.value:
                name = " ".join(p for p in (tr(document_types.BY_KEY[kind].title), saved.number) if p)
                self.editor.toaster.show(tr("{what} made", what=name), tr("Open it"), partial(
                    self.editor.open_wanted.emit, f"document/{kind}/{saved.id}"))
            self._read()

        self.editor.operations.execute(command, self._order, done=done)

    def _cell(self, line: Values, column: LineColumn) -> Cell:
        """The stock, with how far it covers a line of an order that stands."""
        usual: Cell = self.editor.lines.looks.stock(line)
        cover = None if self.editor.editing else self._cover.get(line.get("id") or 0)
        unit = self.editor.line_facts.unit(line)
        if cover is None or unit is None:
            return usual
        if cover.held >= cover.open:
            return Cell(usual.text, Tone.OK, tr("enough"))
        missing = values.grouped(grid_units.per_unit(cover.open - cover.held, unit))
        if cover.held:
            return Cell(usual.text, Tone.WARN, tr("partly, {count} short", count=missing))
        return Cell(usual.text, Tone.BAD, tr("none, {count} short", count=missing))


def _told(flow: OrderFlow, *, named: bool) -> str:
    """How the order stands, in one sentence."""
    enough = sum(c.held >= c.open for c in flow.cover)
    partly = sum(bool(c.held) and c.held < c.open for c in flow.cover)
    none = len(flow.cover) - enough - partly
    parts = [text for count, text in (
        (enough, tr("{count} line(s) covered", count=enough)), (partly, tr("{count} partly", count=partly)),
        (none, tr("{count} not at all", count=none))) if count]
    told = [tr("Stock: {cover}", cover=tr(", ").join(parts))] if parts and flow.reserving else []
    if flow.requests:
        told.append(tr("requested with {numbers}", numbers=tr(", ").join(link.number for link in flow.requests)))
    if flow.drafts:
        told.append(tr("the delivery is drafted"))
    return (f"{flow.number}  " if named else "") + tr("; ").join(told)
