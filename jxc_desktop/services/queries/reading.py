"""What all parts of the read side stand on: short transactions for one actor."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from jxc_desktop.errors import PermissionDenied
from jxc_desktop.services import database
from jxc_desktop.services.unit_of_work import Actor


class Reading:
    """Reads for one actor, in a transaction for each question."""

    def __init__(self, engine: Engine, actor: Actor):
        self._engine, self.actor = engine, actor

    @contextmanager
    def _reading(self, permission: str | None = None) -> Iterator[Connection]:
        if permission and not self.actor.may(permission):
            raise PermissionDenied(actor=self.actor.name, permission=permission)
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise database.translated(error) from error
