"""Who works here: the employees, with the rights of their roles."""

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from jxc_desktop.document_types import RECORDS_BY_KEY
from jxc_desktop.i18n import tr
from jxc_desktop.services.access import ROLES
from jxc_desktop.ui.dialogs.choice import Choice, Choices
from jxc_desktop.ui.dialogs.frame import FrameDialog
from jxc_desktop.ui.session import Session
from jxc_desktop.ui.widgets import Button, Role


def role_title(actor: Any) -> str:
    """The name of the role that has exactly these rights."""
    titles = dict(RECORDS_BY_KEY["employee"].field("role").choices)
    key = next((key for key, rights in ROLES.items() if rights == actor.permissions), "")
    return tr(titles[key]) if key in titles else ""


class UserDialog(FrameDialog):
    """Calls `use(actor)` with the one chosen."""

    def __init__(self, parent: QWidget | None, session: Session, use: Callable[[Any], object]):
        super().__init__(parent, session, tr("Switch user"), tr(
            "Open tabs stay; what is being typed is kept for whoever comes back."))
        self._use = use
        self.setMinimumWidth(380)
        self.choices = Choices([Choice(str(n), actor.name, role_title(actor), "user")
                                for n, actor in enumerate(session.users)])
        now = next((n for n, actor in enumerate(session.users) if actor == session.actor), 0)
        self.choices.choose(str(now))
        self.body.addWidget(self.choices)
        self.body.addStretch(1)
        cancel = Button(tr("Cancel"), key_hint="Esc")
        cancel.clicked.connect(self.reject)
        ok = Button(tr("Work as this user"), role=Role.PRIMARY, key_hint="Enter")
        ok.clicked.connect(self.accept)
        self.add_buttons(cancel, ok)
        self.choices.choices[now].setFocus()

    def accept(self) -> None:
        super().accept()
        chosen = self.session.users[int(self.choices.current)]
        if chosen != self.session.actor:
            self._use(chosen)
