"""Two clerks at two PCs: each sees what the other is typing, and nothing of it stays when one goes away."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from jxc_desktop.models import TABLES
from jxc_desktop.services import holds
from jxc_desktop.services.queries import Queries
from jxc_desktop.services.unit_of_work import Actor
from jxc_desktop.ui.tasks import TaskRunner
from tests.company import opened
from tests.ui.desk import Desk


@pytest.fixture
def office(sqlite_url: str, tasks: TaskRunner, qtbot: Any, tmp_path: Path) -> Iterator[Desk]:
    with opened(sqlite_url) as company:
        made = Desk(company, tasks, qtbot, tmp_path / "journal")
        made.context.board = holds.Board(company.engine, made.context.actor, "PC 1")
        yield made
        made.settle()
        made.journal.close()


def others(office: Desk) -> list[tuple[str, D]]:
    """What somebody else sees of the item that is typed."""
    figures = Queries(office.company.engine, Actor("李强", frozenset())).stock(
        [office.items["10021"]], office.company.main)
    return [(h.actor, h.quantity) for h in figures[office.items["10021"]].holders]


def test_what_is_typed_is_held_until_it_is_saved(office: Desk) -> None:
    editor = office.open("document/delivery_note/new")
    office.fill(editor, (("10021", "3"),))
    editor.presence.say()
    office.settle()
    assert others(office) == [("王晓敏", 3)]
    editor.form.set_value("partner_id", office.partner)
    editor.save()
    office.settle()
    assert editor.draft.number and others(office) == []


def test_a_closed_tab_holds_nothing(office: Desk) -> None:
    editor = office.open("document/delivery_note/new")
    office.fill(editor, (("10021", "3"),))
    editor.presence.say()
    office.settle()
    assert others(office)
    editor.closed()
    office.settle()
    assert others(office) == []
    assert office.company.rows(select(TABLES["open_draft"])) == []


def test_goods_that_somebody_else_is_typing_are_marked(office: Desk) -> None:
    editor = office.open("document/delivery_note/new")
    office.fill(editor, (("10021", "3"),))
    item, now = office.items["10021"], dt.datetime.now(dt.UTC).replace(tzinfo=None)
    other = holds.Board(office.company.engine, Actor("李强", frozenset()), "PC 2")
    other.keep("other", "delivery_note", None, [holds.Want(item, office.company.main, D(2))], now)
    office.context.changes.publish({("hold", item)})
    office.settle()
    figures = editor.line_facts.stock[item]
    assert [(h.actor, h.quantity) for h in figures.holders] == [("李强", 2)]
    row = editor.lines.index(0, next(i for i, c in enumerate(editor.lines.columns) if c.name == "available"))
    assert "李强" in row.data(3)  # the tooltip


def test_who_else_has_a_document_open_is_said(office: Desk) -> None:
    saved = office.company.post("delivery_note", (office.items["10021"], 1, 5), partner_id=office.partner)
    other = holds.Board(office.company.engine, Actor("李强", frozenset()), "PC 2")
    other.keep("other", "delivery_note", saved.id, [], dt.datetime.min)
    editor = office.open(f"document/delivery_note/{saved.id}")
    office.settle()
    assert "李强" in editor.bars.bars["presence"].text
    other.release("other")
    editor.presence.say()
    office.settle()
    assert "presence" not in editor.bars.bars
