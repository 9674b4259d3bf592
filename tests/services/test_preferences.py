"""A user's settings in the database: they follow the user, and nobody else gets them."""

from typing import Any

import pytest

from jxc_desktop.errors import DatabaseError
from jxc_desktop.services import database, preferences


def test_settings_come_back_as_they_were_kept(db_url: str) -> None:
    engine = database.open_engine(db_url)
    values: dict[str, Any] = {"table/stock": {"widths": {"name": 200}, "order": ["code", "名称"]},
                              "look/text_size": 15, "window/info": False, "none": None}
    preferences.save(engine, "王晓敏", values)
    preferences.save(engine, "李文博", {"look/text_size": 12})
    assert preferences.load(engine, "王晓敏") == values
    assert preferences.load(engine, "李文博") == {"look/text_size": 12}
    assert preferences.load(engine, "nobody") == {}
    engine.dispose()


def test_the_last_value_stands(db_url: str) -> None:
    engine = database.open_engine(db_url)
    for size in (12, 14, 15):
        preferences.save(engine, "王", {"look/text_size": size, "other": 1})
    preferences.save(engine, "王", {})
    assert preferences.load(engine, "王") == {"look/text_size": 15, "other": 1}
    engine.dispose()


def test_a_database_that_is_gone_is_said_in_our_words() -> None:
    engine = database.open_engine("postgresql://nobody@127.0.0.1:1/nothing")
    for call in (lambda: preferences.load(engine, "王"), lambda: preferences.save(engine, "王", {"a": 1})):
        with pytest.raises(DatabaseError):
            call()
    engine.dispose()
