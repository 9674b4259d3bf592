"""The change feed: what another program commits arrives, what we commit ourselves does not."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import insert, text

from jxc_desktop.models.trail import change
from jxc_desktop.services import database, sync
from jxc_desktop.services.sync import Feed
from tests.company import Company

Changes = frozenset[tuple[str, int]]


class Ear:
    """Hears a feed."""

    def __init__(self) -> None:
        self.heard: list[Changes] = []
        self.told: list[bool] = []

    def wait(self, until: Callable[[], bool], seconds: float = 8) -> bool:
        end = time.monotonic() + seconds
        while not until() and time.monotonic() < end:
            time.sleep(0.02)
        return until()

    @property
    def all(self) -> Changes:
        return frozenset().union(*self.heard)


@contextmanager
def listening(company: Company, origin: str = "this PC") -> Iterator[Ear]:
    ear = Ear()
    engine = database.open_engine(company.url)
    feed = Feed(engine, origin, sync.start_of(engine), ear.heard.append, ear.told.append)
    feed.start()
    try:
        yield ear
    finally:
        feed.stop()
        engine.dispose()
    assert not any(t.name == "feed" for t in threading.enumerate())


def test_what_another_program_commits_is_heard_once(company: Company) -> None:
    before = company.item()
    with listening(company) as ear:
        item = company.as_actor("李文博").item(code="X1")
        assert ear.wait(lambda: ("item", item) in ear.all)
        assert ("item", before) not in ear.all, "what was there before is no news"
        time.sleep(1.2)
        assert sum(("item", item) in heard for heard in ear.heard) == 1


def test_what_is_committed_before_its_first_look_is_heard(company: Company) -> None:
    """The books may be read, and changed by others, before the feed's thread gets its turn."""
    ear, engine = Ear(), database.open_engine(company.url)
    known = company.item()
    start = sync.start_of(engine)
    item = company.item()
    feed = Feed(engine, "here", start, ear.heard.append)
    feed.start()
    assert ear.wait(lambda: ("item", item) in ear.all) and ("item", known) not in ear.all
    feed.stop()
    engine.dispose()


def test_our_own_changes_are_not_told_again(company: Company) -> None:
    with listening(company, origin="PC of 王") as ear:
        mine = company.as_actor("王").item(code="X1")
        other = company.as_actor("李").item(code="X2")
        assert ear.wait(lambda: ("item", other) in ear.all)
        assert ("item", mine) not in ear.all


def test_a_change_committed_late_is_not_missed(pg_url: str) -> None:
    """On PostgreSQL a lower id can become visible after a higher one."""
    engine = database.open_engine(pg_url)
    ear = Ear()
    feed = Feed(engine, "here", sync.start_of(engine), ear.heard.append)
    feed.start()
    with engine.connect() as slow, engine.connect() as quick:
        slow.execute(insert(change).values(origin="there", entity="item", entity_id=1))
        quick.execute(insert(change).values(origin="there", entity="item", entity_id=2))
        quick.commit()
        assert ear.wait(lambda: ("item", 2) in ear.all)
        slow.commit()
    assert ear.wait(lambda: ("item", 1) in ear.all)
    feed.stop()
    engine.dispose()


def test_a_lost_connection_is_told_and_found_again(pg_url: str, monkeypatch) -> None:
    monkeypatch.setattr(sync, "LOST_SECONDS", 0.2)
    engine, other = database.open_engine(pg_url), database.open_engine(pg_url)
    ear = Ear()
    feed = Feed(engine, "here", sync.start_of(engine), ear.heard.append, ear.told.append)
    feed.start()
    with other.connect() as connection:
        connection.execute(insert(change).values(origin="there", entity="item", entity_id=6))
        connection.commit()
        assert ear.wait(lambda: ("item", 6) in ear.all), "it has its connection"
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                "WHERE datname = current_database() AND pid <> pg_backend_pid()"))
    assert ear.wait(lambda: ear.told[-1:] == [True])
    assert ear.told == [False, True]
    with other.begin() as connection:
        connection.execute(insert(change).values(origin="there", entity="item", entity_id=7))
    assert ear.wait(lambda: ("item", 7) in ear.all)
    feed.stop()
    engine.dispose()
    other.dispose()
