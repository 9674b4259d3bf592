"""A window in a process of its own, timed to its first paint. Run by bench.startup.

python -m bench.window STARTED bare | program FOLDER DATABASE: STARTED is the parent's time.monotonic().
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def tell_first_paint(app: Any, started: float) -> Any:
    """Print [wall, cpu] in ms once a window has been painted, and end; keep what is returned."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    class Watch(QObject):
        done = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() is QEvent.Type.Paint and not self.done:
                self.done = True
                QTimer.singleShot(0, told)  # when the window has gone through all of its widgets
            return False

    def told() -> None:
        took = (time.monotonic() - started) * 1000, time.process_time() * 1000
        print(json.dumps(took), flush=True)
        app.quit()

    watch = Watch(app)
    app.installEventFilter(watch)
    return watch


def bare(started: float) -> None:
    """What Qt needs by itself to show an empty window of the same size."""
    from PySide6.QtWidgets import QApplication, QWidget

    app = QApplication(sys.argv[:1])
    watch = tell_first_paint(app, started)
    window = QWidget()
    window.resize(1366, 768)
    window.show()
    app.exec()
    del watch


def program(started: float, folder: str, address: str) -> None:
    """The program as `main.py --db` starts it, with settings of its own."""
    gc.disable()  # as app.main does before it imports the windows, which are imported earlier here
    from jxc_desktop.ui import program as ours

    folders, watches = ours.Folders(Path(folder), Path(folder) / "jxc.db"), []
    make, ours.folders = ours.make_application, lambda: folders

    def make_and_watch() -> Any:
        app = make()
        watches.append(tell_first_paint(app, started))
        return app

    ours.make_application = make_and_watch
    from jxc_desktop.app import main

    main(["gui", "--db", address])


ROLES: dict[str, Callable[..., None]] = {"bare": bare, "program": program}

if __name__ == "__main__":
    ROLES[sys.argv[2]](float(sys.argv[1]), *sys.argv[3:])
