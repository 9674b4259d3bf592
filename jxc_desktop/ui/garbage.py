"""Reference cycles are collected on the UI thread alone.

Python collects in whatever thread happens to allocate. Widgets and their Python halves hold each other in
cycles, and a worker that collects them destroys Qt objects outside their thread: the process dies.
"""

import gc

from PySide6.QtCore import QObject, QTimer

PERIOD = 1000  # ms


class Collector(QObject):
    """Takes the collector's work over for as long as it lives: due generations, at a fixed beat, here."""

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(collect_due)
        self._timer.start(PERIOD)

    def stop(self) -> None:
        """Python collects again as it likes."""
        self._timer.stop()
        gc.enable()


def collect_due() -> None:
    """Collect the oldest generation whose threshold is passed: what Python itself would do."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counts[generation] > thresholds[generation]:
            gc.collect(generation)
            return
