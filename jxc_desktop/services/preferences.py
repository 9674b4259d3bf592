"""What a user likes: settings kept in the database, so that they follow the user to every PC."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from jxc_desktop.models.trail import setting
from jxc_desktop.services import database, upsert
from jxc_desktop.services.unit_of_work import Actor


def load(engine: Engine, user: Actor) -> dict[str, Any]:
    """All settings of a user by name."""
    try:
        with engine.connect() as connection:
            rows = connection.execute(select(setting.c.name, setting.c.value).where(setting.c.scope == _scope(user)))
            return {row.name: row.value for row in rows}
    except DBAPIError as error:
        raise database.translated(error) from error


def save(engine: Engine, user: Actor, values: Mapping[str, Any]) -> None:
    """Keep these; settings are no business data, so there is no command and no trail."""
    if not values:
        return
    rows = [{"scope": _scope(user), "name": name, "value": value} for name, value in values.items()]
    statement = upsert.insert(engine.dialect.name, setting).values(rows)
    try:
        with database.write(engine).begin() as connection:
            connection.execute(statement.on_conflict_do_update(
                index_elements=["scope", "name"], set_={"value": statement.excluded.value}))
    except DBAPIError as error:
        raise database.translated(error) from error


def _scope(user: Actor) -> str:
    """Not the name: that may change, and the administrator of new books is called so in one language only."""
    return "administrator" if user.employee_id is None else f"employee {user.employee_id}"
