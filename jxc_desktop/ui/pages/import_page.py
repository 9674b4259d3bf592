"""Import in four steps, back always possible: choose a file, match columns, check, save in one transaction."""

import hashlib
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget

from jxc_desktop import document_types
from jxc_desktop.errors import Cancelled, InvalidDraft, UserError
from jxc_desktop.i18n import tr
from jxc_desktop.services.exchange.importing import ImportPlan
from jxc_desktop.ui.context import Context
from jxc_desktop.ui.page import PageWidget
from jxc_desktop.ui.pages import import_work as work
from jxc_desktop.ui.pages.import_check import CheckStep
from jxc_desktop.ui.pages.import_choose import ChooseStep, filter_text, remembered_folder
from jxc_desktop.ui.pages.import_done import DoneStep
from jxc_desktop.ui.pages.import_mapping import MapStep
from jxc_desktop.ui.pages.import_work import Loaded
from jxc_desktop.ui.pages.step_bar import StepBar
from jxc_desktop.ui.shortcuts import bind
from jxc_desktop.ui.tasks import Ticket
from jxc_desktop.ui.tokens import Tone
from jxc_desktop.ui.widgets import Button, Role, label

CHOOSE, MAP, CHECK, DONE = range(4)
FAULT, NEWS = "operation", "news"
_FOLDER = "import_folder"


