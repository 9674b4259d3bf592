"""Every window test starts from the same look, on the bundled fonts, in Chinese."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from jxc_desktop import i18n
from jxc_desktop.ui import theme
from jxc_desktop.ui.tasks import TaskRunner
from tests.company import opened
from tests.ui.demo import DemoContext
from tests.ui.desk import Desk


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    """Light, normal rows; a test may change it."""
    i18n.use_language("zh_CN")
    now, plain = theme.current(), (theme.Mode.LIGHT, theme.Density.NORMAL, 13)
    if (now.wanted, now.density, now.text_size) != plain or not qapp.styleSheet():
        theme.apply(qapp, theme.Mode.LIGHT)


@pytest.fixture
def tasks(qapp: QApplication) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    runner.close()


@pytest.fixture
def demo_context(tasks: TaskRunner) -> DemoContext:
    return DemoContext(tasks)


@pytest.fixture
def desk(sqlite_url: str, tasks: TaskRunner, qtbot: Any, tmp_path: Path) -> Iterator[Desk]:
    """A clerk with a real company; its books are checked at the end."""
    with opened(sqlite_url) as company:
        made = Desk(company, tasks, qtbot, tmp_path / "journal")
        yield made
        made.settle()
        made.journal.close()
