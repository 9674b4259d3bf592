"""What becomes known of lines after they were typed: prices, tax rates, the items of pasted codes."""

from typing import Any, cast

from jxc_desktop.document_types import totals
from jxc_desktop.document_types.schema import Values
from jxc_desktop.i18n import tr
from jxc_desktop.ui.grid_columns import LineColumn
from jxc_desktop.ui.grid_marks import clear, set_mark
from jxc_desktop.ui.line_facts import Wanted


class LineArrivals:
    """A part of the model. It works below the undo stack: the lines in that are these very objects."""

    def ask_prices(self: Any) -> None:
        """Of lines whose item or unit was just chosen."""
        new = [] if self._read_only else [line for line in self.lines if line.get(self.item_name)
                                          and line.get("unit_id") and "proposed" not in line]
        for line in new:
            line["proposed"] = None
        if new:
            self.facts.propose([Wanted(line["key"], line[self.item_name], line["unit_id"]) for line in new],
                               self._take_prices)

    def _take_prices(self: Any, proposals: dict[int, Any]) -> None:
        for line in self.lines:
            proposal = proposals.get(line["key"])
            if proposal is None:
                continue
            item = self.facts.items.get(line[self.item_name])
            if item and self.kind.column("tax_rate") and line.get("tax_rate") is None:
                line["tax_rate"] = item.tax_rate
            line["proposed"] = {"price": proposal.price, "origin": proposal.origin,
                                "date": proposal.date, "number": proposal.number}
            self._read_again(line)
            if self.kind.priced and "proposed" in line and proposal.price is not None \
                    and line.get("price") is None and line.get("amount") is None:
                line["price"] = proposal.price
                line["amount"] = totals.amount_of(line)
        self.ask_prices()  # of units that came to light
        self.say_changed()

    def _read_again(self: Any, line: Values) -> None:
        """A pasted 3箱5瓶 says something once the units of the item are known."""
        column = next((c for c in self.columns if c.key == "quantity"), None)
        if column and (text := line.get("wrong", {}).get("quantity")):
            self.type_into(line, cast(LineColumn, column), text)

    def resolve_items(self: Any, found: dict[str, Any]) -> None:
        """Items of pasted codes."""
        resolved = []
        for line in self.lines:
            text = line.get("wrong", {}).get(self.item_name)
            if text is not None and (hit := found.get(text)):
                self.facts.note(hit)
                clear(line, self.item_name)
                line |= {self.item_name: hit.id, "unit_id": line.get("unit_id") or hit.unit_id}
                resolved.append(line)
            elif text is not None:
                set_mark(line, self.item_name, tr("There is no item {text}", text=text))
        self.ask_prices()
        self.picks.want(resolved)
        self.say_changed()
