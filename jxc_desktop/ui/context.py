"""What the windows are given by the program that builds them."""

from typing import Any, Protocol

from jxc_desktop.ui.changes import Changes
from jxc_desktop.ui.tasks import TaskRunner


class Settings(Protocol):
    """Small values that outlive the program: per user, or with `pc=True` per computer (window, printer)."""

    def get(self, key: str, default: Any = None, *, pc: bool = False) -> Any: ...

    def set(self, key: str, value: Any, *, pc: bool = False) -> None: ...


class Actor(Protocol):
    """Who works here."""

    @property
    def name(self) -> str: ...


class Context(Protocol):
    """Everything a page may use. `commands` changes the database, `queries` reads it; both run on `tasks`."""

    @property
    def commands(self) -> Any: ...

    @property
    def queries(self) -> Any: ...

    @property
    def tasks(self) -> TaskRunner: ...

    @property
    def changes(self) -> Changes: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def actor(self) -> Actor: ...

    @property
    def company_name(self) -> str: ...

    @property
    def database_label(self) -> str: ...

    @property
    def language(self) -> str: ...
