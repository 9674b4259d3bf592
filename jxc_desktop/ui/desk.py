"""What makes a window the program: its pages, palette, badges, menu; made once the books are open."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel, QWidget

from jxc_desktop import document_types
from jxc_desktop.i18n import tr
from jxc_desktop.ui import finder, menu
from jxc_desktop.ui.main_window import MainWindow
from jxc_desktop.ui.page_protocol import optional
from jxc_desktop.ui.palette import PaletteHit
from jxc_desktop.ui.session import Session
from jxc_desktop.ui.stepping import Stepping
from jxc_desktop.ui.tokens import Tone

FEEDING_BADGES = frozenset({"alert", "item", "notice", "approval_rule", "flow_rule", *document_types.BY_KEY})


class Shell(Protocol):
    """What the program does for its windows."""

    def ask_for_books(self, reason: str = "", address: str = "") -> None: ...

    def use_actor(self, actor: Any) -> None: ...

    def use_language(self, language: str) -> None: ...

    def rebuild(self) -> None: ...

    def show_settings(self) -> None: ...


class Desk(QObject):
    """Furnishes one window."""

    def __init__(self, window: MainWindow, session: Session, shell: Shell):
        super().__init__(window)
        self.window, self.session, self._shell = window, session, shell
        self._stepping = Stepping(window)
        self._panel: Any = None
        self._features = frozenset[str]()  # that the pages were made for

    def furnish(self) -> None:
        """The books are open: everything can be made now."""
        self._features = self.session.queries.features
        self.window.navigation.set_groups(
            menu.groups(self.session.actor.may, self._shell.show_settings, self._features))
        for prefix, make in self._makers().items():
            self.window.register_page(prefix, make)
        finder.Finder(self.session, self.open, self._functions(), parent=self).attach(self.window.palette_)
        self.window.top.alerts_asked.connect(self.show_alerts)
        self.window.user_actions = self._user_actions()
        self.window.closing.connect(self.keep_drafts)
        self.window.workspace.page_closed.connect(self._page_closed)
        self.session.changes.committed.connect(self._changed)
        self.show_connection(True)
        self._count_alerts()
        self._adopt_drafts()

    def open(self, key: str) -> Any:
        """Bring a page to the front."""
        return self.window.open_page(key)

    def show_connection(self, connected: bool) -> None:
        host = self.session.host
        if not connected:
            self.window.top.set_connection(tr("Connection lost, trying again"), Tone.BAD)
        else:
            self.window.top.set_connection(tr("Connected to {host}", host=host) if host else tr("This PC"), Tone.OK)

    def tell_of_clock(self, off: dt.timedelta) -> None:
        """This PC's clock is wrong, and with it the dates of what is entered here."""
        minutes = round(abs(off).total_seconds() / 60)
        text = tr("The clock of this PC is {minutes} minutes ahead of the server's; documents would get wrong dates. "
                  "Please set it right", minutes=minutes) if off > dt.timedelta() else tr(
            "The clock of this PC is {minutes} minutes behind the server's; documents would get wrong dates. "
            "Please set it right", minutes=minutes)
        self.window.current_page.bars.show_bar("clock", text, Tone.WARN)

    def ask_company(self) -> None:
        """New books: who are we?"""
        from jxc_desktop.ui.dialogs.company import CompanyDialog

        CompanyDialog(self.window, self.session, self.window.refresh).open()

    def keep_drafts(self) -> None:
        """Put what is being typed into the journal; it comes back with its tab."""
        for key in self.window.workspace.keys:
            if page := self.window.workspace.page(key):
                optional(page, "close_requested", lambda: True)()

    def leave(self) -> None:
        """The window goes: pages keep their drafts and hear nothing any more."""
        self.keep_drafts()
        for key in self.window.workspace.keys:
            if page := self.window.workspace.page(key):
                optional(page, "closed", lambda: None)()

    # --- pages

    def _makers(self) -> dict[str, Callable[[str], QWidget]]:
        from jxc_desktop.ui.pages import makers

        return {prefix: partial(self._make, make) for prefix, make in makers.BY_PREFIX.items()}

    def _make(self, make: Callable[[Session, str], Any], key: str) -> QWidget:
        page = make(self.session, key)
        for name, call in (("open_wanted", partial(self._open_from, page)), ("print_wanted", self.print),
                           ("export_wanted", self.export), ("step_wanted", partial(self._stepping.step, page))):
            if signal := optional(page, name):
                signal.connect(call)
        return page

    def _open_from(self, page: Any, key: str) -> None:
        self._stepping.opened(key, page)
        self.open(key)

    def print(self, document_ids: Sequence[int], preview: bool) -> None:
        """The preview, or at once to the printer that this PC remembers."""
        from jxc_desktop.ui.pages.print_page import DirectPrint

        key = "print/" + ",".join(map(str, document_ids))
        if preview:
            self.open(key)
        else:
            DirectPrint(self.window.current_page, self.session, partial(self.open, key),
                        self.window.toast).print(document_ids)

    def export(self, document_id: int) -> None:
        from jxc_desktop.ui.pages.print_page import export_document

        export_document(self.window.current_page, self.session, document_id, self.window.toast)

    # --- alerts

    def show_alerts(self) -> None:
        from jxc_desktop.ui.pages.alerts_panel import AlertsPanel

        if self._panel is None:
            self._panel = AlertsPanel(self.session, self.window)
            self._panel.open_wanted.connect(self.open)
        self._panel.popup(self.window.top.bell)

    def _changed(self, changes: frozenset[tuple[str, int]], initiator: object) -> None:
        entities = {entity for entity, _ in changes}
        if entities & FEEDING_BADGES:
            self._count_alerts()
        if "company" in entities:
            self.session.tasks.run(self.session.queries.company, done=self._show_company,
                                   failed=lambda error: None, write=False)

    def _show_company(self, company: dict[str, Any]) -> None:
        """The company has another name, or uses more or less than before."""
        self.session.company_name = company["name"]
        if self.session.queries.features != self._features:
            self._shell.rebuild()
            return
        shown = self.window.top.findChild(QLabel, "company")
        assert isinstance(shown, QLabel)
        shown.setText(company["name"])
        self.window.setWindowTitle(f"{company['name']} - JXC Desktop")

    def _count_alerts(self) -> None:
        self.session.tasks.run(self.session.queries.counts, done=self._show_counts,
                               failed=lambda error: None, write=False)

    def _show_counts(self, counts: Any) -> None:
        """At the bell, and in the navigation where somebody is awaited."""
        self.window.top.set_alerts(counts.alerts + counts.told, Tone.WARN)
        shown = {key for group in self.window.navigation.groups for key in (group.key, *(e.key for e in group.entries))}
        badges = {"stock": counts.alerts, "workflow": counts.waiting, f"nav/{menu.WAITING}": counts.waiting}
        for key in badges.keys() & shown:
            self.window.set_badge(key, badges[key])

    # --- menu and palette

    def _user_actions(self) -> list[tuple[str, Callable[[], object]]]:
        actions: list[tuple[str, Callable[[], object]]] = [
            (tr("Switch user…"), self.show_users), (tr("Other books…"), lambda: self._shell.ask_for_books()),
            (tr("Settings…"), self._shell.show_settings), (tr("About JXC Desktop"), self.show_about),
            (tr("Quit"), self.window.close)]
        return actions if len(self.session.users) > 1 else actions[1:]

    def _functions(self) -> list[PaletteHit]:
        may = self.session.actor.may
        made = finder.new_functions(may, self.open)
        for text, call in self._user_actions():
            made.append(PaletteHit(text.rstrip("…"), tr("Program"), "settings", run=call))
        for group in self.window.navigation.groups:
            for entry in group.entries:
                made.append(PaletteHit(tr(entry.title), tr(group.title), group.icon,
                                       run=partial(self.open, str(entry.opens))))
        return made

    def show_users(self) -> None:
        from jxc_desktop.ui.dialogs.user import UserDialog

        UserDialog(self.window, self.session, self._shell.use_actor).open()

    def show_about(self) -> None:
        from jxc_desktop.ui.dialogs.about import AboutDialog

        AboutDialog(self.window, self.session).open()

    # --- what was typed and not saved

    def _page_closed(self, page: Any) -> None:
        """Nothing is asked when a tab is closed; what was typed in it is not gone."""
        if self.session.journal and any(kept.key == page.key for kept in self.session.journal.waiting()):
            self.window.toast(tr("Kept; the home page lists it"), tr("Show"), partial(self.open, page.key))

    def _adopt_drafts(self) -> None:
        """Take them into our own journal, where the editors find them; home lists them."""
        journal, found = self.session.journal, []
        for kept in journal.recover() if journal else ():
            journal.write(kept.path.stem, kept.draft, kept.save_key)
            kept.forget()
            found.append(kept)
        if found:
            self.session.recovered += [kept.key for kept in found]
            self.session.tasks.run(self.session.queries.saved_with, [kept.save_key for kept in found],
                                   done=partial(self._tell_recovered, found),
                                   failed=lambda error: self._tell_recovered(found, {}), write=False)

    def _tell_recovered(self, found: Sequence[Any], known: Mapping[str, Any]) -> None:
        """Some may have been saved, and the program ended before it said so."""
        unsaved = [kept.key for kept in found if not known.get(kept.save_key)]
        for kept in found:
            if saved := known.get(kept.save_key):
                self._forget_saved(kept, saved)
        if unsaved:
            text = tr("{count} unsaved document(s) recovered", count=len(unsaved))
            self.window.toast(text, tr("Show"), partial(self.open, unsaved[0]))

    def _forget_saved(self, kept: Any, saved: Any) -> None:
        if kept.key in self.window.workspace.keys:
            return  # its page says so
        self.session.journal.discard(kept.path.stem)
        self.session.recovered.remove(kept.key)
        text = tr("{number} was saved before the program ended", number=saved.number or tr("Draft"))
        self.window.toast(text, tr("Show"), partial(self.open, f"document/{saved.kind}/{saved.id}"))
        self.window.refresh()
