"""Document numbers: one series per type and day, without gaps."""

import pytest
from sqlalchemy import insert, select

from jxc_desktop import document_types
from jxc_desktop.errors import NotEnoughStock
from jxc_desktop.models import TABLES
from jxc_desktop.services import database
from tests.company import DAY, Company, day


def test_each_type_counts_each_day(company: Company) -> None:
    for kind in sorted(document_types.ALL, key=lambda k: k.column("quantity") is None):  # they need the others
        item = company.item(negative_stock="allow")
        numbers = [company.save(company.simplest(kind.key, item, when), acknowledged=("restates",)).number
                   for when in (DAY, DAY, day(1), DAY)]
        assert numbers == [f"{kind.prefix}-20260302-0001", f"{kind.prefix}-20260302-0002",
                           f"{kind.prefix}-20260303-0001", f"{kind.prefix}-20260302-0003"]


def test_a_refused_save_uses_no_number(company: Company) -> None:
    item = company.item()
    for _ in range(3):
        with pytest.raises(NotEnoughStock):
            company.post("delivery_note", (item, 1, 1))
    company.post("goods_receipt", (item, 1, 1))
    assert company.post("delivery_note", (item, 1, 1)).number == "XSCK-20260302-0001"


def test_a_document_keeps_its_number_when_its_date_is_corrected(company: Company) -> None:
    saved = company.post("other_in", (company.item(), 1))
    assert company.correct(saved, lambda draft: draft.header.update(date=day(9))).number == saved.number


def test_after_9999_comes_10000(company: Company) -> None:
    with database.write(company.engine).begin() as connection:
        connection.execute(insert(TABLES["number_series"]).values(kind="other_in", period="20260302", last=9999))
    saved = company.post("other_in", (company.item(), 1))
    assert saved.number == "QTRK-20260302-10000"
    with database.write(company.engine).begin() as connection:  # the books end without the missing ones
        series = TABLES["number_series"]
        connection.execute(series.update().values(last=0))
        connection.execute(TABLES["document"].update().values(number=None))


def test_a_number_is_given_once_by_constraint(company: Company) -> None:
    first, second = (company.post("other_in", (company.item(), 1)) for _ in range(2))
    d = TABLES["document"].c
    from sqlalchemy.exc import IntegrityError
    with pytest.raises(IntegrityError), database.write(company.engine).begin() as connection:
        connection.execute(TABLES["document"].update().where(d.id == second.id).values(number=first.number))
    assert company.scalar(select(d.number).where(d.id == second.id)) == second.number