class ImportPage(PageWidget):
    """Key "import", or "import/<type>" to begin with that type."""

    open_wanted = Signal(str)

    def __init__(self, context: Context, key: str):
        super().__init__(context, key, tr("Import from Excel"))
        self.nav_key = "import"
        self.loaded: Loaded | None = None
        self._path, self._at = "", CHOOSE
        self._running: Ticket | None = None
        self.map: MapStep | None = None
        self.choose = ChooseStep(self._kinds(), key.partition("/")[2])
        self.check, self.done = CheckStep(), DoneStep()
        self.steps = StepBar([tr("Choose a file"), tr("Match columns"), tr("Check"), tr("Import")])
        self.stack = QStackedWidget()
        for step in (self.choose, self.check, self.done):
            self.stack.addWidget(step)
        self.back, self.forward = Button(tr("Previous step"), "chevron-left"), Button("", role=Role.PRIMARY)
        foot = QHBoxLayout()
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.forward)
        self.body.addLayout(self.head(label(tr("Import from Excel"), "h1")))
        self.body.addWidget(self.steps)
        self.body.addWidget(self.stack, 1)
        self.body.addLayout(foot)
        self._connect()
        self.show_step(CHOOSE)

    def focus_first(self) -> None:
        if self._at == CHOOSE:
            self.choose.focus_first()
        else:
            self.forward.setFocus()

    def close_requested(self) -> bool:
        """A running import has to be cancelled first."""
        return self._running is None

    # --- steps

    def show_step(self, at: int) -> None:
        self._at = at
        steps = {CHOOSE: self.choose, MAP: self.map, CHECK: self.check, DONE: self.done}
        self.stack.setCurrentWidget(steps[at] or self.choose)
        self.steps.show_step(at)
        self.back.setVisible(at in (MAP, CHECK))
        self.forward.setVisible(at in (MAP, CHECK))
        self.set_dirty(at in (MAP, CHECK))
        self._show_forward()
        keys = {CHOOSE: [("Ctrl+O", tr("Choose file…")), ("Ctrl+V", tr("Paste from Excel"))],
                MAP: [("Ctrl+Enter", tr("Check"))], CHECK: [("Ctrl+Enter", tr("Import"))], DONE: []}
        self.set_keys(keys[at])

    def go_on(self) -> None:
        """The primary button."""
        if self._at == MAP:
            self.plan()
        elif self._at == CHECK and self.check.ready:
            self.carry_out()

    def go_back(self) -> None:
        self.bars.clear(FAULT)
        self.show_step(max(self._at - 1, CHOOSE))

    # --- reading

    def read_file(self, path: str, sheet: str | None = None) -> None:
        """Read a table and go on to its columns."""
        self._path = path
        self.operations.read(work.load, self.choose.kind, self.context.queries.features, path, sheet, done=self._take)

    def paste(self) -> None:
        text = QGuiApplication.clipboard().text()
        if text.strip():
            self.operations.read(work.load_text, self.choose.kind, self.context.queries.features, text, done=self._take)

    def _take(self, loaded: Loaded) -> None:
        self.bars.clear(FAULT)
        self.loaded = loaded
        if self.map:
            self.stack.removeWidget(self.map)
            self.map.deleteLater()
        remembered = self.context.settings.get(self._memory(loaded)) or {}
        self.map = MapStep(self.context, loaded, {k: v for k, v in remembered.items() if isinstance(v, str)})
        self.map.sheet_wanted.connect(lambda sheet: self.read_file(self._path, sheet))
        self.map.changed.connect(self._show_forward)
        self.stack.addWidget(self.map)
        if loaded.raw.warnings:
            self.bars.show_bar(NEWS, "\n".join(loaded.raw.warnings), Tone.WARN)
        else:
            self.bars.clear(NEWS)
        self.show_step(MAP)

    # --- checking

    def plan(self) -> None:
        """Check every row without saving anything."""
        if not self.map or not self.loaded:
            return
        if missing := self.map.missing():
            self.bars.show_bar(FAULT, tr("These fields need a column: {fields}", fields="、".join(missing)), Tone.BAD)
            return
        columns = self.map.columns()
        self.context.settings.set(self._memory(self.loaded), self.map.headers_of())
        self.operations.read(work.plan, self.context.queries, self.loaded, columns, self.map.options(),
                             done=partial(self._planned, columns))

    def _planned(self, columns: dict[str, int], plan: ImportPlan) -> None:
        self.bars.clear(FAULT)
        assert self.loaded
        self.check.show_plan(self.loaded, plan, columns)
        self.show_step(CHECK)
        if plan.warnings:
            self.bars.show_bar(NEWS, "\n".join((*self.loaded.raw.warnings, *plan.warnings)), Tone.WARN)

    # --- saving

    def carry_out(self) -> None:
        """Save all sound rows in one transaction."""
        plan = self.check.plan
        assert plan
        self.show_step(DONE)
        self.done.begin(plan.created + plan.updated)
        self._running = self.context.tasks.run(
            work.carry_out, self.context.commands, plan, uuid.uuid4().hex, progress=self.done.show_progress,
            done=partial(self._saved, plan), failed=partial(self._refused, plan))

    def _saved(self, plan: ImportPlan, outcome: Any) -> None:
        self._running = None
        self.context.changes.publish(outcome.changes, self)
        self.done.finish(plan.created, plan.updated, plan.faulty)

    def _refused(self, plan: ImportPlan, error: Exception) -> None:
        self._running = None
        self.show_step(CHECK)
        if isinstance(error, InvalidDraft) and self.map and self.loaded:
            self.check.show_plan(self.loaded, work.with_faults(plan, error), self.map.columns())
            self._show_forward()
        if not isinstance(error, UserError):
            raise error
        tone = Tone.NEUTRAL if isinstance(error, Cancelled) else Tone.BAD
        self.bars.show_bar(FAULT, error.text(), tone)

    def _cancel(self) -> None:
        if self._running:
            self._running.cancel()

    # --- files

    def browse(self) -> None:
        folder = self.context.settings.get(_FOLDER, "", pc=True)
        path, _ = QFileDialog.getOpenFileName(self, tr("Choose a file"), folder, filter_text())
        if path:
            self.context.settings.set(_FOLDER, remembered_folder(path), pc=True)
            self.read_file(path)

    def write_template(self) -> None:
        kind = self.choose.kind
        path, _ = QFileDialog.getSaveFileName(self, tr("Template"), f"{work.title_of(kind)}.xlsx", "Excel (*.xlsx)")
        if path:
            self.operations.read(work.write_template, kind, self.context.queries.features, path,
                                 done=lambda _: self._written(path))

    def export_faults(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, tr("Export the faulty rows"), tr("Faulty rows") + ".xlsx",
                                              "Excel (*.xlsx)")
        if path and self.loaded:
            self.operations.read(work.write_faults, self.loaded, self.check.faulty_rows(), path,
                                 done=lambda _: self._written(path))

    def _written(self, path: str) -> None:
        self.bars.show_bar(NEWS, tr("Exported to {file}", file=path), Tone.OK)

    # --- inside

    def _kinds(self) -> list[tuple[str, str]]:
        may = self.context.actor.may  # type: ignore[attr-defined]
        kinds: list[Any] = [*(r for r in document_types.RECORDS if not r.single), *document_types.ALL]
        return [(kind.key, tr(kind.title)) for kind in kinds if may(kind.permission("import"))]

    def _memory(self, loaded: Loaded) -> str:
        """Where the columns of files with these headings are remembered."""
        headings = hashlib.sha256("\n".join(loaded.raw.headers).encode()).hexdigest()[:16]
        return f"import/{loaded.kind}/{headings}"

    def _connect(self) -> None:
        choose, check = self.choose, self.check
        choose.file_chosen.connect(self.read_file)
        choose.browse_wanted.connect(self.browse)
        choose.paste_wanted.connect(self.paste)
        choose.template_wanted.connect(self.write_template)
        check.changed.connect(self._show_forward)
        check.export_wanted.connect(self.export_faults)
        self.done.cancel_wanted.connect(self._cancel)
        self.done.again_wanted.connect(partial(self.show_step, CHOOSE))
        self.done.list_wanted.connect(self._open_list)
        self.back.clicked.connect(lambda *_: self.go_back())
        self.forward.clicked.connect(lambda *_: self.go_on())
        keys: dict[str, Callable[[], object]] = {"Ctrl+O": self.browse, "Ctrl+V": self._paste_key,
                                                 "Ctrl+Return": self.go_on}
        for key, call in keys.items():
            bind(self, key, call)

    def _paste_key(self) -> None:
        if self._at == CHOOSE:
            QTimer.singleShot(0, self.paste)

    def _open_list(self) -> None:
        assert self.loaded
        family = "record" if self.loaded.kind in document_types.RECORDS_BY_KEY else "document"
        self.open_wanted.emit(f"list/{family}/{self.loaded.kind}")

    def _show_forward(self) -> None:
        plan = self.check.plan
        if self._at == MAP:
            self.forward.setText(tr("Check"))
            self.forward.setEnabled(True)
        elif self._at == CHECK and plan:
            self.forward.setText(tr("Import {count} rows", count=f"{plan.created + plan.updated:,}"))
            self.forward.setEnabled(self.check.ready)
        self.forward.updateGeometry()
