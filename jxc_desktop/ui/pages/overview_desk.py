"""The overview: the day's figures, what to go on with, what is short, how sales go."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtWidgets import QHBoxLayout

from jxc_desktop import document_types, values
from jxc_desktop.i18n import N_, tr
from jxc_desktop.services.queries.desks.flow import OPEN, Count, DraftRow, Pending
from jxc_desktop.ui import theme
from jxc_desktop.ui.charts import Bar, BarList, Figure, LineChart, Point
from jxc_desktop.ui.journal import Kept
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages.desk_alerts import alert_rows
from jxc_desktop.ui.pages.desk_parts import Alarm, Alarms, DeskView, link, titled
from jxc_desktop.ui.pages.short_list import ShortList, ShortRow
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import label

_CACHE, _SHOWN = "home/figures", 8
_FIGURES = (  # (key, title, icon, what it opens)
    ("sales", N_("Sales today"), "truck", "list/document/delivery_note"),
    ("receipts", N_("Received today"), "package-plus", "list/document/goods_receipt"),
    ("orders", N_("Open sales orders"), "file-text", "list/document/sales_order"),
    ("low", N_("Low stock"), "triangle-alert", "stock"),
)
_STEPS = (  # what new books need, in this order
    (N_("Fill in the company"), "record/company/1"), (N_("Import items from Excel"), "import"),
    (N_("Enter partners"), "list/record/partner"), (N_("Enter opening stock"), "document/opening_stock/new"),
    (N_("Write the first delivery note"), "document/delivery_note/new"),
)


@dataclass(frozen=True)
class Overview:
    """Everything the page shows, read in one go."""

    figures: dict[str, Any]
    drafts: list[DraftRow]
    alerts: list[Any]
    pending: Pending
    waiting: int  # for this person's word


def read(queries: Any) -> Overview:
    """On a worker."""
    alerts = queries.alerts() if queries.actor.may("item.see") else []
    return Overview(queries.home(), queries.drafts(_SHOWN), alerts, queries.pending(), queries.counts().waiting)


class OverviewDesk(DeskView):
    """Opens with the figures of last time and their time, then shows those of now."""

    def __init__(self, page: PageWidget):
        super().__init__(page)
        self._session: Any = page.context
        self._figures: dict[str, Figure] = {}
        self.alarms = Alarms()
        self.body.addWidget(self.alarms)
        self.body.addLayout(self._build_figures())
        self.body.addLayout(self._build_lists(), 4)
        self.body.addLayout(self._build_charts(), 5)
        self._show_cached()

    def question(self) -> Callable[[], Overview]:
        return partial(read, self.context.queries)

    # --- building

    def _build_figures(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.current().sizes.gap)
        for key, title, icon, opens in _FIGURES:
            figure = self._figures[key] = Figure(tr(title), icon)
            figure.clicked.connect(partial(self.go, opens))
            row.addWidget(figure)
        return row

    def _build_lists(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.current().sizes.gap)
        self._next, self._short = ShortList(self.go), ShortList(self.go)
        self._next_title = label(tr("Continue"), "strong")
        row.addWidget(titled(self._next_title, self._next), 3)
        row.addWidget(titled(label(tr("Alerts"), "strong"), self._short,
                              link(tr("All stock"), partial(self.go, "stock"))), 2)
        return row

    def _build_charts(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.current().sizes.gap)
        self._line, self._total = LineChart(tr("Sales of 30 days")), label("", "caption")
        self._bars = BarList(tr("Best sellers of 30 days"), self.go)
        row.addWidget(titled(label(tr("Sales of 30 days"), "strong"), self._line, self._total), 3)
        row.addWidget(titled(label(tr("Best sellers of 30 days"), "strong"), self._bars,
                              link(tr("Sales summary"), partial(self.go, "report/sales_summary"))), 2)
        return row

    # --- showing

    def _show_cached(self) -> None:
        kept = self.context.settings.get(_CACHE) or {}
        for key, figure in self._figures.items():
            texts = kept.get(key)
            if isinstance(texts, list) and len(texts) == 2:
                figure.show_value(str(texts[0]), str(texts[1]))
        self.stamp = str(kept.get("at", ""))

    def show_data(self, data: Overview) -> None:
        home = data.figures
        texts = self._texts(home)
        for key, (value, note) in texts.items():
            tone = Tone.WARN if key == "low" and home["low_stock"] else None
            self._figures[key].show_value(value, note, tone)
        self.context.settings.set(_CACHE, {"at": self.stamp, **{k: list(v) for k, v in texts.items()}})
        self._line.show_points([Point(row["date"], row["total"]) for row in home["sales_by_day"]])
        total = sum((row["total"] for row in home["sales_by_day"]), values.ZERO)
        self._total.setText(tr("{total} in total", total=values.grouped(total, 2)))
        self._bars.show_bars([Bar(row["name"], row["total"], f"record/item/{row['id']}") for row in home["top_items"]])
        self._show_next(data, new=not home["top_items"] and not total)
        self._short.show_rows(alert_rows(data.alerts), tr("All items are within their limits."))
        self._show_alarms(data)

    def _show_alarms(self, data: Overview) -> None:
        found = []
        for count, text, tone, opens, view in (
                (data.waiting, N_("{count} documents wait for your approval"), Tone.BAD, "waiting", ""),
                (data.pending.get(("sales_order", OPEN), Count()).late, N_("{count} sales orders are late"), Tone.BAD,
                 "list/document/sales_order", "late"),
                (data.pending.get(("purchase_order", OPEN), Count()).late, N_(
                    "{count} orders have not come in time"), Tone.BAD, "list/document/purchase_order", "late"),
                (data.figures["low_stock"], N_("{count} items below their reorder point"), Tone.WARN, "stock", "low")):
            if count:
                found.append(Alarm(tr(text, count=count), tone, partial(self.go, opens, view)))
        self.alarms.show_alarms(found)

    def _texts(self, home: dict[str, Any]) -> dict[str, tuple[str, str]]:
        days = [row["total"] for row in home["sales_by_day"]]
        mean = sum(days, values.ZERO) / max(len(days), 1)
        return {
            "sales": (values.grouped(home["sales_today"], 2),
                      tr("{mean} a day on average", mean=values.grouped(values.money(mean), 2))),
            "receipts": (values.grouped(home["receipts_today"], 2),
                         tr("{count} document(s) in draft", count=home["drafts"])),
            "orders": (f"{home['open_sales_orders']:,}",
                       tr("{count} open purchase order(s)", count=home["open_purchase_orders"])),
            "low": (f"{home['low_stock']:,}", tr("items below their reorder point")),
        }

    def _show_next(self, desk: Overview, new: bool) -> None:
        rows = []
        for kept in self._waiting():
            kind, recovered = document_types.BY_KEY[kept.draft.kind], kept.key in self._session.recovered
            detail = tr("recovered, not saved yet") if recovered else tr(
                "typed until {time}, not saved yet", time=f"{kept.at:%H:%M}")
            rows.append(ShortRow(" ".join(p for p in (tr(kind.title), kept.draft.number) if p), detail, "", kept.key,
                                 "rotate-ccw", Tone.WARN, tr("Recovered") if recovered else tr("Unsaved")))
        for row in desk.drafts:
            kind = document_types.BY_KEY[row.kind]
            total = values.grouped(row.total, 2) if row.total else ""
            detail = " · ".join(str(part) for part in (row.partner, row.date, row.made_by) if part)
            rows.append(ShortRow(tr(kind.title), detail, total,
                                 f"document/{kind.key}/{row.id}", kind.icon, Tone.NEUTRAL, tr("Draft")))
        if not rows and new:
            self._next_title.setText(tr("First steps"))
            self._next.show_rows([ShortRow(tr(text), "", "", key, "chevron-right") for text, key in _STEPS])
            return
        self._next_title.setText(tr("Continue"))
        self._next.show_rows(rows[:_SHOWN], tr("Nothing is waiting. Drafts and unsaved documents appear here."))

    def _waiting(self) -> list[Kept]:
        """Documents that were typed and are not saved yet: here, or when the program ended last time."""
        journal = self._session.journal
        return journal.waiting() if journal else []
