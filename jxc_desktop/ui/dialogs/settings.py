"""Settings: sections at the left, a search on top; every change applies at once."""

from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from jxc_desktop.i18n import LANGUAGES, tr
from jxc_desktop.settings import DECLARED, Setting
from jxc_desktop.ui.dialogs.frame import FrameDialog
from jxc_desktop.ui.session import Session
from jxc_desktop.ui.user_menu import LANGUAGE, apply_look
from jxc_desktop.ui.widgets import Button, Card, SearchBox, label

_EDITOR = 220


class Languages(Protocol):
    def use_language(self, language: str) -> None: ...


class SettingsDialog(FrameDialog):
    """Made from the declarations: a setting with a title appears by itself."""

    def __init__(self, parent: QWidget | None, session: Session, shell: Languages):
        super().__init__(parent, session, tr("Settings"))
        self._shell = shell
        self.resize(640, 624)
        self.search = SearchBox(tr("Search settings"))
        self.search.textChanged.connect(self._filter)
        self.body.addWidget(self.search)
        self._rows: list[tuple[str, Card, list[QWidget]]] = []
        self.editors: dict[str, Any] = {}
        self._build()
        close = Button(tr("Close"), key_hint="Esc")
        close.clicked.connect(self.accept)
        self.add_buttons(close)
        self.search.setFocus()

    def _build(self) -> None:
        inner = QWidget()
        inner.setObjectName("canvas")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for group in dict.fromkeys(s.group for s in DECLARED if s.title):
            column.addWidget(self._card(group))
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        self.body.addWidget(area, 1)

    def _card(self, group: str) -> Card:
        card, grid = Card(), QGridLayout()
        card.body.addWidget(label(tr(group), "strong"))
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(2, _EDITOR)
        for row, setting in enumerate(s for s in DECLARED if s.title and s.group == group):
            name, editor = label(tr(setting.title)), self._editor(setting)
            where = label(tr("on this PC") if setting.pc else "", "hint")
            for place, widget in enumerate((name, where, editor)):
                grid.addWidget(widget, row, place)
            name.setBuddy(editor)
            editor.setAccessibleName(tr(setting.title))
            self.editors[setting.key] = editor
            self._rows.append((f"{tr(setting.title)} {tr(group)}".lower(), card, [name, where, editor]))
        card.body.addLayout(grid)
        return card

    def _editor(self, setting: Setting) -> QWidget:
        value = self.session.settings.get(setting.key)
        if bool in setting.kinds:
            box = QCheckBox()
            box.setChecked(bool(value))
            box.toggled.connect(lambda on: self._set(setting, on))
            return box
        choice = QComboBox()
        choice.setMinimumWidth(_EDITOR)
        for stored, title in setting.choices:
            choice.addItem(title if stored in LANGUAGES else tr(title), stored)
        choice.setCurrentIndex(max(0, choice.findData(value)))
        choice.activated.connect(lambda at: self._set(setting, choice.itemData(at)))
        return choice

    def _set(self, setting: Setting, value: Any) -> None:
        if setting.key == LANGUAGE:
            self.accept()
            self._shell.use_language(value)
            return
        self.session.settings.set(setting.key, value)
        if setting.key.startswith("look/"):
            apply_look(self.session)

    def _filter(self, text: str) -> None:
        shown: set[Card] = set()
        for words, card, widgets in self._rows:
            fits = text.strip().lower() in words
            for widget in widgets:
                widget.setVisible(fits)
            if fits:
                shown.add(card)
        for _, card, _ in self._rows:
            card.setVisible(card in shown)
