"""The viewer of every report: parameters above, the table, the grand total; every row leads to what it is made of."""

import datetime as dt
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from jxc_desktop.document_types.schema import FieldType
from jxc_desktop.i18n import tr
from jxc_desktop.services.exchange import exporting
from jxc_desktop.ui.changes import RefreshOnChange
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages import list_columns, list_export
from jxc_desktop.ui.pages.filters import FROM, PERIODS
from jxc_desktop.ui.pages.report_strip import ReportStrip, read_link
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.table import Table, TableCard
from jxc_desktop.ui.widgets import Button, EmptyState, label

_WIDE = 8  # columns; more are easier to read with every other row tinted


class ReportPage(RefreshOnChange, PageWidget):
    """Key "report/<report>", or "report/<report>?name=value&…" for what a row of another report is made of."""

    open_wanted = Signal(str)

    def __init__(self, context: Context, key: str):
        name, _, query = key.removeprefix("report/").partition("?")
        self.report = next(info for info in context.queries.reports() if info.key == name)
        super().__init__(context, key, tr(self.report.title))
        self.nav_key = f"report/{name}"
        self.table_shown: Any = None
        self._linked = bool(query)
        self._subtitle, self._count = label("", "number"), label("", "caption")
        self.strip = ReportStrip(context, self.report.parameters)
        self.table = Table(f"report/{name}", context.settings)
        self.table.setAccessibleName(tr(self.report.title))
        self.card = TableCard(self.table, footer=True)
        export = Button(tr("Export"), "file-spreadsheet", "Ctrl+E")
        export.clicked.connect(self.export)
        self.body.addLayout(self.head(label(tr(self.report.title), "h1"), self._subtitle, buttons=(export,)))
        self.body.addWidget(self.strip)
        self.body.addWidget(self.card, 1)
        self.strip.changed.connect(self.run)
        self.table.opened.connect(self.drill)
        bind(self, "Ctrl+E", self.export)
        bind(self, "F3", self.strip.focus_first)
        self.set_keys([("Enter", tr("What it is made of")), ("Ctrl+E", tr("Export")), ("F3", tr("Parameters")),
                       ("Ctrl+C", tr("Copy"))])
        self._restore(query)
        self.watch(context.changes)
        self.refresh()

    # --- the protocol of pages

    def focus_first(self) -> None:
        self.table.setFocus()

    def refresh(self) -> None:
        self.operations.read(self.context.queries.report, self.report.key, self.strip.values(), done=self._show)

    # --- running

    def run(self) -> None:
        """Something else is asked for."""
        if self.strip.fault():
            return
        if not self._linked:
            self._keep()
        self.refresh()

    def drill(self, index: QModelIndex) -> None:
        """Open what the figures of a row are made of."""
        if link := self.table.rows_model().row(index).get("link"):
            self.open_wanted.emit(link)

    def _show(self, report: Any) -> None:
        self.table_shown = report
        self._subtitle.setText(report.subtitle)
        now = [c.key for c in self.table.rows_model().columns] if self.table.model() else []
        if now != [c.key for c in report.columns]:  # else a refresh keeps place and sorting
            columns = [list_columns.column_of(c) for c in report.columns]
            self.table.setModel(list_columns.ListModel(columns, parent=self.table))
            self.card.footer.follow_selection()  # type: ignore[union-attr]
            self.table.zebra = len(columns) > _WIDE
        self.table.rows_model().replace(report.rows)
        self._show_totals(report)
        empty = tr(self.report.hint) if self.report.hint and not report.rows else tr("Nothing in this period fits")
        self.table.set_empty(None if report.rows else EmptyState("chart-column", empty))

    def _show_totals(self, report: Any) -> None:
        rates = {c.key for c in report.columns if c.kind == "rate"}
        shown = {k: f"{v * 100:.2f}%" if k in rates and v is not None else v for k, v in report.totals.items()}
        caption = tr("{count} rows", count=f"{len(report.rows):,}")
        self.card.footer.show_sums({k: v for k, v in shown.items() if v is not None}, caption)  # type: ignore[union-attr]

    # --- export

    def export(self) -> None:
        """The same as a workbook: true numbers, in the order of the screen."""
        if self.table_shown is None:
            return
        path = list_export.ask_path(self, f"{self.title} {dt.date.today()}.xlsx")
        if path:
            shown = type(self.table_shown)(self.table_shown.title, self.table_shown.columns,
                                           list(self.table.rows_model().rows), self.table_shown.totals,
                                           self.table_shown.subtitle)
            self.operations.read(exporting.export_report, shown, path, done=lambda _: list_export.toast(
                self, tr("Exported to {file}", file=Path(path).name), tr("Open it"),
                lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(path))))

    # --- what was asked last time

    @property
    def _state_key(self) -> str:
        return f"report/{self.report.key}"

    def _restore(self, query: str) -> None:
        if query:
            self.strip.fill(read_link(query, self.report.parameters))
            return
        kept = self.context.settings.get(self._state_key) or {}
        preset = str(kept.get("preset", "month"))
        choices = {f.name: dict(f.choices) for f in self.report.parameters if f.type is FieldType.CHOICE}
        values = {name: kept[name] for name, known in choices.items() if kept.get(name) in known}
        self.strip.fill(values, preset if preset in dict(PERIODS) else "month")
        if FROM not in self.strip.editors:
            self.strip.fill(values)

    def _keep(self) -> None:
        values = self.strip.values()
        kept = {f.name: values[f.name] for f in self.report.parameters
                if f.type is FieldType.CHOICE and f.name in values}
        self.context.settings.set(self._state_key, {"preset": self.strip.preset or "month", **kept})
