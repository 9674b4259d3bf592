"""How the program talks to the user, in the order of preference: not at all, a toast, a bar, a question."""

from jxc_desktop.ui.crash import CrashDialog, CrashHandler
from jxc_desktop.ui.dialogs_ask import Answer, Question, ask
from jxc_desktop.ui.info_bar import InfoBar, InfoBars
from jxc_desktop.ui.toast import News, Toast, Toaster, announce

__all__ = ["Answer", "CrashDialog", "CrashHandler", "InfoBar", "InfoBars", "News", "Question", "Toast", "Toaster",
           "announce", "ask"]
