"""A user's settings in the database: they follow the user, and nobody else gets them."""

from typing import Any

import pytest

from jxc_desktop.errors import DatabaseError
from jxc_desktop.services import database, preferences
from jxc_desktop.services.access import administrator
from jxc_desktop.services.unit_of_work import Actor

WANG, LI, ADMIN = Actor("王晓敏", frozenset(), 1), Actor("李文博", frozenset(), 2), administrator("系统管理员")


def test_settings_come_back_as_they_were_kept(db_url: str) -> None:
    engine = database.open_engine(db_url)
    values: dict[str, Any] = {"table/stock": {"widths": {"name": 200}, "order": ["code", "名称"]},
                              "look/text_size": 15, "window/info": False, "none": None}
    preferences.save(engine, WANG, values)
    preferences.save(engine, LI, {"look/text_size": 12})
    assert preferences.load(engine, WANG) == values
    assert preferences.load(engine, LI) == {"look/text_size": 12}
    assert preferences.load(engine, ADMIN) == {}
    engine.dispose()


def test_the_last_value_stands(db_url: str) -> None:
    engine = database.open_engine(db_url)
    for size in (12, 14, 15):
        preferences.save(engine, WANG, {"look/text_size": size, "other": 1})
    preferences.save(engine, WANG, {})
    assert preferences.load(engine, WANG) == {"look/text_size": 15, "other": 1}
    engine.dispose()


def test_a_database_that_is_gone_is_said_in_our_words() -> None:
    engine = database.open_engine("postgresql://nobody@127.0.0.1:1/nothing")
    for call in (lambda: preferences.load(engine, WANG), lambda: preferences.save(engine, WANG, {"a": 1})):
        with pytest.raises(DatabaseError):
            call()
    engine.dispose()


def test_settings_stay_with_a_person_who_changes_names(db_url: str) -> None:
    engine = database.open_engine(db_url)
    preferences.save(engine, WANG, {"a": 1})
    preferences.save(engine, ADMIN, {"a": 2})
    assert preferences.load(engine, Actor("王小敏", frozenset(), 1)) == {"a": 1}
    assert preferences.load(engine, administrator("Administrator")) == {"a": 2}
    engine.dispose()
