"""What drafts hold while they are typed, and who has a document open."""

import datetime as dt
from decimal import Decimal as D
from typing import Any

from sqlalchemy import select

from jxc_desktop.models import TABLES
from jxc_desktop.services import holds
from jxc_desktop.services.holds import Desk, Want
from tests.company import Company

NOW = dt.datetime(2026, 3, 2, 9)
MINUTE = dt.timedelta(minutes=1)
ANNA, BEN = (Desk(name, f"PC of {name}", name.lower(), "delivery_note", 7 if name == "Anna" else None)
             for name in ("Anna", "Ben"))


def seen(c: Company, by: Desk, item: int, at: dt.datetime) -> list[tuple[str, D]]:
    with c.engine.connect() as connection:
        found = holds.held(connection, [item], by.token, at)
    return [(h.actor, h.quantity) for h in found.get((item, c.main), [])]


def events(c: Company) -> list[tuple[str, int]]:
    x = TABLES["change"].c
    return [(r.origin, r.entity_id) for r in c.rows(select(x.origin, x.entity_id).where(
        x.entity == "hold").order_by(x.id))]


def document(c: Company) -> int:
    return c.post("goods_receipt", (c.item(), 1, 1)).id


def desk(of: Desk, c: Company, **more: Any) -> Desk:
    return Desk(of.actor, of.origin, of.token, of.kind, more.get("document_id"))


def test_others_see_what_a_draft_holds_and_oneself_does_not(company: Company) -> None:
    item, anna, ben = company.item(), desk(ANNA, company), desk(BEN, company)
    holds.keep(company.engine, anna, [Want(item, company.main, D(3)), Want(item, company.main, D(2))], NOW, NOW)
    holds.keep(company.engine, ben, [Want(item, company.main, D(1))], NOW, NOW)
    assert seen(company, ben, item, NOW) == [("Anna", 5)]
    assert seen(company, anna, item, NOW) == [("Ben", 1)]
    holds.keep(company.engine, anna, [Want(item, company.main, D(4))], NOW, NOW)
    assert seen(company, ben, item, NOW) == [("Anna", 4)]
    holds.release(company.engine, anna)
    assert seen(company, ben, item, NOW) == []
    assert events(company) == [("PC of Anna", item), ("PC of Ben", item), ("PC of Anna", item), ("PC of Anna", item)]


def test_what_is_not_touched_or_not_alive_is_free_again(company: Company) -> None:
    company.settings(hold_minutes=10)
    item, anna, ben = company.item(), desk(ANNA, company), desk(BEN, company)
    want = [Want(item, company.main, D(3))]
    holds.keep(company.engine, anna, want, NOW, NOW)
    assert seen(company, ben, item, NOW + holds.ALIVE - dt.timedelta(seconds=1)) == [("Anna", 3)]
    assert seen(company, ben, item, NOW + holds.ALIVE) == []  # the program died
    for minute in range(1, 12):
        holds.keep(company.engine, anna, want, NOW, NOW + minute * MINUTE)  # alive, and not touched
        assert bool(seen(company, ben, item, NOW + minute * MINUTE)) == (minute < 10)
    company.settings(hold_minutes=0)
    holds.keep(company.engine, anna, want, NOW, NOW)
    assert seen(company, ben, item, NOW) == []


def test_somebody_else_sweeps_up_after_a_program_that_died(company: Company) -> None:
    item, anna, ben = company.item(), desk(ANNA, company), desk(BEN, company)
    holds.keep(company.engine, anna, [Want(item, company.main, D(3))], NOW, NOW)
    holds.keep(company.engine, ben, [], NOW + 5 * MINUTE, NOW + 5 * MINUTE)
    assert events(company) == [("PC of Anna", item), ("PC of Ben", item)]  # whoever shows the item reads it again
    x = TABLES["open_draft"].c
    assert [r.actor for r in company.rows(select(x.actor))] == ["Ben"]


def test_who_has_a_document_open(company: Company) -> None:
    number = document(company)
    anna, ben = desk(ANNA, company, document_id=number), desk(BEN, company, document_id=number)
    holds.keep(company.engine, anna, [], NOW, NOW)
    holds.keep(company.engine, ben, [], NOW, NOW)
    with company.engine.connect() as connection:
        assert holds.present(connection, number, anna.token, NOW) == [("Ben", "PC of Ben")]
        assert holds.present(connection, number, ben.token, NOW + 2 * MINUTE) == []
    holds.release(company.engine, ben)
    with company.engine.connect() as connection:
        assert holds.present(connection, number, anna.token, NOW) == []
